# Sites that could not tell for a day come back all at once while others tell
# news: nothing is refused for good, news are found while backlog is left, and
# what the hub holds of bodies stays below its ceiling.
. tests/scenario/lib.sh

say "- 40 sites with 600 changes each at once, and news of 3 others meanwhile"
TMPDIR=$T timeout 300 "$ZQ_BUILD/tests/load/load" -b "$ZQ_BUILD" -t \
	-n 40 -c 600 -l 3 backlog >"$T/load.log" 2>&1 ||
	{ cat "$T/load.log"; die "the load program isn't content"; }
grep -q 'FAILED' "$T/load.log" && { cat "$T/load.log"; die "it says so"; }
grep -E 'news looked for|backlog told' "$T/load.log"
# Its own goals, figure by figure: read, and not judged, where sanitizers and
# others' work are half of the time and most of the memory.
grep -A 2 'while it was told' "$T/load.log" | grep 'p99' &&
	grep 'at most more than that' "$T/load.log" ||
	{ cat "$T/load.log"; die "no figure beside its goal"; }

say "- an agent's second connection resumes the session of its first"
awk '/of them resumed/ { gsub(",", ""); exit !($(NF) > 0) }' "$T/load.log" ||
	{ cat "$T/load.log"; die "no TLS session was resumed"; }
exit 0
