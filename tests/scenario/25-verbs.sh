# Block, reissue and retire are three things: the agent is told which, and
# what to do; each looks different to the operator; nothing of the spool is
# lost by the first two.
. tests/scenario/lib.sh

CODE=4101000001 WWW=$T/www
for n in $(seq 1 30); do page "$WWW/$n.html" "第 $n 篇"; done
hub_init
hub_start
site $CODE '郑州市人民政府' www.zhengzhou.gov.cn "$WWW" \
	https://www.zhengzhou.gov.cn/
wait_for 60 "the first scan" has_items $CODE 30
state() { zqhub site show $CODE --json | jq -r .state; }
state_is() { [ "$(state)" = "$1" ]; }
told() { zqagent $CODE status | grep -q "$1"; }
web_says() {
	curl -sf "http://127.0.0.1:$WEB_PORT/site/$CODE?lang=en" | grep -q "$1"
}

say "- blocked: for a time, with a reason"
zqhub site block $CODE --reason '机房检修' >/dev/null || die "block"
page "$WWW/31.html" "封禁期间发布"
state_is blocked || die "state $(state)"
web_says 机房检修 || die "the page does not say why"
wait_for 60 "the agent to be told" told 机房检修
zqhub site unblock $CODE --reason '检修完毕' >/dev/null || die "unblock"
# What waited comes by itself, though the agent asks seldom while blocked.
stop "$(agent_pid $CODE)"; agent_start $CODE
wait_for 60 "what waited" found 封禁期间发布

say "- reissued: another key, the spool stays"
zqhub site admit $CODE --reason x 2>"$T/err" && die "admitted what is not in quarantine"
grep -q 'not in quarantine' "$T/err" || die "$(cat "$T/err")"
cp -a "$(agent_dir $CODE)" "$T/old"
zqhub site reissue $CODE --csv --reason '换机器' >"$T/tickets.csv" || die "reissue"
head -n 1 "$T/tickets.csv" | grep -q '^code,name,domain,what,enroll' || die "no CSV"
ticket=$(tail -n 1 "$T/tickets.csv" | tr -d '"' | awk '{ print $NF }')
page "$WWW/32.html" "用旧密钥发布"
wait_for 60 "the old key to be good still" found 用旧密钥发布
stop "$(agent_pid $CODE)"
page "$WWW/33.html" "换密钥之间发布"
zqagent $CODE enroll "https://127.0.0.1:$HUB_PORT" "$ticket" --force \
	>>"$T/agent-$CODE.log" 2>&1 || die "could not enrol anew"
agent_start $CODE
wait_for 60 "the new key to be good" found 换密钥之间发布
has_items $CODE 33 || die "$(items_of $CODE) items"
start agent-old "$ZQ_BUILD/zqagentd" -c "$T/old/agent.conf"
old_told() { "$ZQ_BUILD/zqagent" status --dir "$T/old" | grep -q 'enrolled again'; }
wait_for 60 "the old key's agent to be told" old_told
stop "$PID"
state_is sync || wait_for 60 "it to be in sync" state_is sync
zqhub site reissue --all >"$T/all.csv" || die "reissue --all"
[ "$(wc -l <"$T/all.csv")" = 2 ] || die "$(cat "$T/all.csv")"

say "- retired: for good; the index is emptied, code and domain are free"
zqhub site retire $CODE --reason '并入省政府网站' | grep -q 33 || die "retire"
has_items $CODE 0 || die "$(items_of $CODE) items"
state_is retired || die "state $(state)"
not_found 换密钥之间发布 || die "still found"
zqhub item https://www.zhengzhou.gov.cn/3.html | grep -q 并入省政府网站 || die "the item does not say why"
wait_for 60 "the agent to be told" told 并入省政府网站
wait_for 60 "a retired site not to count as one that is missing" in_sync
zqhub status >"$T/status"
grep -B 1 '^sites:  0, 0 of them in sync' "$T/status" | head -n 1 | grep -q '^$' ||
	{ cat "$T/status"; die "no blank line, or other than 0 sites"; }
zqhub site unblock $CODE --reason x 2>/dev/null && die "unblocked a retired site"
zqhub site ticket $CODE 2>/dev/null && die "a ticket for a retired site"
stop "$(agent_pid $CODE)"
zqhub rebuild >/dev/null || die "a rebuild gives another digest"

say "- and its code may be given again, to another site"
mv "$(agent_dir $CODE)" "$T/retired"
rm -f "$WWW"/1*.html
site $CODE '郑州市人民政府（新）' www.zhengzhou.gov.cn "$WWW" \
	https://www.zhengzhou.gov.cn/
wait_for 60 "it to begin from nothing" has_items $CODE 22
state_is sync || wait_for 60 "it to be in sync" state_is sync
found 换密钥之间发布 || die "not found"
