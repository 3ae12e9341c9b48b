# What stands between agents and hub in a real network: nginx and haproxy pass
# the connection on, squid is asked to CONNECT. Each is cut short, and killed
# in the middle of traffic; nothing is lost, nothing comes twice.
. tests/scenario/lib.sh

stream=/usr/lib/nginx/modules/ngx_stream_module.so
need nginx haproxy squid
[ -e $stream ] || skip "no $stream here"
nginx_port=$(port) haproxy_port=$(port) squid_port=$(port)

hub_init
hub_start
me=$(id -un)

# Small buffers; no connection may be idle for more than two seconds, so that
# every long poll is cut.
cat >"$T/nginx.conf" <<CONF
load_module $stream;
user $me;
pid $T/nginx.pid;
daemon off;
master_process off;
events { worker_connections 64; }
stream {
	server {
		listen 127.0.0.1:$nginx_port;
		proxy_pass 127.0.0.1:$HUB_PORT;
		proxy_buffer_size 512;
		proxy_connect_timeout 1s;
		proxy_timeout 2s;
	}
}
CONF
cat >"$T/haproxy.conf" <<CONF
global
	maxconn 64
	tune.bufsize 1024
	tune.maxrewrite 256
defaults
	mode tcp
	timeout connect 1s
	timeout client 2s
	timeout server 2s
frontend in
	bind 127.0.0.1:$haproxy_port
	default_backend hub
backend hub
	server hub 127.0.0.1:$HUB_PORT
CONF
cat >"$T/squid.conf" <<CONF
http_port 127.0.0.1:$squid_port
acl hub port $HUB_PORT
acl CONNECT method CONNECT
http_access allow CONNECT hub
http_access deny all
read_timeout 2 seconds
client_lifetime 8 seconds
shutdown_lifetime 0 seconds
cache deny all
pid_filename $T/squid/pid
access_log stdio:$T/squid/access
cache_log $T/squid/cache
coredump_dir $T/squid
visible_hostname proxy.test
pinger_enable off
CONF
# Run by root, squid becomes the user that its package made.
mkdir -m 777 "$T/squid"
chmod 711 "$T"
service=zq$$	# squid's shared memory has names for the whole machine
nginx_start() {
	start nginx nginx -p "$T" -e "$T/nginx.log" -c "$T/nginx.conf"
	nginx_pid=$PID
}
haproxy_start() {
	start haproxy haproxy -q -db -f "$T/haproxy.conf"
	haproxy_pid=$PID
}
squid_start() {
	rm -f "$T/squid/pid" /dev/shm/"$service"-*
	start squid squid -n "$service" -N -d 0 -f "$T/squid.conf"
	squid_pid=$PID
}
listens() { curl -s -o "$T/x" "http://127.0.0.1:$1/"; [ $? != 7 ]; }
nginx_start
haproxy_start
squid_start
for p in $nginx_port $haproxy_port $squid_port; do
	wait_for 60 "port $p" listens "$p"
done

through() {	# CODE NAME DOMAIN URL [--proxy P]: a site that comes that way
	code=$1 name=$2 domain=$3 url=$4; shift 4
	site_add "$code" "$name" "$domain"
	zqagent "$code" enroll "$url" "$TICKET" "$@" \
		>>"$T/agent-$code.log" 2>&1 || die "agent $code could not enrol"
	page "$T/www-$code/index.html" "$name" '' 首页
	zqagent "$code" source add dir web --root "$T/www-$code" \
		--url "https://$domain/" >>"$T/agent-$code.log" 2>&1 ||
		die "source of $code"
	sed -i '1i beat = 1s' "$(agent_dir "$code")/agent.conf"
	agent_start "$code"
}
say "- enrolled and in sync through each of them"
through 4101000001 '郑州市人民政府' www.zhengzhou.gov.cn \
	"https://127.0.0.1:$nginx_port"
through 4102000002 '开封市人民政府' www.kaifeng.gov.cn \
	"https://127.0.0.1:$haproxy_port"
through 4103000003 '洛阳市人民政府' www.luoyang.gov.cn \
	"https://127.0.0.1:$HUB_PORT" --proxy "http://127.0.0.1:$squid_port"
wait_for 60 sync in_sync
wait_for 60 "squid to say that it was asked" \
	grep -q "CONNECT 127.0.0.1:$HUB_PORT" "$T/squid/access"

say "- each is killed and started again, three times, in the middle of traffic"
sites="4101000001 4102000002 4103000003"
(
	n=0
	while [ ! -e "$T/enough" ]; do
		n=$((n + 1))
		for code in $sites; do
			page "$T/www-$code/a/$n.html" "代理后面的第${n}号公告"
		done
		[ $((n % 9)) != 0 ] || for code in $sites; do
			rm "$T/www-$code/a/$n.html"
		done
		sleep 0.05
	done
) &
publisher=$!
PIDS="$PIDS $publisher"
for turn in 1 2 3; do
	sleep 1
	kill9 "$nginx_pid"; sleep 0.3; nginx_start
	sleep 0.4
	kill9 "$haproxy_pid"; sleep 0.3; haproxy_start
	sleep 0.4
	kill9 "$squid_pid"; sleep 0.3; squid_start
	say "  round $turn"
done
: >"$T/enough"
wait $publisher
forget $publisher

say "- nothing is lost, nothing comes twice"
for code in $sites; do
	want=$(find "$T/www-$code" -name '*.html' | wc -l)
	wait_for 120 "$want items of $code (now $(items_of "$code"))" \
		has_items "$code" "$want"
done
wait_for 60 sync in_sync
wait_for 120 "a proof: what is there is right, too" proven
whole

say "- a proxy that says no is named"
content() { zqagent 4103000003 status >"$T/status"; }
wait_for 60 "the agent to say in sync" content
stop "$squid_pid"
sed -i 's/^http_access allow.*//' "$T/squid.conf"
squid_start
refused() { zqagent 4103000003 status | grep -q '403'; }
wait_for 60 "the agent to say 403" refused
grep -q '^proxy = http' "$(agent_dir 4103000003)/agent.conf" || die "the proxy is not kept"
stop "$squid_pid"
rm -f /dev/shm/"$service"-*
exit 0
