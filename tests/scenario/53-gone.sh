# A site that closes, and sites that just go (私自关停): who has announced it, a
# month ahead and with a successor, is told of as closing, and not as gone when
# it is; who vanishes, with an agent or without, is told of as gone after three
# days. Each is told once, and once that it is over. Days pass between the hub's
# runs (libfaketime).
. tests/scenario/lib.sh

# Port 80 and the file of hosts need a net and mounts of its own.
own_net
need python3 jq
believe +0 >"$T/have" || skip "no libfaketime here"

# One is always there: or the hub would say that it can't see.
CLOSES=4101000001 GOES=4102000001 PAGE=4103000001 STAYS=4105000001
cat >"$T/hosts" <<END
127.0.0.1 localhost
127.0.1.9 www.goes.gov.cn
127.0.1.10 www.closes.gov.cn
127.0.1.11 www.stays.gov.cn
127.0.1.12 www.page.gov.cn
END
mount --bind "$T/hosts" /etc/hosts || skip "no mounts"
page "$T/www/index.html" '首页'
page "$T/text/1.html" '第一篇'
serve() {
	start "www-$1" python3 -m http.server --bind "127.0.1.$1" \
		--directory "$T/www" 80
}

# --- who is told
HOOK_PORT=$(port)
echo 'a secret of twenty letters' >"$T/secret"
start hook python3 tests/scenario/hook.py "$HOOK_PORT" "$T/secret" \
	"$T/hook.json" "$T/hook.status"
listens() { grep -q listening "$T/hook.log"; }
wait_for 60 "the webhook" listens
: >"$T/hook.json"
# told RULE EVENT CODE: how often, by what a delivery is called
told() {
	jq -se "[.[] | select(.event == \"$2\" and .body.rule == \"$1\" and
		any(.body.sites[]; .site == \"$3\")) | .id] | unique | length" \
		"$T/hook.json"
}
is_told() { [ "$(told "$1" "$2" "$3")" = 1 ]; }
# only CODE [RULE/EVENT…]: all that was ever told of it, each once
only() {
	code=$1; shift
	jq -r "select(any(.body.sites[]?; .site == \"$code\")) |
		\"\(.body.rule)/\(.event)\"" "$T/hook.json" >"$T/only" || die "hook.json"
	is=$(sort "$T/only" | tr '\n' ' ')
	want=$(for one; do say "$one"; done | sort | tr '\n' ' ')
	[ "$is" = "$want" ] || die "of $code was told: $is; not: $want"
}
text_of() {	# RULE EVENT
	jq -r "select(.event == \"$2\" and .body.rule == \"$1\") | .body.text" \
		"$T/hook.json"
}

# --- the hub, and days
# after TIME: the hub and what is started from now on believe that so much has
# passed
after() {
	say "  after $1"
	HUB_RUN=$(believe "+$1")
	AGENT_RUN=$HUB_RUN
	hub_start
}
state_is() {	# CODE STATE
	[ "$(zqhub states "$1" --limit 1 --json |
		jq -r '.states[0].state')" = "$2" ]
}
is_seen() {
	zqhub home "$1" --json >"$T/home" 2>&1 &&
		jq -e '.outcome == "ok"' "$T/home" >"$T/have"
}
notice_is() { [ "$(zqhub notice show "$1" --json | jq -r ".$2")" = "$3" ]; }
# Whoever is to be told of more has been by then: the alerts were looked at
# with what is known of all. And what was told is known to have come.
settled() {
	sleep 3
	wait_for 60 "all deliveries" all_done
}
all_done() {
	zqhub alert ledger --json | jq -e 'all(.deliveries[]; .state == "confirmed")'
}
ends() { stop "$HUB_PID" || die "hub did not end cleanly"; }
agent_ends() { stop "$(agent_pid "$1")" || die "agent $1 did not end cleanly"; }

hub_init
cat >>"$HUB/hub.conf" <<END
home_every = 1s
check_allow = 127.0.0.0/8
start_after = 3s
gone_after = 2s
[receiver hook]
kind = webhook
url = http://127.0.0.1:$HOOK_PORT/alert
secret_file = $T/secret
rules = gone closing
language = en
END

say "- one announces that it closes, two vanish"
after 0d
serve 9; going=$PID
serve 10; closing=$PID
serve 11
serve 12; page=$PID
site $CLOSES 甲市人民政府 www.closes.gov.cn "$T/text" http://www.closes.gov.cn/
site $GOES 乙市人民政府 www.goes.gov.cn "$T/text" http://www.goes.gov.cn/
site_add $PAGE 丙市人民政府 www.page.gov.cn
site_add $STAYS 丁市人民政府 www.stays.gov.cn
for code in $CLOSES $GOES $PAGE $STAYS; do
	wait_for 60 "the home page of $code" is_seen "$code"
	wait_for 60 "$code to be up" state_is "$code" up
done
at=$(date -u -d '+31 days' +%FT%TZ)
zqagent $CLOSES say closing --at "$at" --reason 并入省门户 \
	--see https://www.henan.gov.cn/ >"$T/said" 2>&1 || die "$(cat "$T/said")"
grep -q 'are due' "$T/said" && die "it is early enough: $(cat "$T/said")"
wait_for 60 "the notice" notice_is 1 kind closing
[ "$(zqhub notice show 1 --json | jq -r '.brief')" = false ] || die "brief"
agent_ends $GOES
stop $going
stop $page
wait_for 60 "$GOES to be unreachable" state_is $GOES unreachable
wait_for 60 "$PAGE to be down" state_is $PAGE down
settled
agent_ends $CLOSES
ends

say "- for two days they are away, and nobody says that they are gone"
after 2d
agent_start $CLOSES
wait_for 60 "$GOES to be unreachable" state_is $GOES unreachable
wait_for 60 "$PAGE to be down" state_is $PAGE down
wait_for 60 "$CLOSES to be up" state_is $CLOSES up
settled
ends
agent_ends $CLOSES
[ -s "$T/hook.json" ] && { cat "$T/hook.json"; die "told too early"; }

say "- on the fourth day they are, though the hub had not known in between"
after 4d
wait_for 60 "$GOES to be told as gone" is_told gone firing $GOES
wait_for 60 "$PAGE to be told as gone" is_told gone firing $PAGE
text_of gone firing | grep -q 'had not announced its closing' ||
	die "what is told: $(text_of gone firing)"
settled
ends
say "- one comes back: that is told; and of the other nothing anew"
after 108h
agent_start $GOES
serve 9
wait_for 60 "$GOES to be told as back" is_told gone resolved $GOES
wait_for 60 "$PAGE to be down" state_is $PAGE down
settled
only $GOES gone/firing gone/resolved
zqhub alert list --json | jq -e ".alerts[] | select(.rule == \"gone\")" \
	>"$T/alert" || die "the other isn't gone any more"
ends
agent_ends $GOES

say "- a week ahead the closing is told, and where its people turn to"
after 25d
agent_start $CLOSES
agent_start $GOES
wait_for 60 "the closing to be told" is_told closing firing $CLOSES
text_of closing firing | grep -q 'closes soon, as it has announced' ||
	die "what is told: $(text_of closing firing)"
text_of closing firing | grep -q https://www.henan.gov.cn/ ||
	die "no successor: $(text_of closing firing)"
agent_ends $CLOSES
stop $closing
wait_for 60 "$CLOSES to be unreachable" state_is $CLOSES unreachable
settled
ends
agent_ends $GOES

say "- it is away before its time, and after it: it isn't gone"
after 29d
wait_for 60 "$CLOSES to be unreachable" state_is $CLOSES unreachable
settled
[ "$(told gone firing $CLOSES)" = 0 ] || die "who closes is told as gone"
ends
after 37d
wait_for 60 "$CLOSES to be away as announced" state_is $CLOSES outage
settled
[ "$(told gone firing $CLOSES)" = 0 ] || die "who closed is told as gone"
say "- taken out, the closing is over, and so is the one that went"
zqhub site retire $CLOSES --reason 已并入省门户 >"$T/said" || die "retire"
wait_for 60 "the closing's end to be told" is_told closing resolved $CLOSES
zqhub site retire $PAGE --reason 已关停 >"$T/said" || die "retire"
wait_for 60 "the other's end to be told" is_told gone resolved $PAGE
settled
only $STAYS
jq -s 'group_by(.id) | map(select(length > 1 or .[0].status != 200))' \
	"$T/hook.json" | jq -e 'length == 0' >"$T/have" || die "sent again"
for code in $GOES $PAGE; do
	is_told gone firing "$code" && is_told gone resolved "$code" ||
		die "$code: not each once"
done
is_told closing firing $CLOSES || die "the closing was told again"
exit 0
