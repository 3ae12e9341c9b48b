# shellcheck shell=sh
# Links between two sites, with a real hub and agents: found from both ends,
# a navigation once however many pages have it, and what became of each target
# by its own site's word, without a request.
. tests/scenario/lib.sh

A=4101000001 B=4101000002
HOME_A=http://a.localhost HOME_B=http://b.localhost
PAGES=60

# --- a portal, and a county whose pages all have a navigation ----------------
page "$T/a/zwgk/1.html" '公开指南'
page "$T/a/zwgk/2.html" '公开年报'
page "$T/a/index.html" '首页'
# county FILE OWN: a page with the navigation, and a link of its own
county() {
	{
		printf '<html><head><title>%s</title></head><body>\n' "${1##*/}"
		for i in 1 2 3 4 5 6 7 8 9; do
			printf '<a href="%s/list/%s/">栏目%s</a>\n' "$HOME_B" $i $i
		done
		printf '<a href="%s/zwgk/1.html">公开指南</a>\n' "$HOME_A"
		printf '<a href="%s">自己</a>\n</body></html>\n' "$2"
	} >"$1.tmp"
	mv "$1.tmp" "$1"
}
mkdir -p "$T/b"
n=1
while [ $n -le $PAGES ]; do
	county "$T/b/$n.html" "http://www.example.com/$n"
	n=$((n + 1))
done
county "$T/b/index.html" "$HOME_A/zwgk/none.html"

hub_init
hub_start
site $A '甲市人民政府' a.localhost "$T/a" "$HOME_A"
site $B '乙县人民政府' b.localhost "$T/b" "$HOME_B"
wait_for 60 "all pages" has_items $A 3
wait_for 60 "all pages of the county" has_items $B $((PAGES + 1))

say "- who links there: the navigation once, with how many pages have it"
zqhub links to "$HOME_A/zwgk/1.html" --json >"$T/to" || die "links to"
jq -e --argjson n $PAGES '[.links[].more // 0] | add + length == $n + 1' \
	"$T/to" >/dev/null || { cat "$T/to"; die "how many"; }
jq -e '.links | length <= 3' "$T/to" >/dev/null || die "not once"
jq -e '.links[0] | .text == "公开指南" and .line == 11 and
	.target.state == "here"' "$T/to" >/dev/null ||
	{ cat "$T/to"; die "words, line or state"; }
zqhub links to a.localhost --site $B | grep -q "pages: $((PAGES + 1)), of sites: 1," ||
	die "pages that link to the domain"

say "- from a page: what it links to, in order, and what became of it"
zqhub links from "$HOME_B/index.html" --json >"$T/from" || die "links from"
[ "$(jq '.links | length' "$T/from")" = 11 ] || die "eleven links"
never() {
	zqhub links from "$HOME_B/index.html" --json |
		jq -e '.links[10].target.state == "never was"' >/dev/null
}
wait_for 60 "what never was, by the agent's own cover" never
[ "$(zqhub links from "$HOME_B/7.html" --json |
	jq -r '.links[10].target.state')" = outside ] || die "outside"

say "- what is withdrawn is broken where it is linked to, at once"
zqhub links broken --site $B | grep -q none.html || die "none.html"
zqhub links broken --site $B >"$T/x" && ! grep -q zwgk/1.html "$T/x" ||
	{ cat "$T/x"; die "1.html is there"; }
rm "$T/a/zwgk/1.html"
gone() { zqhub links broken --site $B --json |
	jq -e '.broken | map(select(.state == "withdrawn")) | length == 1'; }
wait_for 60 "the withdrawal" gone
# What never was isn't known all at once.
all_broken() { zqhub links broken --json | jq -e '.broken |
	map(select(.state == "never was")) | length == 10'; }
wait_for 60 "the columns that never were" all_broken
next=$(zqhub links broken --limit 1 --json | jq -r .next)
zqhub links broken --after "$next" --json >"$T/rest" || die "--after $next"
[ "$(jq '.broken | length' "$T/rest")" = \
	"$(zqhub links broken --json | jq '.broken | length - 1')" ] ||
	{ cat "$T/rest"; die "the next page after $next"; }
jq -e 'has("next") | not' "$T/rest" >"$T/x" || die "a page after the last"
zqhub links broken --csv >"$T/csv" || die "csv"
grep -q '公开指南.*withdrawn' "$T/csv" || { cat "$T/csv"; die "a row"; }
zqhub links broken --site $A --json | jq -e '.broken == []' >/dev/null ||
	die "the portal links to nothing broken"

say "- a page that is mended is broken no more"
county "$T/b/index.html" "$HOME_A/zwgk/2.html"
# unlisted WHAT: nothing broken of the county's leads there
unlisted() { zqhub links broken --site $B >"$T/x" && ! grep -q "$1" "$T/x"; }
mended() { unlisted none.html; }
wait_for 60 "the mended page" mended

say "- on the web and in the API"
WEB=http://127.0.0.1:$WEB_PORT
curl -sf "$WEB/links?url=$HOME_A/zwgk/1.html" | grep -q 公开指南 || die "/links"
curl -sf "$WEB/links/broken?site=$B" | grep -q zwgk/1.html || die "/links/broken"
curl -sf "$WEB/site/$B" | grep -q zwgk/1.html || die "under the site"
curl -sf "$WEB/item?url=$HOME_B/index.html" | grep -q zwgk/2.html ||
	die "under the item"
broken() { curl -sf "$WEB/api/v1/links/broken" | jq -e '.broken |
	(map(select(.state == "withdrawn")) | length == 1) and
	(map(select(.state == "never was")) | length == 9)'; }
wait_for 60 "the API: one withdrawn, and the columns that never were" broken

curl -sf "$WEB/site/$A?lang=en" | grep -q "$((PAGES + 1)) pages of 1 other sites link here" ||
	die "/site: how many link to the portal"
curl -sf "$WEB/site/$B?lang=en" | grep -q "No other site links here" ||
	die "/site: nobody links to the county"
curl -sf "$WEB/links?url=a.localhost&from=others" | grep -q 公开指南 ||
	die "/links of other sites"

say "- a page with more links than one page has room for: by parts, its own first"
n=1
{
	printf '<html><head><title>多</title></head><body>\n'
	while [ $n -le 160 ]; do
		printf '<a href="http://www.example.com/%s">%s</a>\n' $n $n
		n=$((n + 1))
	done
	printf '</body></html>\n'
} >"$T/b/many.html.tmp"
mv "$T/b/many.html.tmp" "$T/b/many.html"
many() { curl -sf "$WEB/item?url=$HOME_B/many.html&lang=en" >"$T/many" &&
	grep -q "All 160 links of this page" "$T/many"; }
wait_for 60 "the long page" many
[ "$(grep -c '<tr><td class="n">' "$T/many")" = 100 ] || die "a hundred of them"
curl -sf "$WEB/links/from?url=$HOME_B/many.html" >"$T/first" || die "/links/from"
curl -sf "$WEB/links/from?url=$HOME_B/many.html&after=100" >"$T/second" ||
	die "/links/from, the second page"
[ "$(cat "$T/first" "$T/second" | grep -o '>http://www.example.com/[0-9]*<' |
	sort -u | wc -l)" = 160 ] || die "all of them"

say "- all of it is reached by clicking, and nothing leads nowhere"
/usr/bin/python3 tests/scenario/crawl.py "$WEB" 800 /links/broken /links/reciprocal \
	/links /links/from /moves /hits /sites /alerts /notices /search /site/$A "/item/1" ||
	die "by clicking"

say "- an address that moves, asked with a query: judged, told and mended alike"
printf '<!DOCTYPE html><meta charset="utf-8"><title>%s</title><a href="%s">a</a>\n' \
	"问" "$HOME_A/zwgk/3.html?utm=1#top" >"$T/b/asked.html"
asked() { zqhub links from "$HOME_B/asked.html" --json |
	jq -e '.links[0].target.state == "'"$1"'"'; }
wait_for 60 "the page" asked unknown
zqagent $A say move "$HOME_A/zwgk/3.html" "$HOME_A/new.html" >"$T/say" ||
	{ cat "$T/say"; die "say move"; }
wait_for 60 "the move" asked moved
to_mend() { zqagent $B mend >"$T/mend" && grep -q "zwgk/3.html?utm=1.* → .*/new.html?utm=1" "$T/mend"; }
wait_for 60 "the letter" to_mend

say "- it falls behind the end of a list that is cut: that isn't fixed"
stands() { zqhub move show 1 --json | jq -e --arg b $B --arg state "$1" \
	'any(.referrers.by_site[]; .site == $b and .state == $state)'; }
wait_for 60 "the county is told" stands told
cp "$T/b/asked.html" "$T/asked"
{
	n=1
	while [ $n -le 4100 ]; do
		printf '<a href="http://www.example.com/many/%s">%s</a>\n' $n $n
		n=$((n + 1))
	done
	cat "$T/asked"
} >"$T/b/asked.html.tmp"
mv "$T/b/asked.html.tmp" "$T/b/asked.html"
cut() { zqhub links from "$HOME_B/asked.html" >"$T/cut" &&
	grep -q "these are not all links of this page" "$T/cut"; }
wait_for 60 "a list that is cut" cut
grep -q "zwgk/3.html" "$T/cut" && die "it is told still"
curl -sf "$WEB/item?url=$HOME_B/asked.html&lang=en" |
	grep -q "These are not all links of this page" || die "on the item's page"
zqhub links from "$HOME_B/index.html" >"$T/x" && ! grep -q "not all links" "$T/x" ||
	die "of another page"
sleep 14
stands told >"$T/x" || die "it isn't fixed"
zqhub links to "$HOME_A/zwgk/3.html?utm=1" | grep -q asked.html || die "it isn't there"
printf '<!DOCTYPE html><meta charset="utf-8"><title>%s</title>\n' "问" >"$T/b/asked.html"
wait_for 60 "what is fixed" stands fixed

say "- an index page of another name than before: who links to the old one is told"
mkdir "$T/a/jy"
page "$T/a/jy/index.htm" '教育'
page "$T/a/jy/(1).html" '附件'
printf '<!DOCTYPE html><meta charset="utf-8"><title>%s</title>
<a href="%s/jy/">a</a>\n<a href="%s/jy/index.htm">b</a>\n<a href="%s">c</a>\n' \
	"教" "$HOME_A" "$HOME_A" "$HOME_A/jy/%281%29.html" >"$T/b/jy.html"
jy() { zqhub links from "$HOME_B/jy.html" --json | jq -e \
	'[.links[].target.state] == ["here", "'"$1"'", "here"]'; }
wait_for 60 "all of them" jy here
page "$T/a/jy/index.html" '教育，改版'
rm "$T/a/jy/index.htm"
wait_for 60 "the old one is gone" jy withdrawn
listed_broken() { zqhub links broken --site $B | grep -q /jy/index.htm; }
wait_for 60 "it to be listed" listed_broken
index() { zqagent $B mend >"$T/mend" && grep -q "a.localhost/jy/index.htm → .*a.localhost/jy/$" "$T/mend"; }
wait_for 60 "the letter about it" index
anew() { zqhub item "$HOME_A/jy/" | grep -q 改版; }
wait_for 60 "the item of the directory" anew
rm "$T/b/jy.html"
unlinked() { unlisted /jy/index.htm; }
wait_for 60 "nobody links there" unlinked

say "- a view from nothing says the same"
zqhub rebuild >"$T/rebuild" 2>&1 || { cat "$T/rebuild"; die "rebuild"; }
gone >/dev/null || die "after the rebuild"
