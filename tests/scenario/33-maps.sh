# The map of moves at a site: nginx and Apache really answer from the files that
# zqagentd writes; a map that the hub hasn't signed is not believed; a move
# begins when its time has come; the web server is told when, and only when,
# its file has changed.
. tests/scenario/lib.sh

modules=/usr/lib/apache2/modules
need nginx apache2 python3
for module in $modules/mod_rewrite.so $modules/mod_ssl.so; do
	[ -e "$module" ] || skip "no $module here"
done

CODE=4101000001 A=$T/agent-4101000001 WWW=$T/www SITE=https://www.a.gov.cn
HUB_PORT=$(port) NGINX=$(port) APACHE=$(port)
NGINX_TLS=$(port) APACHE_TLS=$(port)
mkdir -p "$A" "$T/hub" "$WWW" "$T/maps" "$T/logs"
echo '<a href="https://gone.b.gov.cn/x/1?p=2">x</a>' >"$WWW/1.html"

say "- a hub's certificate, and one of somebody else"
certificate() {	# NAME HOST
	openssl req -x509 -newkey rsa:2048 -nodes -days 2 -keyout "$T/$1-ca.key" \
		-out "$T/$1-ca.pem" -subj "/CN=$1" 2>/dev/null &&
		openssl req -newkey rsa:2048 -nodes -keyout "$T/$1.key" \
			-out "$T/$1.csr" -subj "/CN=hub" 2>/dev/null || return 1
	printf 'subjectAltName=IP:%s\nextendedKeyUsage=serverAuth\nkeyUsage=digitalSignature\n' \
		"$2" >"$T/$1.ext"
	openssl x509 -req -in "$T/$1.csr" -CA "$T/$1-ca.pem" \
		-CAkey "$T/$1-ca.key" -CAcreateserial -days 2 \
		-extfile "$T/$1.ext" -out "$T/$1.pem" 2>/dev/null
}
certificate hub 127.0.0.1 && certificate evil 127.0.0.1 || die "openssl"
cp "$T/hub-ca.pem" "$A/ca.pem"

stamp() { date -u -d "$1" +%Y-%m-%dT%H:%M:%S.000Z; }
# map VERSION SINCE BY RULE…: signed by hub or evil
map() {
	version=$1 since=$2 by=$3; shift 3
	{
		printf '<zq:map xmlns:zq="urn:zhanqun:1" version="%s" since="%s" now="%s">\n' \
			"$version" "$since" "$(stamp now)"
		printf '%s\n' "$@"
		printf '</zq:map>\n'
	} >"$T/map.xml"
	openssl cms -sign -binary -nodetach -in "$T/map.xml" -outform DER \
		-signer "$T/$by.pem" -inkey "$T/$by.key" -out "$T/hub/map.new" ||
		die "openssl cms"
	mv "$T/hub/map.new" "$T/hub/map.der"
	echo "$version" >"$T/hub/map.next"
	mv "$T/hub/map.next" "$T/hub/map"
}
rule() {	# NUMBER SCOPE FROM TO [MORE]
	printf '<zq:rule number="%s" site="1" scope="%s" from="%s" to="%s"%s/>' \
		"$1" "$2" "$3" "$4" "${5:-}"
}

cat >"$T/reload" <<RELOAD
#!/bin/sh
echo reload >>$T/reloads
kill -HUP \$(cat $T/nginx.pid)
RELOAD
chmod +x "$T/reload"
cat >"$A/agent.conf" <<CONF
hub = http://127.0.0.1:$HUB_PORT
map_nginx = $T/maps/moved.nginx
map_apache = $T/maps/moved.apache
map_reload = $T/reload
[source www]
root = $WWW
url = $SITE/
mend = ask
CONF
map 1 0 hub "$(rule 1 address $SITE/old.html "$SITE/n.html?a=\$1&amp;b=2")" \
	"$(rule 2 prefix $SITE/news/ $SITE/zwgk/news/)" \
	"$(rule 3 prefix $SITE/news/img/ https://static.gov.cn/i/)" \
	"$(rule 4 address $SITE/news/keep.html $SITE/keep/)" \
	"$(rule 5 address $SITE/dir/ $SITE/d/)" \
	"$(rule 6 prefix $SITE/%E6%94%BF%E7%AD%96/ $SITE/zc/)" \
	"$(rule 7 domain https://gone.b.gov.cn/ https://www.c.gov.cn/)" \
	"$(rule 10 prefix https://www.a.gov.cn:8443/p/ https://www.c.gov.cn/p/)" \
	"$(rule 11 prefix http://www.a.gov.cn/plain/ http://www.a.gov.cn/flat/)" \
	"$(rule 12 address http://www.a.gov.cn/plain/a http://www.a.gov.cn/b)" \
	"$(rule 13 address "$SITE/dir/?id=7" $SITE/seven)" \
	"$(rule 14 address $SITE/show/index.jsp "$SITE/view?all")" \
	"$(rule 15 address "$SITE/f/a(1)~b;c+d.html" $SITE/f/1)" \
	"$(rule 16 address $SITE/f/%5B2026%5D%E4%BD%A0%20%281%29.html $SITE/f/2)" \
	"$(rule 17 prefix "$SITE/(f)/%E4%BD%A0/" $SITE/f/3/)" \
	"$(rule 18 address "$SITE/f/q(1)?t=%5B%E4%BD%A0%26" $SITE/f/4)" \
	"$(rule 19 address $SITE/f/%22%5C%7B%7D%3Cinclude%3E%7C%5E$%60.html $SITE/f/5)" \
	"$(rule 20 address $SITE/f/%2541%3Fb.html $SITE/f/6)" \
	"$(rule 21 address $SITE/f/%C4%E3.html $SITE/f/7)"
start letterhub python3 tests/scenario/letterhub.py "$HUB_PORT" "$T/hub"

say "- nginx and Apache with what the heads of the files say"
: >"$T/maps/moved.nginx"
cat >"$T/nginx.conf" <<CONF
pid $T/nginx.pid;
daemon off;
user $(id -un);
error_log $T/logs/nginx.error;
events { worker_connections 64; }
http {
	access_log off;
	map_hash_bucket_size 4096;
	map_hash_max_size 65536;
	map "\$http_host\$request_uri" \$zq_moved {
		default "";
		include $T/maps/moved.nginx;
	}
	server {
		listen 127.0.0.1:$NGINX;
		listen 127.0.0.1:$NGINX_TLS ssl;
		ssl_certificate $T/hub.pem;
		ssl_certificate_key $T/hub.key;
		server_name www.a.gov.cn old.a.gov.cn;
		root $WWW;
		if (\$zq_moved) { return 308 \$zq_moved; }
	}
}
CONF
start nginx nginx -p "$T" -e "$T/logs/nginx.error" -c "$T/nginx.conf"
answers() { curl -s -o "$T/out" "http://127.0.0.1:$1/"; }
wait_for 60 nginx answers "$NGINX"	# or it can't be told to reload
agent_start $CODE
has_map() { grep -q zwgk "$T/maps/moved.nginx" && grep -q zwgk "$T/maps/moved.apache"; }
wait_for 60 "the files" has_map
{
	cat <<-CONF
	ServerRoot $T
	PidFile $T/apache.pid
	ErrorLog $T/logs/apache.error
	Listen 127.0.0.1:$APACHE
	Listen 127.0.0.1:$APACHE_TLS
	User $(id -un)
	Group $(id -gn)
	LoadModule mpm_event_module $modules/mod_mpm_event.so
	LoadModule authz_core_module $modules/mod_authz_core.so
	LoadModule rewrite_module $modules/mod_rewrite.so
	LoadModule ssl_module $modules/mod_ssl.so
	DocumentRoot $WWW
	CONF
	for at in $APACHE $APACHE_TLS; do
		cat <<-CONF
		<VirtualHost *:$at>
		ServerName www.a.gov.cn
		ServerAlias old.a.gov.cn
		CONF
		# The head of the file says how.
		sed -n 's/^#	//p' "$T/maps/moved.apache"
		[ "$at" = "$APACHE" ] || cat <<-CONF
		SSLEngine on
		SSLCertificateFile $T/hub.pem
		SSLCertificateKeyFile $T/hub.key
		CONF
		echo '</VirtualHost>'
	done
} >"$T/apache.conf"
[ "$(id -u)" != 0 ] || sed -i "s/^User .*/User www-data/; s/^Group .*/Group www-data/" "$T/apache.conf"
[ "$(id -u)" != 0 ] || chmod 755 "$T"
start apache apache2 -X -f "$T/apache.conf"
wait_for 60 Apache answers "$APACHE"

# leads PATH TARGET [HOST]: both say 308 and where
leads() {
	for p in $NGINX $APACHE; do
		got=$(curl -gs -o "$T/out" -w '%{http_code} %{redirect_url}' \
			-H "Host: ${3:-www.a.gov.cn}" "http://127.0.0.1:$p$1")
		[ "$got" = "308 $2" ] || { say "$p $1: $got, not $2"; return 1; }
	done
}
stays() {
	for p in $NGINX $APACHE; do
		got=$(curl -s -o "$T/out" -w '%{http_code}' -H "Host: www.a.gov.cn" \
			"http://127.0.0.1:$p$1")
		[ "$got" = "$2" ] || { say "$p $1: $got, not $2"; return 1; }
	done
}
say "- old addresses answer 308 with where they are now"
# A worker of before answers for another moment when a new one does already.
alone() { [ "$(pgrep -c -P "$(cat "$T/nginx.pid")")" = 1 ]; }
wait_for 60 "nginx to have read it" leads /news/2026/1.html $SITE/zwgk/news/2026/1.html
wait_for 60 "nginx's old worker to leave" alone
leads /news/ $SITE/zwgk/news/ || die prefix
leads /news $SITE/zwgk/news/ || die "the prefix without its slash"
leads '/news/a%20b.html?x=1&y=%E4%B8%AD' "$SITE/zwgk/news/a%20b.html?x=1&y=%E4%B8%AD" || die "a query"
leads /news/img/a/b.png https://static.gov.cn/i/a/b.png || die "the longest prefix"
leads /news/keep.html $SITE/keep/ || die "an address before a prefix"
# Nginx has no other way to write the dollar.
for got in "$NGINX %24" "$APACHE \$"; do
	curl -s -o "$T/out" -w '%{redirect_url}' -H 'Host: www.a.gov.cn' \
		"http://127.0.0.1:${got% *}/old.html" >"$T/leads"
	[ "$(cat "$T/leads")" = "$SITE/n.html?a=${got#* }1&b=2" ] || die "a dollar: $(cat "$T/leads")"
done
for path in /dir /dir/ /dir/index.html; do leads $path $SITE/d/ || die "$path"; done
leads '/%E6%94%BF%E7%AD%96/1.html' $SITE/zc/1.html || die "Chinese"
leads /p/1 https://www.c.gov.cn/p/1 www.a.gov.cn:8443 || die "a port"
leads '/news/keep.html?from=timeline' "$SITE/keep/?from=timeline" ||
	die "an address that is asked with a query"
leads '/%e6%94%bf%e7%ad%96/1.html' $SITE/zc/1.html || die "small digits"
leads /news/keep.html $SITE/keep/ WWW.A.gov.CN || die "a host in capitals"
leads /news/2026/1.html $SITE/zwgk/news/2026/1.html WWW.A.gov.CN ||
	die "a prefix, and a host in capitals"
leads '/dir?id=8' "$SITE/d/?id=8" || die "a directory that is asked"
leads '/dir/?id=7' $SITE/seven || die "an address with this very query"
leads '/show/index.jsp?x' "$SITE/view?all" || die "a program, to a query"
say "- in every spelling of the same file's name"
while read -r path to; do
	leads "$path" "$SITE/f/$to" || die "$path"
done <<'PATHS'
/f/a(1)~b;c+d.html 1
/f/a%281%29%7Eb%3Bc%2Bd.html 1
/f/a(1%29%7eb%3bc%2bd.html?x=1&y 1?x=1&y
/f/[2026]%e4%Bd%a0%20(1).html 2
/f/%5b2026%5D%E4%BD%A0%20%281).html 2
/f/%5B2026%5d你%20%281%29.html 2
/(f)/%e4%bd%a0/a%281).html 3/a%281).html
/%28f%29/你/x 3/x
/%28f)/%E4%Bd%A0 3/
/f/q(1)?t=%5B%E4%BD%A0%26 4
/f/q%281%29?t=%5B%E4%BD%A0%26 4
/f/q%281)?t=%5b%e4%bd%a0%26 4
/f/%22%5c{}%3cinclude%3E|^$`.html 5
/f/"\{}<include>|^%24%60.html 5
/f/%2541%3fb.html 6
/f/%C4%e3.html 7
PATHS
say "- and https stays https"
secure() {	# PATH TARGET
	for p in $NGINX_TLS $APACHE_TLS; do
		got=$(curl -ks -o "$T/out" -w '%{http_code} %{redirect_url}' \
			-H "Host: www.a.gov.cn" "https://127.0.0.1:$p$1")
		[ "$got" = "308 $2" ] || { say "$p $1: $got, not $2"; return 1; }
	done
}
leads '/plain/1?x' 'http://www.a.gov.cn/flat/1?x' || die "plain"
secure '/plain/1?x' "$SITE/flat/1?x" || die "a prefix, by https"
leads '/plain/a?x' 'http://www.a.gov.cn/b?x' || die "a plain address"
secure '/plain/a?x' "$SITE/b?x" || die "an address, by https"
secure /plain $SITE/flat/ || die "the prefix without its slash, by https"
leads /news/1.html $SITE/zwgk/news/1.html || die "https by http"
secure /news/1.html $SITE/zwgk/news/1.html || die "https by https"
say "- and nothing else does"
stays /p/1 404 || die "another port"
stays /1.html 200 || die "a page"
stays /newsletter/ 404 || die "a name that only begins alike"
stays /old.htmlx 404 || die "longer"
stays /NEWS/keep.html 404 || die "another page, in capitals"
stays '/f/A(1)~b;c+d.html' 404 || die "another page, with marks, in capitals"
stays '/f/a(1)~b;c%20d.html' 404 || die "a blank is no plus in a path"
stays '/f/q(1)?t=%5B%E4%BD%A0&' 404 || die "another query"
stays '/f/%41%3Fb.html' 404 || die "a percent sign of its own"
stays '/f/%2541?b.html' 404 || die "a question mark of its own"
stays /xnews/1 404 || die "other"
reloads() { [ "$(wc -l <"$T/reloads")" = "$1" ]; }
reloads 1 || { cat "$T/reloads"; die "told more than once"; }

zqagent $CODE status | grep -q '^map  *version 1 of the moves, [34][0-9] lines' || die "status"

say "- a map that somebody else has signed is not believed"
map 2 0 evil "$(rule 1 prefix $SITE/ https://evil.example/)"
wait_for 60 "it to be refused" grep -q 'map: not signed by the hub' "$T/agent-$CODE.log"
leads /news/1 $SITE/zwgk/news/1 || die "it was believed"
unsigned() { zqagent $CODE status | grep -q '^map  *not signed by the hub'; }
wait_for 60 "the status to say so" unsigned
reloads 1 || die "told of nothing"

say "- the next version: one ends, one moves on, one is still to come"
at=$(stamp '+12 seconds')
map 3 1 hub '<zq:rule number="1" gone="true"/>' \
	"$(rule 8 prefix $SITE/zwgk/ https://zwgk.gov.cn/ ' at="2026-01-01T00:00:00Z"')" \
	"$(rule 9 domain https://old.a.gov.cn/ $SITE/ " at=\"$at\"")"
wait_for 90 "it to be taken" leads /news/1.html https://zwgk.gov.cn/news/1.html
wait_for 60 "nginx's old worker to leave" alone
stays /old.html 404 || die "a move that is gone"
got=$(curl -s -o "$T/out" -w '%{http_code}' -H "Host: old.a.gov.cn" "http://127.0.0.1:$NGINX/x")
[ "$(date +%s)" -ge "$(date -d "$at" +%s)" ] || [ "$got" = 404 ] || die "too early: $got"
# Its host is none of the sources' here, and the site's number isn't known.
say "- what has begun is written when it begins, and told"
sed -i "s|^url = .*|url = https://old.a.gov.cn/|" "$A/agent.conf"
stop "$(agent_pid $CODE)"; agent_start $CODE
wait_for 60 "the move to begin" sh -c "curl -s -o '$T/out' -w '%{redirect_url}' -H 'Host: old.a.gov.cn' http://127.0.0.1:$NGINX/x/y?z | grep -qx '$SITE/x/y?z'"

say "- links to a dead domain of another site are mended by the map"
sed -i "s|^url = .*|url = $SITE/|" "$A/agent.conf"
stop "$(agent_pid $CODE)"
rm -rf "$A/store"; agent_start $CODE
mended() { zqagent $CODE mend --apply | grep -q '1 link in 1 page mended'; }
map 4 0 hub "$(rule 7 domain https://gone.b.gov.cn/ https://www.c.gov.cn/)"
wait_for 60 "the link to be mended" mended
grep -q '"https://www.c.gov.cn/x/1?p=2"' "$WWW/1.html" || die "$(cat "$WWW/1.html")"
