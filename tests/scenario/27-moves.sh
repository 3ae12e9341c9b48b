# A column moves, with a real hub, agents and nginx: announced, seen by those
# who ask, effective at its time, looked at before and after; its pages keep
# their numbers and no gate closes. Then a domain, which needs both ends.
. tests/scenario/lib.sh
need nginx

A=4101000001 B=4101000002
A_PORT=$(port) N_PORT=$(port)
OLD=http://a.localhost:$A_PORT NEW=http://new.localhost:$N_PORT
PAGES=80		# more than the gate lets pass

# --- the help shows what is for a move, and nothing else -----------------------
"$ZQ_BUILD/zqagent" say move --help >"$T/help" || die "no help"
for word in 'usage: zqagent say move OLD NEW$' '--csv' '--nginx-map /etc'; do
	grep -qe "$word" "$T/help" || die "say move --help lacks $word"
done
grep -qe '--title' -e '--zone' -e 'say outage' "$T/help" &&
	die "say move --help shows what is not for moves"

# --- two sites, one of which a web server shows ------------------------------
n=1
while [ $n -le $PAGES ]; do
	page "$T/a/news/$n.html" "要闻第 $n 条"
	n=$((n + 1))
done
page "$T/a/index.html" '首页'
mkdir -p "$T/b"
cat >"$T/b/index.html" <<-HTML
	<html><head><title>友情链接</title></head><body>
	<a href="$OLD/news/3.html">要闻三</a>
	<a href="$OLD/news/4.html">要闻四</a>
	</body></html>
HTML
# redirect: what of the old addresses redirects from the next start on
redirect() { printf '%s\n' "$1" >"$T/redirect.conf"; }
redirect ''
USER_LINE=
[ "$(id -u)" != 0 ] || USER_LINE='user root;'	# it reads what is ours alone
cat >"$T/nginx.conf" <<-CONF
	$USER_LINE
	worker_processes 1; daemon off; pid $T/nginx.pid; error_log $T/nginx.err;
	events { worker_connections 64; }
	http {
		access_log off; client_body_temp_path $T/n1; proxy_temp_path $T/n2;
		fastcgi_temp_path $T/n3; uwsgi_temp_path $T/n4; scgi_temp_path $T/n5;
		server { listen 127.0.0.1:$A_PORT; root $T/a; include $T/redirect.conf;
			access_log $T/access.log; }
		server { listen 127.0.0.1:$N_PORT; root $T/a; }
	}
CONF
serve() {
	[ -z "${NGINX_PID:-}" ] || stop "$NGINX_PID"
	start nginx nginx -c "$T/nginx.conf" -e "$T/nginx.err"
	NGINX_PID=$PID
	wait_for 60 "nginx" curl -sf -o "$T/health" "http://127.0.0.1:$N_PORT/"
}
serve

BEGAN=$(date +%s)
hub_init
printf 'check_allow = 127.0.0.0/8 ::1\ncheck_delay = 0ms\n' >>"$HUB/hub.conf"
hub_start
site $A '甲市人民政府' a.localhost "$T/a" "$OLD"
site $B '乙县人民政府' b.localhost "$T/b" http://b.localhost
wait_for 60 "all pages" has_items $A $((PAGES + 1))
wait_for 60 "the other site" has_items $B 1

item_number() { zqhub item "$1" --json | jq -r .number; }
move() { zqhub move show "$1" --json | jq -r ".$2"; }
is_move() { [ "$(move "$1" state)" = "$2" ]; }

say "- a dry run says who links there, and changes nothing"
zqhub move announce $A "$OLD/news/" "$OLD/xwzx/" --prefix --reason 栏目规范 \
	--dry-run --json >"$T/dry" || die "dry run"
jq -e '.dry and .state == "effective" and .sites == 1 and .pages == 1' \
	"$T/dry" >/dev/null || { cat "$T/dry"; die "the blast radius"; }
[ "$(zqhub move list --json | jq '.moves | length')" = 0 ] || die "a dry run was kept"
zqhub move announce $A "$OLD/news/" "$OLD/news/new/" --prefix --reason x \
	2>"$T/err" && die "a move into itself"
zqhub move announce $A http://b.localhost/x/ "$OLD/y/" --prefix --reason x \
	2>"$T/err" && die "a move of another site's address"
grep -q b.localhost "$T/err" || { cat "$T/err"; die "no word on whose it is"; }

say "- nor does one at the site, which counts who asks for it, too"
: >"$T/access.log"	# zqagent source add has looked where some pages are
for n in 1 2 3; do
	curl -sf -o "$T/out" "$OLD/news/$n.html?n=$n" || die "page $n"
done
curl -s -o "$T/out" "$OLD/news/none.html"
wait_for 60 "nginx to have written it down" grep -q none.html "$T/access.log"
echo "access_log = $T/access.log" >>"$T/agent-$A/agent.conf"
zqagent $A say move "$OLD/news/" "$OLD/xwzx/" --prefix --dry-run >"$T/dry" ||
	{ cat "$T/dry"; die "dry run at the site"; }
for line in '1 page of other sites links there (1 site)' \
	'asked for 3 times, by the access log' "^$T/access.log: from "; do
	grep -q "$line" "$T/dry" || { cat "$T/dry"; die "not said: $line"; }
done
zqagent $A say deleted --url "$OLD/news/3.html" --dry-run >"$T/dry" 2>"$T/err" ||
	{ cat "$T/err"; die "dry run of a deletion"; }
for line in "^$OLD/news/3.html would be told as deleted; nothing was said" \
	'1 page of other sites links there (1 site)' 'would get a letter'; do
	grep -q "$line" "$T/dry" || { cat "$T/dry" "$T/err"; die "not said: $line"; }
done
zqagent $A say move news/1.html xwzx/1.html --dry-run 2>"$T/dry" &&
	die "a path is taken for a host"
grep -q '^zqagent: news/1.html: not an address' "$T/dry" ||
	{ cat "$T/dry"; die "why not"; }
# shellcheck disable=SC2016 # nginx's own
printf '~^/news/(.*)$ /xwzx/$1;\n/news/1.html /xwzx/1.html;\n' >"$T/map"
zqagent $A say move --nginx-map "$T/map" --dry-run --json >"$T/dry" ||
	die "a map of nginx"
jq -e '[.moves[].scope] == ["prefix", "address"] and
	[.moves[].hits] == [3, 1]' "$T/dry" >/dev/null ||
	{ cat "$T/dry"; die "what the map has"; }
zqhub links to "$OLD/news/" --json | jq -e '[.links[].to] ==
	["'"$OLD/news/3.html"'", "'"$OLD/news/4.html"'"]' >"$T/out" ||
	die "who links below a column"

say "- its own admin announces it; before its time nothing is there"
THREE=$(item_number "$OLD/news/3.html")
# Time for what comes before, as fast as this machine is.
NOW=$(date +%s)
WHEN=$((NOW + 30 + 2 * (NOW - BEGAN)))
zqagent $A say move "$OLD/news/" "$OLD/xwzx/" --prefix --reason 栏目规范 \
	--at "$(date -d "@$WHEN" '+%Y-%m-%d %H:%M:%S')" >"$T/said" ||
	{ cat "$T/said"; die "say move"; }
wait_for 60 "the move" is_move 1 announced
zqhub move show 1 | grep -q 栏目规范 || die "its reason"
zqhub move check 1 >"$T/check" && die "checked, and nothing is there"
grep -q WRONG "$T/check" || { cat "$T/check"; die "what is wrong is not said"; }
is_move 1 announced || die "state $(move 1 state)"

say "- what it leads to is there: checked"
cp -r "$T/a/news" "$T/xwzx"	# not where the agent would tell it as new
redirect "location /xwzx/ { alias $T/xwzx/; }"
serve
zqhub move check 1 >"$T/check" || { cat "$T/check"; die "check"; }
is_move 1 checked || die "state $(move 1 state)"
rm -r "$T/xwzx"

say "- the column is renamed: one item each, by number, and no gate closes"
# shellcheck disable=SC2016 # nginx's own
redirect 'rewrite ^/news/(.*)$ /xwzx/$1 permanent;'
mv "$T/a/news" "$T/a/xwzx"
serve
NOW=$(date +%s)
wait_for $((WHEN > NOW ? WHEN - NOW + 60 : 60)) "its time" is_move 1 effective
wait_for 60 "the new addresses" zqhub item "$OLD/xwzx/$PAGES.html"
same() { [ "$(item_number "$OLD/xwzx/3.html")" = "$THREE" ]; }
wait_for 60 "the item to be at its new address" same
wait_for 60 "no page twice" has_items $A $((PAGES + 1))
[ "$(zqhub site show $A --json | jq -r .held)" = 0 ] || die "something is held"
grep -q 'gate closed' "$T/hub.log" && die "the gate closed"
zqhub item "$OLD/xwzx/3.html" >"$T/item" || die "item"

say "- looked at again: the old addresses lead there"
zqhub move check 1 >"$T/check" || { cat "$T/check"; die "check"; }
is_move 1 verified || die "state $(move 1 state)"
# shellcheck disable=SC2016
redirect 'rewrite ^/news/(.*)$ /xwzx/$1 redirect;'
serve
zqhub move check 1 >"$T/check" && die "a temporary redirect is none"
is_move 1 failed || die "state $(move 1 state)"

say "- on the web, in the API, and as a metric"
WEB=http://127.0.0.1:$WEB_PORT
curl -sf "$WEB/moves" | grep -q xwzx || die "/moves"
curl -sf "$WEB/moves/1" | grep -q 栏目规范 || die "/moves/1"
[ "$(curl -sf "$WEB/api/v1/moves" | jq -r '.moves[0].state')" = failed ] ||
	die "the API"
curl -sf "$WEB/metrics" | grep -q '^zq_moves{state="failed"} 1$' ||
	die "the metric"

say "- the owner's word against an operator's: contested until one decides"
zqhub move announce $A "$OLD/x/" "$OLD/y/" --prefix --at 2099-01-01 \
	--reason 文件 >"$T/out" || die "announce"
zqagent $A say move "$OLD/x/" "$OLD/z/" --prefix --at 2099-01-01 \
	--reason 另议 >"$T/said" || die "say move"
wait_for 60 "the contest" is_move 3 contested
zqhub move agree 3 2>"$T/err" && die "without a reason"
hears() {	# CODE TEXT: a letter about a move says so
	zqagent "$1" letters --json | jq -e --arg text "$2" \
		'any(.[]; .kind == "move" and (.text | contains($text)))'
}
wait_for 60 "the site to hear of the contest" hears $A 'contradicts move 2'
zqhub move list >"$T/out"
grep -q '^move 3 contradicts move 2: zqhub move agree 3 ' "$T/out" ||
	{ cat "$T/out"; die "not told how to decide"; }
zqhub move agree 2 --reason x 2>"$T/err" && die "agreed to what nobody has to"
grep -q 'zqhub move withdraw 3' "$T/err" || { cat "$T/err"; die "nor for the other"; }

say "- … on the page, an editor: a viewer finds no form there, and may not"
jar=$T/jar
echo 'correct horse battery' | zqhub user add li --role viewer >"$T/out" || die "user add"
[ "$(curl -s -o "$T/out" -w '%{http_code}' -c "$jar" -d 'name=li&next=/' \
	--data-urlencode 'password=correct horse battery' "$WEB/signin")" = 303 ] ||
	die "sign in"
look() { curl -sf -b "$jar" "$WEB/moves/$1" >"$T/page" || die "/moves/$1"; }
said() {	# ACT MOVE: the answer's status
	form=$(sed -n 's/.*name="form" value="\([0-9a-f]*\)".*/\1/p' "$T/page" | head -n 1)
	curl -s -o "$T/out" -D "$T/head" -w '%{http_code}' -b "$jar" \
		-d "form=$form&move=$2&next=/moves/$2" \
		--data-urlencode reason=另议为准 "$WEB/act/$1"
}
look 3
grep -q '<span>li</span>' "$T/page" || die "nobody is signed in"
grep -q 'action="/act/' "$T/page" && die "a viewer has a form"
[ "$(said move-agree 3)" = 403 ] && [ "$(said move-withdraw 3)" = 403 ] ||
	die "a viewer decides"
is_move 3 contested || die "state $(move 3 state)"
zqhub user role li editor || die "user role"
look 3
for act in move-agree move-withdraw; do
	grep -q "action=\"/act/$act\"" "$T/page" || { cat "$T/page"; die "no form for $act"; }
done
[ "$(said move-agree 3)" = 303 ] || { cat "$T/out"; die "agree"; }
grep -qi '^location: /moves/3?done=move-agree' "$T/head" || { cat "$T/head"; die "where to"; }
look '3?done=move-agree'
grep -q 'class="done"' "$T/page" || die "not told that it is done"
grep -q 'action="/act/move-agree"' "$T/page" && die "it can be agreed to again"
zqhub journal print | grep move-agree | grep -q web:li || die "who it was isn't kept"
is_move 3 announced || die "state $(move 3 state)"
is_move 2 withdrawn || die "state $(move 2 state)"
zqagent $A say move "$OLD/x/" --prefix --withdraw >"$T/said" 2>&1 ||
	{ cat "$T/said"; die "say move --withdraw"; }
wait_for 60 "it to be taken back" is_move 3 withdrawn

say "- a domain waits for its other end; the site's proof there is one"
zqagent $A say move "$OLD/" "$NEW/" --domain --reason 域名规范 >"$T/said" ||
	{ cat "$T/said"; die "say move"; }
grep -q 'when both ends say so' "$T/said" || { cat "$T/said"; die "what it waits for"; }
wait_for 60 "it to wait" is_move 4 overdue
waits() { zqagent $A moves >"$T/waits" && grep -q 'waits for its other end' "$T/waits"; }
wait_for 60 "the site to say that it waits" waits
grep -q 'zqagent proof --write' "$T/waits" || { cat "$T/waits"; die "what to do"; }
zqagent $A status | grep -q '^moves  *1 domain waits for its other end' ||
	die "the status doesn't say that it waits"
wait_for 60 "a letter about that" hears $A 'did not take effect on'
wait_for 60 "where to put the proof" hears $A '/.well-known/zhanqun.txt'
zqhub move list >"$T/out"
grep -q '^move 4 waits for its other end' "$T/out" || { cat "$T/out"; die "the operator"; }
zqhub move check 4 >"$T/check" && die "checked without the other end"
is_move 4 overdue || die "state $(move 4 state)"
zqagent $A proof --write web >>"$T/agent-$A.log" 2>&1 || die "proof"
redirect "location / { return 301 $NEW\$request_uri; }"
serve
echo 'move_agree = operator' >>"$HUB/hub.conf"
zqhub move check 4 >"$T/check" && die "a proof was enough"
is_move 4 overdue || die "by proof alone: $(move 4 state)"
grep -q 'proof at new.localhost: ' "$T/check" && grep -q 'zqhub move agree 4' "$T/check" ||
	{ cat "$T/check"; die "not told who has to agree"; }
sed -i '/^move_agree/d' "$HUB/hub.conf"
zqhub move check 4 >"$T/check" || { cat "$T/check"; die "check"; }
is_move 4 verified || { zqhub move show 4; die "state $(move 4 state)"; }
waits_no_more() { zqagent $A moves >"$T/waits" && ! grep -q 'waits for' "$T/waits"; }
wait_for 60 "the site to hear that" waits_no_more
wait_for 60 "a letter that it is agreed to" hears $A ', is agreed to, and is followed'
zqhub site show $A --json | jq -e '.domains | index("new.localhost")' \
	>/dev/null || die "the new domain is nobody's"

say "- the operator announces a table for a site: all of it, or nothing"
printf '旧地址,新地址,范围\n/gg/,/tz/,栏目\n/1.html,elsewhere\n/2.html,/3.html,all\n/4.html,zw/4.html\n' \
	>"$T/moves.csv"
zqhub move announce $B --csv "$T/moves.csv" --reason 改版 >"$T/out" 2>"$T/err" &&
	die "a table with a wrong line"
for line in "^$T/moves.csv:3: elsewhere: " \
	"^$T/moves.csv:4: all: expected address, prefix or domain$" \
	"^$T/moves.csv:5: zw/4.html: "; do
	grep -q "$line" "$T/err" || { cat "$T/err"; die "not said: $line"; }
done
[ "$(zqhub move list --json | jq '.moves | length')" = 4 ] || die "half a table"
printf '旧地址,新地址,范围\n/gg/,/tz/,栏目\n/1.html,/3.html\n' |
	iconv -t GBK >"$T/moves.csv"
zqhub move announce $B --csv "$T/moves.csv" --reason 改版 --dry-run --json \
	>"$T/dry" || { cat "$T/dry"; die "a dry run of a table"; }
jq -e '.dry and [.moves[].scope] == ["prefix", "address"]' "$T/dry" \
	>/dev/null || { cat "$T/dry"; die "what the table has"; }
[ "$(zqhub move list --json | jq '.moves | length')" = 4 ] || die "a dry run was kept"
zqhub move announce $B --csv "$T/moves.csv" --reason 改版 >"$T/out" 2>&1 ||
	{ cat "$T/out"; die "a table"; }
[ "$(move 5 old) $(move 6 new)" = \
	"https://b.localhost/gg/ https://b.localhost/3.html" ] ||
	{ zqhub move list; die "what was announced"; }

say "- a kill and a rebuild change none of it"
outlives() {	# COMMAND: the hub looks at moves a minute old, which tells once
	for _ in 1 2; do
		zqhub move list --json >"$T/before" || die "move list"
		"$1"
		zqhub move list --json >"$T/after" || die "move list"
		! cmp "$T/before" "$T/after" || return 0
	done
	return 1
}
kill_hub() { kill9 "$HUB_PID"; hub_start; }
rebuild() { zqhub rebuild >/dev/null || die "rebuild"; }
outlives kill_hub || die "the moves after a kill"
outlives rebuild || die "the moves after a rebuild"
same || die "the item after a rebuild"
say "all held"
