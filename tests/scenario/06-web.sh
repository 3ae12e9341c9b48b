# shellcheck shell=sh
# What readers get: pages, feeds, numbers, JSON; judged by programs none of
# us wrote: feedparser, promtool, xmllint, jq, a browser.
. tests/scenario/lib.sh

root=$T/www
page "$root/index.html" '郑州市人民政府' '' 首页
n=0
while [ $n -lt 45 ]; do
	n=$((n + 1))
	page "$root/a/$n.html" "关于春耕生产工作的通知（第${n}号）" \
		"2026-10-$(printf %02d $((n % 28 + 1))) 09:00" "$( [ $((n % 2)) = 0 ] && echo 政策文件 || echo 通知公告)"
done
page "$root/odd.html" '&lt;script&gt;alert(1)&lt;/script&gt; &quot;引号&quot; &amp; 符号' '2026-10-30 09:00'
hub_init '河南省<站群>&"测试"'
hub_start
site 4101000001 '郑州市人民政府' www.zhengzhou.gov.cn "$root" \
	https://www.zhengzhou.gov.cn/
wait_for 60 "47 items" has_items 4101000001 47
wait_for 60 "sync" in_sync
web=http://127.0.0.1:$WEB_PORT
get() { curl -sf -o "$T/got" -D "$T/head" "$@"; }

say "- pages, in both languages, safe for any title"
for path in / /site/4101000001 '/search?q=%E6%98%A5%E8%80%95' /item/1; do
	for lang in zh en; do
		get -H "Accept-Language: $lang" "$web$path" || die "$path in $lang"
		grep -q "<html lang=\"$lang" "$T/got" || die "$path is not in $lang"
		grep -q '<script>' "$T/got" && die "$path: markup of a title got through"
		tail -c 20 "$T/got" | grep -q '</html>' || die "$path is cut"
	done
done
get "$web/search?q=%E9%87%87%E8%B4%AD" || die "empty search"
curl -s -o "$T/got" -w '%{http_code}' "$web/site/nosuch" | grep -q 404 || die "404 of a site"
curl -s -o "$T/got" -w '%{http_code}' "$web/item/99999999" | grep -q 404 || die "404 of an item"
curl -s -o "$T/got" -w '%{http_code}' "$web/search?since=yesterday" | grep -q 400 || die "400 of a date"
curl -s -o "$T/got" -w '%{http_code}' "$web/search?after=%00%ff" | grep -q 400 || die "400 of a cursor"
curl -s -o "$T/got" -w '%{http_code}' -X POST "$web/" | grep -q 405 || die "405"

say "- the feed: feedparser reads it, pages follow, 304, tombstones"
rm "$root/a/45.html"
wait_for 60 withdrawal has_items 4101000001 46
python=/usr/bin/python3
$python - "$web" <<'PY' || die "feedparser"
import sys, feedparser
web = sys.argv[1]
seen, url, pages = set(), web + '/feed', 0
while url and pages < 20:
    feed = feedparser.parse(url)
    assert not feed.bozo, feed.get('bozo_exception')
    assert feed.version == 'atom10', feed.version
    assert '<站群>' in feed.feed.title, feed.feed.title
    for e in feed.entries:
        assert e.id not in seen, 'twice: ' + e.id
        assert e.title and e.link.startswith('https://www.zhengzhou.gov.cn/') and e.updated
        seen.add(e.id)
    url = next((l.href for l in feed.feed.links if l.rel == 'next'), None)
    pages += 1
assert len(seen) == 46, len(seen)
assert pages >= 3, pages
one = feedparser.parse(web + '/feed')
two = feedparser.parse(web + '/feed', etag=one.etag)
assert two.status == 304, two.status
q = feedparser.parse(web + '/feed?q=%E6%98%A5%E8%80%95%E7%94%9F%E4%BA%A7&column=%E6%94%BF%E7%AD%96%E6%96%87%E4%BB%B6')
assert q.entries and all('春耕生产' in e.title and e.tags[0].term == '政策文件' for e in q.entries)
PY
get "$web/feed" && xmllint --noout "$T/got" || die "the feed is no XML"
grep -q '<at:deleted-entry' "$T/got" || die "no tombstone"
get "$web/feed?site=4101000001" && xmllint --noout "$T/got" || die "a site's feed"

say "- HTTP: HEAD, entity tags, languages by weight, who we are called"
code() { curl -s -o "$T/got" -D "$T/head" -w '%{http_code}' "$@"; }
# A body behind a HEAD would stand before the second answer.
curl -s -I -o "$T/head" "$web/feed" --next -s -o "$T/got" -w '%{http_code}' \
	"$web/healthz" | grep -q 200 || die HEAD
[ "$(cat "$T/got")" = ok ] || die "HEAD with a body"
grep -qi '^content-length: [1-9]' "$T/head" || die "HEAD without a length"
code "$web/feed" >/dev/null
tag=$(sed -n 's/^[Ee][Tt]ag: *\("[^"]*"\).*/\1/p' "$T/head")
[ -n "$tag" ] || die "no ETag"
for has in "$tag" "W/$tag" "\"x\", $tag" '*'; do
	[ "$(curl -s -o "$T/got" -w '%{http_code} %{size_download}' \
		-H "If-None-Match: $has" "$web/feed")" = '304 0' ] ||
		die "304 for $has"
done
[ "$(code -H 'If-None-Match: "x"' "$web/feed")" = 200 ] || die "200 for another tag"
code -H 'Accept-Language: en;q=0.2, fr, zh-CN;q=0.9' "$web/" >/dev/null
grep -q '<html lang="zh-CN"' "$T/got" || die "weights of languages"
code -H 'Host: hub.example' -H 'X-Forwarded-Proto: https' "$web/feed" >/dev/null
grep -q 'rel="self"[^>]*href="https://hub.example/feed"' "$T/got" || die "behind a proxy"
code -H 'Host: a"><x>/b' "$web/feed" >/dev/null
if grep -q '"><x>' "$T/got"; then die "a Host that is none got through"; fi
[ "$(code "$web/search?q=%zz")" = 400 ] || die "400 of a bad escape"
[ "$(code "$web/search?q=%ff")" = 400 ] || die "400 of what is no UTF-8"
[ "$(code "$web/nosuch")" = 404 ] || die "404 of a path"

say "- /metrics: promtool agrees, and the numbers are true"
get "$web/metrics" || die metrics
promtool check metrics <"$T/got" >"$T/prom" 2>&1 || { cat "$T/prom"; die promtool; }
grep -q '^zq_items 46$' "$T/got" || { grep zq_items "$T/got"; die "zq_items"; }
synced() { get "$web/metrics" && grep -q '^zq_site_in_sync{site="4101000001".*} 1$' "$T/got"; }
wait_for 60 "zq_site_in_sync" synced
[ "$(sed -n 's/^zq_taken_changes_total //p' "$T/got")" -ge 47 ] || die "zq_taken_changes_total"

say "- JSON"
get "$web/api/v1/sites" && jq -e '.sites[0].code == "4101000001" and .sites[0].items == 46' "$T/got" >/dev/null || die "api sites"
get "$web/api/v1/items?q=%E6%98%A5%E8%80%95&limit=10" && jq -e '(.items | length) == 10 and .total == 44 and .exact and .next' "$T/got" >/dev/null || { cat "$T/got"; die "api items"; }
get "$web/api/v1/items/1" && jq -e '.history | length >= 1' "$T/got" >/dev/null || die "api item"
get "$web/api/v1/items?site=4101000001&since=2026-10-10&until=2026-10-12" && jq -e '.total == 6' "$T/got" >/dev/null || { cat "$T/got"; die "api dates"; }
curl -s "$web/api/v1/items?q=%ff" | jq -e '.error | test("percent")' >/dev/null || die "api errors are JSON"
get "$web/api/v1/totals" && jq -e '.items == 46' "$T/got" >/dev/null || die "api totals"

say "- a browser: no errors, nothing wider than a phone, the field works"
command -v chromedriver >/dev/null && command -v chromium >/dev/null ||
	skip "chromium and chromedriver are not here"
$python tests/scenario/browser.py "$web" "$T" || die "browser"
stop "$(agent_pid 4101000001)"
stop "$HUB_PID" || die "hub did not end cleanly"
exit 0
