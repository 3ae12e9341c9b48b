# The hub can't get a site's page: agents of other sites, those that are
# willing to, are asked whether they can. Three can: it is down from here only.
# Nobody can: it is down. One says that it can: it is down all the same.
#
# A network for each: the hub's (this script's), that of the web server and of
# the first site's agent, and one for each other agent.
. tests/scenario/lib.sh

own_net
need nginx nsenter

# --- the networks: number N is 10.97.N.0/24, the hub its gateway ----------------
code() { say "410000000$1"; }
ip addr add 10.97.0.1/32 dev lo || skip "no loopback"
echo 1 >/proc/sys/net/ipv4/ip_forward || skip "no forwarding"
SITES='1 2 3 4 5'
for n in $SITES; do
	network "$n" "10.97.$n" 2
	eval "NET_$n=\$NET"
done
{
	echo '127.0.0.1 localhost'
	echo '10.97.0.1 hub.test'
	for n in $SITES; do echo "10.97.1.2 www.s$n.gov.cn"; done
} >"$T/hosts"
mount --bind "$T/hosts" /etc/hosts || skip "no mounts"

# --- one web server for all pages --------------------------------------------------
[ "$(id -u)" = 0 ] && as_root='user root;' || as_root=''
mkdir "$T/web"
: >"$T/web/first.conf"
{
	echo "$as_root daemon off; worker_processes 1; pid nginx.pid;
	error_log error.log; events { }
	http { access_log access.log; default_type text/html;
	client_body_temp_path t1; proxy_temp_path t2;
	fastcgi_temp_path t3; uwsgi_temp_path t4; scgi_temp_path t5;
	server { listen 80 default_server; return 404; }"
	for n in $SITES; do
		mkdir -p "$T/www/$n"
		cat >"$T/www/$n/index.html" <<-HTML
		<html><head><meta charset="utf-8"><title>第${n}市人民政府</title>
		<meta name="SiteIDCode" content="$(code "$n")">
		<meta name="SiteDomain" content="www.s$n.gov.cn"></head>
		<body><p>各市县人民政府要加强组织领导，明确责任分工，细化工作措施，确保各项任务落到实处。</p>
		</body></html>
		HTML
		[ "$n" = 1 ] && also='include first.conf;' || also=''
		echo "server { listen 80; server_name www.s$n.gov.cn;
			root $T/www/$n; $also }"
	done
	echo '}'
} >"$T/web/nginx.conf"
# shellcheck disable=SC2154 # network() set it
start nginx nsenter -t "$NET_1" -n nginx -e error.log -p "$T/web" -c nginx.conf
NGINX=$PID
wait_for 60 "the web server" curl -s -o "$T/x" http://10.97.1.2/
# first RULE: so the first site's page is from now on
first() {
	echo "$1" >"$T/web/first.conf"
	kill -HUP "$NGINX"
}

# --- the hub and its agents -----------------------------------------------------------
HUB_HOST=hub.test
hub_init
sed -i "s/^listen = .*/listen = 0.0.0.0:$HUB_PORT/" "$HUB/hub.conf"
cat >>"$HUB/hub.conf" <<-END
home_every = 8s
check_allow = 10.97.0.0/16
END
hub_start
for n in $SITES; do
	c=$(code "$n")
	site_add "$c" "第${n}市人民政府" "www.s$n.gov.cn"
	eval "AGENT_RUN=\"nsenter -t \$NET_$n -n\""
	agent_enroll "$c" "$TICKET"
	zqagent "$c" source add dir web --root "$T/www/$n" \
		--url "http://www.s$n.gov.cn/" >>"$T/agent-$c.log" 2>&1 ||
		die "source add"
	# The first is whose page it is about; the last isn't willing.
	case $n in [234])
		sed -i '1i look_for_others = yes\nlook_networks = 10.97.0.0/16' \
			"$(agent_dir "$c")/agent.conf"
	esac
	agent_start "$c"
done
AGENT_RUN=''
ONE=$(code 1)

state_is() {	# STATE CAUSE: of the first site, as last said
	grep " site=$ONE state=" "$T/hub.log" | tail -n 1 |
		grep -q "state=$1 .*cause=$2 "
}
home_is() {	# JQ
	zqhub home "$ONE" --json >"$T/home" && jq -e "$1" "$T/home"
}
all_up() {
	for n in $SITES; do
		grep " site=$(code "$n") state=" "$T/hub.log" | tail -n 1 |
			grep -q "state=up " || return 1
	done
}
wait_for 120 "all to be up" all_up
nobody_asked() { home_is '.others == null' >"$T/x" 2>&1; }
wait_for 60 "a look of the hub's own, without asking others" nobody_asked
zqagent "$(code 2)" status >"$T/status"
grep -q '^looks .*: 0 today, at most 60 an hour' "$T/status" ||
	{ cat "$T/status"; die "the agent does not say that it looks"; }

say "- refused to the hub, not to the others: down from here only"
began=$(date +%s)
# shellcheck disable=SC2016 # nginx's
first 'if ($remote_addr = 10.97.1.1) { return 444; }'
wait_for 120 "it to be down from here" state_is unreachable here
say "  after $(($(date +%s) - began)) s"
! grep -q " site=$ONE state=down" "$T/hub.log" ||
	die "it was called down before"
# Two that can are enough; the third may be later, and all are asked again.
looked() { home_is '.others | .of == 3 and .reach == 3 and
	([.looks[].code] | sort) == ["4100000002", "4100000003", "4100000004"] and
	all(.looks[]; .said == "well" and .status == 200)'; }
wait_for 150 "all three to have looked" looked
home_says() {
	zqhub home "$ONE" >"$T/x"
	grep -q "$1 of 3 other sites reach it" "$T/x" && grep -q "$2" "$T/x"
}
wait_for 60 "zqhub home to say it" home_says 3 \
	'4100000003 第3市人民政府: the page comes: HTTP 200 after '
states_say() {
	zqhub states "$ONE" >"$T/x"
	grep -q 'down from here only' "$T/x" &&
		grep -q '3 of 3 other sites reach it' "$T/x"
}
wait_for 60 "zqhub states to say it" states_say
page_says() {
	curl -sf -o "$T/x" "http://127.0.0.1:$WEB_PORT/site/$ONE?lang=en" &&
		grep -q 'Seen from elsewhere' "$T/x" &&
		grep -q 'down from here only: .*; 3 of 3 other sites reach it' "$T/x"
}
wait_for 60 "the page to say it" page_says
for _ in 1 2 3; do	# looks
	home_is .at >"$T/at"
	wait_for 60 "one more look" home_is ".at > $(cat "$T/at")"
done
state_is unreachable here || { tail "$T/hub.log"; die "not any more?"; }
zqagent "$(code 2)" status >"$T/status"
grep -q '^looks .*: [1-9][0-9]* today' "$T/status" &&
	grep -q 'http://www.s1.gov.cn/ answers 200' "$T/status" ||
	{ cat "$T/status"; die "the agent does not say what it saw"; }
! grep -q ' look url=' "$T/agent-$(code 1).log" "$T/agent-$(code 5).log" ||
	die "one was asked that should not be"
wait_for 60 "who it was" grep -q \
	'"GET / HTTP/1.1" 200 .*looks for another site of its cluster' "$T/web/access.log"
grep -q '^10.97.5.2 .*looks for another' "$T/web/access.log" &&
	die "the one that isn't willing has looked"

say "- it comes again"
first ''
wait_for 120 "it to be up" state_is up fine

say "- refused to all: it is down, and no later for asking"
began=$(date +%s)
# shellcheck disable=SC2016 # nginx's
first 'if ($remote_addr != 127.0.0.1) { return 444; }'
wait_for 120 "it to be down" state_is down outside
took=$(($(date +%s) - began))
say "  after $took s"
[ "$took" -le 45 ] || die "it was asked for too long"
none() { home_is '.others | .of == 3 and .reach == 0 and
	all(.looks[]; .said == "failed" and .error == "cut")'; }
wait_for 150 "three that can't" none
wait_for 60 "zqhub home to say it" home_says 0 \
	"4100000004 .*: the page doesn't come: it hung up"

say "- one alone that says it comes changes nothing"
# shellcheck disable=SC2016 # nginx's
first 'set $who no; if ($remote_addr = 10.97.3.2) { set $who yes; }
	if ($remote_addr = 127.0.0.1) { set $who yes; }
	if ($who = no) { return 444; }'
one() { home_is '.others | .of == 3 and .reach == 1'; }
wait_for 150 "one that can" one
sleep 3
state_is down outside || { tail "$T/hub.log"; die "it is believed"; }
! grep " site=$ONE state=" "$T/hub.log" | tail -n 2 | grep -q 'cause=here' ||
	die "it was believed for a while"
say "fine"
