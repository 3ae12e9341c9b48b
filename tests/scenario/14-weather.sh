# The weather: the name of the hub is gone and comes back with another
# address; clocks are wrong by a day, at a site and at the hub. It is said,
# and nothing is lost.
. tests/scenario/lib.sh

own_mounts || skip "no mounts of its own (needs root or user namespaces)"
believe +1d >"$T/words" || skip "no libfaketime here"

# A name that only this scenario's processes know: their /etc/hosts is a file
# here, and nobody answers their questions otherwise.
HUB_HOST=hub.test
name_is() {	# ADDRESS, or nothing: the name is gone
	{
		echo '127.0.0.1 localhost'
		[ -z "${1:-}" ] || echo "$1 $HUB_HOST"
	} >"$T/hosts"
}
name_is 127.0.0.1
echo 'nameserver 127.0.0.77' >"$T/resolv.conf"
mount --bind "$T/hosts" /etc/hosts || skip "/etc/hosts can't be bound"
mount --bind "$T/resolv.conf" /etc/resolv.conf || skip "/etc/resolv.conf can't be bound"

root=$T/www
page "$root/index.html" '郑州市人民政府' '' 首页
hub_init
hub_start
site 4101000001 '郑州市人民政府' www.zhengzhou.gov.cn "$root" \
	https://www.zhengzhou.gov.cn/
# In sync it is before it has told anything, too.
wait_for 60 "the first page" has_items 4101000001 1
wait_for 60 sync in_sync
says() { zqagent 4101000001 status >"$T/status"; grep -q "$1" "$T/status"; }

say "- the name is gone"
name_is
kill9 "$HUB_PID"
hub_start
page "$root/1.html" '没有域名解析时的公告'
wait_for 60 "the agent to say so" says 'resolve host'
waits() { [ "$(zqagent 4101000001 status --json | jq .spool.waiting)" -ge 1 ]; }
wait_for 60 "the change to wait" waits
not_found 没有域名解析 || die "found, without a name"

say "- it is back, with another address"
stop "$HUB_PID" || die "hub did not end cleanly"
sed -i "s/^listen = .*/listen = 127.0.0.2:$HUB_PORT/" "$HUB/hub.conf"
start hub "$ZQ_BUILD/zqhubd" -c "$HUB/hub.conf"
HUB_PID=$PID
name_is 127.0.0.2
wait_for 120 "what was published meanwhile" found 没有域名解析
wait_for 60 sync in_sync

skew() { zqhub site show 4101000001 --json | jq .skew_ms; }
hours() {	# about so many?
	ms=$(skew)
	[ "$ms" != null ] && [ "$ms" -gt $((($1 * 60 - 30) * 60000)) ] &&
		[ "$ms" -lt $((($1 * 60 + 30) * 60000)) ]
}
at() {	# OFFSET: the agent is started again, and its clock is wrong
	stop "$(agent_pid 4101000001)" || die "agent did not end cleanly"
	AGENT_RUN=${1:+$(believe "$1")}
	agent_start 4101000001
}
say "- the clock of the site is a day ahead"
at +1d
page "$root/2.html" '时钟快了一天的公告'
wait_for 60 "a page, a day ahead" found 时钟快了一天
wait_for 60 "the skew to be shown" hours 24
wait_for 60 sync in_sync
zqhub status >"$T/status"
grep -q '+2[34] h' "$T/status" || { cat "$T/status"; die "status shows no skew"; }
wait_for 60 "the hub's log to say it" grep -q 'clock' "$T/hub.log"
wait_for 60 "the agent to say it" says 'clocks differ'

say "- it is set right, then a day behind"
at
page "$root/3.html" '时钟又准了的公告'
wait_for 60 "a page, with the clock right" found 时钟又准了
wait_for 60 "no skew" hours 0
at -1d
page "$root/4.html" '时钟慢了一天的公告'
wait_for 60 "a page, a day behind" found 时钟慢了一天
wait_for 60 "the skew to be shown" hours -24
zqhub item https://www.zhengzhou.gov.cn/4.html --json >"$T/item" || die item
at
wait_for 60 "no skew" hours 0

say "- a month behind, no certificate is good: it says so, and keeps what it has"
at -30d
page "$root/5.html" '时钟慢了一月的公告'
wait_for 60 "the agent to say so" says 'not yet valid\|check the clocks'
not_found 时钟慢了一月 || die "a certificate of the future was good"
at
wait_for 60 "what waited" found 时钟慢了一月

say "- the clock of the hub is a day ahead, then right: silent sites are not"
stop "$HUB_PID" || die "hub did not end cleanly"
HUB_RUN=$(believe +1d)
# shellcheck disable=SC2086
start hub $HUB_RUN "$ZQ_BUILD/zqhubd" -c "$HUB/hub.conf"
HUB_PID=$PID
page "$root/6.html" '枢纽时钟快了一天'
wait_for 60 "a page, the hub a day ahead" found 枢纽时钟快了一天
wait_for 60 "the skew to be shown" hours -24
wait_for 60 sync in_sync
stop "$HUB_PID" || die "hub did not end cleanly"
HUB_RUN=
start hub "$ZQ_BUILD/zqhubd" -c "$HUB/hub.conf"
HUB_PID=$PID
page "$root/7.html" '枢纽时钟又准了'
wait_for 60 "a page, the hub right again" found 枢纽时钟又准了
wait_for 60 "no skew" hours 0
wait_for 60 sync in_sync
has_items 4101000001 8 || die "items were lost: $(items_of 4101000001)"
wait_for 120 "a proof" proven
whole
exit 0
