# Bad input gets an answer that names the item and the reason, the rest of the
# batch is taken, and the hub goes on.
. tests/scenario/lib.sh

hub_init
hub_start
site_add 4101000001 '郑州市人民政府' www.zhengzhou.gov.cn
openssl ecparam -name prime256v1 -genkey -noout -out "$T/key.pem" 2>/dev/null
openssl cmp -cmd ir -server "https://127.0.0.1:$HUB_PORT" \
	-path .well-known/cmp/p/zhanqun -tls_used \
	-ref "$(echo "$TICKET" | cut -d. -f2)" \
	-secret "pass:$(echo "$TICKET" | cut -d. -f3)" \
	-newkey "$T/key.pem" -subject /CN=4101000001 -certout "$T/cert.pem" \
	>"$T/cmp.out" 2>&1 || { cat "$T/cmp.out"; die "openssl cmp"; }
hubcurl() {
	curl -s --cacert "$HUB/ca/ca.pem" --cert "$T/cert.pem" --key "$T/key.pem" \
		-H 'Content-Type: application/xml' -o "$T/answer" -w '%{http_code}' "$@"
}
url=https://127.0.0.1:$HUB_PORT/v1/changes
now=$(date -u +%Y-%m-%dT%H:%M:%SZ)
head='<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:rs="http://www.openarchives.org/rs/terms/" xmlns:dcterms="http://purl.org/dc/terms/" xmlns:zq="urn:zhanqun:1"><rs:md capability="changelist" from="'$now'"/>'
seq=1
batch() {	# CHANGES on standard input; how many
	{
		printf '<?xml version="1.0" encoding="UTF-8"?>\n%s' "$head"
		printf '<zq:batch incarnation="77" first="%s" head="%s" now="%s"/>' \
			$seq $((seq + $1 - 1)) "${2:-$now}"
		cat
		printf '</urlset>'
	} >"$T/body"
	code=$(hubcurl --data-binary @"$T/body" "$url")
	seq=$((seq + $1))
}
good() {
	printf '<url><loc>https://www.zhengzhou.gov.cn/good/%s</loc><rs:md change="created" datetime="%s"/><dcterms:title>好的第%s条</dcterms:title></url>' \
		"$1" "$now" "$1"
}
expect() {	# CODE WORD: the answer, and what it must name
	[ "$code" = "$1" ] || { cat "$T/answer"; die "status $code instead of $1 ($3)"; }
	grep -qi "$2" "$T/answer" || { cat "$T/answer"; die "the answer doesn't name $2 ($3)"; }
}
bad_among_good() {	# WORD: what the answer must name; FORMAT …: the bad one
	word=$1 form=$2; shift 2
	n=$seq
	# shellcheck disable=SC2059
	{ good "$n"; printf "$form" "$@"; good "$((n + 2))"; } >"$T/three"
	batch 3 <"$T/three"
	expect 200 "$word" "a bad one among good ones"
	grep -q "seq=\"$((n + 1))\"" "$T/answer" || { cat "$T/answer"; die "the number $((n + 1)) is not named"; }
	wait_for 60 "the good one before" found "好的第${n}条"
	wait_for 60 "the good one behind" found "好的第$((n + 2))条"
}

say "- one bad change is named, its neighbours are taken"
bad_among_good evil.example '<url><loc>https://www.evil.example/1</loc><rs:md change="created" datetime="%s"/></url>' "$now"
bad_among_good loc '<url><loc>ftp://www.zhengzhou.gov.cn/</loc><rs:md change="created" datetime="%s"/></url>' "$now"
bad_among_good loc '<url><rs:md change="created" datetime="%s"/></url>' "$now"
bad_among_good change '<url><loc>https://www.zhengzhou.gov.cn/x</loc><rs:md change="exploded" datetime="%s"/></url>' "$now"
bad_among_good datetime '<url><loc>https://www.zhengzhou.gov.cn/x</loc><rs:md change="created" datetime="yesterday"/></url>'
bad_among_good utf-8 '<url><loc>https://www.zhengzhou.gov.cn/u</loc><rs:md change="created" datetime="%s"/><dcterms:title>\377\376</dcterms:title></url>' "$now"
long=$(head -c 5000 /dev/zero | tr '\0' a)
bad_among_good loc '<url><loc>https://www.zhengzhou.gov.cn/%s</loc><rs:md change="created" datetime="%s"/></url>' "$long" "$now"
bad_among_good title '<url><loc>https://www.zhengzhou.gov.cn/t</loc><rs:md change="created" datetime="%s"/><dcterms:title>%s</dcterms:title></url>' "$now" "$long"

say "- what is no change list gets 400 and a reason"
# WORD, the body on standard input (numbers don't move on). Behind a pipe it is
# a process of its own: if that fails, we must.
refuse() {
	cat >"$T/body"
	code=$(hubcurl --data-binary @"$T/body" "$url")
	expect 400 "$1" "$(head -c 60 "$T/body")"
}
printf 'hello' | refuse xml || exit 1
printf '<!DOCTYPE x [<!ENTITY a "b">]><urlset>&a;</urlset>' | refuse doctype || exit 1
printf '<urlset><url/></urlset>' | refuse namespace || exit 1
printf '<?xml version="1.0" encoding="GBK"?><urlset/>' | refuse utf-8 || exit 1
printf '%s' "$head" | refuse 'end\|line' || exit 1
{ printf '%s<zq:batch incarnation="77" first="%s" head="9" now="%s"/><url><loc>https://www.zhengzhou.gov.cn/d</loc>' "$head" $seq "$now"
  i=0; while [ $i -lt 60 ]; do printf '<x:a xmlns:x="urn:x">'; i=$((i + 1)); done; } | refuse 'deep\|line' || exit 1
code=$(hubcurl -H 'Content-Type: text/plain' --data-binary hello "$url"); [ "$code" = 415 ] || [ "$code" = 400 ] || die "wrong type: $code"
head -c 6000000 /dev/zero | tr '\0' ' ' >"$T/huge"
code=$(hubcurl --data-binary @"$T/huge" "$url"); [ "$code" = 413 ] || die "huge body: $code"
code=$(hubcurl "https://127.0.0.1:$HUB_PORT/v1/nothing"); [ "$code" = 404 ] || die "no such path: $code"
code=$(hubcurl "$url"); [ "$code" = 405 ] || die "GET of changes: $code"

say "- a clock ten years off is noted, and nothing is lost"
printf '<url><loc>https://www.zhengzhou.gov.cn/future</loc><rs:md change="created" datetime="2036-01-01T00:00:00Z"/><dcterms:title>来自未来的公告</dcterms:title></url>' >"$T/future"
batch 1 2036-01-01T00:00:00Z <"$T/future"
expect 200 'verdict="taken"' "a clock ten years off"
wait_for 60 "the item of the future" found 来自未来
wait_for 60 "a word of the clock in the log" grep -qi 'clock\|skew' "$T/hub.log"

say "- garbage on the TLS port, slow clients, half requests; others go on"
head -c 20000 /dev/urandom >"$T/noise"
for n in 1 2 3 4 5; do
	timeout 2 curl -s --data-binary @"$T/noise" "http://127.0.0.1:$HUB_PORT/" >"$T/out" 2>&1
	(cat "$T/noise"; sleep 0.2) | timeout 2 openssl s_client -quiet -connect "127.0.0.1:$HUB_PORT" >"$T/out" 2>&1
done
printf 'POST /v1/changes HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello' |
	timeout 30 openssl s_client -quiet -connect "127.0.0.1:$HUB_PORT" -cert "$T/cert.pem" -key "$T/key.pem" >"$T/two" 2>&1
grep -q '400' "$T/two" || { cat "$T/two"; die "two lengths were let through"; }
good $seq >"$T/one"; n=$seq
batch 1 <"$T/one"
expect 200 'verdict="taken"' "after all that"
wait_for 60 "the last good one" found "好的第${n}条"
kill -0 "$HUB_PID" || die "the hub died"
grep -E ' died pid=[0-9]' "$T/hub.log" && die "a part died"
zqhub journal verify || die "the chain"
stop "$HUB_PID" || die "hub did not end cleanly"
exit 0
