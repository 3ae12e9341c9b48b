# What is announced: an outage by the site's own people and by an operator, for
# all of it and for a service, maintenance that recurs, a closing. While it is
# in such a window a site that falls silent is an announced outage, past its end
# an overrun; and there is a record of how it went.
. tests/scenario/lib.sh

CODE=4101000001 WWW=$T/www
page "$WWW/1.html" "第一篇"
hub_init
cat >>"$HUB/hub.conf" <<END
homes = no
gone_after = 2s
start_after = 8s
outage_settle = 2s
END
hub_start
site $CODE 郑州市人民政府 www.zhengzhou.gov.cn "$WWW" \
	http://www.zhengzhou.gov.cn/
wait_for 60 "the page" has_items $CODE 1

in_secs() { date -u -d "+$1 seconds" +%FT%TZ; }
state() { zqhub states "$1" --limit 1 --json | jq -r '.states[0].state'; }
state_is() { [ "$(state $CODE)" = "$1" ]; }
was() { zqhub states $CODE --json | jq -e "any(.states[]; .state == \"$1\")" >"$T/was"; }
notice() { zqhub notice show "$1" --json | jq -r ".$2"; }
notice_is() { [ "$(notice "$1" "$2" 2>"$T/notice")" = "$3" ]; }
silence() { stop "$(agent_pid $CODE)"; }

# --- by the site's people, for all of it ----------------------------------------
out=$(zqagent $CODE say outage --until "$(in_secs 60)" --reason 机房停电 --by 王工)
case $out in *"kept as change"*) ;; *) die "say outage: $out" ;; esac
wait_for 60 "the notice" notice_is 1 phase current
[ "$(notice 1 reason)" = 机房停电 ] || die "no reason"
[ "$(notice 1 by)" = 王工 ] || die "nobody said it"
silence
wait_for 60 "an announced outage" was outage
wait_for 120 "the overrun" state_is overrun
zqhub states $CODE --json | jq -e 'all(.states[]; .state != "silent")' >"$T/was" ||
	die "it was said to be silent, in its window"
wait_for 60 "the notice to be overrun" notice_is 1 state overrun
agent_start $CODE
zqagent $CODE say resolved --reason 来电 >"$T/said"
wait_for 60 "its end" notice_is 1 state resolved
[ "$(notice 1 end_reason)" = 来电 ] || die "no closing record"
zqhub notice show 1 | grep -q 'longer than announced' ||
	die "$(zqhub notice show 1)"
speaks() {	# its agent is heard, and nothing of it is overrun
	case $(state $CODE) in
	''|null|silent|overrun|unreachable) return 1 ;;
	esac
}
wait_for 60 "the site to be well again" speaks

# --- a service alone is no excuse for the site -----------------------------------
zqagent $CODE say outage --service 办事大厅 --reason 数据库故障 >"$T/said"
wait_for 60 "the second" notice_is 2 service 办事大厅
silence
wait_for 60 "silence" state_is silent
# --- by an operator: what is down already was announced late, and is not woken for
zqhub notice announce $CODE maintenance --from "$(in_secs 0)" \
	--until "$(in_secs 3600)" --reason 更换设备 >"$T/said" || die "announce"
wait_for 60 "maintenance" state_is outage
zqagent $CODE say maintenance --withdraw >"$T/said"
zqhub notice resolve 3 --reason 换好了 >"$T/said" || die "resolve"
wait_for 60 "silence again" state_is silent
zqhub notice resolve 3 --reason 换好了 2>"$T/said" && die "resolved twice"
agent_start $CODE
wait_for 60 "the site to speak" speaks

# --- what makes no sense is refused at once ---------------------------------------
zqagent $CODE say outage 2>"$T/said" && die "an outage without a reason"
zqagent $CODE say maintenance --every "sun 25:00-26:00" 2>"$T/said" &&
	die "25 o'clock"
zqagent $CODE say maintenance --every "sun 02:00-04:00" --zone Asia/Nowhere \
	2>"$T/said" && die "a zone that isn't"
zqagent $CODE say outage --reason x --until 2020-01-01 2>"$T/said" &&
	die "an end that has passed"
zqagent $CODE say outage --reason x --title y 2>"$T/said" && die "a title"
zqhub notice announce $CODE maintenance --reason x 2>"$T/said" &&
	die "maintenance without a time"
zqhub notice announce $CODE holiday --reason x 2>"$T/said" && die "a holiday"

# refuses WORDS…: `zqagent say` says why, and keeps nothing
refuses() {
	want=$1; shift
	zqagent $CODE say "$@" 2>"$T/said" && die "taken: $*"
	grep -q -e "$want" "$T/said" || die "$*: $(cat "$T/said")"
}
refuses '--from and --until' maintenance --reason x
refuses '--reason is missing' maintenance --from "$(in_secs 60)" \
	--until "$(in_secs 120)"
refuses 'leave --from' maintenance --every "sun 02:00-04:00" --reason x \
	--until "$(in_secs 120)"
refuses 'announce maintenance' outage --every "sun 02:00-04:00" --reason x
refuses '--until has passed' outage --reason x --from 2020-01-01 \
	--until 2020-01-02
# Only the hub knows that nobody announced it: a letter says so.
zqagent $CODE say resolved --service 没有的 >"$T/said" 2>&1 || die "resolved"
grep -q 'from here' "$T/said" || die "nobody warns: $(cat "$T/said")"
told() { zqagent $CODE status | grep -q 'not done .*named otherwise'; }
wait_for 60 "the hub's word" told
zqagent $CODE say closing --withdraw >"$T/said" 2>&1 || die "withdraw"
idle() { zqagent $CODE letters | grep -q 'had no effect.*nothing like this'; }
wait_for 60 "the hub's other word" idle
well() { zqagent $CODE status >"$T/said"; }
wait_for 60 "it to be in sync" well

# --- what recurs, by the clocks of a place ----------------------------------------
# Not now, whenever this runs: what has begun begins when it is announced.
berlin() { TZ=Europe/Berlin date -d "+$1 hours" +%H:00; }
hour=$(berlin 6)
series="daily $hour-$(berlin 8)"
zqagent $CODE say maintenance --every "$series" \
	--zone Europe/Berlin --reason 例行维护 >"$T/said"
wait_for 60 "the series" notice_is 4 recurs "$series"
from=$(notice 4 window_from)
[ "$(TZ=Europe/Berlin date -d "$from" +%H:%M)" = "$hour" ] ||
	die "it begins at $from"
# Beside it, work that comes once; and the same again, shorter.
once() {
	zqagent $CODE say maintenance --from "$start" --until "$1" \
		--reason 更换设备 >"$T/said" || die "once: $(cat "$T/said")"
}
start=$(in_secs 86400)
once "$(in_secs 90000)"
grep -q 'beside it' "$T/said" || die "not beside: $(cat "$T/said")"
once "$(in_secs 88200)"
grep -q 'instead of' "$T/said" || die "not instead: $(cat "$T/said")"
wait_for 60 "the one that comes once" notice_is 5 kind maintenance
notice_is 4 state open || die "the series is $(notice 4 state)"
zqagent $CODE status | grep -c '^announced' | grep -qx 3 ||
	die "$(zqagent $CODE status)"
zqagent $CODE say maintenance --withdraw --every "$series" >"$T/said"
wait_for 60 "its end" notice_is 4 state withdrawn
notice_is 5 state open || die "the other is $(notice 5 state)"
zqagent $CODE say maintenance --withdraw --from "$start" >"$T/said"
wait_for 60 "the other's end" notice_is 5 state withdrawn

# --- a closing: who links there has a letter ahead -----------------------------------
LINKS=4102000001 OTHER=$T/other
page "$WWW/index.html" "首页"
wait_for 60 "a home page" has_items $CODE 2
page "$OTHER/2.html" "转到郑州"
sed -i 's|href="/"|href="http://www.zhengzhou.gov.cn/"|' "$OTHER/2.html"
site $LINKS 开封市人民政府 www.kaifeng.gov.cn "$OTHER" \
	http://www.kaifeng.gov.cn/
wait_for 60 "the page that links there" has_items $LINKS 1
says() { zqagent $LINKS letters --all >"$T/letters"; grep -q -- "$1" "$T/letters"; }
zqagent $CODE say closing --at "$(in_secs 864000)" --reason 并入省门户 \
	>"$T/said" 2>&1
grep -q 'ahead: 30 are due' "$T/said" || die "nobody warns: $(cat "$T/said")"
wait_for 60 "the closing" notice_is 6 brief true
wait_for 60 "its letter" says 'zhengzhou.gov.cn/  (its site closes)'
says 'www.kaifeng.gov.cn/2.html' || die "no page: $(cat "$T/letters")"
says 'line 12: ' || die "no line: $(cat "$T/letters")"
says "says $CODE (郑州市人民政府).*: 并入省门户" || die "no word: $(cat "$T/letters")"
zqagent $CODE say closing --at "$(in_secs 3456000)" --reason 并入省门户 \
	--see https://www.henan.gov.cn/ >"$T/said" 2>&1
wait_for 60 "the better one" notice_is 6 brief false
[ "$(notice 6 see)" = https://www.henan.gov.cn/ ] || die "no successor"
wait_for 60 "where to turn to" says \
	'zhengzhou.gov.cn/ → https://www.henan.gov.cn/  (its site closes)'
number=$(zqagent $LINKS letters --json | jq '[.[] | select(.kind == "links")][-1].number')
zqagent $LINKS letters --will-fix "$number" >"$T/said" || die "$(cat "$T/said")"

will_fix() { zqhub notice show 6 --json | jq -e '.told[0] | .site == "'$LINKS'" and
	.state == "will fix" and .seen and .pages_told == 1' >"$T/told"; }
wait_for 60 "the reply" will_fix
zqhub notice show 6 | grep -q "^$LINKS  will fix" || die "$(zqhub notice show 6)"
zqagent $CODE say closing --withdraw --reason 暂不合并 >"$T/said"
wait_for 60 "its end" notice_is 6 state withdrawn
wait_for 60 "that it is called off" says 'its site stays after all'
zqhub held --site $LINKS >"$T/held" || die "held"
grep -q $LINKS "$T/held" && { cat "$T/held"; die "held"; }

# --- what an operator announces says when it is, and what isn't counted ------------
answers() {
	for words; do
		grep -q -- "$words" "$T/said" ||
			{ cat "$T/said"; die "it doesn't say: $words"; }
	done
}
TZ=Asia/Shanghai zqhub notice announce $CODE outage \
	--from 2037-03-01T10:00:00+08:00 --until 2037-03-01T12:00:00+08:00 \
	--service 预约 --reason 升级 >"$T/said" || die "announce"
answers 'outage, to come' 'from .*2037-03-01 10:00:00 +08:00' \
	'until .*2037-03-01 12:00:00 +08:00' 'not counted .*nothing: one service'
number=$(sed -n 's/^Notice \([0-9]*\):.*/\1/p' "$T/said")
zqhub notice withdraw "$number" --reason 推迟 >"$T/said" || die "withdraw"
answers 'outage, withdrawn'
TZ=UTC zqhub notice announce $CODE maintenance \
	--from 2037-03-01T10:00:00+08:00 --until 2037-03-01T12:00:00+08:00 \
	--reason 升级 >"$T/said" || die "announce maintenance"
answers 'maintenance, to come' 'from .*2037-03-01 02:00:00 +00:00' \
	'not counted .*from 2037-03-01 02:00:00 +00:00 until 2037-03-01 04:'
number=$(sed -n 's/^Notice \([0-9]*\):.*/\1/p' "$T/said")
zqhub notice withdraw "$number" --reason 推迟 >"$T/said" || die "withdraw"

# --- and all of it is in the journal -----------------------------------------------
rows() { zqhub notice list --all --json | jq -c '[.notices[] | del(.phase, .window_from, .window_until)]'; }
before=$(rows)
[ "$(say "$before" | jq length)" = 8 ] || die "rows: $before"
zqhub rebuild >"$T/rebuilt" 2>&1 || die "rebuild"
[ "$(rows)" = "$before" ] || die "another view: $(rows)"
# What was said of a site isn't so any more after the hub was away.
silence
wait_for 60 "silence, once more" state_is silent
stop "$HUB_PID"
stopped=$(date -u +%FT%T.%3NZ)
hub_start
unknown() {
	zqhub states $CODE --json | jq -e "any(.states[]; .state == \"unknown\" and
		.cause == \"start\" and .at > \"$stopped\")"
}
wait_for 60 "unknown, after the hub was away" unknown
wait_for 60 "silence, seen anew" state_is silent
[ "$(rows)" = "$before" ] || die "another view after a restart"
