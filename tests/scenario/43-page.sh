# shellcheck shell=sh
# The page that operators keep open, in a browser: they sign in, a cell
# changes by itself when an agent is stopped, they acknowledge the alert and
# announce maintenance; by phone, by keyboard, without a script, and not
# without a password.
. tests/scenario/lib.sh

python=/usr/bin/python3
hub_init '河南省人民政府门户网站'
printf '%s\n' 'homes = no' >>"$HUB/hub.conf"
hub_start
WWW=$(port)
mkdir "$T/www"
start www $python -m http.server --bind 127.0.0.1 --directory "$T/www" "$WWW"
n=0
for name in 郑州市人民政府 开封市人民政府 洛阳市人民政府; do
	n=$((n + 1))
	code=410${n}000001
	page "$T/www/$n/index.html" "$name" '' 首页
	site_add "$code" "$name" "www$n.gov.cn" --kind portal
	agent_enroll "$code" "$TICKET"
	sed -i "1ihome = http://127.0.0.1:$WWW/$n/\nhome_every = 2s" \
		"$(agent_dir "$code")/agent.conf"
	zqagent "$code" source add dir web --root "$T/www/$n" \
		--url "https://www$n.gov.cn/" >>"$T/agent-$code.log" 2>&1 || die "source"
	agent_start "$code"
done
zqhub site add --code 4104000001 --name '平顶山<b>市</b>' --domain www4.gov.cn \
	--kind portal >/dev/null || die "site add"
wait_for 60 "items" has_items 4103000001 1
web=http://127.0.0.1:$WEB_PORT

# Something on each page: links that lead nowhere, moves, what was asked for
# at a former domain.
printf '<title>%s</title><a href="%s">%s</a> <a href="%s">%s</a>' 链接 \
	https://www1.gov.cn/none.html 没有 https://www2.gov.cn/ 开封 \
	>"$T/www/3/links.html.tmp"
mv "$T/www/3/links.html.tmp" "$T/www/3/links.html"
wait_for 60 "items" has_items 4103000001 2
broken() { zqhub links broken --json | jq -e '.broken | length > 0'; }
wait_for 60 "a broken link" broken
zqagent 4101000001 say move https://www1.gov.cn/old/ https://www1.gov.cn/new/ \
	--prefix >"$T/out" 2>&1 || { cat "$T/out"; die "say move"; }
wait_for 60 "the first move" zqhub move show 1
zqhub move announce 4104000001 https://www4.gov.cn/ https://www2.gov.cn/ --domain \
	--reason 合并 >"$T/out" 2>&1 || { cat "$T/out"; die "move announce"; }
moved() { zqhub move show 2 --json | jq -e '.state == "effective"' ||
	zqhub move agree 2 --reason 合并; }
wait_for 60 "two moves" moved
former() { curl -s -o "$T/got" -w '%{http_code}' -H 'Host: www4.gov.cn' "$web/old" |
	grep -q 308; }
wait_for 60 "the former domain" former
code() { curl -s -o "$T/got" -D "$T/head" -w '%{http_code}' "$@"; }

say "- without anybody to sign in there is no way in"
code "$web/signin" >/dev/null
grep -q 'zqhub user add' "$T/got" || die "nobody can sign in, and isn't told"
[ "$(code -d 'name=wang&password=correct+horse+battery' "$web/signin")" = 403 ] ||
	die "signed in without a user"

say "- users: a password from standard input, roles, no short ones"
echo 'correct horse battery' | zqhub user add wang --role admin || die "user add"
made=$(zqhub user add li --generate) || die "user add --generate"
echo short | zqhub user add zhao 2>"$T/err" && die "a short password"
zqhub user add wang --generate 2>"$T/err" && die "twice the same"
zqhub user list --json | jq -e '.users | length == 2 and .[0].role == "viewer"' >/dev/null ||
	die "user list"
grep -q "$made" "$HUB/web/users" && die "a password stands in the file"
[ "$(stat -c %a "$HUB/web/users")" = 600 ] || die "who may read the users?"

say "- signing in: cookie, wrong passwords, tries are counted"
jar=$T/jar
sign_in() { code -c "$jar" --data-urlencode "name=$1" --data-urlencode "password=$2" \
	--data-urlencode "next=${3:-/}" "$web/signin"; }
[ "$(sign_in li wrong-password)" = 403 ] || die "a wrong password"
[ "$(sign_in li "$made" //evil.example/)" = 303 ] || die "sign in"
grep -qi '^location: /.$' "$T/head" || die "it leads elsewhere"
grep -qi '^set-cookie: zq=[a-z0-9]*; Path=/; HttpOnly; SameSite=Strict' "$T/head" ||
	die "the cookie"
form() { curl -s -b "$jar" "$web$1" | sed -n 's/.*name="form" value="\([0-9a-f]*\)".*/\1/p' |
	head -n 1; }
act() { code -b "$jar" --data-urlencode "form=$F" "$@"; }
F=$(form /)
[ "$(act -d 'code=4101000001&reason=x' "$web/act/block")" = 403 ] || die "a viewer blocks"
zqhub user role li editor || die "user role"
[ "$(act -d 'code=4101000001&reason=x' "$web/act/block")" = 403 ] || die "an editor blocks"
zqhub user role li admin || die "user role"
F=
[ "$(act -d 'code=4101000001&reason=x' "$web/act/block")" = 403 ] || die "without the form's word"
F=$(form /)
[ "$(act -H 'Origin: https://evil.example' -d 'code=4101000001&reason=x' "$web/act/block")" = 403 ] ||
	die "from another site"
[ "$(act -d 'code=4101000001&reason=x' "$web/act/site-add")" = 404 ] || die "an act that isn't for the page"
[ "$(act -d 'code=4101000001' "$web/act/block")" = 400 ] || die "without a reason"
[ "$(act -d 'code=4101000001&reason=a%0Ab' "$web/act/block")" = 400 ] || die "a reason of two lines"
[ "$(act -d 'code=nosuch&reason=x' "$web/act/block")" = 409 ] || die "what the core refuses"
[ "$(act -d 'code=4104000001&reason=x' "$web/act/block")" = 303 ] || die "block"
zqhub site show 4104000001 --json | jq -e '.state == "blocked"' >/dev/null || die "it isn't blocked"
zqhub journal print --json 2>/dev/null | grep -q '"web:li"' ||
	zqhub journal print | grep -q 'web:li' || die "who it was isn't kept"
[ "$(act -d 'code=4104000001&reason=x' "$web/act/unblock")" = 303 ] || die "unblock"

say "- sessions outlive the web part; another password ends them"
pid=$(pgrep -x -P "$HUB_PID" web) || die "where is the web part?"
kill -KILL "$pid"
again() { now=$(pgrep -x -P "$HUB_PID" web) && [ "$now" != "$pid" ]; }
wait_for 60 "another web part" again
wait_for 60 "the web part" curl -sf -o "$T/got" "$web/healthz"
code -b "$jar" "$web/" >/dev/null
grep -q '<span>li</span>' "$T/got" || die "the session did not outlive it"
[ "$(act -d 'code=4104000001&reason=x' "$web/act/block")" = 303 ] || die "block after that"
[ "$(act -d 'code=4104000001&reason=x' "$web/act/unblock")" = 303 ] || die "unblock after that"
zqhub user passwd li --generate >/dev/null || die "user passwd"
code -b "$jar" "$web/" >/dev/null
grep -q '<span>li</span>' "$T/got" && die "the session outlived its password"
tries=0
while [ "$tries" -lt 30 ]; do
	[ "$(sign_in li no-such-password)" = 429 ] && break
	tries=$((tries + 1))
done
[ "$tries" -lt 30 ] || die "there is no end to tries"
grep -qi '^retry-after: [0-9]' "$T/head" || die "not told when to come back"

say "- a browser: signs in, sees a cell change, acknowledges, announces"
command -v chromedriver >/dev/null && command -v chromium >/dev/null ||
	skip "chromium and chromedriver are not here"
wait_for 60 "all to be up" sh -c "curl -s $web/ | grep -q 'data-sum=\"up\">3<'"
# shellcheck disable=SC2046 # they are words
$python tests/scenario/page.py "$web" "$T" $(pgrep -P "$(agent_pid 4102000001)") ||
	die "browser"

say "- 850 sites: each cell is large enough, also at 200 % and by finger"
awk 'BEGIN { for (i = 1; i <= 846; i++) printf "42%02d%06d,网站%d,www.n%d.gov.cn,,\n",
	i % 17 + 1, i, i, i }' >"$T/sites.csv"
zqhub site import "$T/sites.csv" >"$T/tickets.csv" || die "site import"
zqhub site domains 4201000017 | grep -q sites.csv || die "from which file it was imported"
$python tests/scenario/cells.py "$web" "$T" 850 24 || die "cells"

say "- reading by those only who have signed in"
stop "$HUB_PID" || die "hub did not end cleanly"
sed -i 's/^homes = no/&\nweb_sign_in = yes/' "$HUB/hub.conf"
hub_start
[ "$(code "$web/")" = 303 ] && grep -qi '^location: /signin?next=%2F' "$T/head" || die "/ is open"
[ "$(code "$web/api/v1/sites")" = 403 ] || die "the API is open"
[ "$(code "$web/feed")" = 403 ] || die "the feed is open"
[ "$(code "$web/live")" = 403 ] || die "/live is open"
[ "$(code "$web/style.css")" = 200 ] || die "the style is not"
[ "$(code "$web/metrics")" = 200 ] || die "/metrics is not"
[ "$(sign_in wang 'correct horse battery' /alerts)" = 303 ] || die "sign in"
[ "$(code -b "$jar" "$web/api/v1/sites")" = 200 ] || die "the API with a session"
stop "$HUB_PID" || die "hub did not end cleanly"
exit 0
