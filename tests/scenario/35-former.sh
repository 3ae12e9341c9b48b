# A domain that was moved, and is pointed at the hub: the hub answers for it,
# and counts who still comes; and the map of moves as anybody may check it who
# has openssl.
. tests/scenario/lib.sh

A=4101000001 B=4102000001 C=4103000001
page "$T/a/1.html" 第一篇
page "$T/b/1.html" 第二篇
page "$T/c/1.html" 第三篇
hub_init
hub_start
site $A '郑州市' www.zz.gov.cn "$T/a" https://www.zz.gov.cn/
site $B '开封市' www.kf.gov.cn "$T/b" https://www.kf.gov.cn/
site $C '洛阳市' www.ly.gov.cn "$T/c" https://www.ly.gov.cn/
wait_for 60 "$A" has_items $A 1
wait_for 60 "$C" has_items $C 1

# ask HOST PATH [ARGUMENT…]: status and Location, on one line
ask() {
	ask_host=$1 ask_path=$2; shift 2
	curl -s -o "$T/body" -D "$T/head" -H "Host: $ask_host" "$@" \
		"http://127.0.0.1:$WEB_PORT$ask_path" || return 1
	awk 'NR == 1 { s = $2 } tolower($1) == "location:" { l = $2 }
		END { sub(/\r/, "", l); print s " " l }' "$T/head"
}
answers() { got=$(ask "$1" "$2") && [ "$got" = "$3" ]; }

say "- before: nobody's host"
answers www.zz.gov.cn /old?x=1 "404 " || die "$got"

say "- a domain moves, by the operator's word"
zqhub move announce $A https://www.zz.gov.cn/ https://www.kf.gov.cn/zz/ \
	--domain >"$T/no" 2>&1 && die "a domain with a path was announced"
zqhub move announce $A https://www.zz.gov.cn/ https://www.kf.gov.cn/ --domain \
	--reason 合并 >"$T/out" 2>&1 || { cat "$T/out"; die "announce"; }
[ "$(zqhub move show 1 --json | jq -r .state)" = effective ] ||
	zqhub move agree 1 --reason 合并 >"$T/out" 2>&1 ||
	{ cat "$T/out"; die "agree"; }
wait_for 60 "a redirect" answers www.zz.gov.cn '/old?x=1' \
	'308 https://www.kf.gov.cn/old?x=1'
answers www.kf.gov.cn / "200 " || die "the hub's own page: $got"
answers evil.example / "200 " || die "another host: $got"
for _ in 1 2 3; do
	ask www.zz.gov.cn /most -e https://www.ly.gov.cn/1.html >"$T/none"
done
counted() {
	curl -sf "http://127.0.0.1:$WEB_PORT/hits?lang=en" >"$T/hits" &&
		grep -q '<td class="far">3</td>.*www.zz.gov.cn/most.*www.ly.gov.cn/1.html' \
			"$T/hits"
}
wait_for 60 "hits to be counted" counted
metrics() {	# STATUS COUNT: so often was that the answer
	curl -sf "http://127.0.0.1:$WEB_PORT/metrics" >"$T/metrics" &&
		grep -q "zq_web_former_total{status=\"$1\"} $2\$" "$T/metrics"
}
wait_for 60 "metrics" metrics 308 '[4-9]'

say "- hits outlive a restart, though none was told yet"
stop "$HUB_PID" || die "hub did not end cleanly"
hub_start
kept() {	# all three: they may be told in two parts
	zqhub journal print | grep -q '"do":"former".*/most' &&
		zqhub move hits --json | jq -e '.hits[0] | .count == 3 and
		(.url | endswith("/most"))'
}
wait_for 60 "hits to be kept" kept
wait_for 60 "hits to be there again" counted
zqhub move hits --json | jq -e '.hits[0].count == 3 and .hits[0].status == 308 and
	(.hits[0].url | endswith("/most"))' >"$T/have" || die "move hits"
zqhub move hits --limit 1 | grep -q '/most' || die "move hits, as a table"

say "- a site is closed"
zqhub notice announce $C closing --from "$(date -u -d '+1 day' +%FT%TZ)" \
	--see https://www.kf.gov.cn/ly/ --reason 并入门户 >"$T/out" 2>&1 ||
	{ cat "$T/out"; die "closing"; }
zqhub site retire $C --reason 并入门户 --yes >"$T/out" 2>&1 ||
	zqhub site retire $C --reason 并入门户 >"$T/out" 2>&1 ||
	{ cat "$T/out"; die "retire"; }
wait_for 60 "gone" answers www.ly.gov.cn /1.html "410 "
grep -q 并入门户 "$T/body" && grep -q https://www.kf.gov.cn/ly/ "$T/body" ||
	{ cat "$T/body"; die "no reason, or no successor"; }

say "- what it never had is 404, with its successor's home, and counted apart"
[ "$(ask www.ly.gov.cn /2.html -H 'Accept-Language: en')" = "404 " ] ||
	{ cat "$T/head"; die "what never was"; }
grep -q 'never was one' "$T/body" && grep -q https://www.kf.gov.cn/ly/ "$T/body" ||
	{ cat "$T/body"; die "404"; }
answers www.ly.gov.cn '/?x=1' "410 " || die "$got"
wait_for 60 "metrics, 404" metrics 404 1
never() {
	zqhub move hits --never --json | jq -e '[.hits[].url] ==
		["http://www.ly.gov.cn/2.html"]' >"$T/never"
}
wait_for 180 "it to be kept" never
zqhub move hits --json | jq -e 'any(.hits[]; .url | endswith("ly.gov.cn/1.html")) and
	all(.hits[]; .url | endswith("/2.html") | not)' >"$T/have" ||
	die "what was isn't apart"
curl -sf "http://127.0.0.1:$WEB_PORT/hits?lang=en" >"$T/hits"
sed -n '/nothing is known/,$p' "$T/hits" | grep -q www.ly.gov.cn/2.html ||
	die "not on the page"

say "- the map, for whoever has openssl and a certificate"
D=$(agent_dir $A)
cert=$D/cert.pem key=$D/key.pem
status=$(curl -sk -o "$T/map.der" -w '%{http_code}' --cert "$cert" --key "$key" \
	"https://127.0.0.1:$HUB_PORT/v1/map?after=0")
[ "$status" = 200 ] || die "/v1/map: $status"
openssl cms -verify -binary -inform DER -purpose sslserver -CAfile "$D/ca.pem" \
	-in "$T/map.der" -out "$T/map.xml" 2>"$T/cms" || { cat "$T/cms"; die "cms"; }
grep -q 'number="1" site="1" scope="domain" from="https://www.zz.gov.cn/"' \
	"$T/map.xml" || { cat "$T/map.xml"; die "map"; }
version=$(sed -n 's/.*zq:map.* version="\([0-9]*\)".*/\1/p' "$T/map.xml")
status=$(curl -sk -o "$T/none" -w '%{http_code}' --cert "$cert" --key "$key" \
	"https://127.0.0.1:$HUB_PORT/v1/map?after=$version")
[ "$status" = 304 ] || die "nothing new: $status"
status=$(curl -sk -o "$T/none" -w '%{http_code}' \
	"https://127.0.0.1:$HUB_PORT/v1/map?after=0")
[ "$status" = 403 ] || [ "$status" = 401 ] || die "a stranger got the map: $status"

say "- called off"
zqhub move withdraw 1 --reason 不合并了 >"$T/out" 2>&1 ||
	{ cat "$T/out"; die "withdraw"; }
wait_for 60 "the hub to answer for it no more" answers www.zz.gov.cn /most "404 "
