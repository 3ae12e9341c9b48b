# An agent of a few lines of shell: openssl cmp, curl, printf. Everything it
# and the hub say is held against the schema.
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

# post FIRST FILE…: url elements from files as one batch; answer in $T/answer
incarnation=1234567890123456789
stamp() { date -u +%Y-%m-%dT%H:%M:%SZ; }
post() {
	first=$1; shift
	{
		printf '<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:rs="http://www.openarchives.org/rs/terms/" xmlns:dcterms="http://purl.org/dc/terms/" xmlns:zq="urn:zhanqun:1">\n'
		printf '<rs:md capability="changelist" from="%s"/>\n' "$(stamp)"
		printf '<zq:batch incarnation="%s" first="%s" head="%s" now="%s"/>\n' \
			"$incarnation" "$first" "$((first + $# - 1))" "$(stamp)"
		cat /dev/null "$@"
		printf '</urlset>\n'
	} >"$T/body.xml"
	send "$T/body.xml"
}
send() {
	code=$(curl -s --cacert "$HUB/ca/ca.pem" --cert "$T/cert.pem" \
		--key "$T/key.pem" -H 'Content-Type: application/xml' \
		--data-binary @"$1" -o "$T/answer" -w '%{http_code}' \
		"https://127.0.0.1:$HUB_PORT/v1/changes")
}
schema() {
	jing protocol/zhanqun.rng "$1" >"$T/jing" 2>&1 ||
		{ cat "$T/jing" "$1"; die "the schema refuses $1"; }
	xmllint --noout --relaxng protocol/zhanqun.rng "$1" 2>"$T/jing" ||
		{ cat "$T/jing"; die "xmllint refuses $1"; }
}
verdict() {
	grep -q "verdict=\"$1\"" "$T/answer" || { cat "$T/answer"; die "expected the verdict $1"; }
	schema "$T/answer"
}
url() {	# FILE URL TITLE CHANGE
	printf '<url><loc>%s</loc><rs:md change="%s" datetime="%s"/><dcterms:title>%s</dcterms:title></url>\n' \
		"$2" "$4" "$(stamp)" "$3" >"$1"
}

say "- created, found; the same again is known"
url "$T/1" https://www.zhengzhou.gov.cn/1.html '用外壳脚本写成的代理' created
url "$T/2" https://www.zhengzhou.gov.cn/2.html '第二条' created
post 1 "$T/1" "$T/2"; [ "$code" = 200 ] || die "status $code"
verdict taken; schema "$T/body.xml"
grep -q 'taken="2"' "$T/answer" && grep -q 'expected="3"' "$T/answer" || die "position"
wait_for 60 "what was posted" found 外壳脚本
send "$T/body.xml"; verdict known

say "- a hole is early, the same number with other content is forked"
url "$T/9" https://www.zhengzhou.gov.cn/9.html '太早' created
post 9 "$T/9"; verdict early
grep -q 'expected="3"' "$T/answer" || die "what is expected"
url "$T/3" https://www.zhengzhou.gov.cn/1.html '用外壳脚本改过的标题' updated
printf '<url><loc>https://www.zhengzhou.gov.cn/2.html</loc><rs:md change="deleted" datetime="%s"/></url>\n' "$(stamp)" >"$T/4"
post 3 "$T/3" "$T/4"; verdict taken
wait_for 60 "the new title" found 改过的标题
wait_for 60 "the withdrawal" not_found 第二条

say "- a beat: no change at all"
post 5; verdict taken

say "- an unknown part is kept, an unknown critical one holds that change only"
printf '<url><loc>https://www.zhengzhou.gov.cn/5.html</loc><rs:md change="created" datetime="%s"/><dcterms:title>带未知部分</dcterms:title><x:mood xmlns:x="urn:x">fine</x:mood></url>\n' "$(stamp)" >"$T/5"
printf '<url><loc>https://www.zhengzhou.gov.cn/6.html</loc><rs:md change="created" datetime="%s"/><dcterms:title>带关键未知部分</dcterms:title><x:must xmlns:x="urn:x" zq:critical="true"/></url>\n' "$(stamp)" >"$T/6"
url "$T/7" https://www.zhengzhou.gov.cn/7.html '其后的一条' created
post 5 "$T/5" "$T/6" "$T/7"; verdict taken
wait_for 60 "the one with an unknown part" found 带未知部分
wait_for 60 "the one after the held one" found 其后的一条
not_found 带关键未知部分 || die "a critical part was ignored"
wait_for 60 "the held one" sh -c "'$ZQ_BUILD/zqhub' held --dir '$HUB' | grep -q 6.html"

say "- dismissed, it is gone from the list, and the journal says why"
place=$(zqhub held --json | jq '.held[0].place')
zqhub held dismiss "$place" --reason '试验部分' >"$T/dismiss" || { cat "$T/dismiss"; die "held dismiss"; }
[ "$(zqhub held --json | jq '.held | length')" = 0 ] || die "still held"
zqhub site show 4101000001 --json | jq -e '.held == 0 and .state != "held"' >/dev/null || die "the site is still held"
zqhub journal print --json | jq -e '[.[].act | select(.do? == "dismiss")][-1].reason == "试验部分"' >/dev/null || die "the reason is not in the journal"
zqhub held dismiss "$place" --reason x >/dev/null 2>&1 && die "dismissed twice"

say "- letters: the held change is told, numbered, and confirmed by asking on"
tell_held() {
	curl -sf --cacert "$HUB/ca/ca.pem" --cert "$T/cert.pem" --key "$T/key.pem" \
		"https://127.0.0.1:$HUB_PORT/v1/letters?after=0&wait=5" >"$T/letters" &&
		grep -q 'held' "$T/letters"
}
wait_for 60 "the letter of the held change" tell_held
schema "$T/letters"

say "- several posts at once over one connection, byte for byte the same answers"
send "$T/body.xml"; verdict known
cp "$T/answer" "$T/first"
# All but the time, and how many letters there are by now.
sed -i 's/now="[^"]*"//; s/ letters="[^"]*"//' "$T/first"
for n in 1 2 3 4 5; do send "$T/body.xml"; done
sed -i 's/now="[^"]*"//; s/ letters="[^"]*"//' "$T/answer"
cmp -s "$T/first" "$T/answer" || die "the answer to the same batch changes"
post 3 "$T/1" "$T/2"; verdict forked
say "- the hub says that the site is forked, and why"
forked() {
	zqhub site show 4101000001 --json |
		jq -e '.state == "held" and .fork == "content"'
}
wait_for 60 "held state" forked
exit 0
