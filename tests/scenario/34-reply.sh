# From a move to a page without a dead link, with the real hub: the letter, the
# reply that the hub shows, the mending, the word that it is fixed; the map
# of the site that moved; and what becomes of a letter that nobody answers.
# What its people say is taken as it is said.
. tests/scenario/lib.sh

A=4101000001 B=4102000001 C=4103000001
mkdir -p "$T/a" "$T/b/old" "$T/c" "$T/maps"
page "$T/b/old/1.html" 第一篇
page "$T/b/old/2.html" 第二篇
for site in a c; do
	cat >"$T/$site/i.html" <<-'HTML'
	<html><head><meta charset="utf-8"><title>链接</title></head><body>
	<a href="https://www.kaifeng.gov.cn/old/1.html">一</a>
	<a href="http://www.kaifeng.gov.cn/old/2.html#f">二</a></body></html>
	HTML
done
hub_init
hub_start
site $A '郑州市' www.zhengzhou.gov.cn "$T/a" https://www.zhengzhou.gov.cn/
site $B '开封市' www.kaifeng.gov.cn "$T/b" https://www.kaifeng.gov.cn/
site $C '洛阳市' www.luoyang.gov.cn "$T/c" https://www.luoyang.gov.cn/
for who in $A $C; do
	stop "$(agent_pid "$who")"
	echo 'mend = ask' >>"$(agent_dir "$who")/agent.conf"
	agent_start "$who"
done
stop "$(agent_pid $B)"
sed -i "1i map_nginx = $T/maps/moved" "$(agent_dir $B)/agent.conf"
agent_start $B
wait_for 60 "$B" has_items $B 2
wait_for 60 "$A" has_items $A 1
wait_for 60 "$C" has_items $C 1

say "- who includes the file before there is a move finds one"
wait_for 60 "a map without lines" test -f "$T/maps/moved"
grep -v '^#' "$T/maps/moved" && die "nothing has moved"

say "- the daemon, in English here, answers each in their language"
LANGUAGE=zh_CN zqagent $B letters 999 2>"$T/said" && die "a letter 999"
grep -q '没有' "$T/said" || { cat "$T/said"; die "the daemon's language"; }
zqagent $B letters 999 2>"$T/said" && die "a letter 999"
grep -q 'there is no letter 999' "$T/said" || { cat "$T/said"; die "English"; }

say "- a column moves: whoever links there gets a letter"
zqagent $B say move https://www.kaifeng.gov.cn/old/ \
	https://www.kaifeng.gov.cn/new/ --prefix --reason 改版 >"$T/said" ||
	{ cat "$T/said"; die "say move"; }
page "$T/b/new/1.html" 第一篇
page "$T/b/new/2.html" 第二篇
rm -r "$T/b/old"
letter() {	# CODE: the number of the letter that names both links
	zqagent "$1" letters --json | jq -e '[.[] | select(.kind == "links" and
		([.pages[]?.links[]?.old] | unique | length) == 2)][-1].number'
}
wait_for 60 "the letter to $A" letter $A
wait_for 60 "the letter to $C" letter $C

say "- one will fix it, the other refuses: the hub shows that, with the reason"
zqagent $A letters --will-fix "$(letter $A)" >"$T/reply" || die "will-fix"
zqagent $C letters --refuse "$(letter $C)" 2>/dev/null && die "refused without a reason"
zqagent $C letters --refuse "$(letter $C)" --reason 档案不改 >"$T/reply" || die "refuse"
says() { zqhub move show 1 --json | grep -q "$1"; }
wait_for 60 "the hub to show it" says 'will.fix'
wait_for 60 "the hub to show the reason" says 档案不改
zqagent $C letters | grep -q 'refused by .*档案不改' || die "not shown here"
content() { zqagent "$1" status >"$T/status"; }
for who in $A $C; do
	wait_for 60 "$who to be in sync" content "$who"
	grep -q 'not taken as said' "$T/status" && { cat "$T/status"; die "a reply is held"; }
done

say "- mended, told, and the hub says that it is fixed"
zqagent $A mend --apply >"$T/mended" || { cat "$T/mended"; die "mend"; }
grep -q '"https://www.kaifeng.gov.cn/new/2.html#f"' "$T/a/i.html" || die "$(cat "$T/a/i.html")"
fixed() { zqagent "$A" letters | grep -q 'is fixed'; }
wait_for 60 "that it is fixed" fixed
grep -q kaifeng.gov.cn/old "$T/c/i.html" || die "the other's page was touched"

say "- the site that moved has the map from the hub, signed by it"
has_map() { grep -qF "kaifeng.gov.cn/new/\$zq_rest" "$T/maps/moved"; }
wait_for 60 "the map" has_map
zqagent $B status | grep -q '^map  *version' || die "status"

say "- what it moves next is there within seconds, not when a poll ends"
zqagent $B say move https://www.kaifeng.gov.cn/new/1.html \
	https://www.kaifeng.gov.cn/one.html >"$T/said" ||
	{ cat "$T/said"; die "say move"; }
mv "$T/b/new/1.html" "$T/b/one.html"
began=$(date +%s)
has_one() { grep -qF 'kaifeng.gov.cn/one.html' "$T/maps/moved"; }
wait_for 90 "the map" has_one
[ $(($(date +%s) - began)) -lt 40 ] || die "it took as long as a poll (50 s)"

say "- nobody answers: on to its columns, to the site as a whole, to its parent"
D=4104000001
stop "$HUB_PID" || die "hub did not end cleanly"
sed -i '1i letter_column = 2s\nletter_site = 4s\nletter_parent = 6s' "$HUB/hub.conf"
hub_start
for n in 1 2; do
	page "$T/d/$n.html" "第 $n 篇" "" "栏目 $n"
	sed -i 's,</body>,<a href="https://www.kaifeng.gov.cn/new/2.html">二</a>&,' \
		"$T/d/$n.html"
done
grep -q kaifeng "$T/d/1.html" || die "no link in it"
site_add $D '新密市' www.xinmi.gov.cn --parent $A
agent_enroll $D "$TICKET"
zqagent $D source add dir web --root "$T/d" --url https://www.xinmi.gov.cn/ \
	>"$T/said" 2>&1 || die "source add"
agent_start $D
wait_for 60 "$D" has_items $D 2
zqagent $B say move https://www.kaifeng.gov.cn/new/2.html \
	https://www.kaifeng.gov.cn/two.html >"$T/said" || die "say move"
mv "$T/b/new/2.html" "$T/b/two.html"
level() {	# is it told so far?
	MOVE=$(zqhub move list --json | jq '.moves[] |
		select(.old == "https://www.kaifeng.gov.cn/new/2.html") | .move')
	[ -n "$MOVE" ] && zqhub move show "$MOVE" --json | jq -e --arg to "$1" \
		--arg site "$D" '.referrers.by_site[] |
		select(.site == $site and .level == $to)' \
		>"$T/level"
}
wait_for 120 "the parent to be told" level parent
unanswered() {	# CODE: the leads of its letters, one a line, in their order
	zqagent "$1" letters --json | jq -r '.[] | select(.kind ==
		"unanswered") | .text | split("\n")[0]'
}
told_all() {
	[ "$(unanswered "$D" | grep -c .)" = 3 ] && unanswered "$A" |
		grep -q '^site 4104000001 (新密市), which belongs to yours'
}
wait_for 60 "their letters" told_all
unanswered $D >"$T/chain"
sed -n 1p "$T/chain" | grep -q '^column "栏目 1": ' &&
	sed -n 2p "$T/chain" | grep -q '^column "栏目 2": ' &&
	sed -n 3p "$T/chain" | grep -q 'page by page, and nothing has changed' ||
	{ cat "$T/chain"; die "not column by column, then the site"; }
zqagent $A letters --json | jq -e 'any(.[]; .kind == "unanswered" and (.text |
	test("^site 4104000001")) and .links[0].pages == 2 and .links[0].old ==
	"https://www.kaifeng.gov.cn/new/2.html")' >"$T/x" ||
	{ zqagent $A letters --json; die "the parent isn't told of which links"; }
zqagent $C letters --json | jq -e 'all(.[]; .kind != "unanswered")' >"$T/x" ||
	die "who has refused is told again"

say "- what is taken back isn't asked for any more, by the letter itself either"
ABOUT=https://www.kaifeng.gov.cn/three.html
page "$T/b/three.html" 第三篇
echo "<a href=\"$ABOUT\">三</a>" >"$T/a/three.html"
linked() { zqhub links to "$ABOUT" --json | jq -e '.links | length > 0'; }
wait_for 60 "the link" linked
zqagent $B say move $ABOUT https://www.kaifeng.gov.cn/drei.html \
	--at 2099-01-01 >"$T/said" || { cat "$T/said"; die "say move"; }
about() {	# the first letter about it
	zqagent "$A" letters --json | jq -e --arg it "$ABOUT" '[.[] |
		select(.kind == "links" and .about == $it)][0].number'
}
wait_for 60 "the letter about it" about
zqagent $B say move $ABOUT --withdraw >"$T/said" || die "take back"
off() { zqagent "$A" letters "$(about)" | grep -q 'does not move after all'; }
wait_for 60 "the letter to say so" off
exit 0
