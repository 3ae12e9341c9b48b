# shellcheck shell=sh
# Operators sign in by a client certificate: nginx in front, set up word for
# word as zqhub.conf(5) has it. Who has none is asked for a password, and
# nobody becomes somebody by a header of his own.
. tests/scenario/lib.sh

need nginx openssl
hub_init '河南省人民政府门户网站'
printf '%s\n' 'homes = no' 'web_proxy = 127.0.0.1' \
	'web_user_header = X-Remote-User' >>"$HUB/hub.conf"
hub_start
site_add 4101000001 '郑州市人民政府' www1.gov.cn
for user in 'wang admin' 'li viewer'; do
	# shellcheck disable=SC2086 # they are words
	set -- $user
	zqhub user add "$1" --role "$2" --header-only >/dev/null || die "user add"
done
echo 'correct horse battery' | zqhub user add sun --role editor || die "user add"

# --- certificates --------------------------------------------------------------
key='ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes'
# ca NAME: an authority
ca() {
	# shellcheck disable=SC2086
	openssl req -x509 -newkey $key -keyout "$T/$1.key" -out "$T/$1.pem" \
		-subj "/O=$1" -days 2 2>>"$T/openssl.log" || die "ca $1"
}
# person FILE CA SUBJECT
person() {
	# shellcheck disable=SC2086
	openssl req -newkey $key -keyout "$T/$1.key" -out "$T/$1.csr" \
		-subj "$3" 2>>"$T/openssl.log" &&
		openssl x509 -req -in "$T/$1.csr" -CA "$T/$2.pem" \
			-CAkey "$T/$2.key" -CAcreateserial -days 1 \
			-out "$T/$1.pem" 2>>"$T/openssl.log" || die "certificate $1"
}
ca staff-ca
ca other-ca
person hub staff-ca /CN=localhost
person wang staff-ca /O=Henan/CN=wang
person li staff-ca /O=Henan/CN=li
person zhao staff-ca /O=Henan/CN=zhao
person gone staff-ca /O=Henan/CN=wang
person sly staff-ca '/CN=x,CN=wang'
person first staff-ca /CN=wang/O=Henan
person stranger other-ca /O=Henan/CN=wang
: >"$T/index"
printf '%s\n' '[ca]' 'default_ca = a' '[a]' "database = $T/index" \
	'default_md = sha256' 'default_crl_days = 2' >"$T/ca.conf"
for step in "-revoke $T/gone.pem" "-gencrl -out $T/staff-ca.crl"; do
	# shellcheck disable=SC2086
	openssl ca -config "$T/ca.conf" -keyfile "$T/staff-ca.key" \
		-cert "$T/staff-ca.pem" $step 2>>"$T/openssl.log" || die "CRL"
done

# --- nginx, by the manual --------------------------------------------------------
TLS=$(port)
PLAIN=$(port)
as_root=
[ "$(id -u)" != 0 ] || as_root='user root;'
{
	cat <<-END
	$as_root daemon off; pid nginx.pid; error_log error.log;
	events { }
	http { access_log access.log; client_body_temp_path t1;
	proxy_temp_path t2; fastcgi_temp_path t3; uwsgi_temp_path t4;
	scgi_temp_path t5;
	END
	sed -n "/^map .ssl_client_verify/,/^\.Ed/p" hub/zqhub.conf.5 |
		sed "/^\.Ed/d; s#/etc/ssl#$T#; s#listen 443#listen 127.0.0.1:$TLS#
			s#listen 80#listen 127.0.0.1:$PLAIN#; s#:7480#:$WEB_PORT#"
	echo '}'
} >"$T/nginx.conf"
start nginx nginx -e error.log -p "$T" -c nginx.conf
wait_for 60 "nginx" curl -sk -o "$T/x" "https://127.0.0.1:$TLS/healthz"
plain=http://127.0.0.1:$PLAIN

code() { curl -s -k -m 20 -o "$T/got" -D "$T/head" -w '%{http_code}' "$@"; }
# as WHO PATH […]: with his certificate
as() {
	who=$1 path=$2; shift 2
	code --cert "$T/$who.pem" --key "$T/$who.key" "$@" "https://127.0.0.1:$TLS$path"
}
is() { grep -q "<span>$1</span>" "$T/got"; }
nobody() { ! grep -q 'class="who"' "$T/got"; }
form() { sed -n 's/.*name="form" value="\([0-9a-f]*\)".*/\1/p' "$T/got" | head -n 1; }

say "- by a certificate, with the role that the user has"
[ "$(as wang /site/4101000001)" = 200 ] && is wang || die "an admin's certificate"
f=$(form)
[ "$(as wang /act/block -d "form=$f&code=4101000001&reason=x")" = 303 ] || die "an admin can't block"
zqhub journal print | grep -q 'web:wang' || die "who it was isn't kept"
[ "$(as wang /act/unblock -d "form=&code=4101000001&reason=x")" = 403 ] || die "without the form's word"
[ "$(as wang /act/unblock -d "form=$f&code=4101000001&reason=x" \
	-H 'Origin: https://evil.example')" = 403 ] || die "from another site's page"
[ "$(as li /site/4101000001)" = 200 ] && is li || die "a viewer's certificate"
[ "$(as li /act/unblock -d "form=$(form)&code=4101000001&reason=x")" = 403 ] || die "a viewer unblocks"
[ "$(as wang /act/unblock -d "form=$f&code=4101000001&reason=x")" = 303 ] || die "unblock"

say "- without one: nobody, and the form for a password"
[ "$(code "https://127.0.0.1:$TLS/")" = 200 ] && nobody || die "somebody without a certificate"
[ "$(code "https://127.0.0.1:$TLS/signin")" = 200 ] &&
	grep -q 'name="password"' "$T/got" || die "no form"
[ "$(code -c "$T/jar" -d 'name=sun&password=correct+horse+battery' \
	"https://127.0.0.1:$TLS/signin")" = 303 ] || die "by password"
grep -qi '^set-cookie: __Host-zq=[^;]*;.*; Secure' "$T/head" || die "the cookie"
[ "$(code -b "$T/jar" "https://127.0.0.1:$TLS/")" = 200 ] && is sun || die "not signed in"

say "- a certificate that doesn't count"
[ "$(as zhao '/signin?lang=en')" = 200 ] && nobody &&
	grep -q 'zqhub user add zhao --header-only' "$T/got" || die "whom nobody knows"
[ "$(as stranger /)" = 400 ] || die "another authority's"
[ "$(as gone /)" = 400 ] || die "one that was revoked"
[ "$(as sly /)" = 200 ] && nobody || die "a name within a name"
[ "$(as first /)" = 200 ] && nobody || die "a name that doesn't come first"

say "- a header of one's own has no effect, wherever one comes in"
for header in 'X-Remote-User: wang' 'x-remote-user: wang' 'X_Remote_User: wang'; do
	[ "$(code -H "$header" "https://127.0.0.1:$TLS/")" = 200 ] && nobody ||
		die "$header over TLS"
	[ "$(as li / -H "$header")" = 200 ] && is li || die "$header beside a certificate"
	[ "$(code -H "$header" -H 'Host: www.old.gov.cn' "$plain/")" = 200 ] && nobody ||
		die "$header at the former domains"
	[ "$(code --interface 127.0.0.2 -H "$header" "http://127.0.0.1:$WEB_PORT/")" = 200 ] &&
		nobody || die "$header past the web server"
done
[ "$(code -H 'X-Remote-User: wang' -d 'form=&code=4101000001&reason=x' "$plain/act/block")" = 403 ] ||
	die "an act at the former domains"

say "- who is no longer a user is nobody at once"
zqhub user role wang viewer || die "user role"
[ "$(as wang /act/block -d "form=$f&code=4101000001&reason=x")" = 403 ] || die "he still blocks"
zqhub user remove wang || die "user remove"
[ "$(as wang /)" = 200 ] && nobody || die "he is still in"
zqhub site show 4101000001 --json | jq -e '.state != "blocked"' >/dev/null || die "it is blocked"
stop "$HUB_PID" || die "hub did not end cleanly"
exit 0
