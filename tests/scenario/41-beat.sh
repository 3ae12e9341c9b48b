# Beats: what an agent says of itself and of its site's home page is with the
# hub within seconds, a stopped agent is silent after three beats, a closed
# connection is known at once, beats aren't written down one by one, and an
# agent notices a hub that is silent.
. tests/scenario/lib.sh

need nginx
CODE=4101000001
WWW=$(port)

serve() {	# WHAT: as nginx's location says it
	mkdir -p "$T/www"
	cat >"$T/nginx.conf" <<-NGINX
	daemon off; master_process off; pid $T/nginx.pid;
	error_log $T/nginx.log;
	events { worker_connections 64; }
	http {
		access_log off;
		client_body_temp_path $T/www; proxy_temp_path $T/www;
		fastcgi_temp_path $T/www; uwsgi_temp_path $T/www;
		scgi_temp_path $T/www;
		server { listen 127.0.0.1:$WWW; location / { $1 } }
	}
	NGINX
	start nginx nginx -c "$T/nginx.conf" -e "$T/nginx.log"
	NGINX_PID=$PID
}
site_is() {	# FILTER
	zqhub site show $CODE --json | jq -e "$1" >/dev/null
}
# comes WHAT FILTER: it comes to that. How soon is what make bench measures.
comes() {
	began=$(date +%s)
	wait_for 60 "$1" site_is "$2"
	took=$(($(date +%s) - began))
	say "  $1: after $took s"
}

page "$T/root/1.html" "郑州第1号公告"
hub_init
sed -i '1i homes = no' "$HUB/hub.conf"
hub_start
serve 'return 200 "fine";'
site_add $CODE '郑州市人民政府' www.zhengzhou.gov.cn
agent_enroll $CODE "$TICKET"
zqagent $CODE source add dir web --root "$T/root" \
	--url https://www.zhengzhou.gov.cn/ >>"$T/agent-$CODE.log" 2>&1 ||
	die "source add"
sed -i "1i home = http://www.zhengzhou.gov.cn:$WWW/start\nhome_every = 1s\nhub_silent = 20s\nhook = /bin/sh $T/hook.sh" \
	"$(agent_dir $CODE)/agent.conf"
printf 'cat >>%s/hooked; echo >>%s/hooked\n' "$T" "$T" >"$T/hook.sh"
agent_start $CODE

say "- the inside view: its home page, asked at home by its name"
wait_for 60 "its page to be there" has_items $CODE 1
wait_for 60 "the home page to be known" site_is '.health.home_status == 200'
wait_for 60 "a beat that says how it is" site_is '.health.beat_ms == 5000 and
	.health.sources == 1 and .health.sources_troubled == 0 and
	.health.home_status == 200 and .connections >= 1 and
	.health.certificate_until[0:19] == .certificate_until[0:19]'
zqhub site show $CODE >"$T/show"
grep -qE '200 after [0-9]+ ms, asked by its own agent' "$T/show" &&
	grep -qE 'connections?, from 127.0.0.1:' "$T/show" ||
	{ cat "$T/show"; die "site show doesn't say it"; }
zqagent $CODE status >"$T/status"
grep -q "home page .*:$WWW/start answers 200" "$T/status" ||
	{ cat "$T/status"; die "the agent's status doesn't say it"; }

say "- a web server that is stopped, and one that says no"
stop "$NGINX_PID"
comes "it is told that nothing listens" \
	'.health.home_error == "refused" and .health.home_status == 0'
serve 'return 503;'
comes "it is told that it says 503" '.health.home_status == 503'
stop "$NGINX_PID"
serve 'return 200 "fine";'
comes "it is told that it is fine" '.health.home_status == 200'

say "- beats are not written down one by one"
written() { stat -c %Y "$HUB/journal/data.mdb"; }
later() { site_is ".heard > \"$1\""; }	# as in JSON
quiet() {	# two beats come, and nothing is written
	before=$(written)
	for _ in 1 2; do
		last=$(zqhub site show $CODE --json | jq -r .heard)
		wait_for 60 "a beat" later "$last"
	done
	[ "$(written)" = "$before" ]
}
quiet || quiet || quiet || die "the journal is written to all the time"

say "- an agent that hangs is silent after three beats"
# The agent is a child of the daemon, which only starts it again.
children() { ps -o pid= --ppid "$1"; }
agent=$(children "$(agent_pid $CODE)")
# shellcheck disable=SC2086
kill -STOP $agent
stopped=$(date +%s)
comes "it is silent" '.state == "silent" and .connections >= 1'
goal "silent, by the second" "$took s" "15 s"
wait_for 60 "the monitor to say so" grep -q " site=$CODE state=silent " \
	"$T/hub.log"
heard=$(zqhub site show $CODE --json | jq .heard)
zqhub states $CODE --limit 1 --json | jq -e --argjson heard "$heard" 'def s:
	(.[0:19] + "Z" | fromdate); (.states[0].at | s) - ($heard | s) >= 14' \
	>"$T/x" || die "silent before three beats: $(zqhub states $CODE)"
# So long that it would miss the hub, if it weren't for its own sleep.
sleep $((stopped + 25 > $(date +%s) ? stopped + 25 - $(date +%s) : 0))
# shellcheck disable=SC2086
kill -CONT $agent
comes "it is back" '.state == "sync"'
sleep 2
! grep -q hub-silent "$T/hooked" 2>/dev/null ||
	{ cat "$T/hooked"; die "it takes its own sleep for the hub's silence"; }

say "- an agent that is killed is gone at once"
kill9 "$(agent_pid $CODE)"
comes "it is gone" '.connections == 0 and .disconnected != null'
zqhub site show $CODE >"$T/show"
grep -q '^disconnected' "$T/show" ||
	{ cat "$T/show"; die "site show doesn't say it"; }
agent_start $CODE
comes "it is back" '.connections >= 1 and .state == "sync"'

say "- the hub is killed, and begins anew; then it is silent, and comes back"
kill9 "$HUB_PID"
! zqhub status >"$T/status" && ! grep -q '^sync' "$T/status" &&
	grep -q '^silent' "$T/status" ||
	{ cat "$T/status"; die "nobody hears, and a site is in sync"; }
wait_for 60 "zqhub to do without" site_is '.health == null'
wait_for 90 "the agent to notice" grep -q '"kind":"hub-silent"' "$T/hooked"
zqagent $CODE status >"$T/status" && die "a silent hub is not in sync"
grep -q 'the hub has not answered for' "$T/status" ||
	{ cat "$T/status"; die "the agent's status doesn't say it"; }
hub_start
wait_for 60 "the agent to say so" grep -q '"kind":"hub-heard"' "$T/hooked"
[ "$(grep -c hub-silent "$T/hooked")" = 1 ] ||
	{ cat "$T/hooked"; die "it said so more than once"; }
wait_for 60 "the inside view" site_is '.health.home_status == 200'

say "- the hub's core hangs: nobody is heard; and then no clock is wrong"
core=$(ps -o pid=,comm= --ppid "$HUB_PID" | awk '$2 == "core" { print $1 }')
kill -STOP "$core"
sleep 12
hears_nobody() { ! zqhub status >"$T/status" && grep -q '^silent' "$T/status"; }
wait_for 60 "a core that hangs to hear nobody" hears_nobody
kill -CONT "$core"
comes "it is back" '.state == "sync" and
	.skew_ms > -5000 and .skew_ms < 5000'
grep 'its clock is' "$T/hub.log" && die "the site's clock was taken for wrong"

say "fine"
