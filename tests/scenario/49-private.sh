# A site at a private address, where the hub doesn't look unless it is told to,
# and whose agent has no home page to look at: its silence begins and ends, as
# if nobody meant to look.
. tests/scenario/lib.sh

CODE=4101000001
page "$T/root/1.html" "1"
hub_init
cat >>"$HUB/hub.conf" <<END
homes = yes
home_every = 60s
silent_after = 15s
END
hub_start
site_add $CODE '站点三' s3.localhost
agent_enroll $CODE "$TICKET"
zqagent $CODE source add dir web --root "$T/root" \
	--url http://s3.localhost/ >>"$T/agent-$CODE.log" 2>&1 ||
	die "source add"
agent_start $CODE
wait_for 60 "its page" has_items $CODE 1

state_is() { zqhub states $CODE --limit 1 --json |
	jq -e --arg s "$1" '.states[0] | .state + " " + .cause == $s' >"$T/x"; }
alerts() { zqhub alert list --json | jq -e "[.alerts[] | select(.rule == \"silent\")] | length == $1" >"$T/x"; }
looked() { zqhub home $CODE --json >"$T/home" 2>&1 && jq -e '.outcome == "unknown"' "$T/home" >"$T/x"; }
wait_for 90 "a look that says nothing" looked
wait_for 60 "looks that say nothing" state_is "unknown mute"
stop "$(agent_pid $CODE)"
wait_for 60 "silence" state_is "silent quiet"
wait_for 60 "the alert" alerts 1
agent_start $CODE
wait_for 60 "its end" state_is "unknown mute"
wait_for 60 "the alert's end" alerts 0
