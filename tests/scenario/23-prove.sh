# Proof of sync: asked for by the operator and answered at once; an agent that
# is away, or has something else than the index; and that it is repaired.
. tests/scenario/lib.sh

for n in 1 2 3; do
	page "$T/one/$n.html" "郑州第${n}号公告"
	page "$T/two/$n.html" "洛阳第${n}号公告"
done
hub_init
hub_start
site 4101000001 '郑州市人民政府' www.zhengzhou.gov.cn "$T/one" \
	https://www.zhengzhou.gov.cn/
wait_for 60 "the pages of one" has_items 4101000001 3
site 4103000001 '洛阳市人民政府' www.ly.gov.cn "$T/two" https://www.ly.gov.cn/
wait_for 60 "the pages of two" has_items 4103000001 3

# prove EXIT [CODE…] [OPTION…]: what it says in $T/prove
prove() {
	expected=$1; shift
	zqhub prove --wait 120 "$@" >"$T/prove" 2>&1
	code=$?
	[ "$code" = "$expected" ] ||
		{ cat "$T/prove"; die "zqhub prove $*: exit $code, not $expected"; }
}
says() {
	for word in "$@"; do
		grep -qF -e "$word" "$T/prove" ||
			{ cat "$T/prove"; die "prove does not say \"$word\""; }
	done
}
# An agent that is asked again and again takes five seconds between two.
proven() { zqhub prove "$@" --wait 30 >"$T/prove" 2>&1; }
site_is() {
	zqhub site show "$1" --json | jq -e "$2" >/dev/null ||
		{ zqhub site show "$1" --json; die "site show $1: $2"; }
}

say "- all are proven, at once, and the status says when"
wait_for 120 "both to be proven" proven
began=$(date +%s)
prove 0
took=$(($(date +%s) - began))
goal "an answer of both" "$took s" "20 s"
[ "$took" -le 60 ] || die "it took $took s, which is no answer to a held poll"
says '4101000001' '4103000001' '3 items' '2 proven to be in sync'
site_is 4101000001 '.proven_at != null and .missed == 0 and .reconciled.count > 0'
zqhub status >"$T/status"
grep -q PROVEN "$T/status" && grep -q MISSED "$T/status" ||
	{ cat "$T/status"; die "no columns PROVEN and MISSED"; }
curl -sf -o "$T/metrics" "http://127.0.0.1:$WEB_PORT/metrics" || die "metrics"
grep -q '^zq_reconciles_total{outcome="same"} [1-9]' "$T/metrics" &&
	grep -q '^zq_site_proven_timestamp_seconds{site="4101000001".* [1-9]' \
		"$T/metrics" || { grep -i recon "$T/metrics"; die "metrics"; }

say "- an index that went wrong by itself: named, mended, counted, proven"
missed() { curl -sf "http://127.0.0.1:$WEB_PORT/metrics" | awk -v site="{site=\"$1\"" \
	'index($1, "zq_site_missed_changes_total" site) == 1 { print $2 }'; }
# What a source covers is told when it was looked at: that may be any time.
told() { zqhub journal print --json | jq -r '.[] |
	select(.site == 1 and .change != "cover") | .url'; }
was=$(zqhub site show 4101000001 --json | jq -r .digest)
was_missed=$(missed 4101000001)
[ "$was_missed" = 0 ] || die "missed $was_missed, before"
told >"$T/told"
# The agent is held meanwhile, or it finds out before it is asked.
agent=$(ps -o pid= --ppid "$(agent_pid 4101000001)" | tr '\n' ' ')
# shellcheck disable=SC2086 # a list
kill -STOP $agent
stop "$HUB_PID" || die "the hub ended badly"
"$ZQ_BUILD/tests/load/load" -c 2 spoil "$HUB" >"$T/spoiled" || die "spoil"
[ "$(grep -c '^https://www.zhengzhou.gov.cn/[1-3].html$' "$T/spoiled")" = 2 ] ||
	{ cat "$T/spoiled"; die "not two pages of the first site"; }
hub_start
[ "$(zqhub site show 4101000001 --json | jq -r .digest)" != "$was" ] || die "nothing is spoiled"
# … which it is when somebody is at the hub's socket, besides the hub.
start wake sh -c "n=0
	until [ \$(grep -c '$HUB/control' /proc/net/unix) -gt 1 ] || [ \$n -ge 600 ]; do
		sleep 0.1; n=\$((n + 1))
	done
	sleep 1; kill -CONT $agent"
prove 1 4101000001 --wait 60
says 'DIFFERS' '0 missing, 0 extra, 2 in another state, 0 held' '1 differ'
while read -r url; do says "$url"; done <"$T/spoiled"
mended() { zqhub site show 4101000001 --json | jq -e --arg was "$was" \
	'.digest == $was and .reconciled.differs == 0' >/dev/null; }
wait_for 60 "it to be mended, and proven once more, by itself" mended
site_is 4101000001 '.items == 3 and .missed == 2 and .proven_at == .reconciled.at'
prove 0 4101000001
[ "$(missed 4101000001)" = 2 ] || die "the metric says $(missed 4101000001) were missed"
told | tail -n "+$(($(wc -l <"$T/told") + 1))" | sort >"$T/told-since"
sort "$T/spoiled" | diff - "$T/told-since" >"$T/diff" ||
	{ cat "$T/diff"; die "not two ordinary changes of these more"; }

say "- not asked by strangers, nor in garbage"
two=$(agent_dir 4103000001)
status() {	# CURL-OPTION…
	curl -s --cacert "$HUB/ca/ca.pem" -o "$T/answer" -w '%{http_code}' \
		-H 'Content-Type: application/xml' "$@" \
		"https://127.0.0.1:$HUB_PORT/v1/reconcile"
}
[ "$(status -d '<x/>')" = 403 ] || { cat "$T/answer"; die "a stranger may ask"; }
[ "$(status -d '<x/>' --cert "$two/cert.pem" --key "$two/key.pem")" = 400 ] &&
	grep -q 'verdict="bad"' "$T/answer" || { cat "$T/answer"; die "garbage"; }
head -c 5000000 /dev/zero >"$T/large"
[ "$(status --data-binary @"$T/large" --cert "$two/cert.pem" \
	--key "$two/key.pem")" = 413 ] || { cat "$T/answer"; die "5 MB are taken"; }

say "- one of them, in JSON; a code that isn't there; a time that is none"
prove 0 4103000001 --json
jq -e '.in_sync and (.sites | length == 1) and
	.sites[0].code == "4103000001" and .sites[0].outcome == "same"' \
	"$T/prove" >/dev/null || { cat "$T/prove"; die "prove --json"; }
prove 1 4109999999; says 'no site with the code 4109999999'
prove 2 --wait 0; says '--wait'

say "- changes go on: it is proven with them"
n=4
while [ $n -le 40 ]; do
	page "$T/one/$n.html" "郑州第${n}号公告"
	n=$((n + 1))
done
rm "$T/one/2.html"
# There are 39 on the way up, too.
gone() { zqhub item https://www.zhengzhou.gov.cn/2.html --json | jq -e .withdrawn; }
wait_for 60 "the withdrawal" gone
wait_for 60 "the new pages" has_items 4101000001 39
wait_for 120 "the proof with them" proven 4101000001
says '39 items'

say "- a hub that comes back is proven to, though nothing changed"
proven_at() { zqhub site show 4103000001 --json | jq -r .proven_at; }
away() { zqagent 4103000001 status --json | jq -e '.hub.trouble'; }
anew() {
	now=$(proven_at)
	case $now in "$was" | '' | null) return 1 ;; esac
}
stop "$HUB_PID" || die "the hub ended badly"
was=$(proven_at)
wait_for 60 "the agent to find the hub away" away
hub_start
wait_for 150 "a proof by itself" anew
site_is 4103000001 '.missed == 0 and .reconciled.missing == 0 and .items == 3'

say "- an agent that is away gives no answer; the others do"
stop "$(agent_pid 4103000001)" || die "the agent ended badly"
began=$(date +%s)
prove 1 --wait 40
took=$(($(date +%s) - began))
[ "$took" -ge 40 ] && [ "$took" -le 100 ] || die "--wait 40 took $took s"
says 'no answer' 'last heard' '1 proven to be in sync' '1 gave no answer'

say "- one that has something else than the index: it is listed, item by item"
cat >"$T/other.py" <<'PY'
# An agent that answers when it is asked to prove, and has one item of its own,
# and none of those that the index has.
import base64, hashlib, http.client, re, ssl, sys
port, ca, cert, key, seq, incarnation = sys.argv[1:]
ctx = ssl.create_default_context(cafile=ca)
ctx.check_hostname = False
ctx.load_cert_chain(cert, key)
own = bytes([7]) + bytes(15)
sums = bytearray(4096)
sums[7 * 16] = 7
total = hashlib.sha256(bytes(sums) + (1).to_bytes(8, 'big')).hexdigest()
def say(method, path, body=None):
    c = http.client.HTTPSConnection('127.0.0.1', int(port), context=ctx, timeout=70)
    c.request(method, path, body, {'Content-Type': 'application/xml'})
    text = c.getresponse().read().decode()
    c.close()
    return text
def round(name, inside=''):
    text = say('POST', '/v1/reconcile', '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<zq:reconcile xmlns:zq="urn:zhanqun:1" round="%s" incarnation="%s" '
        'seq="%s" items="1" sum="%s">%s</zq:reconcile>'
        % (name, incarnation, seq, total, inside))
    print(name, text, flush=True)
    return text
while 'want="prove"' not in say('GET', '/v1/letters?after=0&wait=30'):
    pass
assert 'outcome="differs"' in round('sum')
differ = re.findall(r'bucket number="(\d+)"', round('buckets',
    '<zq:buckets>%s</zq:buckets>' % base64.b64encode(bytes(sums)).decode()))
assert '7' in differ
answer = round('hashes', ''.join('<zq:hashes bucket="%s">%s</zq:hashes>'
    % (b, base64.b64encode(own).decode() if b == '7' else '') for b in differ))
assert 'missing hash="07' in answer and answer.count('<zq:extra') == 3
round('names', '<zq:name hash="%s" url="https://www.ly.gov.cn/own.html">'
    '<zq:id>web:own.html</zq:id></zq:name>' % own.hex())
PY
seq=$(zqhub site show 4103000001 --json | jq .seq)
incarnation=$(zqagent 4103000001 status --json | jq -r .spool.incarnation)
incarnation=$(/usr/bin/python3 -c "print(int('$incarnation', 16))")
start other /usr/bin/python3 "$T/other.py" "$HUB_PORT" "$HUB/ca/ca.pem" \
	"$two/cert.pem" "$two/key.pem" "$seq" "$incarnation"
prove 1 4103000001
says 'DIFFERS' '1 missing, 3 extra, 0 in another state, 0 held' \
	'https://www.ly.gov.cn/own.html' 'https://www.ly.gov.cn/2.html' \
	'洛阳第2号公告' '1 differ'
site_is 4103000001 '.missed == 4 and .reconciled.extra == 3 and .items == 3'
zqhub status >"$T/status"
grep 4103000001 "$T/status" | grep -Eq '4 \([0-9.]+%\)' ||
	{ cat "$T/status"; die "the status does not say what was missed"; }
zqhub journal print --json | grep -q '"do":"reconcile","site":2,.*"missing":1,"extra":3' ||
	die "no act of it in the journal"

say "- the index is as it was: a wrong agent only fools himself"
agent_start 4103000001
wait_for 120 "the site to be proven again" proven 4103000001

say "- a site that can't be asked; a hub that doesn't run"
site_add 4104000001 '平顶山市人民政府' www.pds.gov.cn
prove 1
says 'not enrolled' '2 proven to be in sync' '1 not asked'
stop "$HUB_PID" || die "the hub ended badly"
prove 1; says 'the daemon does not run'
