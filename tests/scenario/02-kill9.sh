# Kill -9 of agent, hub, or any part, a hundred times, against a list of what
# was published: nothing lost, nothing twice.
. tests/scenario/lib.sh

KILLS=${KILLS:-100}
root=$T/www
mkdir -p "$root"
page "$root/index.html" '试验站' '' 首页
hub_init
# What is withdrawn here is meant, however much it comes to.
sed -i '1i gate_percent = 100' "$HUB/hub.conf"
hub_start
site 4101000001 '郑州市人民政府' www.zhengzhou.gov.cn "$root" \
	https://www.zhengzhou.gov.cn/
wait_for 60 "first sync" in_sync

# A publisher that never stops: adds, changes, withdraws, and keeps a list.
(
	n=0
	while [ ! -e "$T/enough" ]; do
		n=$((n + 1))
		page "$root/p$((n % 40))/$n.html" "第${n}号公告" '2026-11-20 10:00'
		echo "$n" >>"$T/published"
		if [ $((n % 7)) = 0 ]; then
			page "$root/p$((n % 40))/$n.html" "第${n}号公告修订" '2026-11-20 10:00'
		fi
		if [ $((n % 11)) = 0 ]; then
			rm "$root/p$((n % 40))/$n.html"
			echo "$n" >>"$T/withdrawn"
		fi
		sleep 0.03
	done
) &
publisher=$!
PIDS="$PIDS $publisher"

part() {	# a random part of the hub
	pgrep -P "$HUB_PID" 2>/dev/null | shuf -n 1
}
n=0
while [ $n -lt "$KILLS" ]; do
	n=$((n + 1))
	case $((n % 4)) in
	0)	kill9 "$HUB_PID"
		hub_start ;;
	1)	kill9 "$(agent_pid 4101000001)"
		agent_start 4101000001 ;;
	*)	victim=$(part)
		[ -z "$victim" ] || kill -KILL "$victim" 2>/dev/null ;;
	esac
	sleep "0.$(shuf -i 05-40 -n 1)"
done
: >"$T/enough"
wait $publisher 2>/dev/null
forget $publisher

wait_for 60 "the web part" curl -sf -o "$T/health" "http://127.0.0.1:$WEB_PORT/healthz"
sort -n "$T/published" >"$T/a"
sort -n "$T/withdrawn" >"$T/b"
want=$(($(wc -l <"$T/a") - $(wc -l <"$T/b") + 1))
# As many that are still missing as are not yet withdrawn make a right count.
wait_for 120 "the agent to have looked at everything" at_rest 4101000001
say "- $n kills, $(wc -l <"$T/a") published, $(wc -l <"$T/b") withdrawn"
wait_for 120 "all $want items (now $(items_of 4101000001))" has_items 4101000001 "$want"
wait_for 60 "sync" in_sync

say "- the index holds exactly the list"
listed "$T/have"
find "$root" -name '[0-9]*.html' | while read -r f; do
	printf 'https://www.zhengzhou.gov.cn/%s %s\n' "${f#"$root"/}" \
		"$(sed -n 's/.*<title>\(.*\)<\/title>.*/\1/p' "$f")"
done | sort >"$T/want"
diff "$T/want" "$T/have" >"$T/diff" || { head -20 "$T/diff"; die "index differs from the root"; }

say "- no sequence number twice, none missing"
whole
exit 0
