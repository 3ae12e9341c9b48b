# zqagent mend on real pages: the HTML documentation of a Debian package and a
# page in GBK. Exactly the bytes of the links change that the letter names;
# --undo gives back every byte; pages that were changed are left alone.
. tests/scenario/lib.sh

docs=/usr/share/doc/lmdb-doc/html
[ -f $docs/group__mdb.html ] || skip "no lmdb-doc here"
need python3

CODE=4101000001 A=$T/agent-4101000001 WWW=$T/www SITE=https://www.a.gov.cn
HUB_PORT=$(port)
mkdir -p "$A" "$T/hub" "$WWW/gbk" "$WWW/gbk2"
cp -rL --no-preserve=ownership $docs "$WWW/lmdb"
chmod -R u+w "$WWW/lmdb"
chmod 604 "$WWW/lmdb/annotated.html"
printf '<html><head><meta charset=gbk><title>\326\320\316\304\325\\</title></head><body>\201\100 \325\\<a title="\325\\" href=/gbk/old.htm>\201\134</a></body></html>\n' >"$WWW/gbk/a.htm"
printf '<html><head><meta charset=gbk><title>\326\320\316\304</title></head><body><a href=/\271\253\316\304.htm>x</a><a href="/gbk&sol;old&period;htm">y</a></body></html>\n' >"$WWW/gbk2/b.htm"
cp -a "$WWW" "$T/before"
ln "$WWW/gbk/a.htm" "$T/other"
cat >"$A/agent.conf" <<CONF
hub = http://127.0.0.1:$HUB_PORT
[source www]
root = $WWW
url = $SITE/
mend = ask
CONF
start letterhub python3 tests/scenario/letterhub.py "$HUB_PORT" "$T/hub"
agent_start $CODE
pages=$(find "$WWW" -type f | wc -l)
has_all() { [ "$(zqagent $CODE status --json | jq .items)" = "$pages" ]; }
wait_for 60 "all $pages files to be told" has_all

say "- a letter about links: relative, whole, of images and style sheets"
link() {	# OLD NEW: its page is only an example
	printf '<zq:link old="%s" new="%s" state="effective"><zq:page url="%s/lmdb/annotated.html" line="3" kind="anchor" more="50"/></zq:link>\n' \
		"$1" "$2" "$SITE"
}
{
	printf '<zq:links xmlns:zq="urn:zhanqun:1">\n'
	link $SITE/lmdb/group__mdb.html $SITE/api/mdb.html
	link http://www.doxygen.org/index.html \
		'https://www.doxygen.example/zh/?a=1&amp;b=2'
	link $SITE/lmdb/doxygen.css $SITE/style/d.css
	link $SITE/lmdb/doxygen.png https://static.example/d.png
	link $SITE/gbk/old.htm $SITE/new/gbk.htm
	link $SITE/%E5%85%AC%E6%96%87.htm $SITE/new/b.htm
	printf '</zq:links>\n'
} >"$T/1.xml"
mv "$T/1.xml" "$T/hub/1.xml"
has_letter() { zqagent $CODE letters --json | jq -e 'length > 0'; }
wait_for 60 "the letter" has_letter

say "- a look changes nothing"
zqagent $CODE mend >"$T/look" || { cat "$T/look"; die "mend"; }
diff -r "$T/before" "$WWW" || die "a look has changed files"
grep -q '^www: gbk/a.htm$' "$T/look" && grep -q ' /gbk/old.htm → /new/gbk.htm$' "$T/look" ||
	{ cat "$T/look"; die "the look does not show it"; }
grep -q ' /公文.htm → /new/b.htm$' "$T/look" ||
	{ cat "$T/look"; die "what is in GBK is not shown as it reads"; }
grep -q ' /gbk&sol;old&period;htm → /new/gbk.htm$' "$T/look" ||
	{ cat "$T/look"; die "an address with names of HTML 5"; }
grep -q 'has 2 names (hard links)' "$T/look" ||
	{ cat "$T/look"; die "the other name is not spoken of"; }

grep -q '^First write mend = ask' "$T/look" && die "it is written already"
sed -i 's/^mend = ask/mend = off/' "$A/agent.conf"
zqagent $CODE mend www >"$T/off"
sed -i 's/^mend = off/mend = ask/' "$A/agent.conf"
grep -q '^First write mend = ask' "$T/off" ||
	{ tail -n 5 "$T/off"; die "a look does not say what is in the way"; }

say "- applied: these bytes and no others"
zqagent $CODE mend --apply --json >"$T/done" || { cat "$T/done"; die "mend --apply"; }
links=$(jq .links "$T/done")
[ "$links" -gt 500 ] || die "only $links links"
python3 tests/scenario/mended.py "$T/before" "$WWW" "$links" ||
	die "other bytes than these"
[ "$(stat -c %a "$WWW/lmdb/annotated.html")" = 604 ] || die "the mode is lost"
[ "$(jq .split "$T/done")" = 1 ] && cmp "$T/other" "$T/before/gbk/a.htm" ||
	die "the other name of a file"
find "$WWW" -name '.zqagent*' | grep -q . && die "something is left"
wait_for 60 "the mended pages to be told" sh -c \
	"'$ZQ_BUILD/zqagent' mend --dir '$A' | grep -q '^0 links in 0 pages'"

say "- undone: every byte is back"
zqagent $CODE mend --undo >"$T/undone" || { cat "$T/undone"; die "mend --undo"; }
diff -r "$T/before" "$WWW" || die "not as it was"
[ "$(stat -c %a "$WWW/lmdb/annotated.html")" = 604 ] || die "the mode is lost"

say "- changed since the letter: left alone, unless somebody says otherwise"
wait_for 60 "what --undo has changed to be told" still $CODE ''
zqagent $CODE mend --apply --json >"$T/again"
jq -e '.mended == 0 and .refused > 50' "$T/again" >/dev/null || { head -c 2000 "$T/again"; die "mended what was changed"; }
diff -r "$T/before" "$WWW" || die "changed"
stop "$(agent_pid $CODE)"	# else it is told at once
printf 'x' >>"$WWW/gbk/a.htm"
zqagent $CODE mend --apply --changed "$WWW/gbk" >"$T/gbk" && die "not told, and yet mended"
grep -q "wasn't told" "$T/gbk" || { cat "$T/gbk"; die "why?"; }
agent_start $CODE
told() { zqagent $CODE mend --apply --changed "$WWW/gbk" | grep -q '1 link in 1 page'; }
wait_for 60 "the page to be told and mended" told
grep -q 'href=/new/gbk.htm>' "$WWW/gbk/a.htm" || die "not mended"

say "- with zqagentd down; only the owner of the pages, and never outside"
stop "$(agent_pid $CODE)"
zqagent $CODE mend --undo >"$T/down" || { cat "$T/down"; die "undo without zqagentd"; }
grep -q 'href=/gbk/old.htm>' "$WWW/gbk/a.htm" || die "not undone"
mv "$WWW/lmdb" "$T/outside" && ln -s "$T/outside" "$WWW/lmdb"
zqagent $CODE mend --apply --changed "$WWW/lmdb" >"$T/out"
zqagent $CODE mend --apply --changed www >>"$T/out"
diff -r "$T/before/lmdb" "$T/outside" || die "wrote outside the root"
sed -i 's/^mend = ask/mend = off/' "$A/agent.conf"
zqagent $CODE mend --apply www >"$T/off"
grep -q 'mend = off' "$T/off" || { cat "$T/off"; die "off does not mean off"; }
