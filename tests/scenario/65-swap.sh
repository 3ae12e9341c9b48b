# A directory below the root is published anew by changing names, at once and
# slowly, under names that the web server has, too: its pages stay what they
# were, neither gate closes, and no move is proposed.
. tests/scenario/lib.sh

root=$T/www
n=0
while [ $n -lt 120 ]; do
	n=$((n + 1))
	page "$root/html/$n.html" "第${n}号公告"
done
page "$root/index.html" "首页"

hub_init
hub_start
site_add 4101000001 '郑州市人民政府' www.zhengzhou.gov.cn
agent_enroll 4101000001 "$TICKET"
zqagent 4101000001 source add dir web --root "$root" \
	--url https://www.zhengzhou.gov.cn/ >"$T/source" || die "source add"
agent_start 4101000001
wait_for 60 "121 items" has_items 4101000001 121
wait_for 60 "sync" in_sync

has_title() {	# TITLE: the first page has it
	zqhub item https://www.zhengzhou.gov.cn/html/1.html | grep -q "$1"
}
number() {	# of a page of html/
	zqhub item "https://www.zhengzhou.gov.cn/html/$1.html" --json | jq .number
}
one=$(number 1) seven=$(number 7)
[ "$seven" != null ] || die "no number"
settled() {	# WHAT TITLE: all is as it was, but for the page that changed
	wait_for 60 "$1: 121 items" has_items 4101000001 121
	wait_for 60 "$1: sync" in_sync
	has_title "$2" || die "$1: the page is not the new one"
	[ "$(number 1)" = "$one" ] || die "$1: a changed page is another item"
	[ "$(number 7)" = "$seven" ] || die "$1: a page is another item"
	zqagent 4101000001 moves >"$T/moves" || die "moves"
	! grep -q html "$T/moves" || { cat "$T/moves"; die "$1: a move"; }
	zqhub status --json | jq -e '.sites[0] | .agent_held == 0 and
		.held == 0' >/dev/null || die "$1: something is held"
}

say "- at once"
cp -r "$root/html" "$root/html.new"
page "$root/html.new/1.html" "第一次更新"
mv "$root/html" "$root/html.old"
mv "$root/html.new" "$root/html"
rm -rf "$root/html.old"
wait_for 60 "the new title" has_title 第一次更新
sleep 2
settled "at once" 第一次更新

say "- with time between, and the new one is told before"
cp -r "$root/html" "$root/html.new"
page "$root/html.new/1.html" "第二次更新"
wait_for 60 "the copy" has_items 4101000001 241
mv "$root/html" "$root/html.old"
sleep 4
mv "$root/html.new" "$root/html"
sleep 4
rm -rf "$root/html.old"
wait_for 60 "the new title" has_title 第二次更新
sleep 2
settled "slowly" 第二次更新

# Most pages are other ones; both names are told, and so is the old copy.
release() {	# WORD
	cp -r "$root/html" "$root/html.new"
	n=0
	while [ $n -lt 70 ]; do
		n=$((n + 1))
		page "$root/html.new/$n.html" "第${n}号公告，$1"
	done
	wait_for 60 "the new copy" has_items 4101000001 241
	mv "$root/html" "$root/html.old"
	mv "$root/html.new" "$root/html"
	wait_for 60 "the new title" has_title "$1"
	wait_for 60 "the old copy" has_items 4101000001 241
	wait_for 60 "its address" zqhub item \
		https://www.zhengzhou.gov.cn/html.old/70.html >"$T/old"
}
say "- most pages change, and the old copy goes when it was told"
release 第三次更新
rm -rf "$root/html.old"
sleep 2
settled "most pages" 第三次更新

say "- … or days later"
release 第四次更新
wait_for 60 "sync" in_sync
stop "$(agent_pid 4101000001)" || die "the agent's end"
agent_start 4101000001
wait_for 60 "sync" in_sync
rm -rf "$root/html.old"
sleep 2
settled "days later" 第四次更新

say "- the site itself goes, and its old copy stays: that waits for a person"
release 第五次更新
stop "$(agent_pid 4101000001)" || die "the agent's end"
agent_start 4101000001
wait_for 60 "sync" in_sync
rm -rf "$root/html"
agent_holds() {
	zqhub status --json | jq -e '.sites[0].agent_held == 120' >/dev/null
}
wait_for 60 "the gate" agent_holds
exit 0
