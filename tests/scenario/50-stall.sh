# A file system below a document root stops answering (an NFS server that is
# switched off): what is there stays as it was told, and nobody waits for it,
# neither the other pages, nor the tools, nor the hub.
. tests/scenario/lib.sh

[ "$(id -u)" = 0 ] && [ -w /dev/fuse ] || skip "no root, or no FUSE"
own_mounts || skip "no mount namespace"
A=4101000001
mkdir -p "$T/a/nas"
page "$T/a/1.html" 第一篇
hub_init
hub_start
site $A '郑州市' www.zhengzhou.gov.cn "$T/a" https://www.zhengzhou.gov.cn/
wait_for 60 "$A" has_items $A 1

say "- it is mounted, and does not answer"
start stall python3 tests/scenario/stall.py "$T/a/nas"
STALL=$PID
is_mounted() { grep -q . "$T/stall.log"; }
wait_for 60 "the mount" is_mounted
grep -q mounted "$T/stall.log" || skip "$(cat "$T/stall.log")"
timeout 60 "$ZQ_BUILD/zqagent" rescan --dir "$(agent_dir $A)" >"$T/x" ||
	die "zqagent waits with it"
page "$T/a/2.html" 第二篇
wait_for 60 "a page beside it" has_items $A 2
says_so() { grep -q 'nas does not answer' "$T/agent-$A.log"; }
wait_for 60 "a line in the log" says_so
named() {
	timeout 60 "$ZQ_BUILD/zqagent" status --dir "$(agent_dir $A)" >"$T/x"
	grep -q "nas" "$T/x"
}
wait_for 90 "status to name it" named
zqhub site show $A --json >"$T/x" && jq -e '.state != "silent"' "$T/x" >"$T/have" ||
	{ cat "$T/x"; die "the site is silent"; }

say "- it is away: what is there now is read"
stop $STALL
page "$T/a/nas/3.html" 第三篇
timeout 60 "$ZQ_BUILD/zqagent" rescan --dir "$(agent_dir $A)" >"$T/x" ||
	die "rescan"
wait_for 60 "a page where it was" has_items $A 3
