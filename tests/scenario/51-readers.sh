# shellcheck shell=sh
# Many who read: open pages are live as far as there is room, whoever asks for
# something else is answered meanwhile, and nobody is told what is no longer
# for him.
. tests/scenario/lib.sh

hub_init '河南省人民政府门户网站'
cat >>"$HUB/hub.conf" <<'END'
homes = no
web_sign_in = yes
web_live = 8
web_proxy = 127.0.0.1
web_user_header = X-Remote-User
END
hub_start
web=http://127.0.0.1:$WEB_PORT
code() { curl -s -m 20 -o "$T/got" -D "$T/head" -w '%{http_code}' "$@"; }
header() { sed -n "s/^$1: \(.*\).$/\1/Ip" "$T/head"; }
number() { curl -s "$web/metrics" | sed -n "s/^$1 //p"; }
for name in wang li; do
	echo 'correct horse battery' | zqhub user add $name || die "user add"
	[ "$(code -c "$T/$name.jar" -d "name=$name&password=correct+horse+battery" \
		"$web/signin")" = 303 ] || die "sign in"
done

say "- one leads to sign in and back to what one came for"
[ "$(code "$web/search?q=%E6%94%BF&lang=en")" = 303 ] || die "search is open"
next=$(header location)
[ "$next" = '/signin?next=%2Fsearch%3Fq%3D%25E6%2594%25BF%26lang%3Den&lang=en' ] ||
	die "it leads to $next"
[ "$(code -d 'name=li&password=correct+horse+battery' \
	--data-urlencode 'next=/search?q=%E6%94%BF&lang=en' "$web/signin")" = 303 ] ||
	die "sign in"
[ "$(header location)" = '/search?q=%E6%94%BF&lang=en' ] || die "and back"

say "- whom the web server names and nobody here knows"
[ "$(code -H 'X-Remote-User: zhao' "$web/signin?lang=en")" = 200 ] || die "/signin"
grep -q 'zqhub user add zhao --header-only' "$T/got" || die "the page says nothing"
grep -q 'user=zhao is named by the web server' "$T/hub.log" || die "the log says nothing"

say "- as many are live as may be; others are answered"
# follow WHO NUMBER FROM: a page that is open
follow() {
	start "live-$1-$2" curl -sN -m 600 -b "$T/$1.jar" -D "$T/live-$1-$2.head" \
		-H "X-Forwarded-For: 192.0.2.$3" "$web/live?after=0"
}
live() { [ "$(number zq_web_live)" = "$1" ]; }
wangs=
for n in 1 2 3 4; do
	follow wang $n $n
	wangs="$wangs $PID"
done
wait_for 60 "four live pages" live 4
for n in 1 2 3 4; do follow li $n 9; done
wait_for 60 "two more, which leaves two" live 6
refused() { grep -lq '^HTTP/1.1 503' "$T"/live-*.head; }
wait_for 60 "one to be refused" refused
come_back() { grep -qi '^retry-after: 30' "$T"/live-*.head; }
wait_for 60 "to be told when to come back" come_back
wait_for 60 "the log to say it" grep -q 'web_live=8 pages; refused=1' "$T/hub.log"
[ "$(number zq_web_live_refused_total)" -ge 1 ] || die "it isn't counted"
[ "$(code "$web/healthz")" = 200 ] || die "/healthz"
[ "$(code -b "$T/li.jar" "$web/")" = 200 ] || die "the page"

say "- what is live ends with the session"
zqhub user remove wang || die "user remove"
zqhub site add --code 4101000001 --name '郑州市人民政府' --domain www1.gov.cn \
	--kind portal >/dev/null || die "site add"
told() { grep -lq '4101000001' "$T"/live-li-*.log; }
wait_for 60 "who may to be told" told
wait_for 60 "the others to be gone" live 2
for pid in $wangs; do	# what came to them was written by their end
	wait "$pid"
	forget "$pid"
done
grep -l 4101000001 "$T"/live-wang-*.log && die "who was removed was told"
[ "$(code -b "$T/wang.jar" "$web/live")" = 403 ] || die "he may come again"

say "- told to end by everybody at once, it leaves nothing half written"
for _ in 1 2 3 4; do
	parts=$(pgrep -P "$HUB_PID")
	# shellcheck disable=SC2086 # they are words
	kill -TERM "$HUB_PID" $parts
	wait "$HUB_PID" || die "hub did not end cleanly"
	forget "$HUB_PID"
	set -- "$HUB"/web/sessions.*
	[ ! -e "$1" ] || die "left behind: $*"
	hub_start
done
stop "$HUB_PID" || die "hub did not end cleanly"
exit 0
