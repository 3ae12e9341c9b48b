# The store: rebuild, dump and load give the same digest; an edited journal
# is noticed; every part of the hub may die alone; tools work while it's down.
. tests/scenario/lib.sh

root=$T/www
page "$root/index.html" '郑州市人民政府' '' 首页
n=0
while [ $n -lt 60 ]; do
	n=$((n + 1))
	page "$root/a/$n.html" "第${n}号公告" '2026-11-01 09:00'
done
hub_init
hub_start
site 4101000001 '郑州市人民政府' www.zhengzhou.gov.cn "$root" \
	https://www.zhengzhou.gov.cn/
wait_for 60 "61 items" has_items 4101000001 61
rm "$root/a/60.html"
wait_for 60 "60 items" has_items 4101000001 60
digest() { curl -sf "http://127.0.0.1:$WEB_PORT/api/v1/totals" | jq -r .digest; }

say "- each part dies alone and is started again"
part_of() {	# NAME: its pid in $pid
	pid=$(pgrep -x -P "$HUB_PID" "$1")
}
for part in core edge ca web; do
	# One that was started just now has yet to take its name.
	wait_for 60 "a part called $part" part_of $part
	kill -KILL "$pid"
	n=$((n + 1))
	page "$root/a/$n.html" "第${n}号公告：${part}重启" '2026-11-01 09:00'
	wait_for 60 "the page after $part died" found "${part}重启"
done
kill -0 "$HUB_PID" || die "the hub itself died"

# What the hub itself writes down (states, looks) changes the view, too, at any
# time: so the digests of two moments are not compared while it runs.
of_store() { zqhub status --json | jq -r .totals.digest; }
web_agrees() { one=$(of_store) && [ -n "$one" ] && [ "$(digest)" = "$one" ]; }
say "- rebuild: the same digest"
zqhub rebuild || die rebuild
wait_for 60 "the web to show it" web_agrees

say "- dump and load: another hub, the same digest"
stop "$(agent_pid 4101000001)"
zqhub dump "$T/dump.live" || die "dump while it runs"
stop "$HUB_PID" || die "hub did not end cleanly"
zqhub dump "$T/dump" || die dump
one=$(of_store)
[ -n "$one" ] || die "no digest"
zqhub search 公告 --limit 3 || die "search while down"
zqhub item https://www.zhengzhou.gov.cn/a/1.html || die "item while down"
zqhub journal print --from 1 | head -n 3 || die "journal while down"
zqhub journal verify || die "the chain"
first=$HUB first_hub=$HUB_PORT first_web=$WEB_PORT
HUB=$T/hub2
hub_init
zqhub load "$T/dump" >"$T/loaded" || die load
cat "$T/loaded"
grep -q "$one" "$T/loaded" || die "another digest than $one"
hub_start
wait_for 60 "the web to show it" web_agrees
wait_for 60 "search" found 公告
zqhub load "$T/dump" && die "loaded twice"
stop "$HUB_PID"

say "- a damaged dump is refused by name"
cp "$T/dump" "$T/bad"
size=$(wc -c <"$T/bad")
printf 'X' | dd of="$T/bad" bs=1 seek=$((size / 2)) conv=notrunc 2>/dev/null
HUB=$T/hub3
hub_init
zqhub load "$T/bad" >"$T/bad.out" 2>&1 && die "a damaged dump was loaded"
cat "$T/bad.out"
HUB=$first HUB_PORT=$first_hub WEB_PORT=$first_web

say "- all parts in one process"
hub_start -1
wait_for 60 "search" found 公告
stop "$HUB_PID" || die "hub -1 did not end cleanly"

say "- a second daemon on the same directory is told who has it"
hub_start
"$ZQ_BUILD/zqhubd" -c "$HUB/hub.conf" >"$T/second" 2>&1 && die "a second daemon ran"
cat "$T/second"
grep -q "$HUB_PID" "$T/second" || die "it doesn't say who has it"

say "- if somebody has removed the lock: the port says it, and the first goes on"
agent_start 4101000001
wait_for 60 "the agent" in_sync
rm "$HUB/lock"
timeout 60 "$ZQ_BUILD/zqhubd" -c "$HUB/hub.conf" >"$T/second" 2>&1 &&
	die "a second daemon ran"
grep -q 'Address already in use; process [0-9]* (' "$T/second" || { cat "$T/second"; die "the port"; }
heard() { zqhub status --json 2>"$T/x" | jq -r '.sites[0].heard'; }
# What the journal knows of it is a minute old at times: beats are seen if it
# is another one thrice within that.
beats=0 last=$(heard)
beaten() {
	now=$(heard)
	case $now in "$last" | '' | null) return 1 ;; esac
	last=$now beats=$((beats + 1))
	[ "$beats" = 3 ]
}
wait_for 60 "the agent's next beats to be seen" beaten
stop "$(agent_pid 4101000001)"
stop "$HUB_PID" || die "hub did not end cleanly"
exit 0
