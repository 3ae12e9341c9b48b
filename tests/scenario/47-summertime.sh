# Maintenance by the clocks of a place, over the nights in which they are put
# forward and back: real daemons that believe it is then (libfaketime). Before
# a window a site that is down is down, within it that is an announced outage,
# after it an overrun; and what falls into it is excluded from availability.
. tests/scenario/lib.sh

# Port 80 and the file of hosts need a net and mounts of its own.
own_net
believe +0 >"$T/have" || skip "no libfaketime here"
[ "$(TZ=Europe/Berlin date -d @1806195600 +%H)" = 03 ] || skip "no tzdata here"
# Theirs are seen once, and then nobody listens there. That of a third site goes
# on: or the hub would say that it can't see.
printf '127.0.0.1 localhost\n127.0.1.9 www.a.gov.cn www.b.gov.cn\n' >"$T/hosts"
echo '127.0.1.10 www.c.gov.cn' >>"$T/hosts"
mount --bind "$T/hosts" /etc/hosts || skip "no mounts"
page "$T/www/index.html" '首页'
start third python3 -m http.server --bind 127.0.1.10 --directory "$T/www" 80

unix() { date -u -d "$1" +%s; }
# it_is UTC: what is started from now on believes so
it_is() {
	HUB_RUN=$(believe "+$(($(unix "$1") - $(date +%s)))")
	AGENT_RUN=$HUB_RUN
}
state_is() {	# CODE STATE
	[ "$(zqhub states "$1" --limit 1 --json |
		jq -r '.states[0].state')" = "$2" ]
}
notice_is() {	# NUMBER FIELD VALUE
	[ "$(zqhub notice show "$1" --json | jq -r ".$2")" = "$3" ]
}
# window NUMBER FROM UNTIL: the next one, or that of now, in UTC
window() {
	zqhub notice show "$1" --json >"$T/notice"
	is=$(date -u -d "$(jq -r .window_from "$T/notice")" '+%F %T')
	[ "$is" = "$2" ] || die "notice $1: its window begins at $is, not $2"
	is=$(date -u -d "$(jq -r .window_until "$T/notice")" '+%F %T')
	[ "$is" = "$3" ] || die "notice $1: its window ends at $is, not $3"
}
days() {	# CODE FIELD: in the week up to now; who wasn't looked at isn't in it
	zqhub availability --json | jq --arg code "$1" "[.sites[] |
		select(.code == \$code) | .$2][0] // 0"
}
# moment UTC A'S-STATE B'S-STATE: the hub, started then, comes to these, and
# what it sees of their home pages is counted as they say
moment() {
	say "  $1: $2, $3"
	it_is "$1"
	looks_a=$(looks "$A") looks_b=$(looks "$B")	# before there are new ones
	hub_start
	wait_for 60 "$1: A to be in $2" state_is "$A" "$2"
	wait_for 60 "$1: B to be in $3" state_is "$B" "$3"
	wait_for 60 "A's looks to be written down" more "$A" "$looks_a"
	wait_for 60 "B's looks to be written down" more "$B" "$looks_b"
	stop "$HUB_PID" || die "hub did not end cleanly"
	counted "$1" "$A" "$2" "$looks_a"
	counted "$1" "$B" "$3" "$looks_b"
}
looks() {	# CODE: failed, excluded
	say "$(days "$1" failed) $(days "$1" excluded)"
}
more() { [ "$(looks "$1")" != "$2" ]; }
counted() {	# UTC CODE STATE LOOKS-BEFORE
	failed=$(($(days "$2" failed) - ${4% *}))
	excluded=$(($(days "$2" excluded) - ${4#* }))
	case $3 in
	outage)	[ $failed = 0 ] && [ $excluded -gt 0 ] ;;
	*)	[ $failed -gt 0 ] && [ $excluded = 0 ] ;;
	esac || die "$1: $2 is in $3, and of its looks $failed failed and $excluded are excluded"
}
# crossing UTC CODE TO CODE TO: the hub runs over that moment; both come to
# these, not before it
crossing() {
	say "  over $1"
	moment=$1
	it_is "$(date -u -d "$1 UTC - 30 seconds" '+%F %T')"
	hub_start
	shift
	for code; do
		[ -n "${site:-}" ] || { site=$code; continue; }
		wait_for 90 "$site to be in $code" state_is "$site" "$code"
		zqhub states "$site" --limit 1 --json |
			jq -r '.states[0].at' >"$T/at"
		[ "$(unix "$(cat "$T/at")")" -ge "$(unix "$moment")" ] ||
			die "$site is in $code since $(cat "$T/at") already"
		site=
	done
	stop "$HUB_PID" || die "hub did not end cleanly"
}

# A: what its own people say recurs, "sun 02:00-04:00"; B, which has no agent:
# what the operator says, "sun 01:30-02:30".
begin() {	# NAME UTC: a hub, a day before
	it_is "$2"
	HUB=$T/hub-$1
	hub_init
	cat >>"$HUB/hub.conf" <<-END
	home_every = 1s
	check_allow = 127.0.0.0/8
	start_after = 3s
	gone_after = 2s
	outage_settle = 2s
	END
	hub_start
	page "$T/www-$1/1.html" "第一篇"
	site "$A" 甲市人民政府 www.a.gov.cn "$T/www-$1" http://www.a.gov.cn/
	site_add "$B" 乙市人民政府 www.b.gov.cn
	site_add "$C" 丙市人民政府 www.c.gov.cn
	wait_for 60 "the page" has_items "$A" 1
	start both python3 -m http.server --bind 127.0.1.9 --directory "$T/www" 80
	both=$PID
	wait_for 60 "A's home page" is_seen "$A"
	wait_for 60 "B's home page" is_seen "$B"
	wait_for 60 "C's home page" is_seen "$C"
	stop "$both"
	zqagent "$A" say maintenance --every "sun 02:00-04:00" \
		--zone Europe/Berlin --reason 例行维护 >"$T/said" || die "say"
	wait_for 60 "what A says" notice_is 1 recurs "sun 02:00-04:00"
	zqhub notice announce "$B" maintenance --every "sun 01:30-02:30" \
		--zone Europe/Berlin --reason 例行维护 >"$T/said" || die "announce"
	wait_for 60 "what B's operator says" notice_is 2 recurs "sun 01:30-02:30"
}
is_seen() {
	zqhub home "$1" --json >"$T/home" 2>&1 &&
		jq -e '.outcome == "ok"' "$T/home" >"$T/have"
}
ends() {	# nobody is there any more when the night comes
	wait_for 60 "A's looks to be written down" more "$A" "0 0"
	wait_for 60 "B's looks to be written down" more "$B" "0 0"
	stop "$(agent_pid "$A")" || die "agent did not end cleanly"
	stop "$HUB_PID" || die "hub did not end cleanly"
}

say "- clocks are put forward at 02:00: from there on it is 03:00"
A=4101000001 B=4102000001 C=4105000001
begin spring '2027-03-27 12:00'
window 1 '2027-03-28 01:00:00' '2027-03-28 02:00:00'
window 2 '2027-03-28 00:30:00' '2027-03-28 01:00:00'
zqhub notice announce $B maintenance --every "sun 02:10-02:50" \
	--zone Europe/Berlin --reason 不存在的一刻 >"$T/said" || die "announce"
wait_for 60 "what is within the gap" notice_is 3 recurs "sun 02:10-02:50"
window 3 '2027-04-04 00:10:00' '2027-04-04 00:50:00'
ends
moment '2027-03-28 00:20' unreachable down
moment '2027-03-28 00:40' unreachable outage
crossing '2027-03-28 01:00' "$A" outage "$B" overrun
moment '2027-03-28 01:30' outage down
crossing '2027-03-28 02:00' "$A" overrun
moment '2027-03-28 02:30' unreachable down

say "- clocks are put back at 03:00: the hour from 02:00 comes twice"
A=4103000001 B=4104000001
begin autumn '2027-10-30 12:00'
window 1 '2027-10-31 00:00:00' '2027-10-31 03:00:00'
window 2 '2027-10-30 23:30:00' '2027-10-31 01:30:00'
ends
moment '2027-10-30 23:20' unreachable down
moment '2027-10-30 23:50' unreachable outage
moment '2027-10-31 00:20' outage outage
moment '2027-10-31 01:20' outage outage
crossing '2027-10-31 01:30' "$B" overrun
moment '2027-10-31 02:20' outage down
crossing '2027-10-31 03:00' "$A" overrun
moment '2027-10-31 03:20' unreachable down

say "- a rebuild says the same"
all() { zqhub availability --json && zqhub notice list --all --json; }
all >"$T/before"
zqhub rebuild >"$T/x" 2>&1 || { cat "$T/x"; die "rebuild"; }
all >"$T/after"
cmp "$T/before" "$T/after" || die "another view after the rebuild"
exit 0
