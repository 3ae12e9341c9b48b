# A hub starts anew: all agents are back, none has to be started again; and
# real agents resume their TLS sessions.
. tests/scenario/lib.sh

say "- 150 agents are back, after seconds and after long"
TMPDIR=$T timeout 500 "$ZQ_BUILD/tests/load/load" -b "$ZQ_BUILD" \
	-n 150 -d 3 back >"$T/load.log" 2>&1 ||
	{ cat "$T/load.log"; die "not all came back"; }
grep -E 'the last' "$T/load.log"

metric() {
	curl -s "http://127.0.0.1:$WEB_PORT/metrics" |
		awk -v name="$1" '$1 == name { print $2 }'
}
resumed() { [ "$(metric zq_edge_resumed_total)" -ge "$1" ]; }

say "- a real agent's connections: the second resumes the first one's session"
hub_init
hub_start
mkdir -p "$T/www"
page "$T/www/1.html" '回来的第一篇'
site 4101000001 '郑州市人民政府' www.zhengzhou.gov.cn "$T/www" \
	https://www.zhengzhou.gov.cn/
wait_for 60 "the first page" found 回来的第一篇
wait_for 60 "a session to be resumed" resumed 1

say "- the hub away for some seconds: what was told meanwhile arrives"
stop "$HUB_PID" || die "the hub did not end well"
page "$T/www/2.html" '离开时写下的一篇'
sleep 3
hub_start
wait_for 120 "what was written meanwhile" found 离开时写下的一篇
exit 0
