# The proof of a domain: the file that the agent writes, a web server that
# shows it, and what the hub's operator is told of it, right and wrong.
. tests/scenario/lib.sh

root=$T/www
page "$root/index.html" '郑州市人民政府' '' 首页
hub_init
hub_start
site 4101000001 '郑州市人民政府' www.zhengzhou.gov.cn "$root" \
	https://www.zhengzhou.gov.cn/
wait_for 60 "the first page" has_items 4101000001 1

# A document root, and a few addresses that behave badly.
web=$(port)
cat >"$T/server.py" <<'PY'
import http.server, sys
port, root = int(sys.argv[1]), sys.argv[2]
path = '/.well-known/zhanqun.txt'
here, there = ('http://%s:%d' % (h, port) for h in ('127.0.0.1', 'localhost'))
to = {'/same' + path: here + path, '/away' + path: there + path,
      '/loop' + path: here + '/loop' + path, '/odd' + path: 'file:///etc/passwd'}
class Handler(http.server.SimpleHTTPRequestHandler):
    def __init__(self, *a):
        super().__init__(*a, directory=root)
    def do_GET(self):
        self.path = self.path.removeprefix('http://www.zhengzhou.gov.cn')
        if self.path in to:
            self.send_response(302)
            self.send_header('Location', to[self.path])
            self.end_headers()
        elif self.path == '/big' + path:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b'#' * 5000)
        else:
            super().do_GET()
http.server.ThreadingHTTPServer(('127.0.0.1', port), Handler).serve_forever()
PY
start web /usr/bin/python3 "$T/server.py" "$web" "$root"
at=http://127.0.0.1:$web
file=$root/.well-known/zhanqun.txt
wait_for 60 "the web server" curl -sf -o "$T/got" "$at/index.html"

# prove EXPECTED-STATUS [WORD…]: what is said must contain each word
prove() {
	expected=$1 url=$2; shift 2
	zqhub site prove 4101000001 --url "$url" >"$T/prove" 2>&1
	code=$?
	[ "$code" = "$expected" ] || { cat "$T/prove"; die "site prove $url: exit $code"; }
	for word in "$@"; do
		grep -qF -e "$word" "$T/prove" || { cat "$T/prove"; die "site prove $url does not say \"$word\""; }
	done
}
shown() {
	zqhub site show 4101000001 --json | jq -e "$1" >/dev/null || {
		zqhub site show 4101000001 --json; die "site show: $1"; }
}

say "- nobody looked yet; then there is no file, and it is said what to do"
shown '.proven == false and .proof_checked == null'
zqhub site show 4101000001 | grep -q 'not proven' || die "site show"
prove 1 "$at" "404" "does not show" "zqagent proof --write"
shown '.proven == false and (.proof | test("404, no file")) and .proof_checked != null'

say "- the agent prints it, and writes it for everybody to read"
zqagent 4101000001 proof >"$T/line" || die "zqagent proof"
grep -qE '^zhanqun-site=4101000001 key=[0-9a-f]{64}$' "$T/line" || die "$(cat "$T/line")"
key=$(openssl x509 -in "$(agent_dir 4101000001)/cert.pem" -noout -pubkey |
	openssl pkey -pubin -outform DER | sha256sum | cut -c1-64)
grep -q "$key" "$T/line" || die "it is not the SHA-256 of the public key"
(umask 077; zqagent 4101000001 proof --write web) >"$T/write" || die "proof --write"
cmp -s "$T/line" "$file" || die "the file is not what was printed"
[ "$(stat -c %a "$file")" = 644 ] || die "not everybody may read it"
[ "$(stat -c %a "$root/.well-known")" = 755 ] || die "not everybody may look"
[ "$(find "$root/.well-known" -mindepth 1 | wc -l)" = 1 ] || die "something lies beside it"
zqagent 4101000001 proof --write nosuch >"$T/write" 2>&1 && die "a source that is not there"

say "- the key fits: proven, and in the journal"
prove 0 "$at/" "200 after" "Proven"
shown '.proven and (.proof | endswith("200, key fits"))'
zqhub site show 4101000001 | grep -q 'proven 20' || die "site show"
zqhub site list --json | jq -e '.sites[0].proven' >/dev/null || die "site list"
zqhub journal print --json | jq -e '[.[].act | select(.do? == "prove")][-1] | .proven and .domain == "www.zhengzhou.gov.cn" and .actor != ""' >/dev/null || die "the journal"
prove 0 "$at/same" "a redirect" "Proven"

say "- by its own name: https, and where that gives nothing, http"
# This server is asked as a proxy, and it opens no tunnels.
http_proxy=$at https_proxy=$at zqhub site prove 4101000001 >"$T/prove" 2>&1 ||
	{ cat "$T/prove"; die "site prove over http"; }
grep -q '^https://www.zhengzhou.gov.cn/.well-known/zhanqun.txt ' "$T/prove" || die "https was not asked"
shown '.proven and (.proof | test("^https.*; http 200, key fits$"))'

say "- another key, another site, nothing to read"
tr 0-9a-f 1-9a-f0 <"$T/line" | sed 's/^[^=]*=[^ ]*/zhanqun-site=4101000001/; s/ [^ =]*=/ key=/' >"$file"
prove 1 "$at" "another key" "zqagent proof --write"
shown '.proven == false and (.proof | test("another key"))'
sed 's/4101000001/4101000002/' "$T/line" >"$file"
prove 1 "$at" "site 4101000002, not of 4101000001"
echo 'hello' >"$file"
prove 1 "$at" "no line zhanqun-site=4101000001"

say "- written again, other lines stay"
sed 's/4101000001/4101000002/' "$T/line" >>"$file"
zqagent 4101000001 proof --write web >"$T/write" || die "proof --write"
[ "$(wc -l <"$file")" = 3 ] || { cat "$file"; die "lines were lost"; }
prove 0 "$at" Proven

say "- other hosts, circles, floods, a closed door"
prove 1 "$at/away" "another host, localhost: not followed"
prove 1 "$at/loop" "a redirect"
prove 1 "$at/odd" "a redirect to nowhere"
prove 1 "$at/big" "longer than 4096 bytes"
prove 1 "http://127.0.0.1:$(port)" "cannot be reached"
shown '.proven == false'
prove 2 "ftp://127.0.0.1" "http://10.1.2.3:8080"

say "- without the daemon, too; the view made anew shows the same"
prove 0 "$at" Proven
stop "$HUB_PID" || die "hub did not end cleanly"
prove 1 "$at/away" "not followed"
prove 0 "$at" Proven
zqhub rebuild | grep -q 'the same' || die "rebuild"
shown '.proven'
hub_start

say "- a link out of the root is not followed, and the proof is no item"
mv "$root/.well-known" "$T/elsewhere"
ln -s "$T/elsewhere" "$root/.well-known"
zqagent 4101000001 proof --write web >"$T/write" 2>&1 && die "wrote outside of the root"
grep -q 'leads out' "$T/write" || { cat "$T/write"; die "why it would not write"; }
rm "$root/.well-known"
zqagent 4101000001 proof --write web >"$T/write" || die "proof --write"
page "$root/a/1.html" '其后的一条'
wait_for 60 "the page after it" has_items 4101000001 2
rescan 4101000001
wait_for 60 "the agent to have told what it found" at_rest 4101000001
wait_for 60 sync in_sync
has_items 4101000001 2 || die "the proof was told as an item"
stop "$(agent_pid 4101000001)"
stop "$HUB_PID" || die "hub did not end cleanly"
exit 0
