/* See vantage.h. */
#include "agent/vantage.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "agent/answered.h"
#include "agent/line.h"
#include "contrib/base/clock.h"
#include "contrib/base/err.h"
#include "contrib/base/inward.h"
#include "contrib/base/log.h"
#include "contrib/base/mem.h"
#include "protocol/limits.h"
#include "protocol/url.h"

#define PAGE_MAX (64u << 10)	/* bytes: enough to see that it comes */
#define LIFE_MOST 60000		/* ms that any task may want to live */
#define HOUR 3600000		/* ms */
#define ROW "looks for others"	/* of the store: the day, and how many */
#define DAY_TEXT 10		/* "2026-11-22", by the local clock */

struct vantage {
	struct vantage_host host;
	struct inward inward;
	struct fetch_request *request;
	char *url;		/* that is asked, or was last; or NULL */
	uint64_t task;
	int64_t began, until;	/* mono ms */
	bool kept_off;		/* an address that it may not ask */
	struct vantage_answer answer;	/* the last; task 0: none */
	int64_t at;		/* wall ms, of it; 0: there is none of url */
	int64_t hour;		/* mono ms: it began then … */
	uint64_t in_hour;	/* … and so many were looked at since */
};

/* --- counting -------------------------------------------------------------- */

struct day {
	char text[CLOCK_TEXT_MAX];
	uint32_t looks;
};

static void
today(struct day *d, struct store_txn *t)
{
	struct span row;
	struct reader r;

	*d = (struct day){ .looks = 0 };
	clock_show(d->text, clock_wall());
	d->text[DAY_TEXT] = '\0';
	if (!store_get(t, ROW, &row))
		return;
	r = reader_of(row);
	if (span_is(read_span(&r), span_of(d->text)))
		d->looks = read_u32(&r);
}

static bool
count(struct store_txn *t, void *arg)
{
	struct day d;
	struct buf b;

	(void)arg;
	today(&d, t);
	buf_init(&b, 100);
	write_span(&b, span_of(d.text));
	write_u32(&b, d.looks + 1);
	store_put(t, ROW, buf_look(&b));
	buf_clear(&b);
	return true;
}

/* May it look once more in this hour? */
static bool
may_look(struct vantage *v, int64_t now)
{
	if (v->in_hour == 0 || now - v->hour >= HOUR) {
		v->hour = now;
		v->in_hour = 0;
	}
	return v->in_hour < v->host.top->look_most;
}

/* --- looking --------------------------------------------------------------- */

/* The last moment at which it is known which address it is. */
static curl_socket_t
on_socket(void *arg, curlsocktype what, struct curl_sockaddr *a)
{
	struct vantage *v = arg;

	(void)what;
	if (!inward_may(&v->inward, &a->addr)) {
		v->kept_off = true;
		return CURL_SOCKET_BAD;
	}
	return socket(a->family, a->socktype | SOCK_CLOEXEC | SOCK_NONBLOCK,
	    a->protocol);
}

static void
on_prepare(void *arg, CURL *curl)
{
	curl_easy_setopt(curl, CURLOPT_OPENSOCKETFUNCTION, on_socket);
	curl_easy_setopt(curl, CURLOPT_OPENSOCKETDATA, arg);
	curl_easy_setopt(curl, CURLOPT_FRESH_CONNECT, 1L);
	curl_easy_setopt(curl, CURLOPT_FORBID_REUSE, 1L);
	curl_easy_setopt(curl, CURLOPT_SSL_SESSIONID_CACHE, 0L);
	curl_easy_setopt(curl, CURLOPT_PROXY, "");
	curl_easy_setopt(curl, CURLOPT_USERAGENT,
	    LINE_AGENT " (looks for another site of its cluster)");
}

static void
on_answer(void *arg, const struct fetch_answer *a)
{
	struct vantage *v = arg;

	v->request = NULL;
	if (!answered_is(a) && v->kept_off) {
		log_warn("look url=%s: it is at a private address, which "
		    "look_networks doesn't allow", v->url);
		return;
	}
	v->at = clock_wall();
	v->answer = (struct vantage_answer){ .task = v->task,
		.status = answered_is(a) ? (uint16_t)a->status : 0,
		.error = answered_why(a),
		.ms = (uint32_t)(clock_mono() - v->began) };
	log_info("look url=%s status=%u ms=%u%s%s", v->url, v->answer.status,
	    v->answer.ms, a->error[0] != '\0' ? ": " : "", a->error);
	v->host.seen(v->host.arg);
}

static void
look(struct vantage *v, int64_t now)
{
	int64_t left = v->until - now;
	const uint32_t most = left < VANTAGE_LIMIT ? (uint32_t)left :
	    VANTAGE_LIMIT;
	const struct fetch_spec spec = { .url = v->url, .most = PAGE_MAX,
		.timeout = most, .connect_timeout = most,
		.prepare = on_prepare };

	v->began = now;
	v->at = 0;
	v->kept_off = false;
	v->in_hour++;
	(void)store_do(v->host.store, count, NULL);
	v->request = fetch_start(v->host.fetch, &spec, on_answer, v);
}

/* NULL: it may be looked at. */
static const char *
refuse(struct vantage *v, const struct vantage_task *t, int64_t life,
    int64_t now)
{
	struct buf normal;
	const char *why = NULL;

	if (v->request != NULL)
		return "it looks at another one";
	if (life <= 0)
		return "it has expired";
	if (!may_look(v, now))
		return "look_most is reached";
	buf_init(&normal, LIMIT_URL);
	if (url_normal(&normal, t->url, &why)) {
		why = NULL;
		free(v->url);
		v->url = mem_text(buf_cstr(&normal));
	}
	buf_clear(&normal);
	return why;
}

void
vantage_take(struct vantage *v, const struct vantage_task *t, int64_t now)
{
	int64_t mono = clock_mono(), life = t->until - now;
	char quoted[LOG_QUOTE_MAX];
	const char *why;

	if (v == NULL)
		return;
	why = refuse(v, t, life, mono);
	if (why != NULL) {
		log_info("look url=%s: %s", log_quote(quoted, t->url.at,
		    t->url.n), why);
		return;
	}
	v->task = t->number;
	v->until = mono + (life < LIFE_MOST ? life : LIFE_MOST);
	v->answer.task = 0;
	look(v, mono);
}

/* --- what is known --------------------------------------------------------- */

void
vantage_answer(const struct vantage *v, struct vantage_answer *a)
{
	*a = (struct vantage_answer){ .task = 0 };
	if (v != NULL && clock_mono() < v->until)
		*a = v->answer;
}

json_t *
vantage_status(const struct vantage *v)
{
	char when[CLOCK_TEXT_MAX];
	struct store_txn *t;
	struct day d;
	json_t *o;

	if (v == NULL)
		return json_null();
	t = store_look(v->host.store);
	today(&d, t);
	store_end(t);
	o = json_pack("{s:I, s:I}", "today", (json_int_t)d.looks,
	    "most_an_hour", (json_int_t)v->host.top->look_most);
	must(o != NULL);
	if (v->at == 0)
		return o;
	json_object_set_new(o, "last", json_pack("{s:s, s:s, s:i, s:s, s:I}",
	    "url", v->url, "looked", clock_format(when, v->at),
	    "status", (int)v->answer.status,
	    "error", health_error_name(v->answer.error),
	    "ms", (json_int_t)v->answer.ms));
	return o;
}

/* --- its life -------------------------------------------------------------- */

struct vantage *
vantage_new(const struct vantage_host *host)
{
	struct vantage *v;
	struct buf why;

	if (!host->top->look_for_others)
		return NULL;
	v = mem_new(sizeof(*v));
	v->host = *host;
	buf_init(&why, CONFIG_WHY_MAX);
	must(inward_allow_all(&v->inward, host->top->look_networks, &why));
	buf_clear(&why);
	return v;
}

void
vantage_free(struct vantage *v)
{
	if (v == NULL)
		return;
	if (v->request != NULL)
		fetch_cancel(v->request);
	free(v->url);
	free(v);
}
