# The hub looks by itself whether moves work: a real nginx, the check part, and
# nobody who types zqhub move check. One move leads where it says, one leads
# nowhere, and one to a page that is alive and another one.
. tests/scenario/lib.sh

need nginx
PORT=$(port)
A=4102000001
W=http://www.a.localhost:$PORT
mkdir -p "$T/www/good" "$T/www/bad" "$T/www/long"
for n in 1 2 3; do
	printf '<html><head><title>公告 %s</title></head><body>%s</body></html>' \
		$n $n >"$T/www/good/$n.html"
	cp "$T/www/good/$n.html" "$T/www/bad/$n.html"
	printf '<html><head><title>通告 %s_旧站</title></head></html>' \
		$n >"$T/www/long/$n.html"
done
printf '<html><head><title>首页_新站</title></head><body>%s</body></html>' \
	'<a href="/good/1.html">公告 1</a>' >"$T/www/home.html"
nginx_conf() {	# what it leads on
	cat <<-CONF
	daemon off;
	user $(id -un);
	pid $T/nginx.pid;
	error_log $T/nginx.err;
	events { }
	http {
		access_log $T/access;
		types { text/html html; }
		server {
			listen 127.0.0.1:$PORT;
			server_name www.a.localhost;
			root $T/www;
			$1
		}
	}
	CONF
}
nginx_conf "" >"$T/nginx.conf"
start nginx nginx -p "$T" -e "$T/nginx.err" -c "$T/nginx.conf"
NGINX=$PID
wait_for 60 "nginx" curl -sf -o "$T/x" "$W/good/1.html"
hub_init 河南省人民政府门户网站
cat >>"$HUB/hub.conf" <<CONF
check = yes
check_allow = 127.0.0.0/8 ::1
check_delay = 0
move_grace = 20s
CONF
hub_start
site_add $A 甲站 www.a.localhost
agent_enroll $A "$TICKET"
zqagent $A source add dir web --root "$T/www" --url "$W/sub/" \
	>"$T/source" 2>&1 || die "source add"
# That path is wrong: the server says so, and where it is.
is_said() {
	grep -q "^$1source web: .*/sub/.* answers 404.*set url = $W/\$" "$2" ||
		die "the path: $(cat "$2")"
}
is_said 'but: ' "$T/source"
zqagent $A check "$T/www/good/1.html" >"$T/source" 2>&1
is_said '  ' "$T/source"
conf=$(agent_dir $A)/agent.conf
env -u INVOCATION_ID "$ZQ_BUILD/zqagentd" -n -c "$conf" 2>"$T/source" ||
	die "settings"
is_said "$conf: " "$T/source"
zqagent $A source remove web >"$T/source" || die "source remove"
zqagent $A source add dir web --root "$T/www" --url "$W/" \
	>"$T/source" 2>&1 || die "source add"
! grep -q but: "$T/source" || die "a path that is right: $(cat "$T/source")"
zqagent $A check "$T/www/good/1.html" >"$T/source" 2>&1
grep -q "MISSING" "$T/source" || die "check: $(cat "$T/source")"
! grep -q "answers 404" "$T/source" || die "check: $(cat "$T/source")"
env -u INVOCATION_ID "$ZQ_BUILD/zqagentd" -n -c "$conf" 2>"$T/source" ||
	die "settings"
[ ! -s "$T/source" ] || die "nothing is wrong: $(cat "$T/source")"
# All that is wrong is said at once: what can't be read, what can't be used.
sed 's/^hub *=.*/&\nspeed = 5\nlog = loud/; s,^root *=.*,root = /nosuch,' "$conf" \
	>"$conf.bad"
! env -u INVOCATION_ID "$ZQ_BUILD/zqagentd" -n -c "$conf.bad" 2>"$T/source" ||
	die "wrong settings are fine"
for word in "speed: there is no such" "log is \"loud\"" "root /nosuch: "; do
	grep -qF "$word" "$T/source" || die "$word isn't said: $(cat "$T/source")"
done
agent_start $A
has() { [ "$(zqhub status --json | jq '.totals.items')" = "$1" ]; }
wait_for 60 "ten pages" has 10

say "- three columns are renamed; one of them is not to be found afterwards, and"
say "  all of one shows the home page"
zqagent $A say move "$W/good/" "$W/better/" --prefix >"$T/said" || die "say"
zqagent $A say move "$W/bad/" "$W/worse/" --prefix >>"$T/said" || die "say"
zqagent $A say move "$W/long/" "$W/short/" --prefix >>"$T/said" || die "say"
state() { zqhub move list --json | jq -r --arg old "$1" \
	'.moves[] | select(.old == $old) | .state'; }
state_is() { [ "$(state "$W/$1/")" = "$2" ]; }
in_effect() { zqhub move list --json | jq -e '[.moves[].state] ==
	["effective", "effective", "effective"]'; }
wait_for 60 "them to take effect" in_effect
mv "$T/www/good" "$T/www/better"
mv "$T/www/long" "$T/www/short"
# Another template is no other page, nor is another character set.
for n in 1 2 3; do
	printf '<html><head><title>新站 - 公告　%s</title></head></html>' $n |
		iconv -t GB18030 >"$T/www/better/$n.html"
done
rm -r "$T/www/bad"
leads() { say "location /$1/ { rewrite ^/$1/(.*)\$ $W/$2/\$1 permanent; }"; }
nginx_conf "$(leads good better; leads long short)
	location /short/ { rewrite ^ /home.html break; }" >"$T/nginx.conf"
kill -HUP "$NGINX"
wait_for 150 "the good one to be verified" state_is good verified
wait_for 150 "the bad one to fail" state_is bad failed
why_is() { zqhub move list --json | jq -e --arg old "$W/$1/" --arg why "$2" \
	'.moves[] | select(.old == $old) | .why | test($why)' >"$T/why"; }
why_is bad 'worse|bad' || die "it doesn't say why"
wait_for 150 "the third to fail" state_is long failed
why_is long '首页_新站.*通告 [123]_旧站.*mend' ||
	{ zqhub move list; die "it doesn't name both"; }
wait_for 60 "a look at it" grep -q 'GET /good/1.html HTTP/1.1" 301' "$T/access"
zqhub journal print | grep -q move-looked || die "not in the journal"

say "- asked for by a person it names both, and says what to do"
number() { zqhub move list --json | jq --arg old "$W/$1/" \
	'.moves[] | select(.old == $old) | .move'; }
zqhub move check "$(number long)" >"$T/check" && die "another page is good"
grep -q 'titled "首页_新站"; what has moved was "通告 [123]_旧站"' "$T/check" &&
	grep -q 'say deleted --url' "$T/check" ||
	{ cat "$T/check"; die "what it says of another page"; }
zqhub move check "$(number long)" --json | jq -e '.addresses | length == 3 and
	all(.unlike and .title == "首页_新站" and (.was | test("通告")))' \
	>"$T/json" || die "as JSON"
nginx_conf "$(leads good better; leads long short)" >"$T/nginx.conf"
kill -HUP "$NGINX"
mends() { zqhub move check "$(number long)" >"$T/check"; }
wait_for 60 "it to be verified when the pages are there" mends
state_is long verified || die "what is mended isn't verified"

say "- where the hub may not look it says so, and no move fails by that"
sed -i '/^check_allow/d' "$HUB/hub.conf"
GOOD=$(number good)
zqhub move check "$GOOD" >"$T/check" && die "looked at what is private"
grep -q 'nothing could be looked at; the move is verified' "$T/check" ||
	{ cat "$T/check"; die "it doesn't say what it did"; }
grep -q check_allow "$T/check" || die "it doesn't say what to do"
state_is good verified || die "what was not looked at has failed"
zqhub move check "$GOOD" --json | jq -e '.looked == 0 and
	.state == "verified" and .addresses[0].good == null' >"$T/json" ||
	die "as JSON"

say "- an address that is wrong later is noticed by the daemon itself"
cp "$T/www/home.html" "$T/www/index.html"
sed -i "s,^url *=.*,url = $W/sub/,; 1i url_every = 1s" "$conf"
kill -HUP "$(agent_pid $A)"
astray() {
	zqhub status --json | jq -e '.sites[0].trouble // "" |
		test("not at its addresses")' >"$T/json"
}
wait_for 90 "the hub to hear of it" astray
zqagent $A status >"$T/status"
grep -q "not at its addresses.*answers 404, and below $W/ it is there" \
	"$T/status" || { cat "$T/status"; die "what status says"; }
sed -i "s,^url *=.*,url = $W/," "$conf"
kill -HUP "$(agent_pid $A)"
right() {
	zqhub status --json | jq -e '.sites[0].trouble // "" |
		test("not at its addresses") | not' >"$T/json" &&
		zqagent "$A" status --json |
		jq -e '.sources[0].addresses.fine' >"$T/json"
}
wait_for 90 "it to be right" right
exit 0
