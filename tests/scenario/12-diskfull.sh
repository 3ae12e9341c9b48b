# A full disk, on either side: it is said, nothing that was confirmed is lost,
# kill -9 while it is full does no harm, and when there is space again all of
# it goes on by itself.
. tests/scenario/lib.sh

own_mounts || skip "no mounts of its own (needs root or user namespaces)"
small() {	# DIR: on a disk of 48 MiB
	mkdir -p "$1"
	mount -t tmpfs -o size=48m,mode=750 none "$1" || die "no tmpfs at $1"
}
fill() { dd if=/dev/zero of="$1/fill" bs=64k 2>"$T/dd"; dd if=/dev/zero of="$1/fill2" bs=512 2>"$T/dd"; }
free() { rm -f "$1/fill" "$1/fill2"; }

root=$T/www
page "$root/index.html" '郑州市人民政府' '' 首页
small "$HUB"
small "$(agent_dir 4101000001)"
hub_init
hub_start
site 4101000001 '郑州市人民政府' www.zhengzhou.gov.cn "$root" \
	https://www.zhengzhou.gov.cn/
wait_for 60 sync in_sync

published=1
publish() {	# HOW MANY more
	last=$((published + $1))
	while [ $published -lt $last ]; do
		published=$((published + 1))
		page "$root/a/$published.html" "满盘时的第${published}号公告"
	done
}
hub_says() { zqhub status | grep -q 'disk is full'; }
hub_content() { zqhub status >"$T/x" && ! grep -q 'disk is full' "$T/x"; }
all_there() { has_items 4101000001 "$published"; }
going_on() {	# WHAT
	wait_for 120 "$1: all $published items (now $(items_of 4101000001))" all_there
	wait_for 60 "$1: sync" in_sync
	publish 1
	wait_for 60 "$1: one more" all_there
}

say "- the hub's disk is full"
fill "$HUB"
publish 400
hub_log_says() { grep -q "full" "$T/hub.log"; }
wait_for 60 "the hub's log to say it" hub_log_says
waiting() { zqagent 4101000001 status | grep -q 'wait to be taken\|busy\|full'; }
wait_for 60 "the agent to say it" waiting
wait_for 60 "zqhub status to say it" hub_says
kill -0 "$HUB_PID" || die "the hub died"
zqhub search 郑州 >"$T/out" || die "search, with a full disk"
say "- … and is killed like that"
kill9 "$HUB_PID"
start hub "$ZQ_BUILD/zqhubd" -c "$HUB/hub.conf"
HUB_PID=$PID
serves() { curl -sf -o "$T/health" "http://127.0.0.1:$WEB_PORT/healthz"; }
wait_for 60 "it to serve what it has" serves
say "- … and is stopped like that, and starts again"
stop "$HUB_PID" || die "it did not end cleanly"
start hub "$ZQ_BUILD/zqhubd" -c "$HUB/hub.conf"
HUB_PID=$PID
wait_for 60 "it to serve what it has" serves
zqhub search 郑州 >"$T/out" || die "search, with a full disk"
say "- … without a lock file: it says so, and nobody dies of it"
stop "$HUB_PID" || die "it did not end cleanly"
rm "$HUB/view/lock.mdb"
dd if=/dev/zero of="$HUB/fill3" bs=512 2>"$T/dd"
said=0
zqhub search 郑州 >"$T/out" 2>"$T/err" || said=$?
{ [ $said = 1 ] && grep -q 'view: No space left on device: make space' "$T/err"; } ||
	{ cat "$T/err"; die "search ended with $said"; }
rm "$HUB/fill3"
start hub "$ZQ_BUILD/zqhubd" -c "$HUB/hub.conf"
HUB_PID=$PID
sleep 3
grep 'signal=' "$T/hub.log" && die "a part died of a signal"
publish 50
free "$HUB"
hub_decides() {
	! kill -0 "$HUB_PID" 2>/dev/null || zqhub status --json |
		jq -e '.daemon != null and (.daemon.disk_full | not)'
}
wait_for 60 "it to go on, or to have given up" hub_decides
kill -0 "$HUB_PID" 2>/dev/null || { say "  (it would not start)"; hub_start; }
going_on "space again at the hub"
wait_for 60 "zqhub status to say it no more" hub_content

say "- the agent's disk is full"
dir=$(agent_dir 4101000001)
fill "$dir"
publish 400
agent_says() { zqagent 4101000001 status >"$T/status"; grep -qi 'disk is full' "$T/status"; }
wait_for 60 "the agent to say it" agent_says
kill -0 "$(agent_pid 4101000001)" || die "the agent died"
say "- … and is killed like that"
kill9 "$(agent_pid 4101000001)"
start agent-4101000001 "$ZQ_BUILD/zqagentd" -c "$dir/agent.conf"
AGENT_4101000001=$PID
sleep 3
publish 50
free "$dir"
agent_decides() {
	! kill -0 "$AGENT_4101000001" 2>/dev/null ||
		zqagent 4101000001 status --json | jq -e '.running and
			all(.sources[]; .state != "disk-full")'
}
wait_for 60 "it to go on, or to have given up" agent_decides
kill -0 "$AGENT_4101000001" 2>/dev/null || { say "  (it would not start)"; agent_start 4101000001; }
going_on "space again at the agent"

say "- nothing twice, and the journal is whole"
wait_for 120 "a proof" proven
whole
exit 0
