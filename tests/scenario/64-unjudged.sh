# shellcheck shell=sh
# Links inside of the cluster that no agent can judge: the hub looks itself, as
# it does at strangers. A site without an agent: what answers is well, what is
# lost three times over days is gone, and its linkers are told. Then its agent
# comes, and from that moment on its word counts, whatever was seen.
. tests/scenario/lib.sh

need nginx
believe +0d >"$T/have" || skip "no libfaketime"
A=4101000001 B=4102000001
PORT=$(port)
KF="http://kf.localhost:$PORT"
# hidden.html is a file that its server doesn't give; ghost.html is given, and
# there is no such file.
farm_pages . 开封 index here hidden
farm "$PORT" <<END
	server { listen 127.0.0.1:$PORT; server_name kf.localhost;
		root www; location = /hidden.html { return 404; }
		location = /ghost.html { return 200 '<title>办事</title>'; }
		location = /search { return 404; } }
END

mkdir "$T/a"
cat >"$T/a/1.html" <<END
<html><head><title>郑州</title></head><body>
<a href="$KF/here.html">在</a>
<a href="$KF/hidden.html">藏</a>
<a href="$KF/ghost.html">幽</a>
<a href="$KF/lost.html">失</a>
<a href="$KF/search?q=1">查</a>
</body></html>
END
hub_init
cat >>"$HUB/hub.conf" <<-END
check = yes
check_window = 1h
check_delay = 0
check_allow = 127.0.0.0/8 ::1
END
hub_start
site_add $B '开封市人民政府' kf.localhost
site $A '郑州市人民政府' www.zhengzhou.gov.cn "$T/a" https://www.zhengzhou.gov.cn/

# is URL-END JQ: what became of the link, and who says so
is() {
	zqhub links from https://www.zhengzhou.gov.cn/1.html --json >"$T/from" &&
		jq -e --arg u "$1" "any(.links[]; (.to | endswith(\$u)) and
			(.target | $2))" "$T/from" >"$T/x"
}
sure() { is "$@" || { cat "$T/from"; die "$1: not $2"; }; }
told() {	# URL-END STATE: by the newest letter about it, to the first
	zqagent $A letters --json >"$T/letters" &&
		jq -e --arg u "$1" --arg s "$2" '[.[] | select(.links != null) |
			.links[] | select(.old | endswith($u))] | last |
			.state == $s' "$T/letters" >"$T/x"
}
later() {	# DAYS
	stop "$HUB_PID" || die "the hub did not end well"
	HUB_RUN=$(believe "+$1d")
	hub_start
}
strikes() {
	for name in hidden.html lost.html search?q=1; do
		is "$name" ".seen.strikes == $1" || return 1
	done
}

say "- nobody can say what is there: the hub looks"
wait_for 60 "all to be looked at" strikes 1
wait_for 60 "what answers" is here.html \
	'.judge == "check" and .state == "unknown" and .seen.outcome == "ok"'
wait_for 60 "what answers, too" is ghost.html '.judge == "check" and (.broken | not)'
sure lost.html '.seen.cause == "404" and (.broken | not)'
zqhub links broken --json | jq -e '.broken == []' >"$T/x" || die "one strike, and broken"

say "- a site that has announced an outage isn't looked at"
zqhub notice announce $B outage --until "$(date -d '+1 day' '+%Y-%m-%d %H:%M')" \
	--reason '停电' >"$T/x" 2>&1 || { cat "$T/x"; die "notice announce"; }
stop "$HUB_PID" || die "the hub did not end well"
asked=$(wc -l <"$T/farm/access.log")
HUB_RUN=$(believe +0.2d)
hub_start
sleep 8		# more than a pass
[ "$(wc -l <"$T/farm/access.log")" = "$asked" ] ||
	{ cat "$T/farm/access.log"; die "it was asked all the same"; }

say "- three strikes, a day apart: gone, and both ends are told"
later 1.1
wait_for 60 "the second strike" strikes 2
later 2.2
wait_for 60 "the third" strikes 3
for name in hidden.html lost.html search?q=1; do
	sure "$name" '.judge == "check" and .broken and .seen.outcome == "gone"'
done
sure here.html '.broken | not'
zqhub links broken >"$T/x"
[ "$(grep -c '^gone *check ' "$T/x")" = 3 ] || { cat "$T/x"; die "links broken"; }
curl -sf -H 'Accept-Language: en' -o "$T/x" \
	"http://127.0.0.1:$WEB_PORT/links/broken" || die "the page"
[ "$(grep -c '(seen by the hub)' "$T/x")" -ge 3 ] || { cat "$T/x"; die "the page"; }
for name in hidden.html lost.html search?q=1; do
	wait_for 60 "a letter about $name" told "$name" withdrawn
done
zqagent $A letters | grep -q "lost.html" || die "the letter"
told lost.html withdrawn && ! told here.html withdrawn ||
	die "a letter about what is there"

say "- its agent comes: at once its word counts, and no other"
AGENT_RUN=$(believe +2.2d)
TICKET=$(zqhub site ticket $B 2>"$T/x" | sed -n '$s/.* //p')
agent_enroll $B "$TICKET"
zqagent $B source add dir web --root "$T/farm/www" --url "$KF/" \
	>"$T/x" || die "source add"
agent_start $B
wait_for 60 "what is there" is hidden.html '.state == "here" and .judge == "agent"
	and (.broken | not) and .seen == null'
wait_for 60 "what never was" is ghost.html '.state == "never was" and .broken
	and .judge == "agent"'
wait_for 60 "what is lost" is lost.html '.state == "never was" and .judge == "agent"'
sure search?q=1 '.judge == "check" and .broken'
AGENT_RUN=
wait_for 60 "the all-clear" told hidden.html fixed
wait_for 60 "news of what its server made up" told ghost.html never
AGENT_RUN=$(believe +2.2d)
referred() {
	zqagent "$B" letters --json >"$T/letters" && jq -e 'any(.[]; .kind ==
		"referred" and any(.links[]; .old | endswith("lost.html")))' \
		"$T/letters" >"$T/x"
}
wait_for 60 "its own letter" referred
forgotten() {
	zqhub check list --all --json >"$T/list" &&
		jq -e '[.addresses[].url] == ["'"$KF"'/search?q=1"]' "$T/list"
}
wait_for 60 "what was seen to be dropped" forgotten
exit 0
