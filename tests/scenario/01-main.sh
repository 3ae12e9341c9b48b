# The main job: what is published, changed or withdrawn below a document root
# is in the index; what must not get there doesn't.
. tests/scenario/lib.sh

root=$T/www
mkdir -p "$root/files" "$T/outside"
page "$root/index.html" '郑州市人民政府门户网站' '' '首页'
page "$root/tzgg/t20261101_1.html" '关于做好冬季供暖工作的通知' '2026-11-01 08:00'
page "$root/gbk.html" '国务院办公厅关于政府网站集约化试点的通知' '2026-10-02 10:00' '政策文件'
sed 's/utf-8/gb2312/' "$root/gbk.html" | iconv -f UTF-8 -t GBK >"$T/x" && mv "$T/x" "$root/gbk.html"
page "$root/mislabelled.html" '这一页自称是国标码其实不是' '2026-10-03 10:00'
sed 's/charset="utf-8"/charset="gbk"/' "$root/mislabelled.html" >"$T/x" && mv "$T/x" "$root/mislabelled.html"
printf 'a,b\n1,2\n' >"$root/files/报表.csv"
echo secret >"$T/outside/secret.html"
ln -s ../outside/secret.html "$root/leak.html"
ln -s "$T/outside" "$root/leakdir"
ln -s tzgg "$root/alias"
ln -s . "$root/loop"
mkfifo "$root/pipe.html"
echo draft >"$root/.hidden.html"
echo draft >"$root/page.html~"

hub_init
hub_start
site 4101000001 '郑州市人民政府' www.zhengzhou.gov.cn "$root" \
	https://www.zhengzhou.gov.cn/
wait_for 60 "first scan found" found 冬季供暖
wait_for 60 "in sync" in_sync
wait_for 60 "all six items" has_items 4101000001 6	# one by an alias

say "- GBK and mislabelled pages come out right"
wait_for 60 "GBK title" found 集约化试点
wait_for 60 "mislabelled title" found 自称是国标码
zqhub item https://www.zhengzhou.gov.cn/gbk.html --json |
	jq -e '.title == "国务院办公厅关于政府网站集约化试点的通知" and .column == "政策文件"' \
	>/dev/null || die "GBK page's tags"

say "- an index file is its directory; files are items with type and hash"
zqhub item https://www.zhengzhou.gov.cn/ --json >"$T/home" || die "home page"
jq -e '.title == "郑州市人民政府门户网站"' "$T/home" >/dev/null || die "home title"
zqhub item 'https://www.zhengzhou.gov.cn/files/%E6%8A%A5%E8%A1%A8.csv' --json >"$T/csv" ||
	die "csv item"
hash=$(sha256sum "$root/files/报表.csv" | cut -d' ' -f1)
jq -e --arg h "$hash" '.sha256 == $h and .length == 8' "$T/csv" >/dev/null ||
	die "csv hash: $(cat "$T/csv")"

say "- nothing from outside the root, no hidden or draft files, no pipes"
zqhub journal print --json >"$T/journal" || die "journal print"
grep -q t20261101_1 "$T/journal" || die "what was told isn't in the journal"
# What it can't look at it names, so that nobody takes it for gone.
if grep -v '"change":"cover"' "$T/journal" |
	grep -E 'secret|leak|hidden|page\.html~|pipe\.html'; then
	die "something was told that must not be"
fi

say "- published, found within two seconds; changed; withdrawn"
start_ms=$(($(date +%s%N) / 1000000))
page "$root/2026/new.html" '全省数字政府建设工作会议召开' '2026-11-21 09:00' '工作动态'
wait_for 60 "the new page" found 数字政府建设工作会议
took=$(($(date +%s%N) / 1000000 - start_ms))
say "  found after $took ms"
page "$root/2026/new.html" '全省政务服务大会召开' '2026-11-21 09:00' '工作动态'
wait_for 60 "the changed title" found 政务服务大会
wait_for 60 "the old title to go" not_found 数字政府建设工作会议
rm "$root/2026/new.html"
wait_for 60 "withdrawal" not_found 政务服务大会
zqhub item https://www.zhengzhou.gov.cn/2026/new.html >"$T/past" || die "history"
[ "$(grep -cE 'created|updated|deleted' "$T/past")" -ge 3 ] || { cat "$T/past"; die "history is short"; }

say "- a touch says nothing"
# What a source covers is told when it was looked at: that may be any time.
told() {
	zqhub journal print --json | jq '[.[] | select(.change != null and
		.change != "cover")] | length'
}
wait_for 60 "the agent to be at rest" at_rest 4101000001
before=$(told)
touch "$root/tzgg/t20261101_1.html"
page "$root/after-touch.html" '触摸之后' '2026-11-21 09:00'
wait_for 60 "the page after the touch" found 触摸之后
wait_for 60 "the agent to be at rest again" at_rest 4101000001
after=$(told)
[ "$after" = $((before + 1)) ] || die "touch was told: $before changes, then $after"

say "- a file being written is not read half"
{
	printf '<html><head><meta charset="utf-8"><title>半截'
	n=0
	until [ -e "$T/go-on" ] || [ $n -ge 600 ]; do
		sleep 0.1; n=$((n + 1))
	done
	printf '标题完整了</title></head><body>x</body></html>'
} >"$root/slow.html" &
writer=$!
sleep 1.5
not_found 半截 || die "half a page was told"
: >"$T/go-on"
wait $writer
wait_for 60 "the whole page" found 半截标题完整了
zqhub item https://www.zhengzhou.gov.cn/slow.html --json |
	jq -e '.changes == 1' >/dev/null || die "slow page was told more than once"

say "- a recording of some GB is read beside the pages, and named"
truncate -s 400G "$root/video.mp4"
is_read() { zqagent 4101000001 status | grep -q 'video\.mp4'; }
wait_for 60 "status to name the video" is_read
page "$root/beside.html" '与录像同时发布' '2026-11-21 09:00'
wait_for 60 "the page beside it" found 与录像同时发布
is_read || die "the video isn't read any more: nothing was shown"
rm "$root/beside.html"
wait_for 60 "the page to go" not_found 与录像同时发布
rm "$root/video.mp4"

say "- a directory renamed, a directory removed"
mkdir "$root/lanmu"
for n in 1 2 3; do page "$root/lanmu/$n.html" "栏目改名第${n}篇" '2026-11-20 09:00'; done
for n in 1 2 3; do wait_for 60 "page $n of three" found "栏目改名第${n}篇"; done
mv "$root/lanmu" "$root/xinlanmu"
wait_for 60 "new address" zqhub item https://www.zhengzhou.gov.cn/xinlanmu/2.html
leads() {
	zqhub item https://www.zhengzhou.gov.cn/lanmu/2.html --json | jq -e \
		'.url == "https://www.zhengzhou.gov.cn/xinlanmu/2.html" and .changes == 2'
}
wait_for 60 "the old address to lead to it" leads
rm -r "$root/xinlanmu"
wait_for 60 "directory gone" not_found 栏目改名

say "- say item and say deleted"
zqagent 4101000001 say item --url https://www.zhengzhou.gov.cn/cms/1 \
	--title '网上办事大厅升级公告' >/dev/null || die "say item"
wait_for 60 "what was said" found 办事大厅升级
zqagent 4101000001 say deleted --url https://www.zhengzhou.gov.cn/cms/1 \
	--reason '内容有误' >"$T/deleted" || die "say deleted"
wait_for 60 "what was unsaid" not_found 办事大厅升级
zqagent 4101000001 say deleted --url https://www.zhengzhou.gov.cn/cms/2 \
	>"$T/never" || die "say deleted of what never was an item"
grep -q 'no item of this site' "$T/never" &&
	! grep -q 'no item of this site' "$T/deleted" ||
	die "say deleted: $(cat "$T/deleted" "$T/never")"

say "- a source more, and one less, while the daemon runs"
page "$T/second/1.html" '第二个来源的文件' '2026-11-20 09:00'
zqagent 4101000001 source add dir two --root "$T/second" \
	--url https://www.zhengzhou.gov.cn/two/ 2>"$T/err" || die "second source"
[ ! -s "$T/err" ] || { cat "$T/err"; die "source add complains"; }
wait_for 60 "the second source's page" found 第二个来源
zqagent 4101000001 source list | grep -q two || die "source list"
zqagent 4101000001 source add dir typo --root "$T/outside" \
	--url https://www.zhenghzou.invalid/typo/ >"$T/typo" || die "source typo"
grep -q '^but: there is no host www.zhenghzou.invalid' "$T/typo" &&
	grep -q '^but: no other source here is on www.zhenghzou' "$T/typo" ||
	{ cat "$T/typo"; die "nobody says that the host is odd"; }
has_told() {
	zqagent 4101000001 status --json |
		jq -e 'any(.sources[]; .name == "typo" and .items == 1)'
}
wait_for 60 "it to be told, wherever it is" has_told
zqagent 4101000001 source remove typo >"$T/typo" || die "typo removed"
grep -q 'what it told is held' "$T/typo" || die "what it told: $(cat "$T/typo")"
mkdir "$T/empty"
zqagent 4101000001 source add dir none --root "$T/empty" \
	--url https://www.zhengzhou.gov.cn/none/ || die "an empty source"
zqagent 4101000001 source remove none >"$T/none" || die "none removed"
grep -q 'it has no items' "$T/none" && ! grep -q held "$T/none" ||
	die "nothing was told: $(cat "$T/none")"
zqagent 4101000001 release typo --reason '误加' >"$T/typo" ||
	die "typo released"
zqagent 4101000001 source remove two || die "source remove"
zqagent 4101000001 release two --reason '来源撤下' || die "released at once"
page "$T/second/2.html" '已移除来源的文件' '2026-11-20 09:00'
page "$root/third.html" '仍在来源里的文件' '2026-11-20 09:00'
wait_for 60 "the first source goes on" found 仍在来源里
not_found 已移除来源 || die "a removed source still tells"
wait_for 60 "it to be withdrawn" not_found 第二个来源

say "- check names what a page lacks, with lines"
printf '<html><head><title>x</title>\n<meta name="PubDate" content="2026/1/1">\n</head></html>' >"$T/bad.html"
zqagent 4101000001 check "$T/bad.html" >"$T/check.out" && die "a page without tags is fine?"
grep -q 'ArticleTitle\|SiteName' "$T/check.out" || { cat "$T/check.out"; die "check names no tag"; }
grep -qE '(^|[^0-9])2([^0-9]|$)' "$T/check.out" || { cat "$T/check.out"; die "check names no line"; }
zqagent 4101000001 check "$root/tzgg/t20261101_1.html" >"$T/check.out"

say "- what happened while the agent was down is found at its start"
stop "$(agent_pid 4101000001)" || die "agent did not end cleanly"
page "$root/away.html" '离线期间发布的文件' '2026-11-21 10:00'
rm "$root/after-touch.html"
agent_start 4101000001
wait_for 60 "the page of meanwhile" found 离线期间发布
wait_for 60 "the removal of meanwhile" not_found 触摸之后

say "- status, and clean ends"
wait_for 60 "in sync" in_sync
zqhub status
# It may be looking yet at what it has told.
wait_for 60 "the agent to say so" zqagent 4101000001 status
zqagent 4101000001 status
zqhub rebuild >"$T/rebuild" 2>&1 || { cat "$T/rebuild"; die "rebuild"; }
stop "$(agent_pid 4101000001)" || die "agent did not end cleanly"
stop "$HUB_PID" || die "hub did not end cleanly"
zqhub status >"$T/status" && die "a silent site can't be in sync for ever"
grep -q '^daemon: not running' "$T/status" || { cat "$T/status"; die "status with the daemon down"; }
zqhub search 冬季供暖 >/dev/null || die "search with the daemon down"
exit 0
