# One cause, one alert: sites behind one address that fall silent together are
# one; one more there that does so later is another; so many agents at once,
# wherever they are, are one. And each has its end.
#
# All on one machine, in a network of their own: each agent calls the hub by an
# address of this machine that is its site's, and comes from there.
. tests/scenario/lib.sh

own_net

# 1 2 3 4 are behind one address, 5 … 9 at one each, and so is 10, who stays.
code() { printf '41000000%02d' "$1"; }
address() { [ "$1" -le 4 ] && say 10.97.0.1 || say "10.97.0.$1"; }
ALL='1 2 3 4 5 6 7 8 9 10'
for n in 1 5 6 7 8 9 10; do
	ip addr add "10.97.0.$n/32" dev lo || skip "no addresses"
	printf '127.0.0.1 localhost\n10.97.0.%s hub.test\n' "$n" >"$T/hosts.$n"
done
mount --bind "$T/hosts.1" /etc/hosts || skip "no mounts"
cat >"$T/at" <<-'END'
hosts=$1
shift
mount --bind "$hosts" /etc/hosts && exec "$@"
END
from() {	# N: words before what runs there
	at=$(address "$1")
	say "unshare -m sh $T/at $T/hosts.${at##*.}"
}

cat >"$T/told.sh" <<-END
cat >>"$T/told"
echo >>"$T/told"
END
HUB_HOST=hub.test
hub_init
sed -i "s/^listen = .*/listen = 0.0.0.0:$HUB_PORT/" "$HUB/hub.conf"
cat >>"$HUB/hub.conf" <<-END
gone_after = 2s
isolated_share = 100
alert_together = 4s
alert_many = 5
alert_many_time = 3s
[rule silent]
for = 5s
[receiver run]
kind = command
command = /bin/sh $T/told.sh
END
hub_start
for n in $ALL; do
	c=$(code "$n")
	AGENT_RUN=$(from "$n")
	site_add "$c" "第${n}市人民政府" "www.s$n.gov.cn"
	agent_enroll "$c" "$TICKET"
	sed -i '1i home = off' "$(agent_dir "$c")/agent.conf"
	agent_start "$c"
done

# Nobody looks at their pages: so that is all there is to know of them.
heard() { [ "$(zqhub states "$1" --limit 1 --json |
	jq -r '.states[0].cause')" = unwatched ]; }
all_heard() {
	for n in $ALL; do heard "$(code "$n")" || return 1; done
}
# silence N…: at once; the hub is asleep meanwhile, so that it hears of it at
# once, too, also on a busy machine
silence() {
	hub_parts=$(pgrep -P "$HUB_PID")
	# shellcheck disable=SC2086 # they are words
	kill -STOP $hub_parts
	for n; do kill9 "$(agent_pid "$(code "$n")")"; done
	edge=$(pgrep -x -P "$HUB_PID" edge) || die "where is the edge?"
	kill -CONT "$edge"
	sleep 2		# it tells the core, which goes on after that
	# shellcheck disable=SC2086
	kill -CONT $hub_parts
}
told_is() {	# EVENT COUNT
	[ "$(jq -s --arg event "$1" '[.[] | select(.event == $event)] |
		length' "$T/told" 2>"$T/have")" = "$2" ]
}
firing() {	# K: the group of the k-th, and how many it names
	jq -rs --argjson k "$1" '[.[] | select(.event == "firing")][$k - 1] |
		"\(.rule) \(.group) \(.count)"' "$T/told"
}
is() { [ "$(firing "$1")" = "$2" ] || { cat "$T/told"; die "told: $(firing "$1")"; }; }

wait_for 60 "all to be heard" all_heard
say "- three behind one address: one alert"
silence 1 2 3
wait_for 60 "it to be told" told_is firing 1
is 1 "silent 10.97.0.1 3"

say "- a fourth there, later: one of its own"
sleep 5
silence 4
wait_for 60 "it to be told" told_is firing 2
is 2 "silent 10.97.0.1 1"

say "- five at once, at five addresses: one alert"
sleep 3
silence 5 6 7 8 9
wait_for 60 "it to be told" told_is firing 3
is 3 "silent many 5"

say "- they come back: each has its end, and nothing else is told"
for n in 1 2 3 4 5 6 7 8 9; do
	AGENT_RUN=$(from "$n")
	agent_start "$(code "$n")"
done
wait_for 60 "the ends to be told" told_is resolved 3
told_is firing 3 || { cat "$T/told"; die "more was told"; }
six() { [ "$(jq -s length "$T/told")" = 6 ]; }
six || { sleep 3; six; } || { cat "$T/told"; die "more was told"; }
