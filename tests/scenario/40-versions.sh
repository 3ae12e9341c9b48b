# What agents of older versions posted, byte for byte, is posted to a new hub,
# in the order in which it was: the verdicts are the old ones, and at the end
# the index has what it had. See tests/golden/versions/README.
. tests/scenario/lib.sh

code=4101000001
n=0
for dir in tests/golden/versions/[0-9]*; do
	version=${dir##*/}
	n=$((n + 1))
	say "- version $version"
	HUB=$T/hub$n
	hub_init
	hub_start
	site_add $code '郑州市人民政府' www.zhengzhou.gov.cn
	me=$(agent_dir $code)
	rm -rf "$me"
	agent_enroll $code "$TICKET"
	posted=0
	for body in "$dir"/*-changes.xml "$dir"/*-reconcile.xml; do
		[ -f "$body" ] && say "$body"
	done | sort >"$T/bodies"
	while read -r body; do
		case $body in
		*-changes.xml) to=changes said=${body%-changes.xml}-answer.xml ;;
		*) to=reconcile said=${body%-reconcile.xml}-reconciled.xml ;;
		esac
		want=$(grep -oE '(verdict|outcome)="[a-z]*"' "$said" | head -n 1)
		# What an operator did in between isn't done again, nor is
		# waited for what a comparison had to wait for.
		case $want in *'"blocked"'|*'"later"'|*'"busy"') continue ;; esac
		curl -s -o "$T/answer" --cacert "$HUB/ca/ca.pem" \
			--cert "$me/cert.pem" --key "$me/key.pem" \
			-H 'Content-Type: application/xml' \
			--data-binary @"$body" \
			"https://127.0.0.1:$HUB_PORT/v1/$to" || die "curl: $body"
		grep -q "$want" "$T/answer" || {
			cat "$T/answer"
			die "$body was answered with $want, and is no more"
		}
		jing protocol/zhanqun.rng "$T/answer" >"$T/jing" 2>&1 ||
			{ cat "$T/jing" "$T/answer"; die "the schema refuses it"; }
		posted=$((posted + 1))
		case $want in *'"forked"') break ;; esac
	done <"$T/bodies"
	[ "$posted" -ge 12 ] || die "only $posted documents were posted"
	wait_for 10 "the page that had a part of another time" found 带未知部分
	wait_for 10 "the one that stayed" found 第三页
	zqhub site show $code --json | jq -e '.items >= 5' >/dev/null ||
		die "items: $(zqhub site show $code --json)"
	stop "$HUB_PID" || die "the hub ended badly"
done
[ $n -ge 2 ] || die "no old versions in tests/golden/versions"
exit 0
