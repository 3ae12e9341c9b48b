# The network between the hub and its sites is cut: its link goes down, or
# packets vanish in silence. The hub says that it is isolated, once, and judges
# nobody; when the network is back it says so, once, and nothing is lost. Then
# its names vanish, and its network is well: no home page comes, and what agents
# say counts. One site alone that is cut off is told of as that one.
#
# Three networks of their own: the hub's (this script's), that of five sites,
# that of a sixth.
. tests/scenario/lib.sh

own_net
need nginx nsenter

# --- the networks ----------------------------------------------------------------
SITES='1 2 3 4 5' LONE=6
code() { say "410000000$1"; }
address() { [ "$1" = $LONE ] && say 10.98.2.16 || say "10.98.1.1$1"; }
ip addr add 10.98.0.1/32 dev lo || skip "no loopback"
network sites 10.98.1 11 12 13 14 15
SITES_NET=$NET
network lone 10.98.2 16
LONE_NET=$NET
net_of() { [ "$1" = $LONE ] && say "$LONE_NET" || say "$SITES_NET"; }

# link NAME up|down
link() { ip link set "to-$1" "$2"; }
# vanish NAME PID NUMBER: what one end sends is for a machine that isn't there
vanish() {
	nobody=02:00:00:00:00:01
	for n in $SITES $LONE; do
		case $(address "$n") in "10.98.$3."*)
			ip neigh replace "$(address "$n")" lladdr $nobody \
				nud permanent dev "to-$1" ;;
		esac
	done
	nsenter -t "$2" -n ip neigh replace "10.98.$3.1" lladdr $nobody \
		nud permanent dev hub || die "packets won't vanish"
}
appear() {	# NAME PID
	ip neigh flush all nud permanent dev "to-$1"
	nsenter -t "$2" -n ip neigh flush all nud permanent dev hub
}

{
	echo '127.0.0.1 localhost'
	echo '10.98.0.1 hub.test'
	for n in $SITES $LONE; do echo "$(address "$n") www.s$n.gov.cn"; done
} >"$T/hosts"
mount --bind "$T/hosts" /etc/hosts || skip "no mounts"

# --- web servers ------------------------------------------------------------------
[ "$(id -u)" = 0 ] && as_root='user root;' || as_root=''
home() {	# N
	mkdir -p "$T/www/$1"
	cat >"$T/www/$1/index.html" <<-HTML
	<html><head><meta charset="utf-8"><title>第${1}市人民政府</title>
	<meta name="SiteIDCode" content="$(code "$1")">
	<meta name="SiteDomain" content="www.s$1.gov.cn"></head>
	<body><p>各市县人民政府要加强组织领导，明确责任分工，细化工作措施，确保各项任务落到实处。</p>
	</body></html>
	HTML
}
serve() {	# NAME PID N…
	net=$1 in=$2; shift 2
	mkdir "$T/$net"
	{
		echo "$as_root daemon off; master_process off; pid nginx.pid;
		error_log error.log; events { }
		http { access_log off; default_type text/html;
		client_body_temp_path t1; proxy_temp_path t2;
		fastcgi_temp_path t3; uwsgi_temp_path t4; scgi_temp_path t5;"
		for n; do
			home "$n"
			echo "server { listen 80; server_name www.s$n.gov.cn;
				root $T/www/$n; }"
		done
		echo '}'
	} >"$T/$net/nginx.conf"
	start "nginx-$net" nsenter -t "$in" -n \
		nginx -e error.log -p "$T/$net" -c nginx.conf
}
# shellcheck disable=SC2086 # they are words
serve sites "$SITES_NET" $SITES
serve lone "$LONE_NET" $LONE

# --- the hub, and six agents ------------------------------------------------------
HUB_HOST=hub.test
cat >"$T/told.sh" <<-END
cat >>"$T/told"
echo >>"$T/told"
END
hub_init
sed -i "s/^listen = .*/listen = 0.0.0.0:$HUB_PORT/" "$HUB/hub.conf"
cat >>"$HUB/hub.conf" <<-END
home_every = 10s
check_allow = 10.98.0.0/16
start_after = 60s
[rule availability]
tell = no
[receiver run]
kind = command
command = /bin/sh $T/told.sh
END
hub_start
for n in $SITES $LONE; do
	c=$(code "$n")
	AGENT_RUN="nsenter -t $(net_of "$n") -n unshare -m"	# own names
	site_add "$c" "第${n}市人民政府" "www.s$n.gov.cn"
	agent_enroll "$c" "$TICKET"
	sed -i '1i hub_silent = 10s' "$(agent_dir "$c")/agent.conf"
	zqagent "$c" source add dir web --root "$T/www/$n" \
		--url "http://www.s$n.gov.cn/" >>"$T/agent-$c.log" 2>&1 ||
		die "source add for $c"
	agent_start "$c"
done
AGENT_RUN=

state() { zqhub states "$1" --limit 1 --json | jq -r '.states[0].state'; }
state_is() { [ "$(state "$1")" = "$2" ]; }
all_up() {
	for n in $SITES $LONE; do state_is "$(code "$n")" up || return 1; done
}
told() {	# RULE EVENT: how often
	jq -s --arg rule "$1" --arg event "$2" '[.[] |
		select(.rule == $rule and .event == $event)] | length' "$T/told"
}
told_is() { [ -f "$T/told" ] && [ "$(told "$1" "$2")" = "$3" ]; }
told_in_all() {	# begun and ended, whatever was said in between: so much, no more
	wait_for 60 "$1 to be told" told_so_much "$1"
	sleep 3
	told_so_much "$1" || { cat "$T/told"; die "something else was told"; }
}
told_so_much() {
	[ "$(jq -s '[.[] | select(.event == "firing" or
		.event == "resolved")] | length' "$T/told")" = "$1" ]
}
metric() {
	curl -sf "http://127.0.0.1:$WEB_PORT/metrics" |
		awk -v name="$1" '$1 == name { print $2 }'
}
isolated() { [ "$(metric zq_hub_isolated)" = "$1" ]; }
front() { curl -sf -o "$T/page" -H 'Accept-Language: en' "http://127.0.0.1:$WEB_PORT/"; }
page_says() { front && grep -q 'The hub is isolated' "$T/page"; }
page_is_silent() { front && ! grep -q 'The hub is isolated' "$T/page"; }
hub_is() {	# CAUSE: that of its isolation, or "" for any
	zqhub states hub --limit 1 --json | jq -e --arg cause "$1" '.states[0] |
		.state == "isolated" and ($cause == "" or .cause == $cause)'
}
nobody_judged() {	# since it began: no site was ever said to be bad
	for n in $SITES $LONE; do
		zqhub states "$(code "$n")" --json | jq -e 'all(.states[];
			.state == "up" or .state == "slow" or
			.state == "unknown")' >"$T/have" ||
			{ zqhub states "$(code "$n")"; die "$n was judged"; }
	done
}
# The looks in a cut say nothing of anybody; those before it was noticed were
# two in each.
not_counted() {
	zqhub availability --json >"$T/days"
	for n in $SITES; do
		jq -e --arg code "$(code "$n")" '.sites[] |
			select(.code == $code) | .failed <= 6 and .unknown > 0' \
			"$T/days" >"$T/have" || return 1
	done
}
all_have() {
	for n in $SITES $LONE; do has_items "$(code "$n")" "$1" || return 1; done
}
hub_missed() {
	zqagent "$(code 1)" status >"$T/status"
	grep -q 'the hub has not answered for' "$T/status"
}

say "- six sites, two networks, all of them up"
wait_for 120 "all to be up" all_up
wait_for 60 "their pages" all_have 1
wait_for 60 "no isolation, as nothing is wrong" isolated 0

# cut TURN WHAT COMMAND…: that cuts it
cut() {
	turn=$1 what=$2; shift 2
	say "- $what: the hub is isolated, and judges nobody"
	began=$(date +%s)
	"$@"
	wait_for 120 "the hub to be isolated" isolated 1
	say "  after $(($(date +%s) - began)) s"
	wait_for 60 "it to be told" told_is isolated firing "$turn"
	wait_for 60 "the page to say it" page_says
	wait_for 60 "states hub" hub_is ""
	for n in $SITES $LONE; do
		page "$T/www/$n/cut$turn.html" "断网时发布的第${turn}件"
	done
	wait_for 60 "the agents to notice" hub_missed
	wait_for 60 "the sixth to tell on" has_items "$(code $LONE)" $((turn + 1))
	# Three beats and more: whoever were judged by that would be by now.
	sleep 20
	isolated 1 || die "it isn't over yet"
	has_items "$(code 1)" "$turn" || die "what came through the cut?"
}
back() {	# TURN
	wait_for 180 "the hub to be back" isolated 0
	wait_for 60 "its end to be told" told_is isolated resolved "$1"
	wait_for 180 "all to be up" all_up
	wait_for 60 "what was published meanwhile" all_have $(($1 + 1))
	wait_for 60 "sync" in_sync
	nobody_judged
	told_in_all $((2 * $1))
	wait_for 60 "the page to say it no more" page_is_silent
}
cut 1 "the link goes down" link sites down
link sites up
back 1
cut 2 "packets vanish" vanish sites "$SITES_NET" 1
appear sites "$SITES_NET"
back 2

wait_for 60 "the cuts not to be counted against the sites" not_counted

say "- the hub's names vanish: it is blind, and nobody is judged by his page"
printf '127.0.0.1 localhost\n10.98.0.1 hub.test\n' >"$T/no-names"
failed() { zqhub availability --json | jq '[.sites[].failed] | add'; }
# What was seen is written down some time later, all of it at once.
written() { zqhub availability --json | jq -e --argjson was "$1" '[.sites[] |
	.looks, .unknown, .excluded] | add > $was'; }
all_written() {
	was=$(zqhub availability --json | jq '[.sites[] | .looks, .unknown, .excluded] | add')
	wait_for 60 "what was seen to be written down" written "$was"
}
all_written
failed >"$T/failed"
mount --bind "$T/no-names" /etc/hosts || die "no second mount"
wait_for 120 "the hub to be blind" isolated 1
wait_for 60 "it to be told" told_is isolated firing 3
wait_for 60 "states hub" hub_is blind
all_unknown() {
	for n in $SITES $LONE; do
		state_is "$(code "$n")" unknown || return 1
	done
}
wait_for 120 "what can't be seen to be unknown" all_unknown
for n in $SITES $LONE; do page "$T/www/$n/blind.html" "域名解析中断时发布"; done
wait_for 60 "what agents say" all_have 4
nobody_judged
sleep 25
umount /etc/hosts || die "the names won't come back"
back 3
all_written
[ "$(failed)" = "$(cat "$T/failed")" ] || die "looks of a blind hub count"

say "- one site alone vanishes: told of it, once, as what it is"
vanish lone "$LONE_NET" 2
wait_for 120 "it to be unreachable" state_is "$(code $LONE)" unreachable
lone_is() {	# told, of the fourth alert: EVENT, and as what
	jq -se --arg code "$(code "$LONE")" "any(.[]; .alert == 4 and ($1) and
		(.sites | length) == 1 and .sites[0].site == \$code)" "$T/told"
}
wait_for 60 "it to be told" lone_is '.event != "resolved" and
	(.now // .rule) == "unreachable"'
sleep 10
isolated 0 || die "the hub isn't isolated by one"
told_in_all 7
appear lone "$LONE_NET"
wait_for 180 "its end to be told" lone_is '.event == "resolved"'
wait_for 180 "all to be up" all_up
told_in_all 8
for n in $SITES; do
	zqhub states "$(code "$n")" --json | jq -e 'all(.states[]; .state != "down" and
		.state != "silent" and .state != "unreachable")' >"$T/have" ||
		die "$n was judged"
done

say "- nothing twice, and the journal is whole"
wait_for 180 "a proof" proven
whole
stop "$HUB_PID" || die "the hub did not end well"
exit 0
