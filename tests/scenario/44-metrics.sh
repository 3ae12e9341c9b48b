# shellcheck shell=sh
# Numbers for others: what the dashboard and the rules in contrib ask for is
# there, promtool accepts the rules, and a site that goes is a sample that
# changes.
. tests/scenario/lib.sh

root=$T/www
page "$root/index.html" '郑州市人民政府' '' 首页
hub_init '河南省"站群"'
hub_start
WWW=$(port)
start home /usr/bin/python3 -m http.server -b 127.0.0.1 -d "$root" "$WWW"
site_add 4101000001 '郑州市"人民"\政府' www.zhengzhou.gov.cn
agent_enroll 4101000001 "$TICKET"
zqagent 4101000001 source add dir web --root "$root" \
	--url https://www.zhengzhou.gov.cn/ >>"$T/agent-4101000001.log" 2>&1 ||
	die "source add"
sed -i "1i home = http://www.zhengzhou.gov.cn:$WWW/\nhome_every = 1s" \
	"$(agent_dir 4101000001)/agent.conf"
agent_start 4101000001
wait_for 60 "sync" in_sync
web=http://127.0.0.1:$WEB_PORT
metrics() { curl -sf -o "$T/got" "$web/metrics"; }

say "- promtool: the rules hold what they say"
promtool check rules contrib/prometheus/zhanqun.rules.yml >"$T/prom" 2>&1 || { cat "$T/prom"; die "rules"; }
promtool test rules contrib/prometheus/zhanqun.rules.test.yml >"$T/prom" 2>&1 || { cat "$T/prom"; die "the rules' own tests"; }
# … and each has a case in which it fires.
sed -n 's/^  - alert: //p' contrib/prometheus/zhanqun.rules.yml | sort >"$T/rules"
sed -n '/exp_alerts: \[\]/d; s/^    alertname: //p' \
	contrib/prometheus/zhanqun.rules.test.yml | sort -u | comm -23 "$T/rules" - >"$T/lacks"
[ ! -s "$T/lacks" ] || { cat "$T/lacks"; die "rules without a case"; }
metrics || die metrics
promtool check metrics <"$T/got" >"$T/prom" 2>&1 || { cat "$T/prom"; die "the metrics"; }

say "- promtool: all that the dashboard asks is PromQL"
# Each as the expression of a recording rule; JSON is YAML.
jq '{groups: [{name: "dashboard", rules: [[.. | objects | .expr? // empty] |
	to_entries[] | {record: "panel:\(.key)", expr: (.value |
	gsub("\\$__(rate_)?interval"; "5m") | gsub("\\$__range"; "1h") |
	gsub("\\$\\{?[a-z_]+(:[a-z]+)?\\}?"; "x"))}]}]}' \
	contrib/grafana/zhanqun.json >"$T/dashboard.yml"
asked=$(grep -c '"expr":' contrib/grafana/zhanqun.json)
promtool check rules "$T/dashboard.yml" >"$T/prom" 2>&1 &&
	grep -q "SUCCESS: $asked rules" "$T/prom" ||
	{ cat "$T/prom"; die "the dashboard's expressions"; }

say "- every name in the rules and on the dashboard is one of /metrics"
jq -r '.panels[].targets[].expr' contrib/grafana/zhanqun.json |
	cat - contrib/prometheus/zhanqun.rules.yml |
	grep -o 'zq_[a-z_]*' | sed 's/_bucket$//' | sort -u >"$T/asked"
[ "$(wc -l <"$T/asked")" -ge 20 ] || die "so few names"
lacks_none() {
	metrics || return 1
	sed -n 's/^# TYPE \([a-z_]*\) .*/\1/p' "$T/got" | sort >"$T/names"
	comm -13 "$T/names" "$T/asked" >"$T/lacks"
	[ -s "$T/names" ] && [ ! -s "$T/lacks" ]
}
wait_for 60 "all of them, in /metrics" lacks_none

say "- a site as samples: up, and then not"
has() { metrics && grep -q "$1" "$T/got"; }
wait_for 60 "the site to be up" has '^zq_site_up{site="4101000001",name="郑州市\\"人民\\"\\\\政府"} 1$'
wait_for 60 "the state" has '^zq_site_state{site="4101000001",.*state="up"} 1$'
wait_for 60 "connections" has '^zq_site_connections{.*} [12]$'
wait_for 60 "no isolation" has '^zq_hub_isolated 0$'
# The agent itself is the child of the one that watches over it.
agent=$(ps -o pid= --ppid "$(agent_pid 4101000001)")
# shellcheck disable=SC2086 # a list
kill -STOP $agent
wait_for 60 "the site to be silent" has '^zq_site_up{.*} 0$'
wait_for 60 "its state to say it" has '^zq_site_state{.*state="silent"} 1$'
# shellcheck disable=SC2086
kill -CONT $agent
wait_for 60 "the site to be back" has '^zq_site_up{.*} 1$'
