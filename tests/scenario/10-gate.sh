# The gate: what is gone by accident (an emptied root, a disk that isn't
# mounted, or only half, rights that were lost) stays in the index until a
# person says what it means, on either side, with a reason.
. tests/scenario/lib.sh

mounts=
own_mounts && mounts=yes
root=$T/www one=$T/disk-one two=$T/disk-two
mkdir -p "$root"
disk_on() {	# a "disk" at its place; without mounts it is renamed there
	if [ -n "$mounts" ]; then
		mkdir -p "$2" && mount --bind "$1" "$2"
	else
		rmdir "$2" 2>/dev/null
		mv "$1" "$2"
	fi || die "$1 can't be put at $2"
}
disk_off() {
	if [ -n "$mounts" ]; then
		umount -l "$2"
	else
		mv "$2" "$1" && mkdir "$2"
	fi || die "$2 can't be taken away"
}

n=0
while [ $n -lt 60 ]; do
	n=$((n + 1))
	page "$one/a/$n.html" "甲盘第${n}号公告"
	page "$two/$n.html" "乙盘第${n}号附件"
done
mkdir "$one/b"
disk_on "$one" "$root"
disk_on "$two" "$root/b"

hub_init
hub_start
site_add 4101000001 '郑州市人民政府' www.zhengzhou.gov.cn
agent_enroll 4101000001 "$TICKET"
sed -i '1i beat = 1s' "$(agent_dir 4101000001)/agent.conf"	# for the hub to hear
zqagent 4101000001 source add dir web --root "$root" \
	--url https://www.zhengzhou.gov.cn/ >"$T/source" || die "source add"
# What it covers is told besides, and taken back when rights are gone.
echo 'cover = no' >>"$(agent_dir 4101000001)/agent.conf"
agent_start 4101000001
wait_for 60 "120 items" has_items 4101000001 120
wait_for 60 "sync" in_sync

seq() { zqhub site show 4101000001 --json | jq .seq; }
agent_holds() {	# HOW MANY: says the agent
	zqagent 4101000001 status --json |
		jq -e --argjson n "$1" '.sources[0].held == $n' >/dev/null
}
look() { rescan 4101000001; }
looked() { still 4101000001 ''; }
# at_once COMMAND…: what it does to the files the agent learns of when it is
# done, however slow this machine is: a half of it alone would be few
at_once() {
	agent=$(ps -o pid= --ppid "$(agent_pid 4101000001)")
	# shellcheck disable=SC2086 # a list
	kill -STOP $agent
	"$@"
	# shellcheck disable=SC2086
	kill -CONT $agent
}
stays() {	# WHAT N: nothing was withdrawn, n wait, and both sides say so
	wait_for 60 "$1: $2 items to be held" agent_holds "$2"
	has_items 4101000001 120 || die "$1: the index lost items"
	[ "$(seq)" = "$before" ] || die "$1: something was told"
	zqagent 4101000001 status >"$T/status" && die "$1: the agent says in sync"
	grep -q "held: $2 items are missing" "$T/status" ||
		{ cat "$T/status"; die "$1: zqagent status doesn't say it"; }
	wait_for 60 "$1: zqhub status to say it" hub_says "$2"
}
hub_says() {	# N wait at the site, and that isn't in sync
	! zqhub status >"$T/status" &&
		zqhub status --json | jq -e --argjson n "$1" \
			'.sites[0].agent_held == $n' >/dev/null
}
back() {	# WHAT: it is there again, nobody had to say a word
	look
	wait_for 60 "$1: nothing to be held" agent_holds 0
	wait_for 60 "$1: sync" in_sync
	has_items 4101000001 120 || die "$1: the index lost items"
	[ "$(seq)" = "$before" ] || die "$1: something was told"
}
refused() { zqagent 4101000001 status | grep -q "are kept in the index"; }
before=$(seq)

say "- a disk is not mounted: the root is empty"
disk_off "$two" "$root/b"
disk_off "$one" "$root"
look
stays "no disk" 120
disk_on "$one" "$root"
disk_on "$two" "$root/b"
back "the disk again"

say "- half of it is mounted"
disk_off "$two" "$root/b"
look
stays "half a disk" 60
say "- … and the agent starts like that"
stop "$(agent_pid 4101000001)" || die "agent did not end cleanly"
agent_start 4101000001
wait_for 60 "the first scan" looked
stays "half a disk at its start" 60
disk_on "$two" "$root/b"
back "the other half"

say "- the root is not there at all"
mv "$root" "$T/away" 2>/dev/null || { disk_off "$two" "$root/b"; disk_off "$one" "$root"; rmdir "$root"; }
no_root() { zqagent 4101000001 status | grep -q "root can't be opened"; }
wait_for 60 "the agent to say so" no_root
has_items 4101000001 120 || die "the index lost items"
if [ -d "$T/away" ]; then mv "$T/away" "$root"; else
	mkdir "$root"; disk_on "$one" "$root"; disk_on "$two" "$root/b"
fi
root_again() {
	zqagent 4101000001 status --json |
		jq -e '.running and .sources[0].state != "no-root"'
}
wait_for 60 "the root again" root_again
back "the root again"

say "- all files are removed, and come back"
mkdir "$T/keep"
at_once mv "$root/a" "$T/keep/a"
look
stays "a directory gone" 60
at_once mv "$T/keep/a" "$root/a"
back "the directory again"

say "- rights are gone"
if [ "$(id -u)" = 0 ]; then	# root without what makes it root to files
	stop "$(agent_pid 4101000001)" || die "agent did not end cleanly"
	AGENT_RUN="setpriv --bounding-set=-dac_override,-dac_read_search"
	agent_start 4101000001
	wait_for 60 "its scan" looked
fi
chmod 000 "$root/a"
look
hidden() { zqagent 4101000001 status | grep -q "some directories can't be read"; }
wait_for 60 "the agent to say so" hidden
has_items 4101000001 120 || die "the index lost items"
[ "$(seq)" = "$before" ] || die "something was told"
chmod 755 "$root/a"
back "rights again"

say "- refuse: they are kept, and the agent is at peace with that"
at_once mv "$root/a" "$T/keep/a"
look
stays "sixty gone" 60
zqagent 4101000001 refuse web --reason '误删，正在恢复' >"$T/refuse" || die "refuse"
wait_for 60 "sync" in_sync
wait_for 60 "it to be said that they are refused" refused
has_items 4101000001 120 || die "refuse withdrew something"
at_once mv "$T/keep/a" "$root/a"
back "the refused ones"

say "- refuse and release at the hub: a letter does it at the site"
disk_off "$two" "$root/b"
look
stays "sixty others gone" 60
zqhub refuse 4101000001 --reason '先核实再撤' >"$T/refuse" || die "zqhub refuse"
wait_for 60 "the agent to refuse" refused
wait_for 60 "sync" in_sync
has_items 4101000001 120 || die "refuse withdrew something"
disk_on "$two" "$root/b"
back "what the hub refused"
at_once rm -r "$root/b"/*
look
stays "sixty others gone for good" 60
zqhub release 4101000001 --reason '附件库已停用' >"$T/release" || die "zqhub release"
wait_for 60 "sixty fewer" has_items 4101000001 60
wait_for 60 "sync" in_sync
zqhub item https://www.zhengzhou.gov.cn/b/7.html | grep -q '附件库已停用' ||
	die "the operator's reason is not in the item's history"

say "- a few are withdrawn at once"
rm "$root/a/1.html" "$root/a/2.html" "$root/a/3.html"
wait_for 60 "three fewer" has_items 4101000001 57

say "- release at the site: the reason goes into the index"
at_once rm -r "$root/a"
look
wait_for 60 "57 items to be held" agent_holds 57
has_items 4101000001 57 || die "the index lost items"
zqagent 4101000001 release web --reason '栏目已撤并' >"$T/release" || die "release"
wait_for 60 "none" has_items 4101000001 0
wait_for 60 "sync" in_sync
zqhub item https://www.zhengzhou.gov.cn/a/7.html | grep -q '栏目已撤并' ||
	die "the reason is not in the item's history"
say "- another address, and another name: told again, and no page twice"
n=0
while [ $n -lt 60 ]; do
	n=$((n + 1))
	page "$root/c/$n.html" "丙盘第${n}号公告"
done
look
wait_for 60 "60 items" has_items 4101000001 60
again() {	# SED: other settings, and a start
	stop "$(agent_pid 4101000001)" || die "agent did not end cleanly"
	sed -i "$1" "$(agent_dir 4101000001)/agent.conf"
	agent_start 4101000001
}
again 's|https://www\.zheng|http://www.zheng|'
at_new() { zqhub item "http://www.zhengzhou.gov.cn/c/$1.html" >"$T/item"; }
wait_for 60 "the new address" at_new 60
wait_for 60 "the agent to have told all of it" at_rest 4101000001
wait_for 60 "sync" in_sync
has_items 4101000001 60 || die "the address is other: not 60 items"
again 's|^\[source web\]|[source www]|'
renamed() { zqhub item "http://www.zhengzhou.gov.cn/c/7.html" | grep -q www:c/7; }
wait_for 60 "the new name" renamed
wait_for 60 "60 items" has_items 4101000001 60
wait_for 60 "the agent to have told all of it" at_rest 4101000001
wait_for 60 "sync" in_sync
has_items 4101000001 60 || die "the name is other: not 60 items"
renamed || die "the address leads to what was withdrawn"
zqhub journal verify >"$T/verify" || die "the chain"
exit 0
