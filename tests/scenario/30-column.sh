# A column of thousands of pages is renamed: no page is doubled or lost, none
# waits for a person, and hub and site prove that they have the same. Then a
# move that is announced first, and what is refused.
. tests/scenario/lib.sh

CODE=4101000001
URL=https://www.zhengzhou.gov.cn

# pages DIR FROM TO: small ones, each of its own
pages() {
	mkdir -p "$1"
	awk -v dir="$1" -v from="$2" -v to="$3" 'BEGIN {
		for (n = from; n <= to; n++) {
			file = dir "/" n ".html"
			print "<!DOCTYPE html><meta charset=\"utf-8\">" \
			    "<title>公告第" n "号</title><p>" n > file
			close(file)
		}
	}'
}
prove() {
	zqhub prove $CODE --wait 120 >"$T/prove" 2>&1 ||
		{ cat "$T/prove"; die "$1: not proven to be the same"; }
}
settled() { at_rest $CODE; }
head_of() { zqagent $CODE status --json | jq .spool.head; }
held() { zqagent $CODE status --json | jq '[.sources[].held] | add'; }
changes_reach() { [ "$(head_of)" -ge "$1" ]; }
# What a source covers is told when it was looked at: that may be any time.
told() {
	zqhub journal print --json | jq '[.[] | select(.change != null and
		.change != "cover")] | length'
}
changes_are() {
	wait_for 60 "the site to settle" settled
	changes=$(told)
	[ "$changes" = "$1" ] || { zqagent $CODE status
		die "$changes changes, not $1: something was told twice"; }
}

found_at() {
	zqhub search "迁移的公告" --json |
		jq -e '[.items[].url] | index("'"$1"'") != null' >/dev/null
}

COUNT=${COUNT:-5000}
pages "$T/www/news" 1 "$COUNT"
page "$T/www/index.html" "首页"
hub_init
hub_start
site $CODE '郑州市人民政府' www.zhengzhou.gov.cn "$T/www" $URL/
wait_for 180 "the pages" has_items $CODE $((COUNT + 1))
wait_for 60 "the site to settle" settled
prove "before"
before=$(told)

say "- $COUNT pages elsewhere, by one rename: as many changes, none held"
mv "$T/www/news" "$T/www/xinwen"
wait_for 180 "the rename to be noticed" changes_reach $((before + COUNT))
wait_for 180 "the renamed pages" settled
changes_are $((before + COUNT))
[ "$(held)" = 0 ] || die "$(held) are held"
wait_for 60 "all of it to be shown" in_sync
has_items $CODE $((COUNT + 1)) || die "$(items_of $CODE) items at the hub"
prove "after the rename"
grep -q "$((COUNT + 1)) items" "$T/prove" || { cat "$T/prove"; die "prove"; }
zqhub search "公告第7号" --json >"$T/found"
jq -e '[.items[].url] | index("'$URL'/xinwen/7.html") != null and
	(index("'$URL'/news/7.html") == null)' "$T/found" >/dev/null ||
	{ jq . "$T/found"; die "the index has the old address"; }

say "- the source proposes what it saw, and a word announces it"
proposed() { zqagent $CODE moves >"$T/moves"
	grep -q "zqagent say move $URL/news/ $URL/xinwen/ --prefix" "$T/moves"; }
wait_for 60 "a proposal" proposed
zqagent $CODE status | grep -q '1 could be announced' || die "status is silent"
zqagent $CODE moves announce --reason '栏目调整' >"$T/out" || die "announce"
zqagent $CODE moves --json | jq -e '(.proposed | length == 0) and
	.announced[0].old == "'$URL'/news/"' >/dev/null || die "moves --json"
moved() { zqhub move list --json >"$T/list" && grep -q "$URL/xinwen/" "$T/list"; }
wait_for 60 "the hub to have the move" moved

say "- also while the agent is down, and each page is another one"
zqagent $CODE say move $URL/xinwen/ $URL/news/ --prefix --at '2099-01-01' \
	>"$T/out" 2>&1 && die "a circle is taken"
zqagent $CODE say move $URL/docs/ $URL/files/ --prefix --dry-run >"$T/out" ||
	die "dry run"
pages "$T/www/docs" 1 80
wait_for 60 "the documents" has_items $CODE $((COUNT + 81))
wait_for 60 "the site to settle" settled
zqagent $CODE say move $URL/docs/ $URL/files/ --prefix >"$T/out" || die "say"
grep -q '80 items of this site move' "$T/out" || { cat "$T/out"; die "say"; }
wait_for 60 "the site to settle" settled
before=$(told)
stop "$(agent_pid $CODE)"
mv "$T/www/docs" "$T/www/files"
for f in "$T"/www/files/*.html; do echo '<p>新的导航' >>"$f"; done
agent_start $CODE
wait_for 60 "the rename to be noticed" changes_reach $((before + 80))
wait_for 60 "the site to settle" settled
changes_are $((before + 80))
prove "after the second"
wait_for 60 "all of it to be shown" in_sync
has_items $CODE $((COUNT + 81)) || die "$(items_of $CODE) items at the hub"

say "- a file that goes to another source is the same, too"
mkdir "$T/more"
zqagent $CODE source add dir more --root "$T/more" --url $URL/more/ >"$T/out" ||
	die "source add"
page "$T/www/wander.html" "迁移的公告"
wait_for 60 "the page" has_items $CODE $((COUNT + 82))
wait_for 60 "the site to settle" settled
before=$(told)
mv "$T/www/wander.html" "$T/more/"
wait_for 60 "its new address" found_at $URL/more/wander.html
wait_for 60 "the site to settle" settled
changes_are $((before + 1))
prove "after it went to another source"
mv "$T/more/wander.html" "$T/www/back.html"
wait_for 60 "its third address" found_at $URL/back.html
wait_for 60 "the site to settle" settled
changes_are $((before + 2))
rm "$T/www/back.html"
wait_for 60 "it to be gone" has_items $CODE $((COUNT + 81))

say "- what goes from an announced place is no loss"
zqagent $CODE say move $URL/xinwen/ https://new.zhengzhou.gov.cn/xinwen/ \
	--prefix >"$T/out" || { cat "$T/out"; die "say"; }
wait_for 60 "the site to settle" settled
rm -r "$T/www/xinwen"
wait_for 180 "the pages to be gone" has_items $CODE 81
[ "$(held)" = 0 ] || die "$(held) are held"
prove "after the pages went"

say "- a name alone is the host that a source has; the hub says who links there"
zqagent $CODE say move www.zhengzhou.gov.cn/q.html www.zhengzhou.gov.cn/r.html \
	--dry-run >"$T/out" 2>&1
grep -q "$URL/q.html → $URL/r.html" "$T/out" || { cat "$T/out"; die "a name"; }
grep -q '0 pages of other sites link there (0 sites)' "$T/out" ||
	{ cat "$T/out"; die "the hub can't tell who links there"; }
zqagent $CODE say move www.ly.gov.cn/a.html $URL/r.html --dry-run \
	>"$T/out" 2>&1
grep -q "none of this site's addresses" "$T/out" ||
	{ cat "$T/out"; die "the hub tells of others' addresses"; }

say "- a table with a wrong line says nothing, and where it is wrong"
printf 'old,new\n/a.html,/b.html\n/c.html\n' >"$T/moves.csv"
zqagent $CODE say move --csv "$T/moves.csv" >"$T/out" 2>&1 && die "it is taken"
grep -q 'moves.csv:3: ' "$T/out" || { cat "$T/out"; die "no line"; }
before=$(told)
printf 'old,new\n/a.html,/b.html\n/c.html,/d.html\n' >"$T/moves.csv"
zqagent $CODE say move --csv "$T/moves.csv" >"$T/out" 2>&1 || die "$(cat "$T/out")"
changes_are $((before + 2))

say "- settings edited by hand are followed at SIGHUP, wrong ones are not"
conf=$(agent_dir $CODE)/agent.conf
sources_are() { zqagent $CODE status --json | jq -e ".sources | length == $1"; }
printf '[source third]\nroot = %s\nurl = %s/third/\nmoves = what\n' \
	"$T/third" $URL >>"$conf"
mkdir "$T/third"
kill -HUP "$(agent_pid $CODE)"
wait_for 60 "it to say what is wrong" grep -q 'moves is "what"' \
	"$T/agent-$CODE.log"
sources_are 2 >"$T/out" || die "wrong settings were followed"
sed -i 's/^moves = what/moves = off/' "$conf"
kill -HUP "$(agent_pid $CODE)"
wait_for 60 "the third source" sources_are 3

say ok
