# The hub's machine is lost, and nobody kept a backup: a hub made anew, with
# another CA, from the table of sites alone. The agents go on running; at each
# site the line that the new hub gives is run, and nothing else is touched.
# The index comes to the same digests as before, and that is proven.
. tests/scenario/lib.sh

one=4101000001 two=4103000001 three=4104000001
cat >"$T/sites.csv" <<-CSV
code,name,domain,parent,kind
$one,郑州市人民政府,www.zhengzhou.gov.cn,,
$two,洛阳市人民政府,www.luoyang.gov.cn,,
$three,平顶山市人民政府,www.pds.gov.cn,,
CSV
domain() { awk -F, -v c="$1" '$1 == c { print $3 }' "$T/sites.csv"; }
# What the site's people were sent: the last cell of the row of that code.
line_of() {
	/usr/bin/python3 -c 'import csv, sys
for row in csv.DictReader(open(sys.argv[1], encoding="utf-8-sig")):
    if row["code"] == sys.argv[2]:
        print(row["enroll"])' "$1" "$2"
}
# run_line TABLE CODE: just that line, at that site
run_line() {
	line=$(line_of "$1" "$2")
	case $line in
	'zqagent enroll https://'*) ;;
	*)	cat "$1"; die "no line for $2" ;;
	esac
	# shellcheck disable=SC2086 # they are words
	zqagent "$2" ${line#zqagent } >"$T/enroll" 2>&1 ||
		{ cat "$T/enroll"; die "$2 could not enrol: $line"; }
}
digest() { zqhub site show "$1" --json | jq -r .digest; }
incarnation() { zqagent "$1" status --json | jq -r .spool.incarnation; }

say "- a hub of a table of sites"
hub_init
zqhub site import "$T/sites.csv" --dry-run >"$T/dry" 2>&1 || die "import --dry-run"
[ "$(zqhub site list --json | jq '.sites | length')" = 0 ] || die "a dry run made sites"
zqhub site import "$T/sites.csv" >"$T/first.csv" || die "import"
hub_start
for code in $one $two; do
	n=0
	while [ $n -lt 25 ]; do
		n=$((n + 1))
		page "$T/$code/$n.html" "${code}第${n}号公告"
	done
	run_line "$T/first.csv" "$code"
	sed -i "1i beat = 2s" "$(agent_dir "$code")/agent.conf"
	zqagent "$code" source add dir web --root "$T/$code" \
		--url "https://$(domain "$code")/" >"$T/source" || die "source add"
	agent_start "$code"
done
zqagent $one say item --url https://www.zhengzhou.gov.cn/cms/1 \
	--title '口头说的一条' >"$T/said" || die "say item"
both() { has_items $one "$1" && has_items $two "$2"; }
wait_for 90 "51 items" both 26 25
rm "$T/$two/7.html"
wait_for 60 "one less" both 26 24
d1=$(digest $one) d2=$(digest $two) was=$(incarnation $one)
same() { both 26 24 && [ "$(digest "$one")" = "$d1" ] && [ "$(digest "$two")" = "$d2" ]; }

say "- it is lost, and what is published meanwhile waits"
kill9 "$HUB_PID"
old=$(openssl x509 -in "$HUB/ca/ca.pem" -noout -fingerprint -sha256)
mv "$HUB" "$T/lost"

say "- made anew: init, site import, site reissue --all"
zqhub init --name '河南省人民政府门户网站' --listen "127.0.0.1:$HUB_PORT" \
	--web "127.0.0.1:$WEB_PORT" --public "https://127.0.0.1:$HUB_PORT" \
	>"$T/init.out" || die "init"
[ "$(openssl x509 -in "$HUB/ca/ca.pem" -noout -fingerprint -sha256)" != "$old" ] ||
	die "the same CA"
zqhub site import "$T/sites.csv" >"$T/again.csv" || die "import"
hub_start
zqhub site reissue --all >"$T/tickets.csv" || die "reissue --all"
[ "$(wc -l <"$T/tickets.csv")" = 4 ] || { cat "$T/tickets.csv"; die "not three sites"; }
unwell() {	# it was asked, and is another one
	! zqagent "$1" status >"$T/status" &&
		grep -q "a CA that this site doesn't trust" "$T/status"
}
for code in $one $two; do
	wait_for 120 "$code to say that it isn't its hub" unwell "$code"
done
both 0 0 || die "something was taken with certificates of another CA"

say "- at the sites: the line, beside the running agent"
run_line "$T/tickets.csv" $one
run_line "$T/tickets.csv" $two
for code in $one $two; do
	kill -0 "$(agent_pid "$code")" || die "the agent of $code ended"
done
wait_for 150 "all of it, and the same digests" same
[ "$(incarnation $one)" = "$was" ] || die "it was told anew, and the spool had it"
found 口头说的 || die "what was only said is lost"
proven() {
	zqhub prove --wait 10 >"$T/prove" 2>&1
	[ "$(grep -c ' proven: ' "$T/prove")" = 2 ]
}
wait_for 120 "a proof" proven
page "$T/$one/26.html" '新中心的第一条'
wait_for 60 "news" found 新中心的第一条

say "- a line that was used is good for nothing; the third site joins by its own"
used=$(line_of "$T/tickets.csv" $one)
# shellcheck disable=SC2086 # they are words
zqagent $three ${used#zqagent } >"$T/enroll" 2>&1 && die "a ticket is good twice"
run_line "$T/tickets.csv" $three
# A proof that one agent is late for says nothing of the other's.
wait_for 120 "the others to be as they were" proven
exit 0
