# The hub looks at the links that leave the cluster, over days: three strikes
# a day apart before a link is broken, forgiven at once, pinned by a person, a
# host that changes hands; each address once, however many pages and sites link
# there.
. tests/scenario/lib.sh

need nginx
believe +0d >"$T/have" || skip "no libfaketime"
PORT=$(port)
FAR="http://far.localhost:$PORT"
# A name that the C library finds, in a thread, within the sandbox; curl knows
# those below localhost by itself.
NAME=$(uname -n)
getent ahosts "$NAME" 2>"$T/have" | grep -q '^127\.' || NAME=localhost
for host in far near; do
	farm_pages $host $host index here now back
done
farm "$PORT" <<END
	server { listen 127.0.0.1:$PORT; server_name far.localhost;
		root www/far; location /gone/ { return 410; }
		location /was/ { return 301 /now.html; } }
	server { listen 127.0.0.1:$PORT; server_name near.localhost;
		root www/near; }
	server { listen 127.0.0.1:$PORT; server_name busy.localhost;
		root www/near; location /429 {
			add_header Retry-After 3600 always; return 429; } }
END

# Who wants us back in an hour isn't waited for.
for name in 429 here.html back.html; do
	echo "http://busy.localhost:$PORT/$name"
done >"$T/busy"
timeout 300 "$ZQ_BUILD/zqhub" check --dir "$T/none" --allow 127.0.0.0/8 \
	--delay 0 --json --file "$T/busy" >"$T/x" || die "zqhub check waits for a busy server"
[ "$(jq '[.. | objects | select(.cause? == "too-often")] | length' "$T/x")" \
	-ge 1 ] || die "a busy server: $(cat "$T/x")"

links() {	# N SITE-NAME: a page's
	cat <<-HTML
	<html><head><title>$2第$1页</title></head><body>
	<a href="$FAR/here.html">在</a>
	<a href="$FAR/lost.html">404</a>
	<a href="$FAR/gone/1">410</a>
	<a href="$FAR/was/1">301</a>
	<a href="http://near.localhost:$PORT/back.html">近</a>
	<a href="http://10.255.255.1/">内</a>
	<a href="http://$NAME:$PORT/index.html">名</a>
	<a href="$FAR/once.html">一时</a>
	HTML
}
mkdir -p "$T/one" "$T/two"
for n in 1 2 3; do
	links "$n" 郑州 >"$T/one/$n.html"
	links "$n" 开封 >"$T/two/$n.html"
done
# Only the second has it: when it was looked at, the second site's links have
# been gone through.
echo "<a href=\"$FAR/second.html\">二</a>" >>"$T/two/3.html"
cp "$T/farm/www/far/here.html" "$T/farm/www/far/second.html"
hub_init
cat >>"$HUB/hub.conf" <<-END
check = yes
check_window = 1h
check_delay = 0
check_allow = 127.0.0.0/8 ::1
check_contact = mailto:admin@example.cn
END
hub_start

list() { zqhub check list --all --json >"$T/list"; }
is() {	# URL-END JQ
	list && jq -e --arg u "$1" \
		"any(.addresses[]; (.url | endswith(\$u)) and ($2))" "$T/list" >"$T/x"
}
asked() {	# TIMES HOST/PATH…: each was asked for so often, by all
	times=$1; shift
	for which; do
		wait_for 60 "$which to be asked for $times times" was_asked
		asked=$(gets)
		[ "$asked" = "$times" ] || { cat "$T/farm/access.log"
			die "$which was asked for $asked times, not $times"; }
	done
}
gets() { grep -c "^${which%%/*} \"GET /${which#*/} " "$T/farm/access.log"; }
was_asked() { [ "$(gets)" -ge "$times" ]; }
# Never in a list of what is broken: what was lost at one look only.
some_listed() {
	zqhub links broken --limit 100 --json >"$T/x" &&
		zqhub check list --json >"$T/y" &&
		jq -e '.broken | length > 0' "$T/x" &&
		jq -e '.addresses | length > 0' "$T/y"
}
not_listed() {
	wait_for 60 "something broken to be listed" some_listed
	! grep -q once.html "$T/x" && ! grep -q once.html "$T/y" ||
		{ cat "$T/x" "$T/y"; die "lost once, and called broken"; }
}
all_seen() {	# SINCE, as in JSON
	list && jq -e --arg since "$1" 'all(.addresses[]; .seen >= $since)' "$T/list"
}
looked() {	# DAYS: … it is, everything was looked at
	wait_for 60 "everything to be looked at again" all_seen \
		"$(date -u -d "+$(awk "BEGIN { print int($1 * 24 - 1) }") hours" +%Y-%m-%dT%H)"
}
# The hub, some days later.
later() {
	stop "$HUB_PID" || die "the hub did not end well"
	HUB_RUN=$(believe "+$1d")
	hub_start
}

EACH="far.localhost/here.html far.localhost/lost.html far.localhost/once.html
	far.localhost/gone/1 far.localhost/was/1 far.localhost/now.html
	near.localhost/back.html $NAME/index.html"

say "- all of them looked at, each once"
site 4101000001 '郑州市人民政府' www.zhengzhou.gov.cn "$T/one" \
	https://www.zhengzhou.gov.cn/
wait_for 60 "the pages" has_items 4101000001 3
for url in "$NAME:$PORT/index.html" here.html lost.html once.html gone/1 was/1 \
	back.html 10.255.255.1/; do
	wait_for 60 "$url to be looked at" is "$url" .cause
done
is here.html '.outcome == "ok"' && is "$NAME:$PORT/index.html" '.outcome == "ok"' &&
	is was/1 '.outcome == "moved" and .detail
	== "'"$FAR"'/now.html" and (.repair | test("^Leave the link "))' &&
	is gone/1 '.outcome == "gone" and .broken' &&
	is lost.html '.outcome == "gone" and (.broken | not) and .strikes == 1' &&
	is 10.255.255.1/ '.cause == "inward"' || { cat "$T/list"; die "outcomes"; }
is once.html '.outcome == "gone" and (.broken | not) and .strikes == 1' ||
	{ cat "$T/list"; die "once.html"; }
not_listed
# shellcheck disable=SC2086 # they are words
asked 1 $EACH
wait_for 60 "the contact" grep -q \
	'zhanqun/[0-9.]* (link check; +mailto:admin@example.cn)' "$T/farm/access.log"
zqhub check list >"$T/x"
grep -q 'gone/1' "$T/x" && grep -q '4101000001' "$T/x" && ! grep -q lost "$T/x" ||
	{ cat "$T/x"; die "what is broken, with the pages that link there"; }

say "- the link graph knows, too: in the list of what is broken, on the web"
outside() {
	zqhub links broken --json >"$T/x" && jq -e '.broken | any(.state ==
		"outside" and .seen.cause == "410" and .pages == 3)' "$T/x"
}
wait_for 60 "links broken" outside
zqhub links broken --csv >"$T/x"
[ "$(grep -c ',gone,' "$T/x")" = 3 ] || { cat "$T/x"; die "links broken --csv"; }
zqhub links from https://www.zhengzhou.gov.cn/1.html >"$T/x"
grep -q "moved.*$FAR/now.html" "$T/x" || { cat "$T/x"; die "links from"; }
curl -sf -H 'Accept-Language: en' -o "$T/x" \
	"http://127.0.0.1:$WEB_PORT/links/broken" || die "the page"
grep -q 'removed for good (410)' "$T/x" || { cat "$T/x"; die "the page"; }
counted() {
	curl -sf -o "$T/x" "http://127.0.0.1:$WEB_PORT/metrics" &&
		grep -q '^zq_check_looked_total 8$' "$T/x"
}
wait_for 60 "metrics: eight looks" counted

say "- a second site links to the same, and nothing is asked for again"
site 4102000001 '开封市人民政府' www.kaifeng.gov.cn "$T/two" \
	https://www.kaifeng.gov.cn/
wait_for 60 "the second site's pages" has_items 4102000001 3
wait_for 60 "its own link to be looked at" is second.html '.outcome == "ok"'
wait_for 60 "who links there" is lost.html '.pages | length == 6'
# shellcheck disable=SC2086
asked 1 $EACH far.localhost/second.html

say "- a day later, and another: now it is sure; once for both sites each time"
cp "$T/farm/www/far/here.html" "$T/farm/www/far/once.html"
later 1.1
wait_for 60 "the second strike" is lost.html '.strikes == 2 and (.broken | not)'
wait_for 60 "a look at what is as it was" grep -q \
	'"GET /here.html HTTP/1.1" 304' "$T/farm/access.log"
wait_for 60 "what was lost once to be forgiven" is once.html \
	'.outcome == "ok" and (.broken | not) and .strikes == null'
not_listed
looked 1.1
# shellcheck disable=SC2086
asked 2 $EACH far.localhost/second.html
later 2.2
wait_for 60 "the third" is lost.html '.strikes == 3 and .broken'
looked 2.2
not_listed
# shellcheck disable=SC2086
asked 3 $EACH far.localhost/second.html
is was/1 '.repair == "Write '"$FAR"'/now.html into the link."' ||
	{ cat "$T/list"; die "seen three times, it has moved"; }

say "- a person says otherwise, until then"
zqhub check pin "$FAR/lost.html" ok --until 2099-01-01 --reason x \
	>"$T/x" 2>&1 && die "pinned for ever"
zqhub check pin "$FAR/lost.html" dead --until 2027-01-01 --reason x \
	>"$T/x" 2>&1 && die "no such outcome"
until=$(date -d '+20 days' +%Y-%m-%d)
zqhub check pin "$FAR/lost.html" ok --until "$until" --reason '人工核实' \
	>"$T/x" || die "pin"
is lost.html '.outcome == "ok" and (.broken | not) and .pin.reason == "人工核实"' ||
	{ cat "$T/list"; die "pinned"; }
zqhub check unpin "$FAR/lost.html" --reason '错了' >"$T/x" || die "unpin"
is lost.html .broken || die "unpinned"

say "- it comes back and is forgiven; near.localhost changes hands meanwhile"
echo "<title>失而复得</title><p>$TEXT</p>" >"$T/farm/www/far/lost.html"
for name in index back; do
	echo "<title>Best offers $name</title><p>The finest selection of shoes and
	bags at prices that nobody else can offer, order yours today and see</p>" \
		>"$T/farm/www/near/$name.html"
done
later 12
wait_for 60 "it to be forgiven" is lost.html '.outcome == "ok" and (.broken | not)'
wait_for 60 "the alarm" is back.html '.outcome == "suspicious" and .danger and .broken'
wait_for 60 "the alarm in the log" grep -q 'check: danger' "$T/hub.log"
zqhub check list --danger --json >"$T/x" &&
	jq -e '.addresses[0].pages | length == 6 and .[0].line == 6' "$T/x" >"$T/y" ||
	{ cat "$T/x"; die "the pages that link there"; }

say "- it stays so until a person accepts it; a rebuild says the same"
later 15
wait_for 60 "it to be looked at again" is back.html \
	'.seen > "'"$(date -u -d '+14 days' +%Y-%m-%d)"'" and .broken'
zqhub check accept "near.localhost:$PORT" --reason '已核实' >"$T/x" ||
	die "accept"
stop "$HUB_PID" || die "the hub did not end well"
same() { jq -S '[.addresses[] | {url, outcome, cause, broken, strikes, seen}] |
	sort_by(.url)' "$T/list" >"$1"; }
list && same "$T/before"
zqhub rebuild >"$T/x" 2>&1 || { cat "$T/x"; die "rebuild"; }
list && same "$T/after"
cmp "$T/before" "$T/after" || die "another view after the rebuild"
HUB_RUN=$(believe +18d)
hub_start
wait_for 60 "the host to be taken as it is" is back.html '.outcome == "ok"'

say "- what nobody links to is forgotten"
for n in 1 2 3; do
	page "$T/one/$n.html" "无链接第${n}号"
	page "$T/two/$n.html" "也无链接第${n}号"
done
none() { list && jq -e '.addresses == []' "$T/list"; }
wait_for 120 "all of it to be forgotten" none
exit 0
