# Certificates' dates: renewed in time without a restart; expired within the
# days of grace: renewed into quarantine, which an operator ends; later than
# that: a sentence that says what to do.
. tests/scenario/lib.sh

believe +1d >/dev/null || skip "libfaketime is not installed"
root=$T/www
page "$root/index.html" '郑州市人民政府' '' 首页
hub_init
sed -i 's/^#* *leaf_days = .*/leaf_days = 30/; s/^#* *grace_days = .*/grace_days = 10/' "$HUB/hub.conf"
grep -q '^leaf_days = 30' "$HUB/hub.conf" || die "leaf_days"
grep -q '^grace_days = 10' "$HUB/hub.conf" || die "grace_days"
hub_start
site 4101000001 '郑州市人民政府' www.zhengzhou.gov.cn "$root" \
	https://www.zhengzhou.gov.cn/
wait_for 60 "sync" in_sync
dir=$(agent_dir 4101000001)
cert() { find "$dir" -name cert.pem | head -n 1; }
serial() { openssl x509 -in "$(cert)" -noout -serial; }
key() { openssl x509 -in "$(cert)" -noout -pubkey | sha256sum; }

# Both machines' clocks, from now on.
both_at() {
	stop "$(agent_pid 4101000001)"
	stop "$HUB_PID"
	HUB_RUN=$(believe "$1") AGENT_RUN=$(believe "$1")
	hub_start
	agent_start 4101000001
}
another() {
	now=$(serial) && [ -n "$now" ] && [ "$now" != "$was" ]
}

# The agent's own, which goes on while it runs; the hub's is less than two days
# off: more would be a clock that is wrong, and not gone by.
clock_at() { say "$1" >"$dir/clock.new"; mv "$dir/clock.new" "$dir/clock"; }
stop "$(agent_pid 4101000001)"
stop "$HUB_PID"
clock_at +444h		# 18.5 days; two thirds are 18.9 to 21
HUB_RUN=$(believe +490h) AGENT_RUN=$(believe_file "$dir/clock")
hub_start
began=$(date +%s)
agent_start 4101000001

say "- before two thirds of its life it stays, though it is looked at"
was=$(serial) was_key=$(key)
page "$root/a.html" '期中的公告' '2026-11-20 10:00'
wait_for 60 "a page" found 期中的公告
looked() { [ "$(date +%s)" -ge $((began + 62)) ]; }	# within a minute of its start
wait_for 120 "the first look at it" looked
another && die "it was renewed too early"

say "- it runs on, past two thirds: renewed, with a new key, by itself"
inside() { ps -o pid= --ppid "$(agent_pid 4101000001)"; }
pids=$(inside)
[ -n "$pids" ] || die "no agent"
clock_at +506h
wait_for 120 "a new certificate" another
[ "$(key)" != "$was_key" ] || die "the key is the old one"
kill -0 "$(agent_pid 4101000001)" && [ "$(inside)" = "$pids" ] ||
	die "the agent was restarted: $pids, $(inside)"
page "$root/b.html" '换证后的公告' '2026-11-20 10:10'
wait_for 60 "a page with the new one" found 换证后的公告
synced() { zqhub site show 4101000001 --json | jq -e '.state == "sync"'; }
wait_for 60 "it to be in sync, and not in quarantine" synced

say "- expired by five days: renewed at once, into quarantine"
was=$(serial) was_key=$(key)
both_at +55d
page "$root/c.html" '隔离期间的公告' '2026-11-20 10:20'
wait_for 120 "a new certificate" another
[ "$(key)" != "$was_key" ] || die "the key is the old one"
zqhub journal print | grep -q '"quarantine": *true' || die "no act with a quarantine"
quarantined() { zqagent 4101000001 status | grep -qi 'quarantin\|admit'; }
wait_for 60 "the agent to say so" quarantined
not_found 隔离期间的公告 || die "something was taken in quarantine"
zqhub site show 4101000001 | grep -qi 'quarantin' || { zqhub site show 4101000001; die "the hub doesn't say so"; }

say "- a client of our own enrols meanwhile"
site_add 4104000001 '平顶山市人民政府' www.pds.gov.cn
new_key() { openssl ecparam -name prime256v1 -genkey -noout -out "$1" 2>/dev/null; }
cmp() {	# DAYS FROM NOW, …
	at=$(($(date +%s) + $1 * 86400)); shift
	timeout 60 openssl cmp -server "https://127.0.0.1:$HUB_PORT" -tls_used \
		-path .well-known/cmp/p/zhanqun -attime "$at" "$@" >"$T/cmp" 2>&1
}
new_key "$T/a.key"
cmp 55 -cmd ir -subject /CN=4104000001 -ref "$(echo "$TICKET" | cut -d. -f2)" \
	-secret "pass:$(echo "$TICKET" | cut -d. -f3)" \
	-newkey "$T/a.key" -certout "$T/a.pem" || { cat "$T/cmp"; die ir; }

say "- admitted: what it kept comes, nothing is lost"
zqhub site admit 4101000001 --reason '已电话核实' || die "site admit"
wait_for 200 "the page of meanwhile" found 隔离期间的公告
kur() {	# DAYS CERT KEY NEWKEY OUT
	cmp "$1" -cmd kur -trusted "$HUB/ca/ca.pem" -cert "$2" -key "$3" \
		-newkey "$4" -certout "$5"
}
letters() {
	curl -s --cacert "$HUB/ca/ca.pem" --cert "$1" --key "$2" -o "$T/out" \
		-w '%{http_code}' "https://127.0.0.1:$HUB_PORT/v1/letters?after=0&wait=0"
}

say "- a client of our own, eight days late: refused in words, and renewed"
both_at +93d
[ "$(letters "$T/a.pem" "$T/a.key")" = 403 ] || die "an expired certificate is good"
grep -q 'expired at' "$T/out" || { cat "$T/out"; die "no word of the expiry"; }
grep -q 'want="renew"' "$T/out" || { cat "$T/out"; die "it isn't asked to renew"; }
new_key "$T/b.key"
kur 93 "$T/a.pem" "$T/a.key" "$T/b.key" "$T/b.pem" || { cat "$T/cmp"; die "kur within the days of grace"; }
openssl verify -attime "$at" -CAfile "$HUB/ca/ca.pem" "$T/b.pem" >/dev/null ||
	die "the new certificate is not in date"
zqhub site show 4104000001 | grep -qi quarantin || die "it is not in quarantine"

say "- longer ago than that: no more, and why"
both_at +180d
new_key "$T/c.key"
kur 180 "$T/b.pem" "$T/b.key" "$T/c.key" "$T/c.pem" && die "renewed after the days of grace"
grep -q 'zqhub site reissue' "$T/cmp" || { cat "$T/cmp"; die "no word of reissue"; }
late() { grep -q 'renewal failed.*zqhub site reissue' "$T/agent-4101000001.log"; }
wait_for 120 "the agent to say so" late
grep 'x0a' "$T/agent-4101000001.log" && die "a line's end within a line"
says_what() { zqagent 4101000001 status >"$T/status"
	grep -q 'certificate expired .* ago' "$T/status" &&
	grep -q 'too long ago to be renewed.*zqhub site reissue' "$T/status"; }
wait_for 60 "its status to say what to do" says_what
reasoned() { zqhub status |
	grep -q '4101000001.*its certificate expired at.*zqhub site reissue'; }
wait_for 60 "the hub's status to have the reason" reasoned
zqhub journal verify || die "the chain"
exit 0
