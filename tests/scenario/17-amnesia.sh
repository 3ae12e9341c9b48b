# Whoever forgets is told again: a hub that is put back as it was an hour ago,
# twice; a hub whose store is gone; an agent whose store is gone. Unattended,
# the index comes to the same digest as before, and that is proven.
. tests/scenario/lib.sh

one=4101000001 two=4103000003
write() {	# DIR FROM TO WORD
	mkdir -p "$1"
	n=$2
	while [ "$n" -le "$3" ]; do
		page "$1/$n.html" "$4第${n}号公告"
		n=$((n + 1))
	done
}
write "$T/$one/a" 1 60 郑州
write "$T/$two/a" 1 40 洛阳
hub_init
hub_start
join() {	# CODE NAME DOMAIN SPOOL
	site_add "$1" "$2" "$3"
	agent_enroll "$1" "$TICKET"
	sed -i "1i beat = 2s\nspool = $4" "$(agent_dir "$1")/agent.conf"
	zqagent "$1" source add dir web --root "$T/$1" --url "https://$3/" \
		>"$T/source" || die "source add"
	agent_start "$1"
}
join $one '郑州市人民政府' www.zhengzhou.gov.cn 256M
join $two '洛阳市人民政府' www.luoyang.gov.cn 1M
zqagent $one say item --url https://www.zhengzhou.gov.cn/cms/1 \
	--title '口头说的一条' >"$T/said" || die "say item"
both() { has_items "$one" "$1" && has_items "$two" "$2"; }
wait_for 60 "101 items" both 61 40

prove() {	# both, and the agent's own digest is the index's
	wait_for 150 "$1: a proof" proven
	# What was written just before may not even have been seen then.
	for code in $one $two; do
		wait_for 150 "$1: $code to be at rest" at_rest "$code"
	done
	wait_for 60 "$1: sync" in_sync
	for code in $one $two; do
		[ "$(zqhub site show "$code" --json | jq -r .digest)" = \
			"$(zqagent "$code" status --json | jq -r .digest)" ] ||
			die "$1: $code has another digest than the index"
	done
}
digests() {	# what the index comes to
	for code in $one $two; do zqhub site show "$code" --json | jq -r .digest; done
}
incarnation() { zqagent "$1" status --json | jq -r .spool.incarnation; }
prove "at first"

say "- the hub is put back as it was an hour ago; the spools have the rest"
stop "$HUB_PID" || die "hub did not end cleanly"
cp -a "$HUB" "$T/hub-an-hour-ago"
hub_start
write "$T/$one/b" 1 30 乙栏
rm "$T/$one/a/1.html" "$T/$one/a/2.html"
write "$T/$one/a" 10 19 改写
write "$T/$two/b" 1 10 洛阳乙栏
wait_for 60 "the hour's changes" both 89 50
prove "before"
before=$(digests) was=$(incarnation $one)
back() {	# to what it was, while it is running: it is killed
	kill9 "$HUB_PID"
	rm -rf "$HUB"
	cp -a "$T/hub-an-hour-ago" "$HUB"
	hub_start
}
back
wait_for 150 "the hour's changes again" both 89 50
prove "an hour ago"
[ "$(digests)" = "$before" ] || die "another digest than before"
[ "$(incarnation $one)" = "$was" ] || die "it was all told again, and the spool had it"

say "- again, and one spool has not got it any more"
# More than its spool holds: what the hub took an hour ago is trimmed.
words=$(printf '粮食安全、防汛抗旱、%.0s' $(seq 40))
big() {
	mkdir -p "$T/new"
	n=0
	while [ $n -lt 900 ]; do
		n=$((n + 1))
		printf '<html><head><meta charset="utf-8"><title>%s第%d条</title><meta name="Keywords" content="%s"></head></html>' \
			"$1" $n "$words" >"$T/new/$n.html"
	done
	rm -rf "$T/old"
	[ ! -d "$T/$two/big" ] || mv "$T/$two/big" "$T/old"
	mv "$T/new" "$T/$two/big"
}
big 大批
wait_for 180 "900 more" both 89 950
write "$T/$two/a" 1 5 再改
zqagent $two status --json | jq -e '.spool.first > 50' >"$T/first" ||
	{ zqagent $two status --json | jq .spool; die "the spool has it still"; }
prove "before, again"
before=$(digests) was=$(incarnation $one) was2=$(incarnation $two)
back
wait_for 150 "all of it again" both 89 950
prove "an hour ago, without the spool"
[ "$(digests)" = "$before" ] || die "another digest than before"
[ "$(incarnation $one)" = "$was" ] || die "one told all again, and its spool had it"
[ "$(incarnation $two)" != "$was2" ] || die "two's spool had not got it, and it was not told again"

say "- the hub's store is gone; its CA and its register are kept"
zqhub backup "$T/register.json" >"$T/backup" || die "backup"
kill9 "$HUB_PID"
rm -rf "$HUB/journal" "$HUB/view"
rm "$T/$one/a/3.html"
zqhub restore "$T/register.json" >"$T/restore" || { cat "$T/restore"; die "restore"; }
hub_start
wait_for 150 "all of it, from nothing" both 88 950
prove "from nothing"
page "$T/$one/a/3.html" '改写第3号公告'
wait_for 60 "one more" both 89 950
rm "$T/$one/a/3.html"
wait_for 60 "one less" both 88 950

say "- the hub's is gone once more, and a site's directory with it: held, all stays"
prove "before both are gone"
withdrawn() { zqhub site show "$one" --json | jq .withdrawn; }
before=$(digests) gone=$(withdrawn)
kill9 "$HUB_PID"
rm -rf "$HUB/journal" "$HUB/view"
mv "$T/$one/a" "$T/a-away"	# 57 pages
zqhub restore "$T/register.json" >"$T/restore" || { cat "$T/restore"; die "restore"; }
hub_start
held_there() { zqhub site show "$one" --json | jq -e ".agent_held == $1" >/dev/null; }
wait_for 60 "the agent to hold what is away" held_there 57
wait_for 150 "all of it, from nothing, and what is away" both 88 950
same() { [ "$(digests)" = "$before" ]; }
wait_for 60 "the same digests" same
sleep 5		# whoever withdraws them now has had the time
same || die "another digest than before"
both 88 950 || die "$(items_of $one) and $(items_of $two) items"
[ "$(withdrawn)" = "$gone" ] || die "$(withdrawn) items are withdrawn, $gone were before"
mv "$T/a-away" "$T/$one/a"
wait_for 60 "nothing to be held any more" held_there 0
prove "the directory is back"
same || die "another digest than before, when it is back"

say "- an agent's store is gone: a new incarnation, and nothing is lost"
prove "before the agent's loss"
before=$(digests) was=$(incarnation "$two")
stop "$(agent_pid $two)" || die "agent did not end cleanly"
rm -rf "$(agent_dir $two)/store"
agent_start $two
other() {
	now=$(incarnation "$two")
	case $now in "$was" | '' | null) return 1 ;; esac
}
wait_for 60 "a new incarnation" other
wait_for 150 "all of it" both 88 950
prove "the agent's loss"
[ "$(digests)" = "$before" ] || die "another digest than before"
rm "$T/$two/a/7.html"
wait_for 60 "a withdrawal under the new numbers" both 88 949

say "- … what was only said, nobody can say again: it waits for a person"
stop "$(agent_pid $one)" || die "agent did not end cleanly"
rm -rf "$(agent_dir $one)/store"
rm "$T/$one/a/4.html"	# and a page went while nobody looked
agent_start $one
waits() { zqagent "$one" status >"$T/status"; grep -q 'held: 1 item\|held: 2 item' "$T/status"; }
wait_for 90 "the agent to ask" waits
found 口头说的 || die "what was said is gone"
zqagent $one release --reason '口头的一条已过时' >"$T/release" ||
	{ cat "$T/release"; die "release"; }
wait_for 60 "both of them gone" both 86 949
prove "at the end"
zqhub journal verify >"$T/verify" || die "the chain"
exit 0
