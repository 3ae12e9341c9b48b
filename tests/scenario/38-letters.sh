# What the letters about a move and a deletion say, from end to end: page, line,
# old and new address, from when, until when, and who says so: a person at the
# site that moved, or an operator of the hub. What ends, ends in the map, too;
# and whose page is gone hears how many link there.
. tests/scenario/lib.sh

A=4101000001 B=4102000001 C=4103000001
KF=https://www.kaifeng.gov.cn ZZ=https://www.zhengzhou.gov.cn
mkdir -p "$T/a" "$T/b" "$T/c" "$T/maps"
for n in 1 2 3 4; do page "$T/b/$n.html" "第 $n 篇"; done
# list FILE N…: a page that links to these of the other site
list() {
	file=$1; shift
	{
		printf '<html><head><meta charset="utf-8"><title>链接</title></head><body>\n'
		for n; do printf '<a href="%s/%s.html">%s</a>\n' "$KF" "$n" "$n"; done
		printf '</body></html>\n'
	} >"$file"
}
list "$T/a/i.html" 1 2 1
list "$T/c/i.html" 2
list "$T/c/j.html" 2 3
hub_init
hub_start
site $A '郑州市' www.zhengzhou.gov.cn "$T/a" $ZZ/
site $B '开封市' www.kaifeng.gov.cn "$T/b" $KF/
site $C '洛阳市' www.luoyang.gov.cn "$T/c" https://www.luoyang.gov.cn/
cat >"$T/hook" <<HOOK
#!/bin/sh
jq -c . >>"$T/hooked"
HOOK
cat >"$T/reload" <<RELOAD
#!/bin/sh
grep -v "^#" "$T/maps/moved" | md5sum >>"$T/reloads"
RELOAD
chmod +x "$T/hook" "$T/reload"
stop "$(agent_pid $A)"
echo 'mend = ask' >>"$(agent_dir $A)/agent.conf"
sed -i "1i hook = $T/hook\natom = $T/letters.atom" "$(agent_dir $A)/agent.conf"
agent_start $A
stop "$(agent_pid $B)"
sed -i "1i map_nginx = $T/maps/moved\nmap_reload = $T/reload" \
	"$(agent_dir $B)/agent.conf"
agent_start $B
wait_for 60 "$B" has_items $B 4
wait_for 60 "$A" has_items $A 1
wait_for 60 "$C" has_items $C 2
wait_for 60 "a map without lines" test -f "$T/maps/moved"

# link CODE OLD JQ: does a letter about links say this of a link to OLD?
link() {
	zqagent "$1" letters --json | jq -e --arg old "$KF/$2.html" \
		"any(.[]; .kind == \"links\" and any(.links[];
		.old == \$old and ($3)))"
}
stamp() { date -u -d "$1" +%Y-%m-%dT%H:%M:%S.000Z; }
shown() { date -d "$1" '+%Y-%m-%d %H:%M:%S +08:00'; }

say "- somebody announces a move that ends soon: the letter says who, and until when"
UNTIL=$(($(date +%s) + 90))	# all up to "closed" is to be done by then
zqagent $B say move $KF/1.html $KF/one.html --by 张三 --reason 改名 \
	--until "$(date -d "@$UNTIL" '+%Y-%m-%d %H:%M:%S')" >"$T/said" ||
	{ cat "$T/said"; die "say move"; }
mv "$T/b/1.html" "$T/b/one.html"
wait_for 60 "the letter" link $A 1 '.new == "'"$KF"'/one.html" and
	.by == "'"$B"'" and .name == "开封市" and .person == "张三" and
	.reason == "改名" and .operator == null and
	.until == "'"$(stamp "@$UNTIL")"'"'
zqagent $A letters >"$T/letters"
grep -qE "^    from 20[0-9: -]* \+08:00 until $(shown "@$UNTIL" | sed 's/+/\\+/') says $B \(开封市\), 张三: 改名\$" \
	"$T/letters" || { cat "$T/letters"; die "from, until, who"; }
grep -q "^      lines 2, 4: $KF/1.html → $KF/one.html  (moved)\$" "$T/letters" ||
	{ cat "$T/letters"; die "the line"; }
LANGUAGE=zh_CN zqagent $A letters >"$T/letters"
grep -q "到 $(shown "@$UNTIL") 为止 .*$B (开封市), 张三: 改名\$" "$T/letters" ||
	{ cat "$T/letters"; die "in Chinese"; }
tells() { grep -q '张三' "$1"; }
wait_for 60 "the command" tells "$T/hooked"
heard() { jq -e -s 'any(.[]; .links[0].person == "张三")' "$T/hooked"; }
wait_for 60 "the command's JSON" heard
wait_for 60 "the feed" tells "$T/letters.atom"
has_one() { grep -qF kaifeng.gov.cn/one.html "$T/maps/moved"; }
wait_for 60 "the map" has_one
# The last that the web server was told is what is there now.
told() {
	[ "$(tail -n 1 "$T/reloads")" = "$(grep -v '^#' "$T/maps/moved" | md5sum)" ]
}
wait_for 60 "the web server to be told" told

say "- a page is deleted, and where to look instead: its owner hears who links there"
zqagent $B say deleted --url $KF/2.html --see $KF/4.html --by 李四 \
	>"$T/said" || { cat "$T/said"; die "say deleted"; }
rm "$T/b/2.html"
say "- and an operator announces a move: that isn't the site's word"
zqhub move announce $B $KF/3.html $KF/three.html --reason 合并 \
	>"$T/said" 2>&1 || { cat "$T/said"; die "move announce"; }
mv "$T/b/3.html" "$T/b/three.html"
wait_for 60 "the letter" link $C 3 '.new == "'"$KF"'/three.html" and
	.operator != null and .by == null and .person == null'
zqagent $C letters | grep -q "says the hub's operator [^ ]*: 合并\$" ||
	{ zqagent $C letters; die "it isn't said to be the operator's"; }
wait_for 60 "the letter" link $A 2 '.state == "withdrawn" and
	.new == "'"$KF"'/4.html" and .by == "'"$B"'" and .name == "开封市"'
referred() {
	zqagent "$B" letters --json | jq -e 'any(.[]; .kind == "referred" and
		(.text | test("3 pages of 2 other sites")) and
		any(.links[]; .old == "'"$KF"'/2.html" and
		.state == "withdrawn" and .new == "'"$KF"'/4.html" and
		.pages == 3))'
}
wait_for 60 "the owner's letter" referred
zqagent $B letters | grep -q "$KF/2.html → $KF/4.html  (was deleted; 3 pages of others link there)" ||
	{ zqagent $B letters; die "the counts"; }

say "- mend --dry-run shows it and changes nothing; --apply leads there"
cp "$T/a/i.html" "$T/before.html"
zqagent $A mend --dry-run >"$T/dry" || { cat "$T/dry"; die "dry run"; }
grep -q "$KF/2.html → $KF/4.html" "$T/dry" || { cat "$T/dry"; die "not shown"; }
grep -q 'would be mended' "$T/dry" || { cat "$T/dry"; die "as if it were done"; }
cmp "$T/before.html" "$T/a/i.html" || die "a dry run changed a page"
zqagent $A mend --apply >"$T/mended" || { cat "$T/mended"; die "mend"; }
sed "s,$KF/1.html,$KF/one.html,; s,$KF/2.html,$KF/4.html," "$T/before.html" |
	cmp - "$T/a/i.html" || die "$(cat "$T/a/i.html")"

say "- until then, and no longer: closed, off the map, and the web server is told"
closed() {
	zqhub move list --json | jq -e --arg old "$KF/1.html" \
		'any(.moves[]; .old == $old and .state == "closed")'
}
has_one || [ "$(date +%s)" -ge $UNTIL ] || die "it ended too soon"
wait_for 180 "its end" closed
[ "$(date +%s)" -ge $UNTIL ] || die "closed too soon"
off() { ! has_one; }
wait_for 60 "the line to go" off
grep -qF kaifeng.gov.cn/three.html "$T/maps/moved" || die "the others went, too"
wait_for 60 "the web server to be told" told
# What is written while the command runs may be read by it, and it is run again.
[ "$(sort "$T/reloads" | uniq -d | wc -l)" = 0 ] ||
	grep -E 'map: (.* is written|the web server was told)' "$T/agent-$B.log" |
	awk '/lines=0$/ { next } / is written/ { if (n++) late = 1 }
		/was told/ { n = 0 } END { exit !late }' ||
	die "it was told of the same twice"
exit 0
