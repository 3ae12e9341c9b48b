# Renewal: a new key and certificate without a ticket, without a restart, by
# the agent and by openssl cmp (kur); the site keeps its number and its items.
. tests/scenario/lib.sh

root=$T/www
page "$root/index.html" '郑州市人民政府' '' 首页
hub_init
hub_start
site 4101000001 '郑州市人民政府' www.zhengzhou.gov.cn "$root" \
	https://www.zhengzhou.gov.cn/
wait_for 60 "sync" in_sync
dir=$(agent_dir 4101000001)
cert=$(find "$dir" -name cert.pem | head -n 1)
serial() { openssl x509 -in "$1" -noout -serial; }
key() { openssl x509 -in "$1" -noout -pubkey | sha256sum; }

say "- zqagent renew: another serial, another key, no restart"
one=$(serial "$cert") key_one=$(key "$cert")
zqagent 4101000001 renew --json >"$T/renewed" || die "zqagent renew"
jq -e '.renewed and (.not_after | startswith("20"))' "$T/renewed" >/dev/null ||
	die "renew --json: $(cat "$T/renewed")"
two=$(serial "$cert") && [ "$two" != "$one" ] || die "the certificate is the old one"
[ "$(key "$cert")" != "$key_one" ] || die "the key is the old one"
page "$root/after.html" '换证之后的公告' '2026-11-20 10:00'
wait_for 60 "a page after the renewal" found 换证之后
kill -0 "$(agent_pid 4101000001)" || die "the agent was restarted"
[ "$(zqhub site show 4101000001 --json | jq .number)" = 1 ] || die "another number"

say "- openssl cmp renews too (kur, signed by the certificate)"
site_add 4101000002 '开封市人民政府' www.kaifeng.gov.cn
openssl ecparam -name prime256v1 -genkey -noout -out "$T/a.key" 2>/dev/null
openssl ecparam -name prime256v1 -genkey -noout -out "$T/b.key" 2>/dev/null
openssl cmp -cmd ir -server "https://127.0.0.1:$HUB_PORT" -tls_used \
	-path .well-known/cmp/p/zhanqun -subject /CN=4101000002 \
	-ref "$(echo "$TICKET" | cut -d. -f2)" \
	-secret "pass:$(echo "$TICKET" | cut -d. -f3)" \
	-newkey "$T/a.key" -certout "$T/a.pem" >"$T/ir" 2>&1 || { cat "$T/ir"; die ir; }
kur() {	# CERT KEY NEWKEY OUT
	openssl cmp -cmd kur -server "https://127.0.0.1:$HUB_PORT" -tls_used \
		-path .well-known/cmp/p/zhanqun -trusted "$HUB/ca/ca.pem" \
		-cert "$1" -key "$2" -newkey "$3" -certout "$4" >"$T/kur" 2>&1
}
kur "$T/a.pem" "$T/a.key" "$T/b.key" "$T/b.pem" || { cat "$T/kur"; die kur; }
letters() {
	curl -s --cacert "$HUB/ca/ca.pem" --cert "$1" --key "$2" -o "$T/out" \
		-w '%{http_code}' "https://127.0.0.1:$HUB_PORT/v1/letters?after=0&wait=0"
}
good() { [ "$(letters "$1" "$2")" = 200 ]; }
good "$T/b.pem" "$T/b.key" || die "the new certificate is not good"
good "$T/a.pem" "$T/a.key" ||
	die "the old certificate, whose new one might have been lost, is not good"

say "- after the next renewal the first key is no longer the site's"
openssl ecparam -name prime256v1 -genkey -noout -out "$T/c.key" 2>/dev/null
kur "$T/b.pem" "$T/b.key" "$T/c.key" "$T/c.pem" || { cat "$T/kur"; die "second kur"; }
[ "$(letters "$T/a.pem" "$T/a.key")" = 403 ] || die "the first key is still good"

say "- a blocked site may not renew"
zqhub site block 4101000002 --reason '停用' || die block
openssl ecparam -name prime256v1 -genkey -noout -out "$T/d.key" 2>/dev/null
kur "$T/c.pem" "$T/c.key" "$T/d.key" "$T/d.pem" && die "a blocked site renewed"
grep -q '停用\|blocked' "$T/kur" || { cat "$T/kur"; die "no word of the block"; }
zqhub journal verify || die "the chain"
exit 0
