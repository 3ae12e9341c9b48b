# A backup of what the hub is; a hub made from it alone, to which all agents
# come back unattended and tell everything again; files that are damaged.
. tests/scenario/lib.sh

one=$T/one two=$T/two
for n in 1 2 3 4 5 6; do
	page "$one/a$n.html" "郑州公告第$n号" "2026-11-1$n 10:00"
	page "$two/a$n.html" "洛阳公告第$n号" "2026-11-1$n 10:00"
done
hub_init
hub_start
site 4101000001 '郑州市人民政府' www.zhengzhou.gov.cn "$one" \
	https://www.zhengzhou.gov.cn/
site 4103000001 '洛阳市人民政府' www.luoyang.gov.cn "$two" \
	https://www.luoyang.gov.cn/
site_add 4104000001 '平顶山市人民政府' www.pds.gov.cn
zqhub site add --code 4101000012 --name '郑州市教育局' --parent 4101000001 \
	--domain zzjy.zhengzhou.gov.cn --kind department >/dev/null || die "site add"
zqhub site domain expires 4103000001 www.luoyang.gov.cn --at 2036-03-01 \
	>/dev/null || die "site domain expires"
curl -s "http://127.0.0.1:$WEB_PORT/metrics" |
	grep -q '^zq_site_domain_expiry_timestamp_seconds{site="4103000001".*} 2[0-9]*$' ||
	die "no metric of when the domain runs out"
zqhub site block 4101000012 --reason '停用整顿' >/dev/null || die block
six() { has_items 4101000001 6 && has_items 4103000001 6; }
wait_for 90 "twelve items" six
digest() { zqhub site show "$1" --json | jq -r .digest; }
d1=$(digest 4101000001) d2=$(digest 4103000001)
register() { zqhub site list --json |
	jq -c '[.sites[] | {number, code, name, domain, domain_expires, kind, parent, reason}]'; }
before=$(register)

say "- backup: while the daemon runs, with a passphrase and without"
echo '一句不短的口令 correct horse' >"$T/pass"
chmod 600 "$T/pass"
zqhub backup "$T/plain.json" --json | jq -e ".sites >= 1 and .encrypted == false" >"$T/said" || die backup
zqhub backup "$T/closed.json" --passphrase-file "$T/pass" >"$T/said" || die "backup with a passphrase"
grep -q encrypted "$T/said" || die "no word that it is encrypted"
for f in plain closed; do
	[ "$(stat -c %a "$T/$f.json")" = 600 ] || die "$f.json can be read by others"
	[ "$(stat -c %s "$T/$f.json")" -lt 30000 ] || die "$f.json is not small"
done
grep -q 'BEGIN PRIVATE KEY' "$T/plain.json" || die "no key in it"
grep -q 'BEGIN PRIVATE KEY' "$T/closed.json" && die "a plain key with a passphrase"
zqhub backup "$T/plain.json" 2>"$T/err" && die "it was written over"
jq -r .ca.key "$T/closed.json" >"$T/closed.pem"
openssl pkey -in "$T/closed.pem" -passin "file:$T/pass" -noout || die "openssl can't open the key"
openssl pkey -in "$T/closed.pem" -passin pass:wrong -noout 2>/dev/null && die "any passphrase opens it"

say "- what root makes in the daemon's directory is the daemon's"
if [ "$(id -u)" = 0 ]; then
	chmod 755 "$T"
	for verb in init restore; do
		install -d -o nobody "$T/theirs.$verb"
		case $verb in
		init)	set -- --name '另一个站群' ;;
		*)	set -- "$T/plain.json" ;;
		esac
		# The leak check can't look at who has become somebody else.
		ASAN_OPTIONS="${ASAN_OPTIONS:-}:detect_leaks=0" \
			"$ZQ_BUILD/zqhub" $verb "$@" --dir "$T/theirs.$verb" \
			>/dev/null || die "$verb as root"
		[ -z "$(find "$T/theirs.$verb" ! -user nobody)" ] ||
			die "$verb: root's files in the daemon's directory"
	done
	say "- and root doesn't start it there, nor an agent"
	uid=$(id -u nobody)
	timeout 60 "$ZQ_BUILD/zqhubd" -c "$T/theirs.init/hub.conf" 2>"$T/err" &&
		die "root runs somebody else's hub"
	grep -q "belongs to uid $uid.*sudo -u '#$uid' zqhubd -c $T/theirs.init/hub.conf" \
		"$T/err" || { cat "$T/err"; die "no word of how to start it"; }
	install -d -o nobody "$T/theirs.agent"
	echo 'hub = https://hub.localhost:7443/' >"$T/theirs.agent/agent.conf"
	timeout 60 "$ZQ_BUILD/zqagentd" -c "$T/theirs.agent/agent.conf" \
		2>"$T/err" && die "root runs somebody else's agent"
	grep -q "belongs to uid $uid.*sudo -u '#$uid' zqagentd -c $T/theirs.agent/agent.conf" \
		"$T/err" || { cat "$T/err"; die "no word of how to start it"; }
	[ -z "$(find "$T/theirs.init" ! -user nobody)" ] ||
		die "root's files in the daemon's directory"
	[ "$(ls "$T/theirs.agent")" = agent.conf ] || die "root's files in the agent's"
fi

say "- what is damaged is refused, by the name of the field"
refused() {	# FILE WHAT [MORE …]
	file=$1 what=$2; shift 2
	"$ZQ_BUILD/zqhub" restore "$file" --dir "$T/none" "$@" >"$T/out" 2>"$T/err" &&
		die "$file was restored"
	grep -q "$what" "$T/err" || { cat "$T/err"; die "$file: no word of $what"; }
	[ ! -e "$T/none" ] || die "$file: something was made"
}
head -c 2000 "$T/plain.json" >"$T/short.json"
refused "$T/short.json" 'cut off'
jq '.version = 2' "$T/plain.json" >"$T/v2.json"
refused "$T/v2.json" 'version: it is of version 2'
jq '.format = "x"' "$T/plain.json" >"$T/x.json"
refused "$T/x.json" 'format: expected'
jq '.sites[0].key = .sites[1].key' "$T/plain.json" >"$T/key.json"
refused "$T/key.json" 'sites: was changed'
jq 'del(.ticket_key)' "$T/plain.json" >"$T/less.json"
refused "$T/less.json" 'ticket_key: is missing'
jq '.extra = 1' "$T/plain.json" >"$T/more.json"
refused "$T/more.json" 'extra: was changed'
# The sums made good again: then the signature is not.
forge() { python3 - "$1" "$2" <<-'PY'
	import hashlib, json, sys
	o = json.load(open(sys.argv[1]))
	o["sites"][0]["key"] = "ab" * 32
	d = lambda v: json.dumps(v, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
	o["sums"]["sites"] = hashlib.sha256(d(o["sites"]).encode()).hexdigest()
	json.dump(o, open(sys.argv[2], "w"), ensure_ascii=False)
	PY
}
forge "$T/plain.json" "$T/forged.json"
refused "$T/forged.json" 'signature: is not this CA'
refused "$T/closed.json" 'ca.key: is encrypted, and no passphrase'
echo 'another passphrase' >"$T/wrong"
chmod 600 "$T/wrong"
refused "$T/closed.json" "can't be opened with this passphrase" --passphrase-file "$T/wrong"
refused "$T/err" 'is no backup'
refused "$T/nothing.json" 'No such file'

say "- the machine is lost: a hub from the file alone, and the agents come back"
p1=$(agent_pid 4101000001) p2=$(agent_pid 4103000001)
kill9 "$HUB_PID"
rm -rf "$HUB"
page "$one/b.html" '枢纽不在时的公告' '2026-11-20 10:00'
"$ZQ_BUILD/zqhub" restore "$T/closed.json" --passphrase-file "$T/pass" --dir "$HUB" ||
	die restore
[ "$(stat -c %a "$HUB/ca/ca.key")" = 600 ] || die "the key can be read by others"
[ "$(register)" = "$before" ] || { register; die "another register"; }
hub_start
seven() { has_items 4101000001 7 && has_items 4103000001 6; }
wait_for 180 "all items again" seven
kill -0 "$p1" && kill -0 "$p2" || die "an agent was restarted"
[ "$(digest 4103000001)" = "$d2" ] || die "another digest"
rm "$one/b.html"
six_again() { has_items 4101000001 6 && [ "$(digest 4101000001)" = "$d1" ]; }
wait_for 60 "the same digest" six_again
page "$two/c.html" '恢复之后的公告' '2026-11-20 12:00'
wait_for 60 "a page afterwards" found 恢复之后
zqhub site show 4101000012 | grep -q 停用整顿 || die "the block is gone"
zqhub site ticket 4104000001 >"$T/ticket" || die "no ticket from the restored hub"

say "- into a directory with another hub, or with a journal: refused"
zqhub restore "$T/plain.json" 2>"$T/err" && die "restored over a hub"
stop "$HUB_PID"
zqhub restore "$T/plain.json" 2>"$T/err" && die "restored over a journal"
grep -q 'has a journal' "$T/err" || { cat "$T/err"; die "no word of the journal"; }
mkdir "$T/other"
"$ZQ_BUILD/zqhub" init --name x --dir "$T/other" >/dev/null || die init
"$ZQ_BUILD/zqhub" restore "$T/plain.json" --dir "$T/other" 2>"$T/err" && die "restored over another hub"
grep -q 'another CA' "$T/err" || { cat "$T/err"; die "no word of the other CA"; }

say "- the store alone is lost: the register is put back, and the rest comes"
zqhub backup "$T/again.json" || die "backup without a daemon"
rm -rf "$HUB/journal" "$HUB/view"
mkdir "$HUB/journal" "$HUB/view"
zqhub restore "$T/again.json" || die "restore of the register"
hub_start
back() { has_items 4101000001 6 && has_items 4103000001 7; }
wait_for 180 "all items again" back
[ "$(digest 4101000001)" = "$d1" ] || die "another digest"
zqhub journal verify || die "the chain"

say "- the CA alone is lost: it is put back, and the journal stays"
kill9 "$HUB_PID"
mv "$HUB/ca" "$T/ca"
"$ZQ_BUILD/zqhubd" -c "$HUB/hub.conf" >"$T/err" 2>&1 && die "a hub without a CA"
grep -q 'zqhub restore' "$T/err" || { cat "$T/err"; die "no word of restore"; }
zqhub restore "$T/again.json" >"$T/said" || die "restore of the CA"
grep -q 'The CA is back' "$T/said" || { cat "$T/said"; die "what was restored"; }
diff -r "$T/ca" "$HUB/ca" || die "another CA"
rm "$HUB/ca/ca.key"
zqhub restore "$T/again.json" >"$T/said" || die "restore of the CA's key"
diff -r "$T/ca" "$HUB/ca" || die "another key"
hub_start
wait_for 180 "all items, as they were" back
zqhub journal verify || die "the chain"

say "- a certificate is renewed after the backup, twice; the machine is lost"
zqhub backup "$T/before.json" || die "backup before the renewal"
sleep 2		# certificates tell whole seconds
zqagent 4101000001 renew && zqagent 4101000001 renew || die "zqagent renew"
zqagent 4103000001 renew || die "zqagent renew"
cert=$(find "$(agent_dir 4101000001)" -name cert.pem | head -n 1)
held=$(openssl x509 -in "$cert" -noout -serial)
p1=$(agent_pid 4101000001) p2=$(agent_pid 4103000001)
kill9 "$HUB_PID"
rm -rf "$HUB"
zqhub restore "$T/before.json" --dir "$HUB" || die "restore"
hub_start
wait_for 180 "both, whose keys the backup doesn't have" back
kill -0 "$p1" && kill -0 "$p2" || die "an agent was restarted"
[ "$(openssl x509 -in "$cert" -noout -serial)" = "$held" ] ||
	die "the agent had to get another certificate"
[ "$(digest 4101000001)" = "$d1" ] || die "another digest"
# The other two have no agent, so the command itself says no.
proven() {
	zqhub prove --wait 30 >"$T/prove" 2>&1
	[ "$(grep -c ' proven: ' "$T/prove")" = 2 ]
}
wait_for 120 "a proof" proven
adopted=$(zqhub journal print --json |
	jq -r '[.[] | .act? | select(.do == "adopt") | .site] | sort | join(" ")')
[ "$adopted" = '1 2' ] || die "adopted: $adopted"
zqagent 4101000001 renew || die "no renewal with the adopted key"
site_add 4105000001 '安阳市人民政府' www.anyang.gov.cn
[ "$(zqhub site show 4105000001 --json | jq .number)" -gt 1000 ] ||
	die "a number that may be another's"
exit 0
