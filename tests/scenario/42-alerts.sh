# Who is told what: a site falls silent, and a webhook, a mail server, an
# Alertmanager and a command hear of it once, and once of its end; while the
# receiver is ill, while the hub dies between any two steps, in a silence. Each
# notice has a link to the alert's page.
. tests/scenario/lib.sh

need prometheus-alertmanager python3 openssl
# Debian's own, which has Debian's modules.
python=/usr/bin/python3
$python -c 'import aiosmtpd' 2>"$T/have" || skip "no aiosmtpd"
CODE=4101000001 WWW=$T/www
page "$WWW/1.html" "第一篇"

# --- the receivers
HOOK_PORT=$(port) SMTP_PORT=$(port) AM_PORT=$(port)
mkdir "$T/mail" "$T/am" "$T/beats"
echo 'a secret of twenty letters' >"$T/secret"
echo 'pass word' >"$T/password"
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
	-keyout "$T/smtp.key" -out "$T/smtp.pem" -days 2 -subj /CN=localhost \
	-addext 'subjectAltName=DNS:localhost,IP:127.0.0.1' 2>"$T/openssl"
start hook $python tests/scenario/hook.py "$HOOK_PORT" "$T/secret" \
	"$T/hook.json" "$T/hook.status"
start smtp $python tests/scenario/smtp.py "$SMTP_PORT" "$T/smtp.pem" \
	"$T/smtp.key" zhanqun 'pass word' "$T/mail"
cat >"$T/am.yml" <<END
route: { receiver: none }
receivers: [ { name: none } ]
END
start am prometheus-alertmanager --config.file="$T/am.yml" \
	--storage.path="$T/am" --web.listen-address="127.0.0.1:$AM_PORT" \
	--cluster.listen-address=
cat >"$T/told" <<END
#!/bin/sh
cat >>"$T/command.json"
echo >>"$T/command.json"
END
chmod +x "$T/told"
listens() { grep -q listening "$T/$1.log"; }
wait_for 60 "the webhook" listens hook
wait_for 60 "the mail server" listens smtp
wait_for 60 "the Alertmanager" curl -sf "http://127.0.0.1:$AM_PORT/-/ready"

# --- the hub
hub_init
cat >>"$HUB/hub.conf" <<END
homes = no
web_public = http://127.0.0.1:$WEB_PORT
beat_file = $T/beats/beat
beat_url = http://127.0.0.1:$HOOK_PORT/beat
[rule silent]
severity = critical
[receiver hook]
kind = webhook
url = http://127.0.0.1:$HOOK_PORT/alert
secret_file = $T/secret
language = both
[receiver mail]
kind = mail
url = smtp://localhost:$SMTP_PORT
from = hub@example.gov.cn
to = duty@example.gov.cn boss@example.gov.cn
user = zhanqun
password_file = $T/password
cas = $T/smtp.pem
[receiver staff]
kind = mail
url = smtp://localhost:$SMTP_PORT
from = hub@example.gov.cn
to = staff@example.gov.cn
user = zhanqun
password_file = $T/password
cas = $T/smtp.pem
language = both
[receiver english]
kind = mail
url = smtp://localhost:$SMTP_PORT
from = hub@example.gov.cn
to = english@example.gov.cn
user = zhanqun
password_file = $T/password
cas = $T/smtp.pem
language = en
[receiver hasty]
kind = webhook
url = http://127.0.0.1:$HOOK_PORT/alert
secret_file = $T/secret
timeout = 8s
rules = hub-certificate
[receiver some]
kind = mail
url = smtp://localhost:$SMTP_PORT
from = hub@example.gov.cn
to = gone@example.gov.cn duty@example.gov.cn late@example.gov.cn
user = zhanqun
password_file = $T/password
cas = $T/smtp.pem
rules = hub-certificate
[receiver am]
kind = alertmanager
url = http://127.0.0.1:$AM_PORT/
[receiver run]
kind = command
command = $T/told
END
"$ZQ_BUILD/zqhubd" -n -c "$HUB/hub.conf" >"$T/conf" || die "hub.conf"
hub_start

hook() { jq -se "$1" "$T/hook.json"; }
# hooked EVENT COUNT: so many deliveries of it were taken, each counted once
hooked() {
	[ -f "$T/hook.json" ] || return 1
	[ "$(hook "[.[] | select(.event == \"$1\" and .status == 200) | .id] |
		unique | length")" = "$2" ]
}
# mail_to NAME NTH: the file of the nth mail to it
mail_to() {
	grep -l "^X-To: $1@" "$T"/mail/*.eml | sort -V | sed -n "$2p" | grep .
}
am_alerts() {
	curl -sf "http://127.0.0.1:$AM_PORT/api/v2/alerts?active=true" |
		jq 'map(select(.labels.alert != "0")) | length'
}
am_has() { [ "$(am_alerts)" = "$1" ]; }
commanded() {
	[ "$(grep -c "\"event\":\"$1\"" "$T/command.json")" = "$2" ]
}
all_done() {
	zqhub alert ledger --json | jq -e '.deliveries | length > 0 and
		all(.state == "sent" or .state == "confirmed")' >/dev/null
}

say "- each receiver can be tested"
for to in hook mail staff english am run; do
	zqhub alert test $to >"$T/test" 2>&1 ||
		{ cat "$T/test"; die "alert test $to"; }
done
[ "$(hook '[.[] | select(.good == false)] | length')" = 0 ] ||
	die "a signature is wrong"
echo 503 >"$T/hook.status"
for nth in first second; do	# which doesn't wait behind the first
	zqhub alert test hook >"$T/test" 2>&1 && die "the $nth test"
	grep -q 503 "$T/test" || { cat "$T/test"; die "the $nth test"; }
done
rm "$T/hook.status"

say "- a webhook that doesn't answer in time is asked again, by the same name"
wait_for 60 "all deliveries" all_done
began=$(hook length)
echo 0 >"$T/hook.status"
zqhub alert test hasty >"$T/test" 2>&1 && die "it was taken in time"
grep -qi 'time' "$T/test" || { cat "$T/test"; die "why it was not taken"; }
rm "$T/hook.status"
# of hasty NAME: its deliveries, newest first
of_hasty() { zqhub alert ledger --json |
	jq -r ".deliveries[] | select(.receiver == \"hasty\") | .$1"; }
is_taken() { [ "$(of_hasty state)" = confirmed ]; }
wait_for 60 "it to be taken" is_taken
hook ".[$began:] | group_by(.id) | map(select(any(.status == 0))) |
	length == 1 and (.[0] | length >= 2 and .[-1].status == 200 and
	([.[] | select(.status == 200)] | length) == 1 and
	(map(.body) | unique | length) == 1)" >"$T/have" ||
	{ hook .; die "not one delivery, tried until it was taken"; }
[ "$(of_hasty tries)" -ge 2 ] || die "tries: $(of_hasty tries)"

zqhub alert test nobody >"$T/test" 2>&1 && die "there is no nobody"

say "- a site falls silent: told soon, to each, once"
site_add $CODE '郑州市人民政府' www.zhengzhou.gov.cn
agent_enroll $CODE "$TICKET"
# There is no such home page here: nobody is to ask for it.
sed -i '1i home = off' "$(agent_dir $CODE)/agent.conf"
zqagent $CODE source add dir web --root "$WWW" \
	--url https://www.zhengzhou.gov.cn/ >>"$T/agent-$CODE.log" 2>&1 ||
	die "source add"
agent_start $CODE
wait_for 60 "the site in sync" in_sync
heard() { zqhub site show $CODE --json | jq -e ".heard > \"$1\""; }
wait_for 60 "a beat" heard ''
for _ in 1 2; do	# and more, since the monitor watches the site
	last=$(zqhub site show $CODE --json | jq -r .heard)
	wait_for 60 "one more beat" heard "$last"
done
began=$(date +%s%3N)
kill9 "$(agent_pid $CODE)"
wait_for 60 "the webhook to hear of it" hooked firing 1
took=$(($(date +%s%3N) - began))
# Read, and not judged, on a machine that does five things at a time.
goal "told after" "$took ms" "16000 ms"
[ "$took" -lt 48000 ] || die "that took too long"
wait_for 60 "all deliveries" all_done
wait_for 60 "the mail" mail_to duty 2
wait_for 60 "the mail to staff" mail_to staff 2
wait_for 60 "the mail in English" mail_to english 2
wait_for 60 "the Alertmanager to have one" am_has 1
curl -sf "http://127.0.0.1:$AM_PORT/api/v2/alerts?active=true" | jq -e '.[] |
	select(.labels.alert != "0") | .labels.severity == "critical"' >/dev/null ||
	die "what the Alertmanager routes by"
url=http://127.0.0.1:$WEB_PORT/alerts/1
[ "$(curl -sf "http://127.0.0.1:$AM_PORT/api/v2/alerts?active=true" | jq -r '.[] |
	select(.labels.alert == "1") | .generatorURL')" = "$url" ] ||
	die "the Alertmanager's link"
wait_for 60 "the command" commanded firing 1
hook '.[] | select(.event == "firing") | .body' | jq -e \
	".sites[0].site == \"$CODE\" and .rule == \"silent\" and
	.severity == \"critical\" and (.text | test(\"agent is not heard\"))" \
	>"$T/have" || { hook .; die "what the webhook was told"; }
[ "$(hook '.[] | select(.event == "firing") | .body.url' | tr -d \")" = "$url" ] ||
	die "the webhook's link"
grep -q "\"event\":\"firing\".*\"url\":\"$url\"" "$T/command.json" ||
	die "the command's link"
curl -sf "$url" | grep -q "$CODE" || die "the link leads nowhere"
grep -qi "^X-To: duty@example.gov.cn, boss@example.gov.cn" "$(mail_to duty 2)" ||
	die "who got the mail"
$python - "$url" "$(mail_to duty 2)" "$(mail_to staff 2)" \
	"$(mail_to english 2)" <<'END' || die "the mail"
import email, email.policy, re, sys
url = sys.argv[1]
ZH, EN = "网站的代理失联", "The site's agent is not heard any more"


def read(path):
    m = email.message_from_file(open(path), policy=email.policy.default)
    assert m["Message-ID"].startswith("<zhanqun.delivery."), m["Message-ID"]
    assert "郑州市人民政府" in m["Subject"], m["Subject"]
    plain = m.get_body(("plain",)).get_content()
    html = m.get_body(("html",)).get_content()
    assert "4101000001" in plain, plain
    assert "4101000001" in html and "<pre" in html, html
    links = plain.count(f"\n{url}\n")
    assert html.count(f'<a href="{url}">{url}</a>') == links, html
    return m["Subject"], plain, links


subject, plain, links = read(sys.argv[2])
assert ZH in subject and EN not in plain and links == 1, plain

subject, plain, links = read(sys.argv[3])
zh, en = plain.split("\n----\n")
assert ZH in subject and links == 2, (subject, plain)
assert ZH in zh and url in zh and EN not in zh, zh
assert en.lstrip().startswith(EN + ".\ncritical, since "), en
assert url in en and not re.search("[\u4e00-\u9fff]", en.replace(
    "郑州市人民政府", "")), en
assert "zqhub alert show 1 says more; zqhub alert ack 1 --reason R says that" in en, en

subject, plain, links = read(sys.argv[4])
assert EN in subject and ZH not in plain and links == 1, plain
assert en.strip() == plain.strip(), plain
END
zqhub alert list | grep -q "critical.*silent.*$CODE" || die "alert list"
curl -sf "http://127.0.0.1:$WEB_PORT/alerts" >"$T/page" || die "/alerts"
[ "$(grep -c 'id="alert-1"' "$T/page")" = 1 ] || die "an alert twice on a page"
zqhub alert show 1 | grep -q 'hook .*confirmed' || die "alert show"
zqhub alert show 1 | grep -q '^It is over when the agent is heard again' ||
	{ zqhub alert show 1; die "what would end it"; }
zqhub alert show 1 | grep -qE "(runs there|be seen from here)\$" ||
	{ zqhub alert show 1; die "what is seen is cut"; }

say "- acknowledged, and well again: its end is told, once"
zqhub alert ack 1 --reason '已派人' >"$T/ack" || die "ack"
zqhub alert list | grep -q acknowledged || die "list: acknowledged"
agent_start $CODE
wait_for 60 "the end" hooked resolved 1
wait_for 60 "all deliveries" all_done
wait_for 60 "the Alertmanager to have none" am_has 0
wait_for 60 "the command of the end" commanded resolved 1
zqhub alert list | grep -q 'Nothing is wrong' || die "nothing is wrong"

say "- the webhook is ill, and the hub dies again and again: told once"
echo 503 >"$T/hook.status"
kill9 "$(agent_pid $CODE)"
failed() { hook '[.[] | select(.event == "firing" and .status == 503)] | length'; }
tried() { [ "$(failed)" -ge "$1" ]; }
for round in 1 2 3; do
	wait_for 90 "try $round to fail" tried $round
	sleep "0.$round"
	kill9 "$HUB_PID"
	hub_start
done
rm "$T/hook.status"
wait_for 180 "the webhook to hear of it after all" hooked firing 2
wait_for 60 "all deliveries" all_done
[ "$(hook '[.[] | select(.event == "firing" and .status == 503) | .id] |
	unique | length')" = 1 ] || die "its name changed from try to try"
commanded firing 2 || say "  (the command ran twice: it has no memory)"
zqhub alert list --all --json | jq -e '.alerts | length == 2' >"$T/have" ||
	die "alerts were lost or made twice"
agent_start $CODE
wait_for 60 "its end" hooked resolved 2
wait_for 60 "all deliveries" all_done

say "- in a silence: noticed, not told; afterwards it is"
zqhub alert silence --site $CODE --for 1h --reason '网络割接' >"$T/silence" ||
	die "silence"
kill9 "$(agent_pid $CODE)"
noticed() { zqhub alert list | grep -q muted; }
wait_for 60 "it to be noticed" noticed
sleep 3
hooked firing 2 || die "told in a silence"
zqhub alert unsilence 1 --reason '割接完成' >"$T/silence" || die "unsilence"
wait_for 60 "it to be told" hooked firing 3
zqhub alert silence --rule silent --for 1h --reason '再来一次' >"$T/silence" ||
	die "silence"
agent_start $CODE
wait_for 60 "its end, silenced or not" hooked resolved 3
wait_for 60 "all deliveries" all_done

say "- the hub beats outward"
beaten() { hook '[.[] | select(.beat == "/beat")] | length > 0' ; }
wait_for 90 "a beat" beaten
wait_for 60 "a beat in the file" test -s "$T/beats/beat"

[ "$(hook '[.[] | select(.good == false)] | length')" = 0 ] ||
	die "a signature is wrong"
zqhub rebuild >"$T/rebuild" 2>&1 || { cat "$T/rebuild"; die "rebuild"; }

say "- one address that is refused keeps the mail from nobody else"
zqhub alert test some >"$T/test" 2>&1 && die "somebody was refused"
grep -q 'late@example.gov.cn: 450 4.2.0 greylisted' "$T/test" ||
	{ cat "$T/test"; die "who was put off isn't named"; }
grep -q '^X-To: duty@example.gov.cn.$' "$T"/mail/*.eml || die "the others"
wait_for 60 "who was put off" grep -q '^X-To: late@example.gov.cn.$' "$T"/mail -r
wait_for 60 "all deliveries" all_done
zqhub alert ledger --json | jq -e '.deliveries[] |
	select(.receiver == "some") | .state == "sent" and
	(.error | test("gone@example.gov.cn: 550 5.1.1 no such user"))' \
	>/dev/null || die "who was refused isn't named"

say "- the hub ends while a receiver keeps it waiting"
echo 0 >"$T/hook.status"
waiting() { hook '[.[] | select(.event == "test" and .status == 0)] | length'; }
before=$(waiting)
start test "$ZQ_BUILD/zqhub" alert test hook --dir "$HUB"
keeps_waiting() { [ "$(waiting)" -gt "$before" ]; }
wait_for 60 "the webhook to be asked" keeps_waiting
stop "$HUB_PID" || die "the hub would not end"
