/*
 * libcurl's multi interface on a libevent loop.
 *
 * Connections belong to a pool. fetch_forget_connections() retires the pool:
 * what is under way in it ends there, what starts later starts in a new one,
 * and the old one goes with its last request. TLS sessions are the pool's,
 * too: a second connection, or one after a cut, costs the other side a
 * quarter of a whole handshake, and never speaks for an old certificate.
 * Answers are given outside of curl's own callbacks, so a `done` may start,
 * cancel and free as it likes.
 */
#include "contrib/base/fetch.h"

#include "contrib/base/err.h"
#include "contrib/base/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HEADERS_MAX (64u << 10)	/* bytes of an answer's head */

struct pool {
	struct fetch *fetch;
	CURLM *multi;
	CURLSH *sessions;	/* of TLS: curl has them by request else */
	struct event *timer;
	unsigned live;		/* requests in it */
	unsigned inside;	/* our frames on the stack that use it */
	bool retired;
};

struct fetch {
	struct event_base *base;
	char *user_agent;
	struct pool *pool;
	struct fetch_request *first;
	unsigned inside;
	bool freed;		/* as soon as nothing is inside */
};

struct fetch_request {
	struct fetch_request *next, **at;
	struct pool *pool;
	CURL *curl;
	struct curl_slist *headers;
	fetch_done_fn *done;
	void *arg;
	struct buf body;
	size_t head;		/* bytes of headers so far */
	bool too_long;
	bool answered;
	char error[CURL_ERROR_SIZE];
};

/* Ends. */

static void
free_pool(struct pool *p)
{
	curl_multi_cleanup(p->multi);
	curl_share_cleanup(p->sessions);
	event_free(p->timer);
	free(p);
}

static void
leave_pool(struct pool *p)
{
	if (p->retired && p->live == 0 && p->inside == 0)
		free_pool(p);
}

static void
free_fetch(struct fetch *f)
{
	free(f->user_agent);
	free(f);
}

/* Out of the list and out of curl; r itself stays. */
static void
detach(struct fetch_request *r)
{
	*r->at = r->next;
	if (r->next != NULL)
		r->next->at = r->at;
	curl_multi_remove_handle(r->pool->multi, r->curl);
	r->pool->live--;
}

static void
free_request(struct fetch_request *r)
{
	curl_easy_cleanup(r->curl);
	curl_slist_free_all(r->headers);
	buf_clear(&r->body);
	free(r);
}

/* Answers. */

/* RFC 9110 15: three digits. curl takes any number from who speaks HTTP/2
 * where nobody asked for it. */
static void
check_status(struct fetch_answer *a, char error[CURL_ERROR_SIZE])
{
	if (a->proxied < 0 || a->proxied > 999)
		a->proxied = 0;
	if (a->status >= 0 && a->status <= 999)
		return;
	a->status = 0;
	if (a->code != CURLE_OK)
		return;
	a->code = CURLE_WEIRD_SERVER_REPLY;
	snprintf(error, CURL_ERROR_SIZE,
	    "the answer's status is no number of three digits");
}

static struct fetch_answer
answer_of(struct fetch_request *r, CURLcode code)
{
	struct fetch_answer a = { .code = code, .error = "",
	    .retry_after = -1, .too_long = r->too_long };
	const char *type = NULL;
	curl_off_t after = 0;

	curl_easy_getinfo(r->curl, CURLINFO_RESPONSE_CODE, &a.status);
	curl_easy_getinfo(r->curl, CURLINFO_HTTP_CONNECTCODE, &a.proxied);
	curl_easy_getinfo(r->curl, CURLINFO_CONTENT_TYPE, &type);
	curl_easy_getinfo(r->curl, CURLINFO_RETRY_AFTER, &after);
	curl_easy_getinfo(r->curl, CURLINFO_SSL_VERIFYRESULT, &a.verified);
	a.type = span_of(type != NULL ? type : "");
	a.body = buf_look(&r->body);
	if (after > 0)
		a.retry_after = after < FETCH_RETRY_MOST / 1000 ?
		    (int64_t)after * 1000 : FETCH_RETRY_MOST;
	if (r->too_long) {
		a.code = CURLE_FILESIZE_EXCEEDED;
		snprintf(r->error, sizeof(r->error),
		    "the answer is longer than %zu bytes", r->body.most);
	}
	check_status(&a, r->error);
	if (a.code != CURLE_OK)
		a.error = r->error[0] != '\0' ? r->error :
		    curl_easy_strerror(a.code);
	return a;
}

static void
answer(struct fetch_request *r, CURLcode code)
{
	struct fetch_answer a = answer_of(r, code);

	detach(r);
	r->answered = true;
	r->done(r->arg, &a);
	free_request(r);
}

/* p (and its fetch) may be gone afterwards. */
static void
answer_all(struct pool *p)
{
	struct fetch *f = p->fetch;
	struct fetch_request *r;
	CURLMsg *message;
	int left;

	p->inside++;
	f->inside++;
	while (!f->freed &&
	    (message = curl_multi_info_read(p->multi, &left)) != NULL) {
		if (message->msg != CURLMSG_DONE)
			continue;
		curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &r);
		answer(r, message->data.result);
	}
	p->inside--;
	leave_pool(p);
	if (--f->inside == 0 && f->freed)
		free_fetch(f);
}

/* What curl wants of the loop, and what the loop tells curl. */

static void
on_ready(evutil_socket_t fd, short what, void *arg)
{
	struct pool *p = arg;
	int mask = 0, running;

	if (what & EV_READ)
		mask |= CURL_CSELECT_IN;
	if (what & EV_WRITE)
		mask |= CURL_CSELECT_OUT;
	curl_multi_socket_action(p->multi, fd, mask, &running);
	answer_all(p);
}

static void
on_timer(evutil_socket_t fd, short what, void *arg)
{
	struct pool *p = arg;
	int running;

	(void)fd;
	(void)what;
	curl_multi_socket_action(p->multi, CURL_SOCKET_TIMEOUT, 0, &running);
	answer_all(p);
}

static int
want_timer(CURLM *multi, long ms, void *arg)
{
	struct pool *p = arg;
	struct timeval wait = { .tv_sec = ms / 1000,
	    .tv_usec = ms % 1000 * 1000 };

	(void)multi;
	if (ms < 0)
		event_del(p->timer);
	else
		event_add(p->timer, &wait);
	return 0;
}

static int
want_socket(CURL *curl, curl_socket_t fd, int what, void *arg, void *given)
{
	struct pool *p = arg;
	struct event *event = given;
	short flags = EV_PERSIST;

	(void)curl;
	if (event != NULL)
		event_free(event);
	event = NULL;
	if (what != CURL_POLL_REMOVE) {
		if (what & CURL_POLL_IN)
			flags |= EV_READ;
		if (what & CURL_POLL_OUT)
			flags |= EV_WRITE;
		event = event_new(p->fetch->base, fd, flags, on_ready, p);
		if (event == NULL || event_add(event, NULL) != 0)
			fatal("watching a connection");
	}
	curl_multi_assign(p->multi, fd, event);
	return 0;
}

static struct pool *
new_pool(struct fetch *f)
{
	struct pool *p = mem_new(sizeof(*p));

	p->fetch = f;
	p->multi = curl_multi_init();
	p->sessions = curl_share_init();
	p->timer = event_new(f->base, -1, 0, on_timer, p);
	if (p->multi == NULL || p->sessions == NULL || p->timer == NULL ||
	    curl_share_setopt(p->sessions, CURLSHOPT_SHARE,
	    CURL_LOCK_DATA_SSL_SESSION) != CURLSHE_OK)
		fatal("out of memory for connections");
	curl_multi_setopt(p->multi, CURLMOPT_SOCKETFUNCTION, want_socket);
	curl_multi_setopt(p->multi, CURLMOPT_SOCKETDATA, p);
	curl_multi_setopt(p->multi, CURLMOPT_TIMERFUNCTION, want_timer);
	curl_multi_setopt(p->multi, CURLMOPT_TIMERDATA, p);
	return p;
}

/* What curl has read. A short count back ends the transfer. */

static size_t
take_body(char *at, size_t size, size_t count, void *arg)
{
	struct fetch_request *r = arg;
	size_t n = size * count, room = r->body.most - r->body.n;

	buf_put(&r->body, at, n < room ? n : room);
	r->too_long = n > room;
	return r->too_long ? 0 : n;
}

static size_t
take_head(char *at, size_t size, size_t count, void *arg)
{
	struct fetch_request *r = arg;

	(void)at;
	r->head += size * count;
	if (r->head <= HEADERS_MAX)
		return size * count;
	snprintf(r->error, sizeof(r->error),
	    "the answer's headers are longer than %u bytes", HEADERS_MAX);
	return 0;
}

/* Requests. */

static void
set_basics(struct fetch_request *r, const struct fetch_spec *spec)
{
	CURL *c = r->curl;

	curl_easy_setopt(c, CURLOPT_PRIVATE, r);
	curl_easy_setopt(c, CURLOPT_SHARE, r->pool->sessions);
	curl_easy_setopt(c, CURLOPT_URL, spec->url);
	curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(c, CURLOPT_FOLLOWLOCATION, 0L);
	curl_easy_setopt(c, CURLOPT_HTTP_VERSION,
	    (long)CURL_HTTP_VERSION_1_1);
	curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
	/* Else a request that ends while its name is being asked for waits for
	 * the resolver, and the whole loop with it. */
	curl_easy_setopt(c, CURLOPT_QUICK_EXIT, 1L);
	curl_easy_setopt(c, CURLOPT_TCP_KEEPALIVE, 1L);
	curl_easy_setopt(c, CURLOPT_TIMEOUT_MS, (long)spec->timeout);
	curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT_MS,
	    (long)spec->connect_timeout);
	curl_easy_setopt(c, CURLOPT_USERAGENT, r->pool->fetch->user_agent);
	curl_easy_setopt(c, CURLOPT_ERRORBUFFER, r->error);
	curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, take_body);
	curl_easy_setopt(c, CURLOPT_WRITEDATA, r);
	curl_easy_setopt(c, CURLOPT_HEADERFUNCTION, take_head);
	curl_easy_setopt(c, CURLOPT_HEADERDATA, r);
}

/* "Expect: 100-continue" would cost a round trip per batch. */
static void
set_post(struct fetch_request *r, const struct fetch_spec *spec)
{
	struct buf type;

	buf_init(&type, 1024);
	buf_printf(&type, "Content-Type: %s", spec->type);
	must(!type.bad);
	r->headers = curl_slist_append(r->headers, buf_cstr(&type));
	r->headers = curl_slist_append(r->headers, "Expect:");
	buf_clear(&type);
	curl_easy_setopt(r->curl, CURLOPT_HTTPHEADER, r->headers);
	curl_easy_setopt(r->curl, CURLOPT_POST, 1L);
	curl_easy_setopt(r->curl, CURLOPT_POSTFIELDSIZE_LARGE,
	    (curl_off_t)spec->body.n);
	if (curl_easy_setopt(r->curl, CURLOPT_COPYPOSTFIELDS,
	    spec->body.n != 0 ? spec->body.at : "") != CURLE_OK)
		fatal("out of memory: %zu bytes wanted", spec->body.n);
}

struct fetch_request *
fetch_start(struct fetch *f, const struct fetch_spec *spec,
    fetch_done_fn *done, void *arg)
{
	struct fetch_request *r = mem_new(sizeof(*r));

	r->pool = f->pool;
	r->done = done;
	r->arg = arg;
	buf_init(&r->body, spec->most);
	if ((r->curl = curl_easy_init()) == NULL)
		fatal("out of memory for a request");
	set_basics(r, spec);
	if (spec->type != NULL)
		set_post(r, spec);
	if (spec->prepare != NULL)
		spec->prepare(arg, r->curl);
	r->next = f->first;
	r->at = &f->first;
	if (r->next != NULL)
		r->next->at = &r->next;
	f->first = r;
	r->pool->live++;
	must(curl_multi_add_handle(r->pool->multi, r->curl) == CURLM_OK);
	return r;
}

void
fetch_cancel(struct fetch_request *r)
{
	struct pool *p;

	if (r == NULL || r->answered)
		return;
	p = r->pool;
	detach(r);
	free_request(r);
	leave_pool(p);
}

void
fetch_forget_connections(struct fetch *f)
{
	struct pool *old = f->pool;

	f->pool = new_pool(f);
	old->retired = true;
	leave_pool(old);
}

struct fetch *
fetch_new(struct event_base *base, const char *user_agent)
{
	static bool ready;
	struct fetch *f = mem_new(sizeof(*f));

	if (!ready && curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		fatal("libcurl won't start");
	ready = true;
	f->base = base;
	f->user_agent = mem_text(user_agent);
	f->pool = new_pool(f);
	return f;
}

void
fetch_free(struct fetch *f)
{
	struct fetch_request *next;

	if (f == NULL)
		return;
	for (struct fetch_request *r = f->first; r != NULL; r = next) {
		next = r->next;
		fetch_cancel(r);
	}
	f->pool->retired = true;
	leave_pool(f->pool);
	f->freed = true;
	if (f->inside == 0)
		free_fetch(f);
}
