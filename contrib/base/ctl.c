/*
 * The daemon's end of the control socket. See ctl.h; the asking end is in
 * ctl_ask.c.
 *
 * A peer's requests are answered one after the other: the next line is read
 * when the last one has its answer. A peer that closes its sending half (as
 * `printf … | socat` does) still gets what it asked for. One that doesn't
 * read is dropped before its answers fill the memory.
 */
#include "contrib/base/ctl.h"

#include "contrib/base/buf.h"
#include "contrib/base/err.h"
#include "contrib/base/lang.h"
#include "contrib/base/mem.h"
#include "contrib/base/text.h"

#include <errno.h>
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/listener.h>
#include <libgen.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define PENDING_MAX (2 * CTL_LINE_MAX)	/* bytes a peer may leave unread */
#define IDLE_SECONDS 300
#define BACKLOG 16

struct ctl_peer {
	struct ctl_peer *next;
	struct ctl *ctl;
	struct bufferevent *stream;
	uid_t uid;
	bool busy;		/* asked, not yet answered */
	bool reading;		/* read_lines() is on the stack */
	bool last;		/* nothing more is taken: close when all is
				 * answered and written */
	bool dropped;		/* it is being closed; nothing is written */
};

struct ctl {
	struct event_base *base;
	struct evconnlistener *listener;
	char *path;
	ctl_ask_fn *on_ask;
	ctl_gone_fn *on_gone;
	void *arg;
	struct ctl_peer *peers;
	unsigned count;
};

static void
free_peer(struct ctl_peer *p)
{
	struct ctl_peer **at = &p->ctl->peers;

	while (*at != p)
		at = &(*at)->next;
	*at = p->next;
	p->ctl->count--;
	bufferevent_free(p->stream);
	free(p);
}

static void
gone(struct ctl_peer *p)
{
	if (p->ctl->on_gone != NULL)
		p->ctl->on_gone(p->ctl->arg, p);
	free_peer(p);
}

/* Not from here: the caller may still have its hands on p. */
static void
drop(struct ctl_peer *p)
{
	p->dropped = true;
	bufferevent_trigger_event(p->stream, BEV_EVENT_ERROR,
	    BEV_TRIG_DEFER_CALLBACKS);
}

/* Writing. */

static void
close_when_written(struct ctl_peer *p)
{
	if (p->last && !p->busy && !p->dropped && evbuffer_get_length(
	    bufferevent_get_output(p->stream)) == 0)
		drop(p);
}

/* Takes line. */
static void
put_line(struct ctl_peer *p, json_t *line)
{
	struct evbuffer *out = bufferevent_get_output(p->stream);
	char *text = json_dumps(line, JSON_COMPACT);

	json_decref(line);
	must(text != NULL);
	if (!p->dropped) {
		evbuffer_add(out, text, strlen(text));
		evbuffer_add(out, "\n", 1);
		if (evbuffer_get_length(out) > PENDING_MAX)
			drop(p);
	}
	free(text);
}

/* A JSON string of what may not be UTF-8. */
static json_t *
string(const char *text)
{
	struct span s = span_of(text);
	struct buf b;
	json_t *j;

	buf_init(&b, 4 * s.n + 1);
	while (s.n != 0)
		text_put_char(&b, text_next(&s));
	j = json_string(buf_cstr(&b));
	buf_clear(&b);
	return j;
}

static json_t *
error_line(const char *error, const char *hint)
{
	json_t *line = json_object();

	json_object_set_new(line, "error", string(error));
	if (hint != NULL && hint[0] != '\0')
		json_object_set_new(line, "hint", string(hint));
	return line;
}

static bool
is_too_long(const json_t *line)
{
	return json_dumpb(line, NULL, 0, JSON_COMPACT) >= CTL_LINE_MAX;
}

static void read_lines(struct ctl_peer *p);

/* Takes line: the last one for what was asked. */
static void
answer(struct ctl_peer *p, json_t *line)
{
	must(p->busy);
	if (is_too_long(line)) {
		json_decref(line);
		line = error_line(_("the answer is too long"),
		    _("ask for less at a time"));
	}
	put_line(p, line);
	p->busy = false;
	if (!p->reading)
		read_lines(p);
}

void
ctl_progress(struct ctl_peer *p, json_t *what)
{
	json_t *line = json_object();

	must(p->busy);
	json_object_set_new(line, "progress", what);
	if (is_too_long(line))
		json_decref(line);
	else
		put_line(p, line);
}

void
ctl_ok(struct ctl_peer *p, json_t *result)
{
	json_t *line = json_object();

	json_object_set_new(line, "ok", result != NULL ? result :
	    json_object());
	answer(p, line);
}

void
ctl_fail(struct ctl_peer *p, const char *hint, const char *fmt, ...)
{
	char text[2048];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	answer(p, error_line(text, hint));
}

/* Reading. */

static void
take_line(struct ctl_peer *p, const char *at, size_t n)
{
	json_error_t why;
	json_t *ask = json_loadb(at, n, JSON_REJECT_DUPLICATES, &why);

	p->busy = true;
	if (json_is_object(ask))
		p->ctl->on_ask(p->ctl->arg, p, ask, p->uid);
	else if (ask != NULL)
		ctl_fail(p, NULL, _("expected one JSON object a line"));
	else
		ctl_fail(p, NULL, _("expected one JSON object a line: "
		    "column %d: %s"), why.column, why.text);
	json_decref(ask);
}

static void
read_lines(struct ctl_peer *p)
{
	struct evbuffer *in = bufferevent_get_input(p->stream);
	char *line;
	size_t n;

	p->reading = true;
	while (!p->busy && !p->dropped &&
	    (line = evbuffer_readln(in, &n, EVBUFFER_EOL_LF)) != NULL) {
		take_line(p, line, n);
		free(line);
	}
	p->reading = false;
	if (!p->busy && !p->last && evbuffer_get_length(in) >= CTL_LINE_MAX) {
		evbuffer_drain(in, evbuffer_get_length(in));
		bufferevent_disable(p->stream, EV_READ);
		put_line(p, error_line(_("the line is too long"), NULL));
		p->last = true;
	}
	close_when_written(p);
}

static void
on_read(struct bufferevent *stream, void *arg)
{
	(void)stream;
	read_lines(arg);
}

static void
on_written(struct bufferevent *stream, void *arg)
{
	(void)stream;
	close_when_written(arg);
}

static void
on_event(struct bufferevent *stream, short what, void *arg)
{
	struct ctl_peer *p = arg;

	if (p->dropped) {
		gone(p);
	} else if (what & BEV_EVENT_EOF) {
		p->last = true;
		read_lines(p);
	} else if ((what & BEV_EVENT_TIMEOUT) && (what & BEV_EVENT_READING) &&
	    p->busy) {
		bufferevent_enable(stream, EV_READ);
	} else {
		gone(p);
	}
}

/* Peers. */

static void
add_peer(struct ctl *c, struct bufferevent *stream, uid_t uid)
{
	struct timeval idle = { .tv_sec = IDLE_SECONDS };
	struct ctl_peer *p = mem_new(sizeof(*p));

	p->ctl = c;
	p->stream = stream;
	p->uid = uid;
	p->next = c->peers;
	c->peers = p;
	c->count++;
	bufferevent_setcb(stream, on_read, on_written, on_event, p);
	bufferevent_setwatermark(stream, EV_READ, 0, CTL_LINE_MAX);
	bufferevent_set_timeouts(stream, &idle, &idle);
	bufferevent_enable(stream, EV_READ | EV_WRITE);
}

static void
on_accept(struct evconnlistener *listener, evutil_socket_t fd,
    struct sockaddr *address, int n, void *arg)
{
	static const char full[] = "{\"error\":\"too many connections\"}\n";
	struct ctl *c = arg;
	struct ucred who;
	socklen_t size = sizeof(who);
	struct bufferevent *stream;

	(void)listener;
	(void)address;
	(void)n;
	if (c->count >= CTL_PEERS_MAX) {
		(void)!send(fd, full, sizeof(full) - 1,
		    MSG_NOSIGNAL | MSG_DONTWAIT);
		close(fd);
		return;
	}
	stream = bufferevent_socket_new(c->base, fd, BEV_OPT_CLOSE_ON_FREE);
	if (stream == NULL || getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &who,
	    &size) != 0) {
		if (stream != NULL)
			bufferevent_free(stream);
		else
			close(fd);
		return;
	}
	add_peer(c, stream, who.uid);
}

/* The socket. */

static bool
is_alive(const struct sockaddr_un *address)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	bool alive;

	if (fd < 0)
		return false;
	alive = connect(fd, (const struct sockaddr *)address,
	    sizeof(*address)) == 0;
	close(fd);
	return alive;
}

/* Removes a socket that nobody listens on; never another kind of file. */
static bool
make_place(const struct sockaddr_un *address)
{
	struct stat st;

	if (lstat(address->sun_path, &st) != 0)
		return errno == ENOENT;
	if (!S_ISSOCK(st.st_mode)) {
		errno = EEXIST;
		return false;
	}
	if (is_alive(address)) {
		errno = EADDRINUSE;
		return false;
	}
	return unlink(address->sun_path) == 0;
}

/* To the directory's group, if we may; then for owner and group. */
static int
set_owner(const char *path)
{
	char copy[PATH_MAX];
	struct stat st;

	snprintf(copy, sizeof(copy), "%s", path);
	if (stat(dirname(copy), &st) == 0)
		(void)!chown(path, (uid_t)-1, st.st_gid);
	return chmod(path, 0660);
}

static int
listen_at(const struct sockaddr_un *address)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK,
	    0);
	mode_t before;
	int rc;

	if (fd < 0)
		return -1;
	before = umask(0177);
	rc = bind(fd, (const struct sockaddr *)address, sizeof(*address));
	umask(before);
	if (rc == 0 && set_owner(address->sun_path) == 0 &&
	    listen(fd, BACKLOG) == 0)
		return fd;
	rc = errno;
	close(fd);
	errno = rc;
	return -1;
}

struct ctl *
ctl_open(struct event_base *base, const char *path, ctl_ask_fn *on_ask,
    ctl_gone_fn *on_gone, void *arg)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	struct ctl *c;
	int fd;

	if (strlen(path) >= sizeof(address.sun_path)) {
		errno = ENAMETOOLONG;
		return NULL;
	}
	memcpy(address.sun_path, path, strlen(path) + 1);
	if (!make_place(&address) || (fd = listen_at(&address)) < 0)
		return NULL;
	c = mem_new(sizeof(*c));
	c->base = base;
	c->path = mem_text(path);
	c->on_ask = on_ask;
	c->on_gone = on_gone;
	c->arg = arg;
	c->listener = evconnlistener_new(base, on_accept, c,
	    LEV_OPT_CLOSE_ON_FREE | LEV_OPT_CLOSE_ON_EXEC, 0, fd);
	if (c->listener == NULL)
		fatal("out of memory for the control socket");
	return c;
}

void
ctl_close(struct ctl *c)
{
	struct ctl_peer *next;

	if (c == NULL)
		return;
	for (struct ctl_peer *p = c->peers; p != NULL; p = next) {
		next = p->next;
		gone(p);
	}
	evconnlistener_free(c->listener);
	unlink(c->path);
	free(c->path);
	free(c);
}
