# What agents of older versions posted, byte for byte, is posted to a new hub,
# in the order in which it was: the verdicts are the old ones, and at the end
# the index has what it had. See tests/golden/versions/README.
. tests/scenario/lib.sh

site=4101000001
versions=0
post() {	# FILE PATH
	curl -s -o "$T/answer" --cacert "$HUB/ca/ca.pem" \
		--cert "$me/cert.pem" --key "$me/key.pem" \
		-H 'Content-Type: application/xml' --data-binary @"$1" \
		"https://127.0.0.1:$HUB_PORT/v1/$2" || die "curl: $1"
}
word() { sed -nE 's/.*(verdict|outcome)="([a-z]*)".*/\2/p' "$1" | head -n 1; }
for dir in tests/golden/versions/[0-9]*; do
	version=${dir##*/}
	versions=$((versions + 1))
	say "- version $version"
	HUB=$T/hub$versions
	hub_init
	hub_start
	site_add $site '郑州市人民政府' www.zhengzhou.gov.cn
	me=$(agent_dir $site)
	rm -rf "$me"
	agent_enroll $site "$TICKET"
	posted=0 compared=0 forked='' turns=''
	for body in "$dir"/*-changes.xml "$dir"/*-reconcile.xml; do
		[ -f "$body" ] && say "$body"
	done | sort >"$T/bodies"
	while read -r body; do
		case $body in
		*-changes.xml) to=changes said=${body%-changes.xml}-answer.xml ;;
		*) to=reconcile said=${body%-reconcile.xml}-reconciled.xml ;;
		esac
		want=$(word "$said")
		# What an operator did in between isn't done again, but for
		# letting in again whom nobody can tell from a copy; nor is
		# waited for what a comparison had to wait for.
		case $want in
		blocked|busy|later) continue ;;
		forked|refused) forked=yes ;;
		*)	[ -z "$forked" ] || zqhub site unblock $site \
				--reason '已查明' >"$T/unblock" 2>&1
			forked= ;;
		esac
		post "$body" $to
		got=$(word "$T/answer")
		# Two agents that took turns then were both heard at once: which
		# of their words was one too many is not the same each time. Nor
		# is it decided again which of them is kept.
		case $got:$want in
		forked:forked) ;;
		forked:*)
			zqhub site unblock $site --reason '已查明' >"$T/unblock" 2>&1
			post "$body" $to
			got=$(word "$T/answer") ;;
		taken:forked|known:forked)
			! grep -qE 'cause="(instance|settled)"' "$said" ||
				got=forked turns=yes ;;
		known:taken) [ -z "$turns" ] || got=taken ;;
		esac
		xmllint --noout --relaxng protocol/zhanqun.rng "$T/answer" \
			2>"$T/lint" || { cat "$T/lint"; die "the schema refuses it"; }
		posted=$((posted + 1))
		[ "$got" = later ] && continue	# compared a moment ago
		[ "$got" = "$want" ] || {
			cat "$T/answer"
			die "$body was answered with $want once, and is with $got"
		}
		[ $to = changes ] || compared=$((compared + 1))
	done <"$T/bodies"
	[ "$posted" -ge 12 ] || die "only $posted documents were posted"
	[ "$version" = 0.0 ] || [ "$compared" -ge 4 ] ||
		die "only $compared comparisons"
	wait_for 60 "the page that had a part of another time" found 带未知部分
	wait_for 60 "the one that stayed" found 第三页
	five() { zqhub site show "$site" --json | jq -e '.items >= 5'; }
	wait_for 60 "five items" five
	stop "$HUB_PID" || die "the hub ended badly"
	[ -f "$dir/backup.json" ] || [ "$version" = 0.0 ] || die "no backup"
	[ -f "$dir/backup.json" ] || continue
	say "  and its backup is restored"
	cp "$dir/backup.json" "$T/backup.json"
	chmod 600 "$T/backup.json"
	HUB=$T/back$versions
	zqhub restore "$T/backup.json" >"$T/restore" 2>&1 ||
		{ cat "$T/restore"; die "restore"; }
	zqhub site show $site --json | jq -e '.domain == "www.zhengzhou.gov.cn"' \
		>"$T/restored" || die "the site isn't in the restored register"
	cmp "$HUB/ca/ca.pem" "$dir/hub-ca/ca.pem" || die "another CA"
done
[ $versions -ge 2 ] || die "no old versions in tests/golden/versions"
exit 0
