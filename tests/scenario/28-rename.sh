# No link breaks: a site of many pages moves to another domain, another
# renames a column of its own, and a crawler that follows every link of the
# cluster all the time sees no dead one. All that do it are real: the hub, an
# agent for each site, nginx (and once Apache) with the maps that agents write,
# wget.
#
# 8 sites and 400 pages; ZQ_FULL=1: 50 sites and 5,000 pages.
. tests/scenario/lib.sh

need nginx wget python3
if [ -n "${ZQ_FULL:-}" ]; then
	SITES=50 PAGES=5000 COLUMN=300
else
	SITES=8 PAGES=400 COLUMN=60
fi
PORT=$(port)
WWW=$T/www
OLD=http://www.old.localhost NEW=http://www.new.localhost
S1=http://www.s1.localhost
farm=$(python3 tests/scenario/rename_farm.py "$WWW" $SITES $PAGES $COLUMN) ||
	die "no farm"
# shellcheck disable=SC2086
set -- $farm
say "- $SITES sites, $1 pages; $2 links to the domain, $3 to the column"
MADE=$1
ln -s www.old.localhost "$WWW/www.new.localhost"	# the same files

# code N: the site's; site 0 is the one that moves
code() { say $((4101000000 + $1)); }
host() {
	if [ "$1" = 0 ]; then say www.old.localhost; else say "www.s$1.localhost"; fi
}
MOVER=$(code 0)

# --- web servers ---------------------------------------------------------------
# One nginx on a free port, which has all names; who asks takes it for his
# proxy, and so nobody needs a resolver.
#
# both: old and new names have the pages, whichever the column's directory has
# just now; own: old ones have nothing but the maps that agents write; hub:
# the old domain was given to the hub.
server() {	# NAME MAP ROOT [both]: what its agent knows goes first
	cat <<-CONF
	server {
		listen 127.0.0.1:$PORT;
		server_name $1;
		root $3;
		log_not_found off;
		if (\$$2) { return 308 \$$2; }
	CONF
	[ "${4:-}" != both ] || cat <<-CONF
		recursive_error_pages on;
		location /tzgg/ { error_page 404 = @is; }
		location /gonggao/ { error_page 404 = @was; }
		location @was {
			error_page 404 = @is;
			rewrite ^/(?:tzgg|gonggao)/(.*)\$ /tzgg/\$1 break;
		}
		location @is { rewrite ^/tzgg/(.*)\$ /gonggao/\$1 break; }
	CONF
	say "}"
}
map() {		# NAME FILE
	[ -f "$2" ] || : >"$2"
	say "map \"\$http_host\$request_uri\" \$$1 { default \"\"; include $2; }"
}
nginx_conf() {	# both|own|hub
	[ "$(id -u)" != 0 ] || say "user root;"	# who isn't is warned of it
	cat <<-CONF
	worker_processes 1;
	daemon off;
	pid $T/nginx.pid;
	error_log $T/nginx.err;
	events { worker_connections 256; }
	http {
	types { text/html html; image/png png; }
	log_format farm '\$status \$request_method \$host\$request_uri \$http_user_agent';
	access_log $T/access farm;
	keepalive_requests 100000;
	server_names_hash_bucket_size 128;
	map_hash_bucket_size 4096;
	map_hash_max_size 65536;
	CONF
	map moved_0 "$T/maps/0.nginx"
	map moved_1 "$T/maps/1.nginx"
	case $1 in
	both)	server www.old.localhost moved_0 "$WWW/www.old.localhost" ;;
	own)	server www.old.localhost moved_0 "$WWW/none" ;;
	hub)	cat <<-CONF
		server {
			listen 127.0.0.1:$PORT;
			server_name www.old.localhost;
			location / {
				proxy_pass http://127.0.0.1:$WEB_PORT;
				proxy_set_header Host \$http_host;
			}
		}
		CONF
		;;
	esac
	server www.new.localhost moved_0 "$WWW/www.new.localhost"
	server www.s1.localhost moved_1 "$WWW/www.s1.localhost" "$1"
	n=2
	while [ "$n" -lt "$SITES" ]; do
		printf 'server { listen 127.0.0.1:%s; server_name %s; root %s; }\n' \
			"$PORT" "$(host $n)" "$WWW/$(host $n)"
		n=$((n + 1))
	done
	say "}"
}
nginx_is() {	# own|hub: whole at any moment, for agents reload it, too
	nginx_conf "$1" >"$T/nginx.new"
	mv "$T/nginx.new" "$T/nginx.conf"
	"$T/reload"
}
mkdir "$T/crawl" "$T/maps"
nginx_conf both >"$T/nginx.conf"
start nginx nginx -p "$T" -e "$T/nginx.err" -c "$T/nginx.conf"
NGINX=$PID
printf '#!/bin/sh\nkill -HUP %s\n' "$NGINX" >"$T/reload"
chmod 755 "$T/reload"
wait_for 60 "nginx" curl -sf -o "$T/x" \
	-x "http://127.0.0.1:$PORT" "$S1/tzgg/"

# --- crawlers --------------------------------------------------------------------
# One follows every link there is, from one home on; one asks for all old
# addresses, as people's bookmarks do. Both go round until it is enough.
WGET="wget -nv --spider -e robots=off -e use_proxy=yes
	-e http_proxy=http://127.0.0.1:$PORT --tries=3 --timeout=20"
find "$WWW/www.old.localhost" "$WWW/www.s1.localhost/tzgg" -name '*.html' |
	sed -e "s|^$WWW/||" -e "s|^|http://|" -e 's|/index.html$|/|' \
		>"$T/bookmarks"
rounds() {	# NAME ARGUMENT…: wget, again and again
	name=$1; shift
	round=0 child=
	trap '[ -z "$child" ] || kill $child; exit 143' TERM
	trap - EXIT
	while [ ! -e "$T/enough" ]; do
		round=$((round + 1))
		# shellcheck disable=SC2086
		(cd "$T/crawl" && exec $WGET -U "$name/$round" "$@" -o "$T/crawl/$name.$round") &
		child=$!
		wait $child
		say "$?" >"$T/crawl/$name.$round.code"
		sleep 0.5
	done
}
crawl() {
	rm -f "$T/enough"
	rounds links -r -l inf -H -D localhost -nd "$S1/" &
	LINKS=$!
	rounds bookmarks -i "$T/bookmarks" &
	BOOKMARKS=$!
	PIDS="$PIDS $LINKS $BOOKMARKS"
}
# no_dead: everything they asked for so far was answered
no_dead() {
	if awk '$1 >= 400 && !/\/robots.txt/' "$T/access" | head -n 5 | grep .; then
		die "$1: dead links"
	fi
	[ ! -s "$T/nginx.err" ] || { head -n 5 "$T/nginx.err"; die "$1: nginx"; }
}
crawl_end() {
	: >"$T/enough"
	wait $LINKS $BOOKMARKS
	forget $LINKS
	forget $BOOKMARKS
	for ended in "$T"/crawl/*.code; do
		[ "$(cat "$ended")" = 0 ] || { tail -n 5 "${ended%.code}"
			die "wget says $(cat "$ended"): ${ended%.code}"; }
	done
}
crawl

# --- the cluster ------------------------------------------------------------------
hub_init 河南省人民政府门户网站
cat >>"$HUB/hub.conf" <<CONF
check_allow = 127.0.0.0/8 ::1
check_delay = 0
CONF
hub_start
began=$(date +%s)
n=0
while [ "$n" -lt "$SITES" ]; do
	c=$(code "$n")
	site_add "$c" "第${n}站" "$(host $n)"
	agent_enroll "$c" "$TICKET"
	zqagent "$c" source add dir web --root "$WWW/$(host $n)" \
		--url "http://$(host $n)/" >>"$T/agent-$c.log" 2>&1 ||
		die "source add for $c"
	# Every second site mends by itself.
	mend=ask
	[ $((n % 2)) = 0 ] || mend=auto
	echo "mend = $mend" >>"$(agent_dir "$c")/agent.conf"
	if [ $n -lt 2 ]; then
		sed -i "1i map_nginx = $T/maps/$n.nginx\nmap_apache = $T/maps/$n.apache\nmap_reload = $T/reload" \
			"$(agent_dir "$c")/agent.conf"
	fi
	agent_start "$c"
	n=$((n + 1))
done
all_items() { zqhub status --json | jq '[.sites[].items] | add'; }
has_all() { [ "$(all_items)" = "$1" ]; }
wait_for 300 "all pages to be told" has_all $((MADE + 1))
wait_for 60 "in sync" in_sync
took=$(($(date +%s) - began))
say "  all $((MADE + 1)) items are known after $took s"

# What must hold at every moment: nothing is doubled, lost, held or broken.
watch() {
	while [ ! -e "$T/enough" ]; do
		now=$(date +%T)
		zqhub links broken --json >"$T/watch.json" 2>>"$T/watch.err" &&
			jq -c --arg now "$now" '.broken[] | [$now, "broken", .]' \
				"$T/watch.json"
		zqhub status --json >"$T/watch.json" 2>>"$T/watch.err"
		jq -c --arg now "$now" --argjson made $((MADE + 1)) '.totals |
			select(.items != $made or .withdrawn != 0) |
			[$now, "items", .items, .withdrawn]' "$T/watch.json"
		jq -c --arg now "$now" '.sites[] | select(.held > 0) |
			[$now, .code, "held", .held]' "$T/watch.json"
		sleep 0.5
	done >"$T/trouble"
}
no_trouble() {
	no_dead "$1"
	[ ! -s "$T/trouble" ] || { head -n 5 "$T/trouble"; die "$1: trouble"; }
}
watch &
WATCH=$!
PIDS="$PIDS $WATCH"
number() { zqhub item "$1" --json | jq -e .number; }
before=$(number "$OLD/c00/007.html") || die "no such item"
column_before=$(number "$S1/tzgg/7.html") || die "no such item"

say "- announced: all who link there are told before the time has come"
T0=$(($(date +%s) + 30 + 2 * took))	# as fast as this machine is
at=$(date -u -d "@$T0" +%Y-%m-%dT%H:%M:%SZ)
zqagent "$MOVER" say move "$OLD/" "$NEW/" --domain --at "$at" \
	--reason 机构改革 --by 张三 >"$T/said" || die "say move"
zqagent "$(code 1)" say move "$S1/tzgg/" "$S1/gonggao/" --prefix --at "$at" \
	--reason 栏目改名 --by 李四 >>"$T/said" || die "say move"
move_of() {	# OLD: its number
	zqhub move list --json | jq -e --arg old "$1" \
		'.moves[] | select(.old == $old) | .move'
}
wait_for 60 "the domain's move" move_of "$OLD/"
wait_for 60 "the column's move" move_of "$S1/tzgg/"
DOMAIN=$(move_of "$OLD/") PREFIX=$(move_of "$S1/tzgg/")
# The hub itself looks, at the addresses as they are: in a network of its own
# where the same nginx has port 80. Left out where there is no such thing.
move_check() {	# STATE
	sed "s/^listen .*/listen 80;/" "$T/nginx.conf" >"$T/town.conf"
	sed -i "s|nginx\.pid|town.pid|;s|nginx\.err|town.err|" "$T/town.conf"
	cat >"$T/town" <<-SH
	ip link set lo up || exit 77
	nginx -p "$T" -e "$T/town.err" -c "$T/town.conf" &
	n=0
	until curl -sf -o "$T/x" $S1/; do
		n=\$((n + 1)); [ \$n -lt 100 ] || exit 77; sleep 0.1
	done
	code=0
	for move in $DOMAIN $PREFIX; do
		"$ZQ_BUILD/zqhub" move check \$move --dir "$HUB" || code=1
	done
	kill \$!
	wait
	exit \$code
	SH
	how=-n
	[ "$(id -u)" = 0 ] || how=-rn
	unshare $how sh "$T/town" >"$T/town.log" 2>&1
	case $? in
	0)	state_is "$DOMAIN" "$1" || die "the domain isn't $1"
		state_is "$PREFIX" "$1" || die "the column isn't $1" ;;
	1)	die "move check" ;;
	*)	say "  (not looked at by the hub: no network of its own here)" ;;
	esac
}
state_is() { [ "$(zqhub move show "$1" --json | jq -r .state)" = "$2" ]; }
zqhub move show "$DOMAIN" --json | jq -e '.agreed == false' >"$T/x" ||
	die "a domain moves without its other end"
zqhub move agree "$DOMAIN" --reason 已核实 >"$T/agreed" || die "agree"
told() {	# CODE OLD: a letter about that move has come
	zqagent "$1" letters --json | jq -e --arg old "$2" \
		'any(.[]; .kind == "links" and .about == $old)'
}
n=0
while [ "$n" -lt "$SITES" ]; do
	c=$(code "$n")
	wait_for 60 "$c to be told of the domain" told "$c" "$OLD/"
	[ $n = 0 ] || wait_for 60 "$c to be told of the column" told "$c" "$S1/tzgg/"
	n=$((n + 1))
done
ahead=$((T0 - $(date +%s)))
[ $ahead -gt 0 ] || die "told $((-ahead)) s too late"
say "  told $ahead s before"
zqagent "$(code 2)" mend --json >"$T/mend.json"
jq -e '.mended == 0 and .later > 0' "$T/mend.json" >"$T/x" ||
	{ cat "$T/mend.json"; die "it would mend before the time"; }
move_check checked
no_trouble "announced"

say "- its time comes: the old addresses lead to the new ones"
wait_for $((120 + 2 * took)) "the domain to move" state_is "$DOMAIN" effective
wait_for 60 "the column to move" state_is "$PREFIX" effective
mv "$WWW/www.s1.localhost/tzgg" "$WWW/www.s1.localhost/gonggao"
sed -i "s|^url = .*|url = $NEW/|" "$(agent_dir "$MOVER")/agent.conf"
stop "$(agent_pid "$MOVER")" || die "agent did not end cleanly"
agent_start "$MOVER"
leads() {	# OLD NEW: nginx says so
	curl -s -o "$T/x" -x "http://127.0.0.1:$PORT" -w '%{http_code} %{redirect_url}' \
		"$1" | grep -qxF "308 $2"
}
wait_for 60 "nginx to lead to the domain" leads "$OLD/c01/003.html" "$NEW/c01/003.html"
wait_for 60 "nginx to lead to the column" leads "$S1/tzgg/3.html" "$S1/gonggao/3.html"
# A worker of before may answer for another moment.
wait_for 60 "home" leads "$OLD/" "$NEW/"
wait_for 60 "a query" leads "$OLD/c00/?a=1&b=%E6%96%87" "$NEW/c00/?a=1&b=%E6%96%87"
wait_for 60 "the column's list" leads "$S1/tzgg/" "$S1/gonggao/"
nginx_is own	# from now on only the maps answer for what was
shown() {	# URL NUMBER: the item has this address now, and this number
	zqhub item "$1" --json | jq -e --arg url "$1" --argjson n "$2" \
		'.number == $n and .url == $url and .changes >= 2 and (.withdrawn | not)'
}
wait_for 60 "the page of the domain" shown "$NEW/c00/007.html" "$before"
wait_for 60 "the page of the column" shown "$S1/gonggao/7.html" "$column_before"
[ "$(number "$OLD/c00/007.html")" = "$before" ] || die "the old address finds another"
wait_for 60 "in sync" in_sync
no_trouble "moved"

say "- mended, by people and by agents; the next push proves it"
linked() {	# PREFIX|DOMAIN: links that lead there yet
	zqhub links to "$1" --json | jq -e '.links == []'
}
mend_all() {
	n=0
	while [ "$n" -lt "$SITES" ]; do
		[ $((n % 2)) = 1 ] || zqagent "$(code "$n")" mend --apply \
			>>"$T/mended.log" 2>&1
		n=$((n + 1))
	done
	linked www.old.localhost && linked "$S1/tzgg/"
}
wait_for 120 "all links to be mended" mend_all
wait_for 60 "in sync" in_sync
move_check verified
all_fixed() {	# MOVE: nobody who was told has anything left to do
	zqhub move show "$1" --json | jq -e '.referrers |
		.pages == 0 and (.by_site | length > 2 and
		all(.[]; .state == "fixed" and .seen and .pages == 0))'
}
for move in $DOMAIN $PREFIX; do
	wait_for 60 "all sites to have fixed move $move" all_fixed "$move"
done
has_all $((MADE + 1)) || die "$(all_items) items, not $((MADE + 1))"
no_trouble "mended"

apache=$(command -v apache2)
modules=/usr/lib/apache2/modules
if [ -n "$apache" ] && [ -e $modules/mod_rewrite.so ]; then
	say "- Apache leads on all old addresses, with what the agent wrote"
	APACHE=$(port)
	user=$(id -un) group=$(id -gn)
	[ "$(id -u)" != 0 ] || { user=www-data group=www-data; chmod 755 "$T"; }
	{
		cat <<-CONF
		ServerRoot $T
		PidFile $T/apache.pid
		ErrorLog $T/apache.err
		Listen 127.0.0.1:$APACHE
		User $user
		Group $group
		LoadModule mpm_event_module $modules/mod_mpm_event.so
		LoadModule authz_core_module $modules/mod_authz_core.so
		LoadModule rewrite_module $modules/mod_rewrite.so
		MaxKeepAliveRequests 0
		<VirtualHost *:$APACHE>
		ServerName www.old.localhost
		ServerAlias www.s1.localhost
		CONF
		# The head of the file says how.
		sed -n 's/^#	//p' "$T/maps/0.apache" |
			sed "s|txt:.*|txt:$T/maps/both.apache|"
		echo '</VirtualHost>'
	} >"$T/apache.conf"
	grep -hv '^#' "$T/maps/0.apache" "$T/maps/1.apache" >"$T/maps/both.apache"
	start apache "$apache" -X -f "$T/apache.conf"
	wait_for 60 "Apache" curl -s -o "$T/x" "http://127.0.0.1:$APACHE/"
	while read -r url; do
		printf 'url = "%s"\noutput = "%s"\n' "$url" "$T/x"
	done <"$T/bookmarks" >"$T/curlrc"
	curl -s --connect-to "::127.0.0.1:$APACHE" -K "$T/curlrc" \
		-w '%{http_code} %{redirect_url}\n' >"$T/led"
	sed "s|^$OLD/|308 $NEW/|; s|^$S1/tzgg/|308 $S1/gonggao/|" "$T/bookmarks" |
		diff - "$T/led" >"$T/diff" || { head -n 5 "$T/diff"; die "Apache"; }
	stop $PID
fi

say "- the old domain is given to the hub, which answers for it"
nginx_is hub
wait_for 60 "the hub to lead to the domain" leads "$OLD/c01/003.html" "$NEW/c01/003.html"

say "- crawlers go round once more, and have seen no dead link in all the time"
round_of() { find "$T/crawl" -name "$1.*.code" | wc -l; }
links=$(round_of links) bookmarks=$(round_of bookmarks)
went_round() {
	[ "$(round_of links)" -gt $((links + 1)) ] &&
		[ "$(round_of bookmarks)" -gt $((bookmarks + 1)) ]
}
wait_for 300 "the crawlers" went_round
crawl_end
wait $WATCH
forget $WATCH
no_trouble "the end"
[ "$(zqhub links broken --json | jq '.broken | length')" = 0 ] || die "broken links"
say "  $(awk '!/ zqhub/' "$T/access" | wc -l) requests in $(round_of links) and $(round_of bookmarks) rounds:" \
	"$(awk '!/ zqhub/ { n[$1]++ } END { for (s in n) printf "%d times %s ", n[s], s }' "$T/access")"
# Each round on its own has come to every page, and not only to bookmarks.
round=$(round_of links)
while [ "$round" -gt 0 ]; do
	pages=$(awk -v who="links/$round" \
		'$4 == who && $1 == 200 && !seen[$3]++' "$T/access" | wc -l)
	[ "$pages" -ge "$MADE" ] ||
		die "round $round came to $pages addresses of $MADE pages"
	round=$((round - 1))
done
for who in links bookmarks; do
	grep -q "^308 .* $who/" "$T/access" || die "$who: nobody was led on"
done
[ "$(grep -c '^308 ' "$T/access")" -gt "$COLUMN" ] || die "few were led on"
zqhub rebuild >"$T/rebuild" 2>&1 || { cat "$T/rebuild"; die "rebuild"; }
exit 0
