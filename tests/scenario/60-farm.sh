# The check of links that leave the cluster, against a farm of web servers
# with every outcome in known numbers: precision and recall of each, beside
# linkchecker where the case is plain; strangers with bad manners; and that it
# is polite, robots.txt and Retry-After included.
. tests/scenario/lib.sh

need nginx
# Whether a name exists is no question to the machine's name servers, where the
# network can be our own: there is none that could be asked.
if command -v ip >"$T/have" && own mn; then
	ip link set lo up || die "no loopback"
fi
FARM=$T/farm
PORT=$(port) TLS=$(port) STRANGE=$(port) CLOSED=$(port) MUTE=$(port)
python3 tests/farm/make.py "$FARM" "$PORT" "$TLS" "$STRANGE" "$CLOSED" \
	"$MUTE" || die "no farm"
start nginx nginx -p "$FARM" -c nginx.conf
start strange python3 tests/farm/strange.py "$STRANGE" "$T/taken" "$MUTE"
wait_for 60 "the farm" curl -sf -o "$T/x" "http://127.0.0.1:$PORT/a/1.html"
wait_for 60 "the strangers" curl -s -o "$T/x" "http://127.0.0.1:$STRANGE/"
curl -s -m 1 -o "$T/x" -w '%{time_connect}' "http://127.0.0.1:$MUTE/" >"$T/mute"
[ "$(cat "$T/mute")" = 0.000000 ] || die "the mute port takes connections"

HOME_ONLY='127.0.0.0/8 ::1'
check() {	# as zqhub check, of loopback only
	"$ZQ_BUILD/zqhub" check --dir "$T/none" --allow "$HOME_ONLY" \
		--cacert "$FARM/ca.pem" "$@"
}
web() { say "http://$1.localhost:$PORT$2"; }

say "- outcomes, each beside what is there"
cut -f 2 "$FARM/expected.tsv" >"$T/urls"
python3 tests/bench/cost.py "$T/found.json" "$ZQ_BUILD/zqhub" check --dir "$T/x" \
	--allow "$HOME_ONLY" --cacert "$FARM/ca.pem" --file "$T/urls" --delay 0 \
	--json >"$T/cost" 2>"$T/check.log" &
CHECK=$!

say "- meanwhile linkchecker has the plain ones: both say the same"
awk -F '\t' '$3 == "plain" { print $2 }' "$FARM/expected.tsv" >"$T/plain"
if command -v linkchecker >"$T/have" 2>&1; then
	mkdir -p "$T/lc"
	printf '[checking]\nmaxrequestspersecond=1000\n' >"$T/lc/rc"
	HOME="$T/lc" linkchecker --no-status --no-robots -f "$T/lc/rc" -t 16 -r 0 \
		-v -o csv --stdin <"$T/plain" >"$T/lc/out.csv" 2>"$T/lc/log"
	python3 - "$T/lc/out.csv" "$FARM/expected.tsv" <<-'PY' || die "linkchecker says something else"
	import csv, sys
	rows = csv.DictReader((l for l in open(sys.argv[1], encoding="utf-8")
	                       if not l.startswith("#")), delimiter=";")
	theirs = {r["urlname"]: r["valid"] == "True" for r in rows}
	plain = {c[1]: c[0] == "ok" for c in (l.rstrip("\n").split("\t")
	         for l in open(sys.argv[2], encoding="utf-8")) if c[2:] == ["plain"]}
	differ = [u for u in plain if theirs.get(u) != plain[u]]
	print(f"  linkchecker: {len(plain)} plain addresses, {len(differ)} differ",
	      *differ[:5])
	sys.exit(1 if differ or len(plain) < 80 else 0)
	PY
else
	die "no linkchecker: contrib/make/deps check installs it"
fi
wait "$CHECK" || die "it could not be run"
read -r code cpu took most <"$T/cost"
say "  $(wc -l <"$T/urls") addresses in $took s, $cpu s of CPU, $most MiB"
[ "$code" = 1 ] || die "zqhub check: exit $code, with broken links there"
# A gigabyte of page, headers without end: a sanitizer needs some, too.
[ "${most%.*}" -lt 200 ] || die "it took $most MiB"
python3 tests/farm/score.py "$FARM/expected.tsv" "$T/found.json" 95 ||
	die "not as the farm is"

say "- who never answers is left after 15 s; of what never ends little is read"
jq -e 'map(select(.url | endswith("/hang"))) | length == 1 and
	all(.cause == "time" and .ms >= 14000 and .ms <= 24000)' "$T/found.json" \
	>"$T/x" || { grep /hang "$T/found.json"; die "the limit of 15 s"; }
# 128 KiB, and what lies in the buffers of two sockets.
taken() { [ -s "$T/taken" ]; }
wait_for 60 "the one without end to be let go" taken
[ "$(sort -n "$T/taken" | tail -n 1)" -lt 1500 ] ||
	{ cat "$T/taken"; die "more was read than is looked at"; }

say "- down in three ways: refused, dropped, no such name"
for how in down=no-connection mute=time none=no-name; do
	jq -e --arg host "//${how%=*}[0-9]" --arg cause "${how#*=}" \
		'map(select(.url | test($host))) | length == 3 and all(.cause ==
		$cause and (.broken | not) and .ms <= 24000)' "$T/found.json" >"$T/x" ||
		{ grep -E "//${how%=*}[0-9]" "$T/found.json"; die "$how"; }
done

say "- evidence of each hop, and what to do, in both languages"
check --delay 0 "http://127.0.0.1:$PORT/chain/3" --json >"$T/one" ||
	die "a moved page is no broken one"
jq -e '.[0].hops | length == 2 and all(.how == "permanent")' "$T/one" >/dev/null &&
	jq -e '.[0].repair | test("^Leave the link .*/a/3.html")' "$T/one" >/dev/null ||
	{ cat "$T/one"; die "evidence"; }
jq -e 'all(.[]; (.evidence | length) > 10 and (.repair | length) > 5)' \
	"$T/found.json" >/dev/null || die "one without evidence or repair"

jq -r 'unique_by(.cause) | .[].url' "$T/found.json" >"$T/causes"
[ "$(wc -l <"$T/causes")" -ge 20 ] || die "few causes: $(wc -l <"$T/causes")"
LANGUAGE=zh_CN check --file "$T/causes" --delay 0 --json >"$T/zh.json"
jq -e --slurpfile en "$T/found.json" '($en[0] | unique_by(.cause) | length)
	== (unique_by(.cause) | length) and all(.[]; (.evidence, .repair) |
	test("\\p{Han}"))' "$T/zh.json" >"$T/x" ||
	{ jq -c '.[] | [.cause, .evidence, .repair]' "$T/zh.json"
	die "not in Chinese"; }

say "- private addresses: not asked, by name, number or redirect"
"$ZQ_BUILD/zqhub" check --dir "$T/none" --delay 0 --json \
	"http://127.0.0.1:$PORT/never" "http://[::1]:$PORT/never" \
	"$(web soft /never)" >"$T/one" ||
	die "they are not broken"
jq -e 'length == 3 and all(.cause == "inward")' "$T/one" >/dev/null ||
	{ cat "$T/one"; die "it asked at home"; }
! grep -q /never "$FARM/access.log" || die "the server was asked"

say "- nothing answers at all: that may be us, and says nothing of them"
for n in $(seq 40); do say "http://h$n.localhost:$CLOSED/"; done >"$T/dead"
check --file "$T/dead" --delay 0 --json >"$T/one" || die "isolated"
[ "$(jq 'map(select(.cause == "isolated")) | length' "$T/one")" = 21 ] &&
	[ "$(jq 'map(select(.outcome == "unreachable")) | length' "$T/one")" = 19 ] ||
	{ jq -c '.[] | .cause' "$T/one" | sort | uniq -c; die "isolated"; }

say "- politely: one at a time, and a pause"
lines=$(wc -l <"$FARM/access.log")
before=$(date +%s%N)
check --delay 400ms "$(web soft /a/1.html)" "$(web soft /a/2.html)" \
	"http://127.0.0.1:$PORT/a/5.html" --json >"$T/one" || die "polite"
took=$((($(date +%s%N) - before) / 1000000))
# soft: robots.txt, two pages, a random path and home; 127.0.0.1 is the same
# address: its robots.txt, page, and two. Nine requests, eight pauses.
[ "$took" -ge 3200 ] || die "nine requests in $took ms are too fast"
requests() { tail -n "+$((lines + 1))" "$FARM/access.log" | grep -c zhanqun; }
nine() { [ "$(requests)" -ge 9 ]; }
wait_for 60 "nine requests in the log" nine
[ "$(requests)" = 9 ] || die "$(requests) requests are ours, not 9"
grep -q '"zhanqun/[0-9.]* (link check' "$FARM/access.log" || die "no name given"
! grep -q '/closed/' "$FARM/access.log" || die "robots.txt was not obeyed"
grep -c 'robots.txt' "$FARM/access.log" >"$T/robots"

say "- a list with what is no address, and an empty one"
printf '# mine\n\nftp://x/\n%s\n' "$(web soft /a/1.html)" >"$T/list"
check --delay 0 --file "$T/list" >"$T/one" 2>"$T/two" || die "list"
grep -q "list:3: " "$T/two" && grep -q '2 addresses' "$T/one" ||
	{ cat "$T/one" "$T/two"; die "list"; }
check --file /dev/null --json >"$T/one" && [ "$(cat "$T/one")" = '[]' ] ||
	die "empty list"
check >"$T/one" 2>&1 && die "nothing to check"
check --file "$T/list" http://x/ >"$T/one" 2>&1 && die "both"
exit 0
