# Letters go on: to a command as JSON, each once and in order; into an Atom
# feed; into a mail; and where mend is auto the pages are mended by zqagentd,
# whose sandbox runs no command and writes no page itself.
. tests/scenario/lib.sh

need python3

CODE=4101000001 A=$T/agent-4101000001 WWW=$T/www SITE=https://www.a.gov.cn
HUB_PORT=$(port)
mkdir -p "$A" "$T/hub" "$WWW" "$T/feed"
old() { printf '<html><body><a href="https://www.b.gov.cn/old/%s">x</a></body></html>\n' "$1"; }
old 1 >"$WWW/1.html"; old 2 >"$WWW/2.html"
# It fails the first time, and says what it got.
cat >"$T/hook" <<'HOOK'
#!/bin/sh
dir=$1
cat >"$dir/got.now"
jq -r .id "$dir/got.now" >>"$dir/ids"
n=0
while [ -f "$dir/slow" ] && [ $n -lt 600 ]; do sleep 0.1; n=$((n + 1)); done
env >"$dir/hook.env"
if [ ! -f "$dir/failed" ]; then touch "$dir/failed"; echo "not now" >&2; exit 7; fi
jq -c . "$dir/got.now" >>"$dir/got"
HOOK
cat >"$T/sendmail" <<'MAIL'
#!/bin/sh
cat >"$1/new.mail"
mv "$1/new.mail" "$1/mail.$(date +%s%N)"
MAIL
chmod +x "$T/hook" "$T/sendmail"
cat >"$A/agent.conf" <<CONF
hub = http://127.0.0.1:$HUB_PORT
hook = $T/hook $T
atom = $T/feed/letters.atom
mail = web@example.gov.cn
mail_command = $T/sendmail $T
mail_every = 5s
[source www]
root = $WWW
url = $SITE/
mend = auto
CONF
start letterhub python3 tests/scenario/letterhub.py "$HUB_PORT" "$T/hub"
agent_start $CODE
has_all() { [ "$(zqagent $CODE status --json | jq .items)" = 2 ]; }
wait_for 60 "the pages to be told" has_all

# letter N STATE [FROM]: that what page N points to has moved
letter() {
	printf '<zq:links xmlns:zq="urn:zhanqun:1" by="4101000002" reason="栏目合并"><zq:link old="https://www.b.gov.cn/old/%s" new="https://www.b.gov.cn/new/%s" state="%s"%s><zq:page url="%s/%s.html" line="1" kind="anchor"/></zq:link></zq:links>\n' \
		"$1" "$1" "$2" "${3:+ from=\"$3\"}" "$SITE" "$1" >"$T/$1.xml"
	mv "$T/$1.xml" "$T/hub/$1.xml"
}
got() { [ "$(wc -l <"$T/got")" = "$1" ]; }
mended() { grep -q "b.gov.cn/new/$1" "$WWW/$1.html"; }

say "- a command gets the letter, again if it fails, and nothing but the letter"
letter 1 effective
wait_for 120 "the command" got 1
jq -e '.kind == "links" and .number == 1 and .pages[0].url == "'$SITE'/1.html" and .pages[0].links[0].new == "https://www.b.gov.cn/new/1" and .links[0].reason == "栏目合并"' "$T/got" >/dev/null || { cat "$T/got"; die "that is not the letter"; }
grep -q 'hook: letter=1 exit status 7: not now' "$T/agent-$CODE.log" || die "the failure is not in the log"
[ "$(cut -d= -f1 "$T/hook.env" | sort | tr '\n' ' ')" = "LANG PATH PWD " ] || { cat "$T/hook.env"; die "its environment"; }

say "- mend = auto: the page is mended"
wait_for 60 "the page to be mended" mended 1
grep -q 'b.gov.cn/old/2' "$WWW/2.html" || die "page 2, too"

say "- a feed that feed readers can read"
wait_for 60 "the feed" [ -s "$T/feed/letters.atom" ]
feed_has() { grep -c '<entry>' "$T/feed/letters.atom" | grep -qx "$1"; }
wait_for 60 "an entry" feed_has 1
xmllint --noout "$T/feed/letters.atom" || die "not well-formed"
# Debian's: another python3 that comes first may have no such module.
/usr/bin/python3 -c "import feedparser" 2>/dev/null && {
	/usr/bin/python3 - "$T/feed/letters.atom" "$(jq -r .id "$T/got")" <<'PY' || die "feedparser"
import feedparser, sys
f = feedparser.parse(sys.argv[1])
assert not f.bozo, f.bozo_exception
assert f.entries[0].id.endswith(':' + sys.argv[2]), f.entries[0].id
assert f.entries[0].updated_parsed
assert '1.html' in f.entries[0].content[0].value, f.entries[0]
PY
}

say "- a mail, and not one for each letter"
mails() { [ "$(find "$T" -name 'mail.*' | wc -l)" = "$1" ]; }
wait_for 60 "the mail" mails 1
python3 - "$T"/mail.* <<'PY' || die "the mail"
import email, email.policy, sys
with open(sys.argv[1], 'rb') as f:
    m = email.message_from_binary_file(f, policy=email.policy.default)
assert m['To'] == 'web@example.gov.cn' and m['Auto-Submitted'], m
assert m['Subject'].startswith('1 letter of the hub'), m['Subject']
text = m.get_content()
assert '栏目合并' in text and 'https://www.b.gov.cn/new/1' in text, text
PY

say "- announced for later: mended when it takes effect"
at=$(date -u -d '+14 seconds' +%Y-%m-%dT%H:%M:%S.000Z)
letter 2 announced "$at"
wait_for 60 "the command" got 2
[ "$(jq -r .number "$T/got" | tr '\n' ' ')" = "1 2 " ] || die "twice, or not in order"
before_its_time() { [ "$(date +%s)" -lt "$(date -d "$at" +%s)" ]; }
mended 2 && before_its_time && die "mended before it took effect"
wait_for 60 "the page to be mended" mended 2
[ "$(date +%s)" -ge "$(date -d "$at" +%s)" ] || die "too early"
wait_for 60 "the second mail" mails 2

say "- after a start nothing comes twice"
stop "$(agent_pid $CODE)"
agent_start $CODE
sleep 4
got 2 || die "the command got a letter twice"
mails 2 || die "a mail came twice"
zqagent $CODE mend --undo >"$T/undo" || { cat "$T/undo"; die "undo"; }
grep -q 'b.gov.cn/old/2' "$WWW/2.html" || die "not undone"

say "- killed while the command runs: it gets the letter again, with the same id"
touch "$T/slow"
begun() { [ "$(wc -l <"$T/ids")" = "$1" ]; }
letter 3 effective
wait_for 60 "the command to begin" begun 4	# the first was tried twice
kill -9 "$(agent_pid $CODE)"
rm "$T/slow"
agent_start $CODE
wait_for 60 "the command to begin again" begun 5
[ "$(sort -u "$T/ids" | wc -l)" = 3 ] || { cat "$T/ids"; die "ids"; }
[ "$(tail -n 2 "$T/ids" | sort -u | wc -l)" = 1 ] || die "another id"
