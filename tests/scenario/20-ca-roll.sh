# The CA is rolled over: both are trusted, agents follow by letter, nobody is
# interrupted; whoever has not followed is named, and left behind only by
# force. Certificates and files are read again without a restart.
. tests/scenario/lib.sh

HUB_URL=
one=$T/one two=$T/two
page "$one/index.html" '郑州市人民政府' '' 首页
page "$two/index.html" '洛阳市人民政府' '' 首页
hub_init
hub_start
HUB_URL="https://127.0.0.1:$HUB_PORT"
site 4101000001 '郑州市人民政府' www.zhengzhou.gov.cn "$one" \
	https://www.zhengzhou.gov.cn/
site 4103000001 '洛阳市人民政府' www.luoyang.gov.cn "$two" \
	https://www.luoyang.gov.cn/
wait_for 60 "sync" in_sync
first=$(cd "$HUB/ca" && openssl x509 -in ca.pem -noout -fingerprint)

# A site without our agent: it follows when its people say so.
site_add 4104000001 '平顶山市人民政府' www.pds.gov.cn
new_key() { openssl ecparam -name prime256v1 -genkey -noout -out "$1" 2>/dev/null; }
new_key "$T/a.key"
openssl cmp -cmd ir -server "$HUB_URL" -tls_used \
	-path .well-known/cmp/p/zhanqun -subject /CN=4104000001 \
	-ref "$(echo "$TICKET" | cut -d. -f2)" \
	-secret "pass:$(echo "$TICKET" | cut -d. -f3)" \
	-newkey "$T/a.key" -certout "$T/a.pem" >"$T/ir" 2>&1 || { cat "$T/ir"; die ir; }
kur() {	# CERT KEY NEWKEY OUT TRUSTED …
	cert=$1 key=$2 new=$3 out=$4 trusted=$5; shift 5
	openssl cmp -cmd kur -server "$HUB_URL" -tls_used \
		-path .well-known/cmp/p/zhanqun -trusted "$trusted" \
		-cert "$cert" -key "$key" -newkey "$new" -certout "$out" \
		"$@" >"$T/kur" 2>&1
}
letters() {	# CERT KEY CA: the HTTP status
	curl -s --cacert "$3" --cert "$1" --key "$2" -o "$T/out" \
		-w '%{http_code}' "$HUB_URL/v1/letters?after=0&wait=0"
}
letters_say() {	# STATUS CERT KEY CA
	[ "$(letters "$2" "$3" "$4")" = "$1" ]
}
of_ca() { openssl verify -CAfile "$2" "$1" >/dev/null 2>&1; }
agent_cert() { find "$(agent_dir "$1")" -name cert.pem | head -n 1; }
agent_ca() { find "$(agent_dir "$1")" -name ca.pem | head -n 1; }
behind() { zqhub ca status --json | jq -r .behind; }
is_behind() { [ "$(behind)" = "$1" ]; }

say "- nothing is under way yet"
zqhub ca status || die "ca status"
zqhub ca roll --finish 2>"$T/err" && die "finished what was not begun"
grep -q 'not being rolled over' "$T/err" || { cat "$T/err"; die "no word of it"; }

if HUB_RUN=$(believe +3700d); then
	say "- after the CA's end that is said, and exit 1"
	zqhub ca status >"$T/late" && { cat "$T/late"; die "all is well"; }
	grep -q 'The CA has ended' "$T/late" || { cat "$T/late"; die "no word"; }
fi
HUB_RUN=

say "- begin: a second CA, both trusted; the agents follow by letter"
pids="$HUB_PID $(agent_pid 4101000001) $(agent_pid 4103000001)"
zqhub ca roll --reason '例行更换' || die "ca roll"
zqhub ca roll 2>"$T/err" && die "begun twice"
cp "$HUB/ca/ca.pem" "$T/old.pem"
cp "$HUB/ca/next.pem" "$T/new.pem"
wait_for 120 "two of three to follow" is_behind 1
# The hub knows when it has signed; then the agent writes what it got.
followed() {
	of_ca "$(agent_cert "$1")" "$T/new.pem" &&
		[ "$(grep -c BEGIN "$(agent_ca "$1")")" = 2 ]
}
for code in 4101000001 4103000001; do
	wait_for 60 "$code to be of the new CA, and trust both" followed $code
done
page "$one/a.html" '换根期间的公告' '2026-11-20 10:00'
wait_for 60 "a page meanwhile" found 换根期间
zqhub ca status >"$T/status" && die "ca status says that all have followed"
grep -q 'ca roll --finish --force' "$T/status" || { cat "$T/status"; die "the way out"; }
grep -q 4104000001 "$T/status" || { cat "$T/status"; die "who hasn't isn't named"; }

say "- a ticket of meanwhile enrols a new agent, which follows as well"
page "$T/three/index.html" '安阳市人民政府' '' 首页
site 4105000001 '安阳市人民政府' www.anyang.gov.cn "$T/three" \
	https://www.anyang.gov.cn/
pids="$pids $(agent_pid 4105000001)"
new_has() { of_ca "$(agent_cert 4105000001)" "$T/new.pem"; }
wait_for 120 "the new one to follow" new_has
wait_for 60 "the new one's page" found 安阳市

say "- openssl cmp: the old CA signs for who doesn't ask for the new one"
new_key "$T/b.key"
kur "$T/a.pem" "$T/a.key" "$T/b.key" "$T/b.pem" "$T/old.pem" || { cat "$T/kur"; die kur; }
of_ca "$T/b.pem" "$T/old.pem" || die "not of the old CA"
is_behind 1 || die "$(behind) are behind, and not 1"
zqhub ca roll --finish 2>"$T/err" && die "finished though one hangs on the old CA"
grep -q 4104000001 "$T/err" || { cat "$T/err"; die "the one isn't named"; }

say "- … and the new one for who does (-issuer)"
new_key "$T/c.key"
issuer=/$(openssl x509 -in "$T/new.pem" -noout -subject -nameopt RFC2253,-esc_msb,utf8,sep_comma_plus |
	sed 's/^subject=//; s/,\([A-Z]*=\)/\/\1/g')
# RFC 2253 turns the order round: OU comes first in the name itself.
issuer="/OU=${issuer##*OU=}/CN=$(echo "$issuer" | sed 's/.*CN=//; s/\/OU=.*//')"
cat "$T/old.pem" "$T/new.pem" >"$T/both.pem"
kur "$T/b.pem" "$T/b.key" "$T/c.key" "$T/c.pem" "$T/both.pem" -issuer "$issuer" ||
	{ cat "$T/kur"; die "kur for the new CA, $issuer"; }
of_ca "$T/c.pem" "$T/new.pem" || die "not of the new CA"
letters_say 200 "$T/c.pem" "$T/c.key" "$T/both.pem" || die "the new one is not good"
zqhub ca status || die "one is still behind"

say "- finish: the new CA alone; agents go on, with the processes they had"
printed=$(zqhub ca roll --finish) || die "ca roll --finish"
echo "$printed" | grep -q backup || die "no word of a new backup"
[ "$(cd "$HUB/ca" && openssl x509 -in ca.pem -noout -fingerprint)" != "$first" ] ||
	die "the CA is the old one"
[ ! -e "$HUB/ca/next.key" ] && [ ! -e "$HUB/ca/next.pem" ] || die "next.* is there"
of_ca "$HUB/tls/hub.pem" "$T/new.pem" || die "the hub's certificate is of the old CA"
page "$two/b.html" '换根之后的公告' '2026-11-20 11:00'
wait_for 60 "a page afterwards" found 换根之后
only_new() { [ "$(grep -c BEGIN "$(agent_ca "$1")")" = 1 ]; }
for code in 4101000001 4103000001 4105000001; do
	wait_for 60 "$code to trust the new CA alone" only_new $code
done
for pid in $pids; do kill -0 "$pid" || die "pid $pid was restarted"; done
letters_say 200 "$T/c.pem" "$T/c.key" "$T/new.pem" || die "the new one is not good"
wait_for 60 "the old one to be refused" letters_say 403 "$T/b.pem" "$T/b.key" "$T/new.pem"
grep -q "not of this hub" "$T/out" || { cat "$T/out"; die "no word of the CA"; }
new_key "$T/d.key"
kur "$T/b.pem" "$T/b.key" "$T/d.key" "$T/d.pem" "$T/both.pem" && die "the old CA's site renewed"
kur "$T/c.pem" "$T/c.key" "$T/d.key" "$T/d.pem" "$T/new.pem" || { cat "$T/kur"; die "kur after"; }

# The hub as it is now, with the key of its CA in somebody's hands.
stop "$HUB_PID" || die "the hub did not end well"
cp -a "$HUB" "$T/stolen"
hub_start

say "- by force: who has not followed is left behind, and told so"
stop "$(agent_pid 4105000001)"
zqhub ca roll >/dev/null || die "a second roll"
wait_for 120 "two of four to follow" is_behind 2
# They connect anew while both are trusted, and must not go on so.
page "$one/between.html" '两根之间' '2026-11-20 11:30'
wait_for 60 "a page in between" found 两根之间
zqhub ca roll --finish 2>/dev/null && die "finished with two behind"
zqhub ca roll --finish --force >"$T/forced" || die "--force"
grep -q reissue "$T/forced" || { cat "$T/forced"; die "no word of reissue"; }
wait_for 60 "the one behind to be refused" letters_say 403 "$T/d.pem" "$T/d.key" "$HUB/ca/ca.pem"
wait_for 60 "the log to say that a certificate was refused" \
	grep -q 'warn edge: .* shows a certificate of another CA' "$T/hub.log"
advised() { zqhub status --json | jq -r ".sites[] | select(.code == \"$1\").advice"; }
advised 4105000001 | grep -q 'zqhub site reissue 4105000001' ||
	{ zqhub status; die "status doesn't say what the one behind needs"; }
page "$one/c.html" '再次换根之后' '2026-11-20 12:00'
wait_for 60 "a page after the second" found 再次换根

say "- … an agent that was away says what to do, and that helps"
agent_start 4105000001
plainly() { zqagent 4105000001 status | grep -q 'zqhub site reissue CODE'; }
wait_for 60 "the one that was away to say what to do" plainly
zqhub site reissue 4105000001 --csv --reason '换根时不在' >"$T/tickets.csv" || die "reissue"
ticket=$(tail -n 1 "$T/tickets.csv" | tr -d '"' | awk '{ print $NF }')
stop "$(agent_pid 4105000001)"
page "$T/three/late.html" '离线之后补发' '2026-11-20 12:30'
zqagent 4105000001 enroll "$HUB_URL" "$ticket" --force \
	>>"$T/agent-4105000001.log" 2>&1 || die "could not enrol anew"
agent_start 4105000001
wait_for 60 "what it had kept" found 离线之后
advised 4105000001 >"$T/advice"
[ -s "$T/advice" ] && ! grep -q reissue "$T/advice" ||
	{ cat "$T/advice"; die "it is still called one behind"; }
# The letters of the roll came while it was away; it is past them.
read_all() { [ "$(zqagent 4105000001 status --json | jq -r .errand.kind)" = trust ]; }
wait_for 60 "the letters of the roll to be read" read_all
grep ' error agent: letter' "$T/agent-4105000001.log" &&
	die "it complains of letters of before"

say "- SIGHUP: the hub's certificate was replaced by hand"
served() { openssl s_client -connect "127.0.0.1:$HUB_PORT" </dev/null 2>/dev/null |
	openssl x509 -noout -serial; }
before=$(served)
rm "$HUB/tls/hub.pem"
kill -HUP "$HUB_PID"
is_another() {
	now=$(served) && [ -n "$now" ] && [ "$now" != "$before" ]
}
[ -n "$before" ] || die "no certificate at the edge"
wait_for 60 "another certificate at the edge" is_another
kill -0 "$HUB_PID" || die "SIGHUP ended the hub"
page "$one/d.html" '重读证书之后' '2026-11-20 13:00'
wait_for 60 "a page after SIGHUP" found 重读证书
kill -HUP "$HUB_PID"
sleep 0.5
kill -0 "$HUB_PID" || die "SIGHUP ended the hub"

say "- days left are metrics, and promtool likes them"
curl -s "http://127.0.0.1:$WEB_PORT/metrics" >"$T/metrics"
for of in ca hub; do
	grep -q "^zq_certificate_expiry_timestamp_seconds{of=\"$of\"} 1\?[0-9.e+]*$" "$T/metrics" ||
		die "no expiry of the $of"
done
grep '^zq_site_certificate_expiry_timestamp_seconds{site="4101000001"' "$T/metrics" |
	awk -v now="$(date +%s)" '{ left = ($NF - now) / 86400
		exit !(left > 88 && left < 91) }' || die "the site's expiry is odd"
if command -v promtool >/dev/null; then
	promtool check metrics <"$T/metrics" || die "promtool"
fi
zqhub site show 4101000001 | grep -q '(89 days)\|(90 days)' || die "site show has no days left"
zqhub journal verify || die "the chain"

say "- who has that CA's key can't be the hub for an agent that never stopped"
wait_for 60 "it to trust the newest CA alone" only_new 4101000001
stop "$HUB_PID" || die "the hub did not end well"
mv "$HUB" "$T/right"
mv "$T/stolen" "$HUB"
hub_start
untrusted() { zqagent 4101000001 status | grep -q "a CA that this site doesn't trust"; }
wait_for 90 "the agent to refuse it" untrusted
grep "is not of this hub's CA" "$T/agent-4101000001.log" &&
	die "it spoke with who showed it the old CA's certificate"
stop "$HUB_PID" || die "the false hub did not end well"
mv "$HUB" "$T/stolen"
mv "$T/right" "$HUB"
hub_start
page "$one/d.html" '真的枢纽回来了' '2026-11-20 13:00'
wait_for 90 "a page at the right one" found 真的枢纽
