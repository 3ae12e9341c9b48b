# A hub that is away for a week, while its site goes on: changes every day,
# three restarts of the agent (two of them kill -9), and a spool that is too
# small, so that it first makes one of several changes and then says that it
# is full. When the hub is back all ends in sync.
. tests/scenario/lib.sh

believe +1d >"$T/words" || skip "no libfaketime here"
root=$T/www
words=$(printf '粮食安全、防汛抗旱、%.0s' $(seq 40))

# write DIR FROM TO WORD: so many pages, of about a kilobyte each in the
# spool, made beside the root and renamed into it
write() {
	rm -rf "$T/new"
	mkdir -p "$T/new"
	awk -v dir="$T/new" -v from="$2" -v to="$3" -v word="$4" \
		-v keys="$words" 'BEGIN { for (n = from; n <= to; n++) {
			f = dir "/" n ".html"
			printf "<!DOCTYPE html>\n<html><head><meta charset=\"utf-8\">" \
				"<meta name=\"ArticleTitle\" content=\"%s第%d号\">" \
				"<meta name=\"PubDate\" content=\"2026-11-20 09:30\">" \
				"<meta name=\"Keywords\" content=\"%s\">" \
				"<title>%s第%d号</title></head>" \
				"<body>正文</body></html>\n", word, n, keys, word, n >f
			close(f)
		} }'
	if [ -d "$root/$1" ]; then
		for f in "$T/new"/*; do mv "$f" "$root/$1/"; done
	else
		mv "$T/new" "$root/$1"
	fi
}

page "$root/index.html" '郑州市人民政府' '' 首页
write first 1 300 建站
hub_init
hub_start
site_add 4101000001 '郑州市人民政府' www.zhengzhou.gov.cn
agent_enroll 4101000001 "$TICKET"
dir=$(agent_dir 4101000001)
sed -i '1i spool = 1M' "$dir/agent.conf"
zqagent 4101000001 source add dir web --root "$root" \
	--url https://www.zhengzhou.gov.cn/ >"$T/source" || die "source add"
agent_start 4101000001
wait_for 60 "301 items" has_items 4101000001 301
wait_for 60 sync in_sync
before=$(zqhub site show 4101000001 --json | jq .seq)

spool() { zqagent 4101000001 status --json | jq ".spool.$1"; }
waits() { [ "$(spool waiting)" -ge "$1" ]; }
day() {	# DAY term|kill: the agent is started again, when it is that day
	if [ "$2" = kill ]; then
		kill9 "$(agent_pid 4101000001)"
	else
		stop "$(agent_pid 4101000001)" || die "agent did not end cleanly"
	fi
	AGENT_RUN=$(believe "+$1d")
	agent_start 4101000001
	say "  day $1: $(spool waiting) changes wait, $(spool waiting_bytes) bytes"
}

say "- the hub is gone; the site goes on"
kill9 "$HUB_PID"
write first 1 300 第一天
wait_for 60 "the first day's changes" waits 300
day 2 term
write first 1 300 第二天
wait_for 60 "the second day's changes" waits 600
zqagent 4101000001 say item --url https://www.zhengzhou.gov.cn/cms/1 \
	--title '第三天说的一条' >"$T/said" || die "say item"
rm "$root/first/300.html"
day 4 kill
write first 1 299 第四天
# Before it has told them there are not more, either.
wait_for 60 "the fourth day's to be told" still 4101000001 ''
fewer() { [ "$(spool waiting)" -lt 700 ] && [ "$(spool waiting)" -ge 299 ]; }
wait_for 60 "of several changes of an item to become one" fewer
[ "$(spool needs_snapshot)" = false ] || die "a snapshot is needed too soon"

say "- more than it holds: it says so, and takes no more"
write second 1 900 第五天
overflow() { zqagent 4101000001 status >"$T/status"; grep -q 'spool overflowed' "$T/status"; }
wait_for 60 "the agent to say it" overflow
[ "$(spool waiting_bytes)" -le 1048576 ] || die "the spool is larger than its limit"
day 6 kill
write third 1 20 第六天
wait_for 60 "it is still said" overflow
mkdir "$root/moved"
mv "$root/first/1.html" "$root/moved/1.html"

say "- the hub is back, a week later"
AGENT_WAS=$AGENT_RUN
HUB_RUN=$(believe +7d)
told() { zqhub site show 4101000001 --json | jq -e "$1" >/dev/null; }
# It is so for seconds, and those may be over when the hub is known to be up.
(
	n=0
	until told .needs_snapshot || [ $n -ge 1200 ]; do
		sleep 0.05; n=$((n + 1))
	done
	[ $n -ge 1200 ] || : >"$T/known"
) &
watcher=$!
PIDS="$PIDS $watcher"
hub_start
AGENT_RUN=$AGENT_WAS
wait_for 60 "the hub to know of it" [ -e "$T/known" ]
wait $watcher
forget $watcher
want=$(($(find "$root" -name '*.html' | wc -l) + 1))
wait_for 180 "all $want items (now $(items_of 4101000001))" has_items 4101000001 "$want"
wait_for 60 "the agent to be content" at_rest 4101000001
wait_for 60 sync in_sync
told '.needs_snapshot == false' || die "in sync, and the spool overflowed"

say "- the index holds exactly what the site has"
listed "$T/have"
{
	echo 'https://www.zhengzhou.gov.cn/cms/1 第三天说的一条'
	find "$root" -name '[0-9]*.html' | while read -r f; do
		printf 'https://www.zhengzhou.gov.cn/%s %s\n' "${f#"$root"/}" \
			"$(sed -n 's/.*<title>\(.*\)<\/title>.*/\1/p' "$f")"
	done
} | sort >"$T/want"
diff "$T/want" "$T/have" >"$T/diff" || { head -20 "$T/diff"; die "index differs from the root"; }
say "  $(($(zqhub site show 4101000001 --json | jq .seq) - before)) changes came for it"

say "- and so it stays, a day later"
stop "$(agent_pid 4101000001)" || die "agent did not end cleanly"
AGENT_RUN=$(believe +8d)
agent_start 4101000001
page "$root/eighth.html" '第八天的公告'
wait_for 60 "the eighth day" found 第八天的公告
wait_for 120 "a proof" proven
zqhub journal verify >"$T/verify" || die "the chain"
zqhub rebuild >"$T/rebuild" || { cat "$T/rebuild"; die "rebuild"; }
exit 0
