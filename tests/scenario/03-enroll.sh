# Enrolment with clients none of us wrote, and every refusal in words at both
# ends: unknown, used, expired, wrong site, damaged; block and its effect.
. tests/scenario/lib.sh

hub_init
hub_start
cmp() {	# REF SECRET OUT [options]: enrols with openssl cmp
	r=$1 s=$2 o=$3; shift 3
	openssl ecparam -name prime256v1 -genkey -noout -out "$o.key" 2>/dev/null
	openssl cmp -cmd ir -server "https://127.0.0.1:$HUB_PORT" \
		-path .well-known/cmp/p/zhanqun -tls_used \
		-ref "$r" -secret "pass:$s" -newkey "$o.key" \
		-subject "/CN=${CMP_CN:-}" -certout "$o.pem" \
		-cacertsout "$o.ca" -unprotected_errors "$@" >"$o.out" 2>&1
}
parts() {	# of $TICKET: REF, SECRET
	REF=$(echo "$TICKET" | cut -d. -f2)
	SECRET=$(echo "$TICKET" | cut -d. -f3)
}

say "- openssl cmp enrols, with and without implicit confirmation"
site_add 4101000001 '郑州市人民政府' www.zhengzhou.gov.cn
parts
CMP_CN=4101000001 cmp "$REF" "$SECRET" "$T/one" || { cat "$T/one.out"; die "openssl cmp"; }
openssl x509 -in "$T/one.pem" -noout -ext subjectAltName | grep -q 'urn:zhanqun:site:' ||
	die "no site in the certificate"
site_add 4101000002 '开封市人民政府' www.kaifeng.gov.cn
parts
CMP_CN=4101000002 cmp "$REF" "$SECRET" "$T/two" -implicit_confirm ||
	{ cat "$T/two.out"; die "openssl cmp -implicit_confirm"; }

say "- that certificate is good for a request"
curl -sf --cacert "$HUB/ca/ca.pem" --cert "$T/one.pem" --key "$T/one.key" \
	"https://127.0.0.1:$HUB_PORT/v1/letters?after=0&wait=0" >"$T/letters" ||
	die "letters with the certificate"

say "- used: by another key"
CMP_CN=4101000002 cmp "$REF" "$SECRET" "$T/again" && die "a ticket was good twice"
grep -qi 'used' "$T/again.out" || { cat "$T/again.out"; die "no word of used"; }
mkdir -p "$T/agent-x"
zqagent x enroll "https://127.0.0.1:$HUB_PORT" "$TICKET" >"$T/x.out" 2>&1 &&
	die "a used ticket enrolled an agent"
grep -qi 'used' "$T/x.out" || { cat "$T/x.out"; die "zqagent: no word of used"; }
wait_for 60 "the hub's log to have a word of it" \
	grep -q 'enrolment refused:.*used already' "$T/hub.log"

say "- used, and the answer lost: the same line is good for the same key"
site_add 4101000007 '漯河市人民政府' www.luohe.gov.cn
mkdir -p "$T/agent-e"
zqagent e enroll "https://127.0.0.1:$HUB_PORT" "$TICKET" >"$T/x.out" 2>&1 ||
	{ cat "$T/x.out"; die "zqagent enroll"; }
# What a kill leaves between the hub's answer and the files.
mv "$T/agent-e/key.pem" "$T/agent-e/key.pem.next"
rm "$T/agent-e/cert.pem" "$T/agent-e/ca.pem"
zqagent e enroll "https://127.0.0.1:$HUB_PORT" "$TICKET" >"$T/x.out" 2>&1 ||
	{ cat "$T/x.out"; die "zqagent enroll, again"; }

say "- unknown"
CMP_CN=4101000003 cmp aaaaaaaaaaaaaaaa "$SECRET" "$T/unknown" && die "an unknown ticket enrolled"
grep -qi 'unknown\|no such\|does not know\|not know' "$T/unknown.out" || { cat "$T/unknown.out"; die "no word of unknown"; }

say "- damaged secret"
site_add 4101000003 '洛阳市人民政府' www.ly.gov.cn
parts
CMP_CN=4101000003 cmp "$REF" aaaaaaaaaaaaaaaaaaaaaaaaaa "$T/damaged" && die "a wrong secret enrolled"
grep -qi 'damaged\|whole\|secret' "$T/damaged.out" || { cat "$T/damaged.out"; die "no word of damage"; }

say "- wrong site"
CMP_CN=4101000001 cmp "$REF" "$SECRET" "$T/wrong" && die "a ticket of another site enrolled"
grep -q '4101000003\|another site\|other site' "$T/wrong.out" || { cat "$T/wrong.out"; die "no word of the wrong site"; }
zqagent x enroll "https://127.0.0.1:$HUB_PORT" "$TICKET" --site 4101000001 >"$T/x.out" 2>&1 &&
	die "zqagent: a ticket of another site enrolled"

say "- a refused attempt does not use the ticket up"
CMP_CN=4101000003 cmp "$REF" "$SECRET" "$T/three" || { cat "$T/three.out"; die "the ticket was burnt"; }

say "- the wrong hub is noticed before anything is sent"
mkdir -p "$T/other"
other=$(port) otherweb=$(port)
"$ZQ_BUILD/zqhub" init --dir "$T/other/the hub" --name other --listen "127.0.0.1:$other" \
	--web "127.0.0.1:$otherweb" >"$T/init" 2>&1 || die "second hub"
start other sh -c "exec $(sed -n "s,^  zqhubd \(.*hub.conf\) .*,$ZQ_BUILD/zqhubd \1,p" "$T/init")"
wait_for 60 "second hub" curl -sk -o "$T/health" "https://127.0.0.1:$other/v1/"
site_add 4101000004 '平顶山市人民政府' www.pds.gov.cn
zqagent y enroll "https://127.0.0.1:$other" "$TICKET" >"$T/y.out" 2>&1 &&
	die "enrolled at a hub that did not issue the ticket"
grep -qi 'not the hub\|another hub\|ticket' "$T/y.out" || { cat "$T/y.out"; die "no word of the wrong hub"; }
grep -q 'as good as before' "$T/y.out" || { cat "$T/y.out"; die "is the ticket used?"; }
zqagent y enroll "https://127.0.0.1:$WEB_PORT" "$TICKET" >"$T/y.out" 2>&1 &&
	die "enrolled at the web pages"
grep -q "the hub's web pages: agents have another port" "$T/y.out" &&
	grep -q 'as good as before' "$T/y.out" ||
	{ cat "$T/y.out"; die "no word of the wrong port"; }

say "- a certificate of another CA, or none, gets nowhere"
curl -s -o "$T/none" -w '%{http_code}' --cacert "$HUB/ca/ca.pem" \
	"https://127.0.0.1:$HUB_PORT/v1/letters?after=0" >"$T/code"
[ "$(cat "$T/code")" = 403 ] || [ "$(cat "$T/code")" = 401 ] || die "no certificate: $(cat "$T/code")"
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes \
	-keyout "$T/evil.key" -out "$T/evil.pem" -subj /CN=4101000001 -days 2 2>/dev/null
curl -s -o "$T/evil.out" -w '%{http_code}' --cacert "$HUB/ca/ca.pem" \
	--cert "$T/evil.pem" --key "$T/evil.key" \
	"https://127.0.0.1:$HUB_PORT/v1/letters?after=0" >"$T/code"
[ "$(cat "$T/code")" = 403 ] || die "another CA's: $(cat "$T/code")"
grep -q "not of this hub's CA" "$T/evil.out" || { cat "$T/evil.out"; die "no word of it"; }

say "- expired: a ticket that lived a second"
sed -i 's/^#* *ticket[-_]life.*//' "$HUB/hub.conf"
sed -n '1,400p' "$HUB/hub.conf" >"$T/conf"
name=$("$ZQ_BUILD/zqhub" config --dir "$HUB" 2>/dev/null | grep -o 'ticket[-_]life' | head -n 1)
{ printf '%s = 1s\n' "${name:-ticket-life}"; cat "$T/conf"; } >"$HUB/hub.conf"
stop "$HUB_PID"
hub_start
site_add 4101000005 '安阳市人民政府' www.anyang.gov.cn
sleep 1.5
zqagent z enroll "https://127.0.0.1:$HUB_PORT" "$TICKET" >"$T/z.out" 2>&1 &&
	die "an expired ticket enrolled"
grep -qi 'expired' "$T/z.out" || { cat "$T/z.out"; die "no word of expired"; }

say "- block: the live connection is closed and the next request refused"
curl -s --cacert "$HUB/ca/ca.pem" --cert "$T/one.pem" --key "$T/one.key" -o "$T/poll" -w '%{http_code}' \
	"https://127.0.0.1:$HUB_PORT/v1/letters?after=0&wait=50" >"$T/poll.code" &
poll=$!
connected() { zqhub site show 4101000001 --json | jq -e '.connections == 1'; }
wait_for 60 "the connection" connected
began=$(date +%s)
zqhub site block 4101000001 --reason '密钥外泄' || die "block"
wait $poll
[ $(($(date +%s) - began)) -lt 40 ] || die "the long poll stayed open"
code=$(curl -s --cacert "$HUB/ca/ca.pem" --cert "$T/one.pem" --key "$T/one.key" -o "$T/out" \
	-w '%{http_code}' "https://127.0.0.1:$HUB_PORT/v1/letters?after=0&wait=0")
[ "$code" = 403 ] || die "blocked, and yet: $code"
grep -q '密钥外泄' "$T/out" || { cat "$T/out"; die "the reason is not told"; }
zqhub journal print | grep -q '密钥外泄' || die "no audit of the block"
exit 0
