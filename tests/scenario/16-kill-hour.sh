# An hour's worth of an editors' office in forty seconds (busy.py: rewriting,
# withdrawing, publishing again, renaming files and directories), and things
# said by hand; meanwhile kill -9 at random of the hub, the agent, and every
# part of both. At the end the index holds exactly what there is.
. tests/scenario/lib.sh

need python3
SEED=${SEED:-$(shuf -i 1-1000000 -n 1)}
SECONDS_LONG=${SECONDS_LONG:-40}
STEPS=${STEPS:-3000}
say "- seed $SEED (SEED=$SEED makes the same office and the same kills)"

root=$T/www
page "$root/index.html" '试验站' '' 首页
hub_init
# It withdraws more than a tenth within ten minutes, and means it.
sed -i '1i gate_percent = 100' "$HUB/hub.conf"
hub_start
site_add 4101000001 '郑州市人民政府' www.zhengzhou.gov.cn
agent_enroll 4101000001 "$TICKET"
sed -i '1i gate_percent = 100' "$(agent_dir 4101000001)/agent.conf"
zqagent 4101000001 source add dir web --root "$root" \
	--url https://www.zhengzhou.gov.cn/ >"$T/source" || die "source add"
agent_start 4101000001
wait_for 60 "first sync" in_sync

start busy python3 tests/scenario/busy.py "$root" "$SECONDS_LONG" "$STEPS" "$SEED"
busy=$PID
said=0
: >"$T/said"
say_one() {	# of twenty addresses, again and again; some are withdrawn
	said=$((said + 1))
	url=https://www.zhengzhou.gov.cn/cms/$((said % 20))
	if [ $((said % 7)) = 0 ]; then
		set -- deleted --url "$url" --reason '内容有误'
		grep -v "^$url " "$T/said" >"$T/said.new"
	else
		set -- item --url "$url" --title "口头第${said}条"
		{ grep -v "^$url " "$T/said"; echo "$url 口头第${said}条"; } >"$T/said.new"
	fi
	tries=0
	until zqagent 4101000001 say "$@" >"$T/say.out" 2>&1; do
		tries=$((tries + 1))
		[ $tries -lt 300 ] || { cat "$T/say.out"; die "say $*"; }
		sleep 0.1
	done
	mv "$T/said.new" "$T/said"
}
child() {	# a random child of a process; of an only child: its child
	pgrep -P "$1" 2>/dev/null | shuf -n 1
}

# Who is killed when, the same for the same seed.
python3 -c 'import random, sys
c = random.Random(sys.argv[1])
for _ in range(1000):
	print(c.choices("hub agent part worker parse".split(), [2, 3, 4, 2, 2])[0],
	    round(c.uniform(0.05, 0.6), 2))' "$SEED" >"$T/kills"
n=0
while kill -0 $busy 2>/dev/null && read -r whom pause <&3; do
	n=$((n + 1))
	agent=$(agent_pid 4101000001)
	victim=
	case $whom in
	hub)	kill9 "$HUB_PID"
		hub_start ;;
	agent)	kill9 "$agent"
		agent_start 4101000001 ;;
	part)	victim=$(child "$HUB_PID") ;;
	worker)	victim=$(child "$agent") ;;
	parse)	worker=$(child "$agent")
		[ -z "$worker" ] || victim=$(child "$worker") ;;
	esac
	[ -z "$victim" ] || kill -KILL "$victim" 2>/dev/null
	say_one
	sleep "$pause"
done 3<"$T/kills"
wait $busy || { cat "$T/busy.log"; die "the office"; }
forget $busy
say "- $n kills, $said things said; $(tail -n 1 "$T/busy.log")"

wait_for 60 "the web part" curl -sf -o "$T/health" "http://127.0.0.1:$WEB_PORT/healthz"
wait_for 180 "the agent to have looked at everything, and be in sync" \
	at_rest 4101000001
{
	find "$root" -name '*.html' ! -name index.html | while read -r f; do
		printf 'https://www.zhengzhou.gov.cn/%s %s\n' "${f#"$root"/}" \
			"$(sed -n 's/.*<title>\(.*\)<\/title>.*/\1/p' "$f")"
	done
	cat "$T/said"
} | sort >"$T/want"
want=$(($(wc -l <"$T/want") + 1))
wait_for 120 "all $want items (now $(items_of 4101000001))" has_items 4101000001 "$want"
wait_for 60 sync in_sync

say "- the index holds exactly what there is: $want items"
listed "$T/have"
diff "$T/want" "$T/have" >"$T/diff" || { head -20 "$T/diff"; die "index differs from what there is"; }

say "- no number twice, none missing; the store is whole"
whole
exit 0
