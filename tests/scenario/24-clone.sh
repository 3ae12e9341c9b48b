# A machine that was cloned, and one that was restored from a backup: both are
# noticed, named and held; one command settles it, and nothing is lost.
. tests/scenario/lib.sh

need python3

WWW=$T/www CODE=4101000001
for n in 1 2 3 4 5; do page "$WWW/$n.html" "第 $n 篇克隆之前"; done
hub_init
hub_start
site $CODE '郑州市人民政府' www.zhengzhou.gov.cn "$WWW" \
	https://www.zhengzhou.gov.cn/
wait_for 60 "the first scan" has_items $CODE 5

# Two agents of one site: the second has another directory.
clone_start() {
	start "agent-clone" "$ZQ_BUILD/zqagentd" -c "$T/clone/agent.conf"
	CLONE=$PID
}
forked() { zqhub site show $CODE --json | jq -e '.fork' >/dev/null; }
cause() { zqhub site show $CODE --json | jq -r .fork; }
not_forked() { zqhub site show $CODE --json | jq -e '.fork | not'; }
settled() { zqhub site show $CODE --json | jq -e '.state == "sync" and (has("kept") | not)' >/dev/null; }
refused() {	# DIR: its agent says that it is the copy that was dropped
	"$ZQ_BUILD/zqagent" status --dir "$1" | grep -qi 'copy\|cop'
}
not_refused() {	# DIR
	"$ZQ_BUILD/zqagent" status --dir "$1" >"$T/said"
	grep -q '^agent  *[0-9a-f]' "$T/said" && ! grep -qi 'copy\|cop' "$T/said"
}

say "- a clone: two live agents with one key take turns"
old_key=$(zqhub journal print --json | jq -r "[.[] | .act? | select(.do == \"enroll\")] | last | .key")
stop "$(agent_pid $CODE)"
cp -a "$(agent_dir $CODE)" "$T/clone"
cp -a "$WWW" "$T/www-clone"
sed -i "s,$WWW,$T/www-clone," "$T/clone/agent.conf"
agent_start $CODE
wait_for 60 "the agent to be in sync" in_sync
clone_start
wait_for 120 "the clone to be noticed" forked
say "  cause: $(cause)"
wait_for 60 "the log to name the command" grep -q \
	"forked cause=.*zqhub site settle $CODE --keep" "$T/hub.log"
[ "$(grep -c 'forked cause=' "$T/hub.log")" = 1 ] || die "said more than once"
zqhub status >"$T/status" && die "status says all is well"
for n in 0 1; do
	at=$(zqhub site show $CODE --json | jq -r ".agents[$n].address")
	grep -qF "$at" "$T/status" || { cat "$T/status"; die "status does not name $at"; }
done
grep -q "zqhub site settle $CODE --keep" "$T/status" || die "status names no command"
# Which is which: each says its name, and the first is who was heard first.
instance_of() { "$ZQ_BUILD/zqagent" status --json --dir "$1" | jq -r .instance; }
name_of() { instance_of "$1" | sed 's/.*\(....\)$/\1/'; }
for dir in "$(agent_dir $CODE)" "$T/clone"; do
	grep -q "(agent $(name_of "$dir"), since 2" "$T/status" ||
		{ cat "$T/status"; die "status does not name the agent in $dir"; }
	"$ZQ_BUILD/zqagent" status --dir "$dir" >"$T/agent-status" || :
	grep -q "^agent  *$(name_of "$dir"), started" "$T/agent-status" ||
		{ cat "$T/agent-status"; die "it does not say which it is"; }
done
first=$(zqhub site show $CODE --json | jq -r '.agents[0].instance')
[ "$first" = "$(instance_of "$(agent_dir $CODE)")" ] || die "the first is not 1"
curl -sf "http://127.0.0.1:$WEB_PORT/site/$CODE?lang=en" >"$T/site.html"
grep -q "site settle $CODE" "$T/site.html" || die "the site's page names no command"
page "$WWW/6.html" "第六篇扣留期间"
page "$T/www-clone/7.html" "第七篇只在克隆机"
sleep 3
has_items $CODE 5 || die "something was taken of a site that is held"

say "- settled: one goes on with a new key, the other is refused"
zqhub site settle $CODE --keep 10.9.8.7 2>"$T/err" && die "kept an address nobody has"
grep -q -- '--keep' "$T/err" || die "and did not say which there are"
zqhub site settle $CODE --keep "$(name_of "$(agent_dir $CODE)")" --reason '克隆机停用' || die "settle"
begun() { zqhub journal print --json | jq -e 'any(.[]; .act?.do == "begun")' >/dev/null; }
wait_for 60 "the kept one to begin anew" begun
# The copy is started again at once, as another instance: it stays the copy.
wait_for 60 "the copy to be told" refused "$T/clone"
kept=$(agent_dir $CODE) dropped=$T/clone root=$WWW
stop "$CLONE"; clone_start
wait_for 180 "the kept one to have a new key" settled
new_key=$(zqhub journal print --json | jq -r '[.[] | .act? | select(.do == "renew")] | last | .key')
[ "$new_key" != "$old_key" ] || die "the key is the old one"
zqhub journal print --json | jq -e '[.[] | .act? | select(.do == "settled")] | length == 1' >/dev/null ||
	die "not noted once that the new key is in use"
# One of the two pages is there, not both: that of the agent which was kept.
one_of_two() { [ "$(items_of $CODE)" = 6 ]; }
wait_for 60 "everything to be told anew" one_of_two
found 扣留期间 || die "the page of the kept one is not there"
wait_for 60 "the copy to be told" refused "$dropped"
not_refused "$kept" || die "the kept one is told that it is a copy"
page "$root/8.html" "第八篇之后"
wait_for 60 "life to go on" found 第八篇之后
sleep 2
not_forked || die "forked again"

say "- restored from a backup: its numbers went back"
stop "$(agent_pid $CODE)"; stop "$CLONE"
cp -a "$kept" "$T/backup"
run_kept() { start agent-kept "$ZQ_BUILD/zqagentd" -c "$kept/agent.conf"; KEPT=$PID; }
run_kept
for n in 21 22 23; do page "$root/$n.html" "备份之后第 $n 篇"; done
wait_for 60 "what came after the backup" has_items $CODE 10
kill9 "$KEPT"
rm -rf "$kept"
cp -a "$T/backup" "$kept"
run_kept
wait_for 60 "the restored one to be noticed" forked
case $(cause) in behind | content) ;; *) die "cause $(cause)" ;; esac
page "$root/24.html" "恢复之后的一篇"

say "- who was kept is started again before it could begin: it goes on alone"
stop "$KEPT"
zqhub site settle $CODE --keep 2 || die "settle --keep 2"
zqhub status >"$T/status" && die "status says all is well"
grep -q "zqhub site settle $CODE --keep 1" "$T/status" ||
	{ cat "$T/status"; die "status names no way out if it never comes"; }
run_kept
wait_for 300 "it to have begun anew" settled
wait_for 60 "it to be said" grep -q "taken for the one that was kept" "$T/hub.log"
wait_for 60 "what it has now" found 恢复之后的一篇
wait_for 60 "11 items" has_items $CODE 11

say "- a clone on another machine, and settled by its address"
stop "$KEPT"
cp -a "$kept" "$T/third"
cp -a "$root" "$T/www-third"
RELAY=$(port)
start relay python3 tests/scenario/relay.py "$RELAY" "$HUB_PORT" 127.0.0.2
wait_for 60 "the way by another address" curl -sk -o "$T/health" "https://127.0.0.1:$RELAY/v1/"
sed -i "s,$root,$T/www-third,; s,:$HUB_PORT,:$RELAY," "$T/third/agent.conf"
grep -q ":$RELAY" "$T/third/agent.conf" || die "the clone calls the hub itself"
page "$root/31.html" '第三十一篇只在原机'
page "$T/www-third/32.html" '第三十二篇只在另一台'
run_kept
start agent-third "$ZQ_BUILD/zqagentd" -c "$T/third/agent.conf"
third=$PID
wait_for 120 "the other clone to be noticed" forked
hosts=$(zqhub site show $CODE --json | jq -r '[.agents[].address | sub(":[0-9]+$"; "")] | join(" ")')
case $hosts in
"127.0.0.1 127.0.0.2") or="127.0.0.1 (or 127.0.0.2)" ;;
"127.0.0.2 127.0.0.1") or="127.0.0.2 (or 127.0.0.1)" ;;
*) die "the two call from $hosts" ;;
esac
zqhub status >"$T/status" && die "status says all is well"
grep -qF "zqhub site settle $CODE --keep $or" "$T/status" || { cat "$T/status"; die "status names no addresses"; }
zqhub site settle $CODE --keep 127.0.0.2 --reason '原机停用' >"$T/settle" || die "settle by address"
grep -q 'agent at 127.0.0.2:[0-9]* goes on' "$T/settle" || { cat "$T/settle"; die "another one is kept"; }
wait_for 300 "who calls from there to have begun anew" settled
wait_for 60 "what it has" found 第三十二篇只在另一台
wait_for 60 "the other to be told" refused "$kept"
not_refused "$T/third" || die "the kept one is told that it is a copy"
stop "$KEPT"
kept=$T/third KEPT=$third
page "$T/www-third/33.html" '第三十三篇之后'
wait_for 60 "life to go on there" found 第三十三篇之后

say "- and a restart, or five, is none of that"
for n in 1 2 3 4 5; do
	stop "$KEPT"; run_kept
	wait_for 60 "it to be up" "$ZQ_BUILD/zqagent" status --dir "$kept"
	sleep 1
done
not_forked || die "a restart was taken for a clone"
wait_for 60 "all to be in sync" in_sync
zqhub rebuild >/dev/null || die "a rebuild gives another digest"
