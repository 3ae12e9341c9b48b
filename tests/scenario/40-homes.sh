# The hub looks at the sites' home pages from outside, with nginx for sites:
# stopped, hung, slow, sent to a stranger, sent elsewhere for good, with a
# certificate that has expired, parked, with another's SiteIDCode, naming another
# domain as its own, and under another address; and who is told of which, once,
# and once of its end. Names and ports are this scenario's own.
. tests/scenario/lib.sh

# Ports 80 and 443 and the file of hosts need a net and mounts of its own.
own_net
need nginx openssl python3
old=$(believe -400d) || skip "no libfaketime"
old=$(say "$old" | sed 's/LD_PRELOAD=[^ ]*:/LD_PRELOAD=/')	# openssl is plain

# --- the sites: a name, an address and an nginx each ---------------------------
names='fine stop hang slow sent move expired parked other english named'
address() {	# NAME
	n=2
	for each in $names; do
		[ "$each" = "$1" ] && break
		n=$((n + 1))
	done
	say "127.0.1.$n"
}
hosts() {	# [NAME ADDRESS]…: these are there from now on, or at "#": nowhere
	all="$* "
	{
		echo '127.0.0.1 localhost'
		for each in $names; do
			at=${all#*"$each "}
			[ "$at" = "$all" ] && at=$(address "$each")
			echo "${at%% *} www.$each.gov.cn"
		done
		echo '127.0.1.90 casino.example.com'
		echo '127.0.1.91 www.moved.gov.cn'
		echo '127.0.1.92 www.later.gov.cn www.beside.gov.cn'
		echo '127.0.1.93 www.sealed.gov.cn'
	} >"$T/hosts.new"
	cat "$T/hosts.new" >"$T/hosts"	# at once: it is read all the time
}
hosts
mount --bind "$T/hosts" /etc/hosts || skip "no mounts"
code() {
	n=$(address "$1")
	printf '41000000%02d' "${n##*.}"
}

openssl req -x509 -utf8 -newkey rsa:2048 -nodes -days 30 -subj '/O=试验/CN=Test CA' \
	-keyout "$T/ca.key" -out "$T/ca.pem" >"$T/openssl" 2>&1 || die "no CA"
certify() {	# NAME HOST [WORDS…]: with these words before
	host=$2 file=$T/$1
	shift 2
	openssl req -newkey rsa:2048 -nodes -subj "/CN=$host" \
		-keyout "$file.key" -out "$file.csr" >>"$T/openssl" 2>&1 &&
		echo "subjectAltName=DNS:$host,DNS:also.$host" >"$file.ext" &&
		"$@" openssl x509 -req -in "$file.csr" -CA "$T/ca.pem" \
			-CAkey "$T/ca.key" -CAcreateserial -days 20 \
			-extfile "$file.ext" -out "$file.crt" \
			>>"$T/openssl" 2>&1 || { cat "$T/openssl"; die "no certificate"; }
}
text='各市县人民政府要加强组织领导，明确责任分工，细化工作措施，确保各项任务落到实处。'
home() {	# NAME [CODE [TITLE]]: a page of a public body
	mkdir -p "$T/$1/www"
	cat >"$T/$1/www/index.html.new" <<-HTML
	<html><head><meta charset="utf-8"><title>${3:-$1市人民政府}</title>
	<meta name="SiteIDCode" content="${2:-$(code "$1")}">
	<meta name="SiteDomain" content="www.$1.gov.cn"></head>
	<body><p>$text$text</p></body></html>
	HTML
	mv "$T/$1/www/index.html.new" "$T/$1/www/index.html"
}
[ "$(id -u)" = 0 ] && as_root='user root;' || as_root=''
served=0
serve() {	# NAME ADDRESS [LINES IN SERVER]: (re)starts it, never away
	site=$1 at=$2 served=$((served + 1))
	mkdir -p "$T/$site/www"
	tls=
	[ -f "$T/$site.crt" ] && tls="listen $at:443 ssl reuseport;
		ssl_certificate $T/$site.crt; ssl_certificate_key $T/$site.key;"
	cat >"$T/$site/nginx.conf" <<-END
	$as_root daemon off; master_process off;
	pid $served.pid; error_log error.log;
	events { }
	http { access_log access.log; default_type text/html;
		client_body_temp_path t1; proxy_temp_path t2;
		fastcgi_temp_path t3; uwsgi_temp_path t4; scgi_temp_path t5;
		server { listen $at:80 reuseport; $tls root www; ${3:-} } }
	END
	eval "pid=\${PID_$site:-}"
	start "nginx-$site" nginx -e error.log -p "$T/$site" -c nginx.conf
	eval "PID_$site=\$PID"
	wait_for 60 "$site to listen" test -s "$T/$site/$served.pid"
	[ -z "$pid" ] || stop "$pid"
	wait_for 60 "$site to listen" curl -s -o "$T/x" "http://$at/"
}
certify fine www.fine.gov.cn
certify expired www.expired.gov.cn
for name in $names; do
	home "$name"
	serve "$name" "$(address "$name")"
done
home moved "$(code move)" move市人民政府
serve moved 127.0.1.91
mkdir -p "$T/casino/www"
echo '<title>Lucky Star</title><p>Welcome to the finest games of all the world,
play today and win, all your friends are here already</p>' \
	>"$T/casino/www/index.html"
serve casino 127.0.1.90

# --- the hub ---------------------------------------------------------------------
hub_init
cat >>"$HUB/hub.conf" <<-END
home_every = 2s
home_slow = 1s
home_moved_looks = 5
home_moved_after = 20s
isolated_share = 100
alert_many = 100
alert_wait = 100ms
check_allow = 127.0.0.0/8
check_cas = $T/ca.pem
check_contact = mailto:admin@example.cn
[receiver run]
kind = command
command = $T/tell
[rule certificate]
tell = no
END
cat >"$T/tell" <<-END
#!/bin/sh
cat >>"$T/told"
echo >>"$T/told"
END
chmod +x "$T/tell"
: >"$T/told"
hub_start
for name in $names; do
	site_add "$(code "$name")" "$name市人民政府" "www.$name.gov.cn"
done
is() {	# NAME JQ
	zqhub home "$(code "$1")" --json >"$T/home" 2>"$T/home.err" ||
		[ -s "$T/home" ] || return 1
	jq -e "$2" "$T/home"
}
sees() {	# NAME JQ: within some time
	limit=$((${3:-120} + $(date +%s)))
	until is "$1" "$2" >"$T/x"; do
		[ "$(date +%s)" -lt "$limit" ] ||
			{ cat "$T/home"; die "$1: not $2"; }
		sleep 0.1
	done
}

# told EVENT: who was told of what so far, each as often as it was
told() {
	jq -r "select(.event == \"$1\") | .rule + \" \" + .severity + \" \" +
		(.sites[0].site // \"-\")" "$T/told" | sort
}
# tells NAME EVENT RULE SEVERITY: that is told of it, within some time
tells() {
	knows() { told "$2" | grep -qx "$3 $4 $(code "$1")"; }
	wait_for 60 "$2 of $3 for $1" knows "$@"
}
# only EVENT "RULE SEVERITY NAME"…: these are all, and each once
only() {
	event=$1; shift
	for each; do
		say "${each% *} $(code "${each##* }")"
	done | sort >"$T/right"
	told "$event" >"$T/is"
	cmp "$T/right" "$T/is" >"$T/x" || { diff "$T/right" "$T/is"
		die "what was told: $event"; }
}

say "- all of them are well, with evidence"
for name in $names; do
	sees "$name" '.outcome == "ok" and .verdict == "same" and .baseline != null'
done
is fine '.evidence.hops[0] | .url == "https://www.fine.gov.cn/" and
	.status == 200 and .address == "127.0.1.2" and
	.cert.issuer == "试验, Test CA" and
	.cert.names == "www.fine.gov.cn also.www.fine.gov.cn"' >"$T/x" &&
	is fine '.evidence | .dns == ["127.0.1.2"] and .missing == false and
		.page.title == "fine市人民政府" and .page.code == "4100000002" and
		.page.language == "Han"' >"$T/x" || { cat "$T/home"; die "evidence"; }
is slow '.evidence | .secure == "no-connection" and
	.hops[0].url == "http://www.slow.gov.cn/"' >"$T/x" ||
	{ cat "$T/home"; die "http where there is no https"; }
zqhub home >"$T/x" || { cat "$T/x"; die "zqhub home"; }
grep -q '11 home pages looked at, 11 there, 0 in danger' "$T/x" ||
	{ cat "$T/x"; die "zqhub home"; }
wait_for 60 "the contact" grep -q \
	'zhanqun/[0-9.]* (home page check; +mailto:admin@example.cn)' "$T/fine/access.log"
again() { grep -q '"GET / HTTP/1.1" 304' "$T/fine/access.log"; }
wait_for 60 "a look that is conditional" again

say "- each its own trouble"
stop "$PID_stop"
# shellcheck disable=SC2154 # serve() set it
kill -STOP "$PID_hang"
serve slow "$(address slow)" 'limit_rate 2k;'
dd if=/dev/zero bs=1000 count=6 2>"$T/x" | tr '\0' ' ' >>"$T/slow/www/index.html"
serve sent "$(address sent)" 'return 302 http://casino.example.com/;'
# shellcheck disable=SC2016 # nginx's
serve move "$(address move)" 'return 301 http://www.moved.gov.cn$request_uri;'
sed -i 's/www.named.gov.cn/www.renamed.gov.cn/' "$T/named/www/index.html"
sees move '.outcome == "moved" and .verdict == "candidate" and
	.candidate.host == "www.moved.gov.cn"'
sees named '.outcome == "ok" and .why == "says-domain" and
	.candidate.host == "www.renamed.gov.cn"'
# shellcheck disable=SC2086 # they are words
certify expired www.expired.gov.cn $old
serve expired "$(address expired)"
echo '<title>parked.gov.cn</title><p>本域名出售，购买此域名请联系</p>' \
	>"$T/parked/www/index.html.new"
mv "$T/parked/www/index.html.new" "$T/parked/www/index.html"
home other 4100000002
hosts fine 127.0.1.80
serve fine 127.0.1.80
sees stop '.outcome == "failed" and .cause == "no-connection"'
sees slow '.outcome == "slow" and .ms >= 1000'
sees sent '.outcome == "danger" and .why == "other-domain" and
	(.detail | contains("casino.example.com")) and
	(.evidence.hops | length) == 2 and .evidence.hops[0].status == 302 and
	.baseline.page.title == "sent市人民政府" and
	.evidence.registrable == "example.com" and
	.baseline.registrable == "sent.gov.cn"'
sees expired '.outcome == "failed" and .cause == "certificate" and
	(.evidence.detail | contains("expired"))'
zqhub home >"$T/x"	# exit 1: danger
grep 'expired市' "$T/x" | grep -q 'not good' || { cat "$T/x"; die "a certificate's days"; }
sees parked '.verdict == "danger" and .why == "parked"'
sees other '.verdict == "danger" and .why == "other-code"'
state() { zqhub states "$(code "$1")" --limit 1 --json >"$T/states" &&
	jq -e ".states[0] | $2" "$T/states"; }
wait_for 60 "the states to say so" state sent \
	'.state == "danger" and .cause == "foreign"'
sees fine '.outcome == "ok" and .evidence.dns == ["127.0.1.80"]'
sees hang '.outcome == "failed" and .cause == "time" and
	.ms >= 14000 and .ms <= 24000'
zqhub home >"$T/x" && { cat "$T/x"; die "danger, and exit 0"; }
grep -q 'www.sent.gov.cn -> casino.example.com' "$T/x" && grep -q '3 in danger' "$T/x" ||
	{ cat "$T/x"; die "zqhub home does not say it"; }
zqhub home "$(code sent)" >"$T/x" && { cat "$T/x"; die "danger, and exit 0"; }
grep -q 'When it was well' "$T/x" && grep -q 'Lucky Star (Latin letters)' "$T/x" &&
	grep -q 'sent市人民政府 (Chinese characters)' "$T/x" ||
	{ cat "$T/x"; die "zqhub home CODE"; }
grep -q '^Registrable domain it ended at: example.com$' "$T/x" &&
	grep -q 'sends on for now$' "$T/x" || { cat "$T/x"; die "where it ended"; }
curl -sf "http://127.0.0.1:$WEB_PORT/site/$(code sent)?lang=en" >"$T/x" || die "its page"
for part in '<th scope="col">When it was well</th><th scope="col">Now</th>' \
	'<td>sent.gov.cn</td><td><b class="tag">differs</b> example.com</td>' \
	'www.sent.gov.cn<br>given</th>'; do
	grep -q "$part" "$T/x" || { cat "$T/x"; die "its page lacks $part"; }
done
troubles='domain danger sent,domain danger parked,domain danger other,
down critical stop,down critical hang,down critical expired,
moved warning move,moved warning named'
each_of() { say "$(say "$1" | tr -d '\n' | tr ',' '\n')"; }
each_of "$troubles" | while read -r rule severity name; do
	tells "$name" firing "$rule" "$severity"
done || exit 1
for name in move named; do sees $name '.candidate.believed'; done
all_troubles() {	# EVENT [MORE]
	event=$1; shift
	old_ifs=$IFS IFS=,
	# shellcheck disable=SC2046 # one word each
	set -- "$@" $(say "$troubles" | tr -d '\n')
	IFS=$old_ifs
	only "$event" "$@"
}
all_troubles firing
jq -e -s 'def s: .[0:19] + "Z" | fromdate; map(select(.rule == "moved" and
	.event == "firing")) | length == 2 and
	all((.noticed | s) - (.since | s) >= 19)' "$T/told" >"$T/x" ||
	{ grep moved "$T/told"; die "told before it was seen for 20 s"; }
wait_for 60 "a word in the log" grep -q \
	'home: site=4100000006 verdict=danger' "$T/hub.log"
counted() {
	curl -sf -o "$T/x" "http://127.0.0.1:$WEB_PORT/metrics" &&
		grep -q '^zq_home_danger_total [1-9]' "$T/x" &&
		grep -q '^zq_home_failed_total [1-9]' "$T/x"
}
wait_for 60 "metrics" counted

say "- another language and title; a person says that it is right so"
cat >"$T/english/www/index.html.new" <<-HTML
<title>Investment portal</title><p>Welcome to the county, here you find all
that an investor from abroad has to know about our land and our people</p>
HTML
mv "$T/english/www/index.html.new" "$T/english/www/index.html"
sees english '.verdict == "danger" and .why == "language"'
tells english firing domain danger
zqhub home accept "$(code english)" --reason '' >"$T/x" 2>&1 && die "no reason"
zqhub home accept "$(code english)" --reason '外文版，已核实' >"$T/x" ||
	{ cat "$T/x"; die "accept"; }
sees english '.outcome == "ok" and .verdict == "same"'
tells english resolved domain danger

say "- a domain that changes for good; a person says that it is right so"
zqhub home "$(code named)" >"$T/x" || { cat "$T/x"; die "zqhub home: named"; }
grep -q 'Names www.renamed.gov.cn so far' "$T/x" && grep -q 'believed now' "$T/x" ||
	{ cat "$T/x"; die "zqhub home: named"; }
curl -sf -o "$T/x" "http://127.0.0.1:$WEB_PORT/metrics"
grep '^zq_site_home_moved{.*} 1$' "$T/x" >"$T/y"
[ "$(wc -l <"$T/y")" = 2 ] && grep -q "$(code move)" "$T/y" ||
	{ cat "$T/y"; die "the metric"; }
zqhub home accept "$(code named)" --reason '启用新域名' >"$T/x" ||
	{ cat "$T/x"; die "accept"; }
tells named resolved moved warning

say "- they come back by themselves"
serve stop "$(address stop)"
kill -CONT "$PID_hang"
for name in parked other slow; do home "$name"; done
for name in slow sent move; do serve "$name" "$(address "$name")"; done
certify expired www.expired.gov.cn
serve expired "$(address expired)"
for name in $names; do
	sees "$name" '.outcome == "ok" and .verdict == "same" and .candidate == null'
done
wait_for 60 "the states to say so" state sent '.state == "up"'
each_of "$troubles" | while read -r rule severity name; do
	tells "$name" resolved "$rule" "$severity"
done || exit 1
for event in firing resolved; do
	all_troubles $event 'domain danger english'
done

say "- a page with nothing in it has failed, and so has one that breaks off"
cat >"$T/cut.py" <<END
import socket
s = socket.create_server(("127.0.1.99", 80))
while True:
    c, _ = s.accept()
    c.recv(65536)
    c.sendall(b"HTTP/1.0 200 OK\r\nContent-Type: text/html\r\n"
              b"Content-Length: 5000\r\n\r\n<title>hang</title><p>")
    c.close()
END
start cut python3 "$T/cut.py"
breaks_off() {
	rc=0
	curl -s -o "$T/x" http://127.0.1.99/ || rc=$?
	[ "$rc" = 18 ]	# a partial file
}
wait_for 60 "what breaks off" breaks_off
: >"$T/slow/www/index.html"
# shellcheck disable=SC2016 # nginx's
serve hang "$(address hang)" 'location / {
	if ($host = www.hang.gov.cn) { proxy_pass http://127.0.1.99; } }'
sees slow '.outcome == "failed" and .cause == "empty" and
	.evidence.hops[0].status == 200 and .evidence.page == null'
sees hang '.outcome == "failed" and .cause == "cut-short" and
	.evidence.hops[0].status == 200'
tells slow firing down critical
twice() { [ "$(told "$1" | grep -c "down critical $(code hang)")" = 2 ]; }
wait_for 60 "that it is told" twice firing
home slow
serve hang "$(address hang)"
for name in slow hang; do sees $name '.outcome == "ok"'; done
tells slow resolved down critical
wait_for 60 "its end" twice resolved

say "- what was announced is excluded"
zqhub notice announce "$(code stop)" outage --reason '机房检修' \
	--until "$(date -d '+1 hour' '+%Y-%m-%dT%H:%M:%S+08:00')" >"$T/x" ||
	{ cat "$T/x"; die "notice announce"; }
week() { zqhub availability --json >"$T/week" &&
	jq -e ".sites[] | select(.code == \"$(code "$1")\") | $2" "$T/week"; }
wait_for 60 "looks to be excluded" week stop '.excluded > 1'
failed=$(week stop .failed)
stop "$PID_stop"
sees stop '.outcome == "failed"'
excluded=$(week stop .excluded)
wait_for 60 "it to be written down" week stop ".excluded > $excluded"
[ "$(week stop .failed)" = "$failed" ] ||
	{ cat "$T/week"; die "a failure counts that was announced"; }
PID_stop=
serve stop "$(address stop)"

say "- the week, and how long they took; a rebuild says the same"
zqhub availability --json >"$T/x" &&
	jq -e '.sites | length == 11 and all(.[]; .looks > 2) and
	any(.[]; .code == "4100000003" and .failed > 0) and
	any(.[]; .code == "4100000007" and .failed <= 2)' "$T/x" >"$T/y" ||
	{ cat "$T/x"; die "availability"; }
zqhub availability --csv >"$T/x"
[ "$(wc -l <"$T/x")" = 12 ] && head -1 "$T/x" | grep -q '^code,name,looks,failed' ||
	{ cat "$T/x"; die "availability --csv"; }
zqhub availability >"$T/x"
grep -q 'fails: 5 % and more' "$T/x" || { cat "$T/x"; die "the rule"; }
zqhub site domains "$(code stop)" --json >"$T/x" &&
	jq -e '.domains | length == 1 and .[0].event == "given" and
	.[0].domain == "www.stop.gov.cn"' "$T/x" >"$T/y" ||
	{ cat "$T/x"; die "site domains"; }
zqhub response --csv >"$T/x"
grep -q '^4100000005,slow市人民政府,[0-9]*,[0-9]*,' "$T/x" ||
	{ cat "$T/x"; die "response --csv"; }
for report in availability response; do
	same=
	for _ in 1 2 3 4 5 6 7 8 9; do	# a look may be written down in between
		zqhub $report --json >"$T/x" &&
			curl -sf "http://127.0.0.1:$WEB_PORT/api/v1/$report" |
			jq -e --slurpfile x "$T/x" '.sites == $x[0].sites' \
			>"$T/y" && same=yes && break
		sleep 1
	done
	[ -n "$same" ] || die "/api/v1/$report says something else"
done
stop "$HUB_PID" || die "the hub did not end well"
all() {
	zqhub home --json && zqhub availability --json && zqhub response --json
}
all >"$T/before"
zqhub rebuild >"$T/x" 2>&1 || { cat "$T/x"; die "rebuild"; }
all >"$T/after"
cmp "$T/before" "$T/after" || die "another view after the rebuild"

say "- between looks the names alone: a hub that finds nobody visits nobody"
sed -i 's/^home_every = .*/home_every = 10m\nhome_dns_every = 2s/
	s/^home_slow = .*/home_slow = 10s/' "$HUB/hub.conf"
hub_start
count() {	# METRIC
	curl -sf "http://127.0.0.1:$WEB_PORT/metrics" |
		awk -v name="zq_home_$1_total" '$1 == name { print $2 }'
}
looked() { [ "$(count looked)" -ge "$1" ]; }
wait_for 60 "the looks of the start" looked 11
sleep 5	# more than two questions each
looks=$(count looked)
# shellcheck disable=SC2046 # they are words
hosts $(for name in $names; do say "$name #"; done)
sleep 9	# … and the one that makes sure
hosts fine 127.0.1.80
sleep 5
[ "$(count looked)" = "$looks" ] || die "looked at, though all names were away"
[ "$(count names)" = 0 ] || die "all names were away, and one is believed"

say "- one that is away, and one that leads to a stranger"
hosts fine 127.0.1.80 stop '#'
sees stop '.outcome == "failed" and .cause == "no-name"'
hosts fine 127.0.1.80 stop '#' other 127.0.1.90
sees other '.outcome == "danger" and .evidence.dns == ["127.0.1.90"]'
believed() { [ "$(count names)" = "$1" ]; }
wait_for 60 "two names to be believed" believed 2
wait_for 60 "a word in the log" grep -q \
	'home: host=www.other.gov.cn leads elsewhere, address=127.0.1.90' "$T/hub.log"
hosts fine 127.0.1.80
sees stop '.outcome == "ok"'
left_alone() {	# for two questions and more
	gets=$(grep -c GET "$T/english/access.log")
	sleep 5
	[ "$(grep -c GET "$T/english/access.log")" = "$gets" ]
}
left_alone || left_alone || die "a site is visited for its name"

say "- one that wants us back in an hour keeps no neighbour from being seen"
home later 4100000092
# shellcheck disable=SC2016 # nginx's
serve later 127.0.1.92 'add_header Retry-After 3600 always;
	if ($host = www.later.gov.cn) { return 503; }'
new() {	# NAME CODE JQ [SECONDS]: within some time
	limit=$((${4:-120} + $(date +%s)))
	until zqhub home "$2" --json >"$T/home" 2>"$T/home.err" &&
		jq -e "$3" "$T/home" >"$T/x"; do
		[ "$(date +%s)" -lt "$limit" ] ||
			{ cat "$T/home"; die "$1: not $3"; }
		sleep 0.1
	done
}
site_add 4100000092 later市人民政府 www.later.gov.cn
new later 4100000092 '.outcome == "failed" and .cause == "server"'
site_add 4100000094 beside市人民政府 www.beside.gov.cn
new beside 4100000094 '.outcome == "ok"'
serve later 127.0.1.92
new later 4100000092 '.outcome == "ok"' 150

say "- where only https is served, its certificate is what is wrong"
certify sealed www.elsewhere.gov.cn
home sealed 4100000093
serve sealed 127.0.1.93
# shellcheck disable=SC2154 # serve() set it
stop "$PID_sealed"
sed -i 's/listen 127.0.1.93:80 [a-z]*;//' "$T/sealed/nginx.conf"
start nginx-sealed nginx -e error.log -p "$T/sealed" -c nginx.conf
sealed() { curl -sko "$T/x" https://127.0.1.93/; }
wait_for 60 "sealed to listen" sealed
site_add 4100000093 sealed市人民政府 www.sealed.gov.cn
new sealed 4100000093 '.outcome == "failed" and .cause == "certificate" and
	.evidence.hops[0].url == "https://www.sealed.gov.cn/"'
exit 0
