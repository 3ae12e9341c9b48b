# The hub looks by itself whether moves work: a real nginx, the check part, and
# nobody who types zqhub move check. One move leads where it says, one leads
# nowhere.
. tests/scenario/lib.sh

command -v nginx >"$T/have" 2>&1 || PATH=$PATH:/usr/sbin
command -v nginx >"$T/have" 2>&1 || skip "no nginx here"
PORT=$(port)
A=4102000001
W=http://www.a.localhost:$PORT
mkdir -p "$T/www/good" "$T/www/bad"
for n in 1 2 3; do
	printf '<html><head><title>公告 %s</title></head><body>%s</body></html>' \
		$n $n >"$T/www/good/$n.html"
	cp "$T/www/good/$n.html" "$T/www/bad/$n.html"
done
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
hub_init 河南省人民政府门户网站
cat >>"$HUB/hub.conf" <<CONF
check = yes
check_allow = 127.0.0.0/8 ::1
check_delay = 0
move_grace = 5s
CONF
hub_start
site_add $A 甲站 www.a.localhost
agent_enroll $A "$TICKET"
zqagent $A source add dir web --root "$T/www" --url "$W/" \
	>"$T/source" 2>&1 || die "source add"
agent_start $A
has() { [ "$(zqhub status --json | jq '.totals.items')" = "$1" ]; }
wait_for 60 "six pages" has 6

say "- two columns are renamed; one of them is not to be found afterwards"
zqagent $A say move "$W/good/" "$W/better/" --prefix >"$T/said" || die "say"
zqagent $A say move "$W/bad/" "$W/worse/" --prefix >>"$T/said" || die "say"
state() { zqhub move list --json | jq -r --arg old "$1" \
	'.moves[] | select(.old == $old) | .state'; }
state_is() { [ "$(state "$W/$1/")" = "$2" ]; }
wait_for 60 "the good one to take effect" state_is good effective
wait_for 60 "the bad one to take effect" state_is bad effective
mv "$T/www/good" "$T/www/better"
rm -r "$T/www/bad"
nginx_conf "location /good/ { rewrite ^/good/(.*)\$ $W/better/\$1 permanent; }" \
	>"$T/nginx.conf"
kill -HUP "$NGINX"
wait_for 150 "the good one to be verified" state_is good verified
wait_for 150 "the bad one to fail" state_is bad failed
zqhub move list --json | jq -e '.moves[] | select(.state == "failed") |
	.why | test("worse|bad")' >"$T/why" || die "it doesn't say why"
grep -q 'GET /good/1.html HTTP/1.1" 301' "$T/access" || die "not looked at"
zqhub journal print | grep -q move-looked || die "not in the journal"

say "- where the hub may not look it says so, and no move fails by that"
sed -i '/^check_allow/d' "$HUB/hub.conf"
GOOD=$(zqhub move list --json | jq --arg old "$W/good/" \
	'.moves[] | select(.old == $old) | .move')
zqhub move check "$GOOD" >"$T/check" && die "looked at what is private"
grep -q 'nothing could be looked at; the move is verified' "$T/check" ||
	{ cat "$T/check"; die "it doesn't say what it did"; }
grep -q check_allow "$T/check" || die "it doesn't say what to do"
state_is good verified || die "what was not looked at has failed"
zqhub move check "$GOOD" --json | jq -e '.looked == 0 and
	.state == "verified" and .addresses[0].good == null' >"$T/json" ||
	die "as JSON"
exit 0
