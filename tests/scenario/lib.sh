# shellcheck shell=sh
# What scenarios (and the demo) share: a temporary directory, free ports, a
# hub and agents that are started, waited for and stopped by pid.
#
# A scenario is a script that includes this, sets up what it needs, and exits
# 0 when all held, 77 when something it needs isn't on this machine.

ZQ_BUILD=${ZQ_BUILD:-$PWD/build}
T=$(mktemp -d "${TMPDIR:-/tmp}/zhanqun.XXXXXX")
PATH=$PATH:/usr/sbin:/sbin
PIDS='' STARTED=''
HUB=$T/hub
export TZ="${TZ:-Asia/Shanghai}"
export LANGUAGE="${ZQ_LANGUAGE:-en}" LC_ALL=C.UTF-8
unset http_proxy https_proxy HTTP_PROXY HTTPS_PROXY ALL_PROXY all_proxy

say() { printf '%s\n' "$*"; }
die() {
	say "FAILED: $*" >&2
	for log in "$T"/*.log; do
		[ -f "$log" ] && { say "--- ${log##*/}"; tail -n 25 "$log"; }
	done >&2
	exit 1
}
skip() { say "$*"; exit 77; }

# Everything started with start() is ended here, by pid, and waited for.
finish() {
	code=$?
	trap - EXIT INT TERM
	for pid in $PIDS; do kill -TERM "$pid" 2>/dev/null; done
	for pid in $PIDS; do
		n=0
		while kill -0 "$pid" 2>/dev/null && [ $n -lt 100 ]; do
			sleep 0.1; n=$((n + 1))
		done
		kill -KILL "$pid" 2>/dev/null
		wait "$pid" 2>/dev/null
	done
	for log in "$T"/*.log; do
		if [ -f "$log" ] && grep -qE \
			'ERROR: (Address|Leak)Sanitizer|runtime error:' "$log"; then
			say "--- a sanitizer spoke in ${log##*/}:" >&2
			grep -A 25 -E 'Sanitizer|runtime error:' "$log" | head -n 60 >&2
			code=1
		fi
	done
	# A program that was killed leaves what libfaketime shares.
	for pid in $STARTED; do
		rm -f "/dev/shm/faketime_shm_$pid" "/dev/shm/sem.faketime_sem_$pid"
	done
	find "${PORTS%/*}" -maxdepth 1 -name "${PORTS##*/}.*" -lname $$ -delete
	awk -v t="$T/" 'index($2, t) == 1 { print $2 }' /proc/mounts | sort -r |
		while read -r disk; do umount -l "$disk"; done
	[ -n "${KEEP:-}" ] && say "kept: $T" || rm -rf "$T"
	exit $code
}
trap finish EXIT
trap 'exit 130' INT TERM

# own NAMESPACES: from here on these are the scenario's own ("m" mounts, "mn"
# mounts and the network), because it begins anew in them; false where that
# isn't allowed
own() {
	[ -z "${ZQ_OWN:-}" ] || return 0
	how=-$1
	[ "$(id -u)" = 0 ] || how=-r$1
	unshare "$how" true 2>"$T/unshare" || return 1
	trap - EXIT
	rm -rf "$T"
	ZQ_OWN=$1 exec unshare "$how" sh "$0"
}
own_mounts() { own m; }
# own_net: mounts and a network of its own, all of whose ports are free, or the
# scenario is skipped
own_net() {
	own mn || skip "no network namespaces here"
	need ip
	ip link set lo up || skip "no loopback"
}
# need TOOL…: or the scenario is skipped
need() {
	for tool; do
		command -v "$tool" >"$T/have" 2>&1 || skip "no $tool"
	done
}
# network NAME NET HOST…: one more, behind a scenario's own: NET.0/24, joined to
# it by "to-NAME", its gateway NET.1; each HOST is an address there. Its pid, for
# nsenter, in $NET.
network() {
	net=$1 prefix=$2; shift 2
	start "net-$net" unshare -n sleep 100000
	NET=$PID
	other() { [ "$(readlink "/proc/$NET/ns/net")" != "$(readlink /proc/self/ns/net)" ]; }
	wait_for 60 "the network $net" other
	ip link add "to-$net" type veth peer name hub netns "$NET" \
		2>"$T/veth" || skip "no veth here: $(cat "$T/veth")"
	ip addr add "$prefix.1/24" dev "to-$net"
	ip link set "to-$net" up
	for host; do
		nsenter -t "$NET" -n ip addr add "$prefix.$host/24" dev hub
	done
	nsenter -t "$NET" -n sh -c "ip link set lo up; ip link set hub up
		ip route add default via $prefix.1" || die "the network $net"
}

# goal WHAT FIGURE MOST: what was measured beside what it is to be
goal() { say "  $1: $2 (goal: at most $3)"; }

# start NAME COMMAND…: in the background, log in $T/NAME.log, pid in $PID
start() {
	name=$1; shift
	"$@" >>"$T/$name.log" 2>&1 &
	PID=$!
	PIDS="$PIDS $PID"
	STARTED="$STARTED $PID"
}

# stop PID: TERM, and wait for it (60 s at most); its exit status
stop() {
	kill -TERM "$1" 2>/dev/null
	n=0
	while kill -0 "$1" 2>/dev/null; do
		n=$((n + 1))
		[ $n -le 600 ] || { kill -KILL "$1"; die "pid $1 would not end"; }
		sleep 0.1
	done
	wait "$1"
	code=$?
	forget "$1"
	return $code
}
# kill9 PID: at once, and its parts with it; none of them is left
kill9() {
	parts=$(pgrep -P "$1")
	kill -KILL "$1" 2>/dev/null
	wait "$1" 2>/dev/null
	forget "$1"
	for part in $parts; do
		wait_for 60 "a part of $1 to end" is_over "$part"
	done
}
is_over() {	# PID: none, or one that nobody has waited for
	! state=$(ps -o stat= -p "$1") || [ "${state#Z}" != "$state" ]
}
forget() {
	rest=
	for pid in $PIDS; do [ "$pid" = "$1" ] || rest="$rest $pid"; done
	PIDS=$rest
}

# A TCP port that nobody listens on just now, and that no other scenario which
# runs was given: it may be about to listen, or start again.
PORTS=${TMPDIR:-/tmp}/zhanqun.port
port() {
	while :; do
		p=$(shuf -i 20000-31999 -n 1)
		hex=$(printf ':%04X ' "$p")
		grep -qF "$hex" /proc/net/tcp /proc/net/tcp6 2>/dev/null && continue
		ln -s $$ "$PORTS.$p" 2>/dev/null && break
		kill -0 "$(readlink "$PORTS.$p")" 2>/dev/null || rm -f "$PORTS.$p"
	done
	say "$p"
}

# wait_for SECONDS WHAT COMMAND…: until it succeeds. The command is run each
# time, its arguments are what they were at first. The seconds are a ceiling:
# a slow machine that does five things at a time needs them, nobody else does.
wait_for() {
	limit=$1 what=$2; shift 2
	end=$(($(date +%s) + limit))
	until "$@" >/dev/null 2>&1; do
		[ "$(date +%s)" -lt "$end" ] || die "$what: not within $limit s"
		sleep 0.05
	done
}

# jq -e takes no input at all for success (1.6), so what a program that failed
# didn't say would pass for what is waited for.
jq() {
	case ${1:-} in
	-e) jq_said=$(command jq "$@") && [ -n "$jq_said" ] && say "$jq_said" ;;
	*) command jq "$@" ;;
	esac
}

# What stands before each program of the hub, and of an agent: words such as
# those of believe() or valgrind; nothing unless a scenario says so.
HUB_RUN='' AGENT_RUN=''

# believe OFFSET: words that make a program believe it is then ("+7d", "-1d").
# The clock that only measures distances is left alone; a sanitizer's library
# must come before. False: there is no libfaketime.
believe() {
	faketime=$(find /usr/lib /usr/lib64 -name libfaketime.so.1 2>/dev/null |
		head -n 1)
	[ -n "$faketime" ] || return 1
	asan=$(ldd "$ZQ_BUILD/zqhubd" | awk '/libasan/ { print $3 }')
	say "env FAKETIME=$1 DONT_FAKE_MONOTONIC=1 NO_FAKE_STAT=1" \
		"LD_PRELOAD=${asan:+$asan:}$faketime"
}

# believe_file FILE: … that it is as late as FILE says, now and whenever it says
# something else. Lies where the program may read: it opens it again each time.
believe_file() {
	by=$(believe +0) || return 1
	say "$by" | sed "s,FAKETIME=+0,FAKETIME_NO_CACHE=1 FAKETIME_TIMESTAMP_FILE=$1,"
}

# shellcheck disable=SC2086 # they are words
zqhub() { $HUB_RUN "$ZQ_BUILD/zqhub" "$@" --dir "$HUB"; }

# HUB_HOST: how agents call it, if not by its address.
hub_init() {
	HUB_PORT=$(port)
	WEB_PORT=$(port)
	zqhub init --name "${1:-河南省人民政府门户网站}" \
		--listen "127.0.0.1:$HUB_PORT" --web "127.0.0.1:$WEB_PORT" \
		--public "https://${HUB_HOST:-127.0.0.1}:$HUB_PORT" >"$T/init.out" 2>&1 ||
		{ cat "$T/init.out" >&2; die "zqhub init"; }
}
# The sites' names are real ones: their home pages aren't asked for, unless a
# scenario says something of its own about homes.
hub_start() {
	grep -q '^home' "$HUB/hub.conf" || sed -i '1i homes = no' "$HUB/hub.conf"
	# shellcheck disable=SC2086
	start hub $HUB_RUN "$ZQ_BUILD/zqhubd" -c "$HUB/hub.conf" "$@"
	# shellcheck disable=SC2034 # scenarios stop it by this
	HUB_PID=$PID
	wait_for 60 "the hub to listen" curl -sf -o "$T/health" \
		"http://127.0.0.1:$WEB_PORT/healthz"
	wait_for 60 "the edge to listen" curl -sk -o "$T/health" \
		"https://127.0.0.1:$HUB_PORT/v1/"
}

# site_add CODE NAME DOMAIN […]: the ticket in $TICKET
site_add() {
	code=$1 name=$2 domain=$3; shift 3
	line=$(zqhub site add --code "$code" --name "$name" --domain "$domain" \
		"$@" 2>"$T/site-add.err") ||
		{ cat "$T/site-add.err" >&2; die "site add $code"; }
	TICKET=${line##* }
}

# agent CODE: its directory
agent_dir() { say "$T/agent-$1"; }
zqagent() {
	code=$1; shift
	# shellcheck disable=SC2086
	$AGENT_RUN "$ZQ_BUILD/zqagent" "$@" --dir "$(agent_dir "$code")"
}
agent_enroll() {
	zqagent "$1" enroll "https://${HUB_HOST:-127.0.0.1}:$HUB_PORT" "$2" \
		>>"$T/agent-$1.log" 2>&1 || die "agent $1 could not enrol"
}
agent_start() {
	# shellcheck disable=SC2086
	start "agent-$1" $AGENT_RUN "$ZQ_BUILD/zqagentd" -c "$(agent_dir "$1")/agent.conf"
	eval "AGENT_$1=\$PID"
	wait_for 60 "agent $1 to answer" zqagent_up "$1"
}
zqagent_up() {
	zqagent "$1" status --json | grep -q '"running": *true'
}
agent_pid() { eval "say \$AGENT_$1"; }

# site CODE NAME DOMAIN ROOT URL: added, enrolled, its source set, started
site() {
	site_add "$1" "$2" "$3"
	agent_enroll "$1" "$TICKET"
	zqagent "$1" source add dir web --root "$4" --url "$5" \
		>>"$T/agent-$1.log" 2>&1 || die "source add for $1"
	agent_start "$1"
}

# at_rest CODE: its agent has looked at all there is, and the hub has taken it
at_rest() {
	zqagent "$1" status --json | jq -e '.in_sync and
		all(.sources[]; has("scan") | not)' >/dev/null
}
# still CODE SCANS: nothing is being looked at, and the last scans weren't SCANS
still() {
	zqagent "$1" status --json >"$T/still"
	jq -e --arg scans "$2" '.running and all(.sources[]; .state != "busy" and
		.state != "first-scan" and (has("scan") | not)) and
		([.sources[] | select(.type == "dir").scanned] | tojson) != $scans' \
		"$T/still"
}
# rescan CODE: and wait; what was there when this was said has been looked at
rescan() {
	wait_for 60 "$1 to be done with what it looks at" still "$1" ''
	scans=$(jq -r '[.sources[] | select(.type == "dir").scanned] | tojson' \
		"$T/still")
	# It may be starting again just now, since its root leads elsewhere.
	wait_for 60 "$1 to hear of it" zqagent "$1" rescan
	wait_for 120 "the scan of $1" still "$1" "$scans"
}

in_sync() { zqhub status >/dev/null; }
found() { zqhub search "$1" --json | jq -e '.items | length > 0' >/dev/null; }
not_found() { zqhub search "$1" --json | jq -e '.items | length == 0' >/dev/null; }
items_of() {
	zqhub site show "$1" --json | jq -r .items
}
has_items() { [ "$(items_of "$1")" = "$2" ]; }
# listed FILE: what the index shows, its home pages left out: a line "URL TITLE"
# for each item, sorted
listed() {
	after=
	: >"$1.all"
	while :; do
		zqhub search --limit 200 --json ${after:+--after "$after"} \
			>"$T/listed" || die "search"
		jq -r '.items[] | "\(.url) \(.title)"' "$T/listed" >>"$1.all"
		after=$(jq -r '.next // empty' "$T/listed")
		[ -n "$after" ] || break
	done
	grep -v 'gov.cn/ ' "$1.all" | sort >"$1"
}
# proven [CODE…]: by digest, the index has exactly what the sites have
proven() { zqhub prove --wait 30 "$@" >"$T/prove" 2>&1; }
# whole: no number of a site stands twice in the journal, none is missing, the
# chain holds, and a view made anew is the same
whole() {
	zqhub journal print --json >"$T/journal" || die "journal print"
	jq -r '(arrays[], (objects | .end)) | select(.site != 0) |
		"\(.site)/\(.incarnation) \(.seq)"' "$T/journal" |
		sort -k1,1 -k2,2n >"$T/numbers"
	[ -s "$T/numbers" ] || die "the journal is empty"
	uniq -d "$T/numbers" >"$T/twice"
	[ ! -s "$T/twice" ] || { head "$T/twice"; die "numbers were taken twice"; }
	awk '$1 != of { of = $1; last = 0 } $2 != last + 1 { bad = 1; print }
		{ last = $2 } END { exit bad }' "$T/numbers" ||
		die "a number is missing"
	zqhub journal verify >"$T/verify" || die "the chain"
	zqhub rebuild >"$T/rebuild" 2>&1 ||
		{ cat "$T/rebuild"; die "a view made anew has another digest"; }
}

# farm_pages DIR WORDS NAME…: pages of strangers, who have no agent
TEXT='各市县人民政府要加强组织领导，明确责任分工，细化工作措施，确保各项任务落到实处'
farm_pages() {
	dir=$T/farm/www/$1 words=$2; shift 2
	mkdir -p "$dir"
	for name; do
		echo "<title>$words $name 公告</title><p>$TEXT$name</p>" \
			>"$dir/$name.html"
	done
}
# farm PORT <SERVERS: they are there, by nginx; the first has a here.html. Who
# asked for what stands in $T/farm/access.log.
farm() {
	[ "$(id -u)" = 0 ] && as_root='user root;' || as_root=''
	{
		cat <<-END
		$as_root daemon off; pid nginx.pid; error_log error.log;
		events { }
		http {
		log_format far '\$host "\$request" \$status "\$http_user_agent"';
		access_log access.log far; default_type text/html;
		client_body_temp_path t1; proxy_temp_path t2;
		fastcgi_temp_path t3; uwsgi_temp_path t4; scgi_temp_path t5;
		END
		cat
		echo '}'
	} >"$T/farm/nginx.conf"
	start nginx nginx -p "$T/farm" -c nginx.conf
	wait_for 60 "the farm" curl -sf -o "$T/x" \
		"http://127.0.0.1:$1/here.html"
}

# page FILE TITLE [DATE] [COLUMN]: an article as the norms have it, by rename
# of what agents leave alone
page() {
	mkdir -p "$(dirname "$1")"
	cat >"$1.tmp" <<-HTML
	<!DOCTYPE html>
	<html lang="zh-CN"><head><meta charset="utf-8">
	<meta name="SiteName" content="试验站">
	<meta name="SiteDomain" content="www.example.gov.cn">
	<meta name="SiteIDCode" content="4101000001">
	<meta name="ColumnName" content="${4:-通知公告}">
	<meta name="ColumnType" content="工作动态">
	<meta name="ArticleTitle" content="$2">
	<meta name="PubDate" content="${3:-2026-11-20 09:30}">
	<meta name="ContentSource" content="试验站">
	<title>$2</title></head>
	<body><h1>$2</h1><p>正文。</p><a href="/">首页</a></body></html>
	HTML
	mv "$1.tmp" "$1"
}
