# The hub's own gate, for agents that have none: a client of a few lines of
# shell withdraws most of a site, and the index keeps it until somebody says.
. tests/scenario/lib.sh

CODE=4101000001
hub_init
hub_start
site_add $CODE '郑州市人民政府' www.zhengzhou.gov.cn
openssl ecparam -name prime256v1 -genkey -noout -out "$T/key.pem" 2>/dev/null
openssl cmp -cmd ir -server "https://127.0.0.1:$HUB_PORT" \
	-path .well-known/cmp/p/zhanqun -tls_used \
	-ref "$(echo "$TICKET" | cut -d. -f2)" \
	-secret "pass:$(echo "$TICKET" | cut -d. -f3)" \
	-newkey "$T/key.pem" -subject /CN=$CODE -certout "$T/cert.pem" \
	>"$T/cmp.out" 2>&1 || { cat "$T/cmp.out"; die "openssl cmp"; }

stamp() { date -u +%Y-%m-%dT%H:%M:%SZ; }
# post FIRST CHANGE FROM TO [BY]: items FROM … TO, as changes FIRST …
post() {
	{
		printf '<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:rs="http://www.openarchives.org/rs/terms/" xmlns:dcterms="http://purl.org/dc/terms/" xmlns:zq="urn:zhanqun:1">\n'
		printf '<rs:md capability="changelist" from="%s"/>\n' "$(stamp)"
		printf '<zq:batch incarnation="77" first="%s" head="%s" now="%s" features="changes letters gate" instance="5" held="%s"/>\n' \
			"$1" "$(($1 + $4 - $3))" "$(stamp)" "${HELD:-0}${NEEDS:+\" needs-snapshot=\"$NEEDS}"
		n=$3
		while [ "$n" -le "$4" ]; do
			printf '<url><loc>https://www.zhengzhou.gov.cn/%s.html</loc><rs:md change="%s" datetime="%s"/>' \
				"$n" "$2" "$(stamp)"
			[ "$2" = deleted ] || printf '<dcterms:title>第 %s 条</dcterms:title>' "$n"
			[ -z "${5:-}" ] || printf '<zq:reason>确认</zq:reason><zq:by>%s</zq:by>' "$5"
			printf '</url>\n'
			n=$((n + 1))
		done
		printf '</urlset>\n'
	} >"$T/body.xml"
	curl -s --cacert "$HUB/ca/ca.pem" --cert "$T/cert.pem" \
		--key "$T/key.pem" -H 'Content-Type: application/xml' \
		--data-binary @"$T/body.xml" -o "$T/answer" \
		"https://127.0.0.1:$HUB_PORT/v1/changes"
	grep -q 'verdict="taken"' "$T/answer" || { cat "$T/answer"; die "not taken"; }
}
letters() {
	curl -s --cacert "$HUB/ca/ca.pem" --cert "$T/cert.pem" \
		--key "$T/key.pem" "https://127.0.0.1:$HUB_PORT/v1/letters?after=0"
}
fact() { zqhub site show $CODE --json | jq -r ".$1"; }
is() { [ "$(fact "$1")" = "$2" ]; }

post 1 created 1 400
wait_for 60 "400 items" has_items $CODE 400

say "- 300 of 400 are withdrawn: held, said, and the index keeps them"
post 401 deleted 1 300
grep -q 'held: 300 withdrawals' "$T/answer" || { cat "$T/answer"; die "the answer does not say so"; }
wait_for 60 "the gate to be closed" is gate_held 300
has_items $CODE 400 || die "$(items_of $CODE) items"
zqhub status >"$T/status" && die "status says all is well"
grep -q "300 withdrawals.*zqhub release $CODE" "$T/status" || { cat "$T/status"; die "status does not say who and what to do"; }
letter_says() { letters | grep -q "$1"; }
wait_for 60 "the site to be told" letter_says '300 of 400'
wait_for 60 "the log to say so" grep -q 'gate closed' "$T/hub.log"
post 701 created 401 402
wait_for 60 "what is new to be shown meanwhile" has_items $CODE 402
post 703 updated 7 7
wait_for 60 "what came back to be settled" is gate_held 299

say "- a restart, and a rebuild, change none of it"
kill9 "$HUB_PID"; hub_start
is gate_held 299 || die "held: $(fact gate_held)"
zqhub rebuild >/dev/null || die "rebuild"
has_items $CODE 402 || die "$(items_of $CODE) items"

say "- released, with a reason: gone but for what came back"
zqhub release $CODE 2>"$T/err" && die "released without a reason"
zqhub release $CODE --reason '栏目已迁移' | grep -q '299' || die "release"
has_items $CODE 103 || die "$(items_of $CODE) items"
is held 0 || die "held: $(fact held)"
zqhub item https://www.zhengzhou.gov.cn/9.html | grep -q 栏目已迁移 || die "the reason is not kept with the item"
zqhub item https://www.zhengzhou.gov.cn/7.html | grep -q 第 || die "what came back is gone"
zqhub release $CODE --reason again 2>"$T/err" && die "released twice"

say "- refused: it stays"
post 704 deleted 301 400
wait_for 60 "the gate to be closed again" is gate_held 100
zqhub refuse $CODE --reason '磁盘没有挂上' >/dev/null || die "refuse"
has_items $CODE 103 || die "$(items_of $CODE) items"
is held 0 || die "held: $(fact held)"
wait_for 60 "the site to be told so" letter_says 'held (100) is refused by.*磁盘没有挂上'
zqhub held --json | jq -e '[.held[] | select(.why | contains("磁盘没有挂上"))] | length == 100' >/dev/null ||
	die "what was refused is not listed as such"

say "- a person's word passes"
post 804 deleted 301 400 李
wait_for 60 "it to be withdrawn" has_items $CODE 3

say "- what the agent holds itself is asked for by a letter"
sleep 1		# this client's clock counts seconds: or it comes for late
HELD=1234 post 904 updated 401 401
wait_for 60 "status to say so" is agent_held 1234
zqhub status | grep -q '1234 withdrawals' || die "status does not say what the agent holds"
zqhub release $CODE --reason '已核实' >"$T/out" || die "release"
grep -q 1234 "$T/out" || die "it does not say what the agent is told"
wait_for 60 "the letter" letter_says 已核实

say "- a spool that overflowed there is seen here, until the agent is content"
metric() { curl -sf "http://127.0.0.1:$WEB_PORT/metrics" | grep -q "^zq_site_needs_snapshot{.*} $1\$"; }
sleep 1
post 905 updated 401 401
wait_for 60 "the site to be in sync" is state sync
metric 0 || die "the metric, before"
sleep 1
NEEDS=true post 906 updated 401 401
wait_for 60 "it to be known" is needs_snapshot true
wait_for 60 "what was told with it to be shown" is lag 0
is state behind || die "state: $(fact state)"
zqhub status >"$T/status" && die "status says all is well"
grep -q "$CODE.*spool overflowed.*zqhub prove $CODE" "$T/status" || { cat "$T/status"; die "status does not say it"; }
metric 1 || die "the metric"
kill9 "$HUB_PID"; hub_start
is needs_snapshot true || die "a restart forgets it"
sleep 1
post 907 updated 401 401
wait_for 60 "the site to be in sync again" is state sync
metric 0 || die "the metric, afterwards"
zqhub rebuild >/dev/null || die "rebuild"
