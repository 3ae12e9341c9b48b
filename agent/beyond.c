/*
 * See beyond.h. A look is a list of addresses, one after the other; of each
 * that answers a name beside it is asked for, in the same way.
 */
#include "agent/beyond.h"

#include <stdlib.h>
#include <string.h>

#include "agent/answered.h"
#include "agent/extra.h"
#include "agent/inbox.h"
#include "agent/known.h"
#include "contrib/base/backoff.h"
#include "contrib/base/clock.h"
#include "contrib/base/err.h"
#include "contrib/base/json_text.h"
#include "contrib/base/log.h"
#include "contrib/base/mem.h"
#include "contrib/base/text.h"
#include "contrib/base/timer.h"
#include "protocol/limits.h"
#include "protocol/mending.h"
#include "protocol/url.h"

#define TIMEOUT 15000		/* ms */
#define ANSWER_MAX 65536	/* bytes; the status was all there is to know */
#define FIRST 60000		/* ms until the first look, at most twice that */
#define AGAIN 600000		/* … until letters are looked at again */
#define UNREADY 1000		/* … until it is asked again whether to look */
#define LETTERS 200		/* that are looked at, the newest */
#define NEWS 12			/* addresses of letters in a look */

enum way { WAY_SET, WAY_HERE, WAY_NAME };

struct beyond {
	struct beyond_host host;
	struct curl_slist *set, *here;	/* CURLOPT_CONNECT_TO */
	struct event *timer;
	struct fetch_request *request;
	CURL *curl;			/* … until it is answered */
	struct extra found;
	bool changed;
	json_t *asked, *dirs;		/* addresses of letters, and their
					 * directories, until … */
	bool spent;			/* … no others are left */
	int64_t round;			/* mono ms, when it began; 0: never */
	char *q[EXTRA_MOST + NEWS];
	size_t queued, next;
	char *beside;			/* the name beside it is asked for */
	enum way way;			/* that is asked */
	long here_said;			/* on this machine; 0: nothing */
};

static void ask_next(struct beyond *b);

/* --- a look ends ----------------------------------------------------------- */

static int64_t
at_most(const struct beyond *b, int64_t ms)
{
	return (int64_t)b->host.every < ms ? (int64_t)b->host.every : ms;
}

static void
end(struct beyond *b)
{
	while (b->queued > 0)
		free(b->q[--b->queued]);
	b->next = 0;
	if (b->changed && store_do(b->host.store, extra_save,
	    &b->found) == STORE_DONE) {
		b->changed = false;
		extra_settle(&b->found, b->host.store);
	}
	timer_after(b->timer, at_most(b, AGAIN));
}

static void
be_beyond(struct beyond *b, const char *url)
{
	if (extra_find(&b->found, url) < b->found.count ||
	    b->found.count == EXTRA_MOST)
		return;
	extra_add(&b->found, span_of(url));
	b->changed = true;
	log_warn("source=%.*s %s answers, and no file is there: links to such "
	    "are not judged", SPAN_ARGS(b->host.source), url);
}

static void
be_nowhere(struct beyond *b, const char *url)
{
	size_t i = extra_find(&b->found, url);

	if (i == b->found.count)
		return;
	extra_drop(&b->found, i);
	b->changed = true;
	log_info("source=%.*s %s answers no more", SPAN_ARGS(b->host.source),
	    url);
}

/* --- an answer ------------------------------------------------------------- */

static bool
is_no(long status)
{
	return status == 404 || status == 410;
}

static void on_prepare(void *arg, CURL *curl);
static void on_answer(void *arg, const struct fetch_answer *got);

static void
ask(struct beyond *b, enum way way)
{
	const struct fetch_spec spec = {
		.url = b->beside != NULL ? b->beside : b->q[b->next],
		.most = ANSWER_MAX, .timeout = TIMEOUT,
		.connect_timeout = TIMEOUT, .prepare = on_prepare,
	};

	b->way = way;
	b->request = fetch_start(b->host.fetch, &spec, on_answer, b);
}

/* "…/zq-4f0c….html", which nobody has. */
static void
ask_beside(struct beyond *b)
{
	struct span url = span_of(b->q[b->next]), name = text_last_name(url);
	const char *dot = memrchr(name.at, '.', name.n);
	struct buf beside;

	buf_init(&beside, LIMIT_URL + 64);
	buf_put(&beside, url.at, url.n - name.n);
	buf_printf(&beside, "zq-%08x%08x%s", backoff_random(UINT32_MAX),
	    backoff_random(UINT32_MAX), dot != NULL ? dot : "");
	b->beside = mem_text(buf_cstr(&beside));
	buf_clear(&beside);
	ask(b, b->way);
}

static void
take(struct beyond *b, long status)
{
	const char *url = b->q[b->next];

	if (b->beside == NULL && status == 200) {
		ask_beside(b);
		return;
	}
	if (b->beside != NULL && is_no(status))
		be_beyond(b, url);
	else if (b->beside == NULL && is_no(status))
		be_nowhere(b, url);
	free(b->beside);
	b->beside = NULL;
	b->next++;
	ask_next(b);
}

/* On this machine another server may answer: what isn't there may be where
 * the name leads to. */
static void
on_answer(void *arg, const struct fetch_answer *got)
{
	struct beyond *b = arg;
	long status = answered_is(got) &&
	    answered_by_host(b->curl, b->q[b->next]) ? got->status : 0;

	b->request = NULL;
	if (b->beside == NULL && b->way == WAY_HERE && status != 200) {
		b->here_said = status;
		ask(b, WAY_NAME);
		return;
	}
	if (b->beside == NULL && b->way == WAY_NAME && status == 0)
		status = b->here_said;
	take(b, status);
}

static void
on_prepare(void *arg, CURL *curl)
{
	struct beyond *b = arg;

	b->curl = curl;
	answered_prepare(curl, b->way == WAY_NAME ? NULL :
	    b->way == WAY_SET ? b->set : b->here);
	curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 1L);
	curl_easy_setopt(curl, CURLOPT_MAXREDIRS, 3L);
	curl_easy_setopt(curl, CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
}

static void
ask_next(struct beyond *b)
{
	if (b->next == b->queued) {
		end(b);
		return;
	}
	b->here_said = 0;
	ask(b, b->host.connect[0] != '\0' ? WAY_SET : WAY_HERE);
}

/* --- a look begins --------------------------------------------------------- */

struct reading {
	const struct beyond *b;
	json_t *never;		/* addresses below the source's */
	struct buf path;
};

/* What a later letter says otherwise counts. */
static void
on_link(void *arg, const struct mending_link *l)
{
	struct reading *r = arg;
	json_t *url = json_text_new(l->old);

	if (url == NULL || !extra_path(&r->b->found, &r->path, l->old))
		;
	else if (l->state == MENDING_NEVER)
		json_object_set(r->never, json_string_value(url), url);
	else
		(void)json_object_del(r->never, json_string_value(url));
	json_decref(url);
}

static void
read_letters(struct reading *r, struct store_txn *t)
{
	static const struct mending_reader reader = { .link = on_link };
	json_t *list = inbox_list(t, LETTERS), *letter;
	size_t i;

	json_array_foreach(list, i, letter) {
		struct span body = json_text_span(letter, "body");

		if (body.n > 0)
			(void)mending_read(body, &reader, r, NULL);
	}
	json_decref(list);
}

/* Is that left out already? */
static bool
is_out(const struct beyond *b, struct span path)
{
	for (size_t i = 0; i < b->found.out.count; i++) {
		struct span out = span_of(b->found.out.path[i]);

		if (path.n >= out.n && memcmp(path.at, out.at, out.n) == 0 &&
		    (path.n == out.n || path.at[out.n] == '/'))
			return true;
	}
	return false;
}

static bool
has_dir(const struct beyond *b, const char *url)
{
	return json_object_getn(b->dirs, url, extra_dir(span_of(url))) != NULL;
}

static void
queue(struct beyond *b, const char *url)
{
	if (b->queued == sizeof(b->q) / sizeof(b->q[0]))
		return;
	b->q[b->queued++] = mem_text(url);
	json_object_set_new(b->asked, url, json_true());
	json_object_setn_new(b->dirs, url, extra_dir(span_of(url)), json_true());
}

static bool
is_to_be_asked(struct reading *r, struct store_txn *t, const char *url)
{
	struct known k;

	return json_object_get(r->b->asked, url) == NULL &&
	    extra_path(&r->b->found, &r->path, span_of(url)) &&
	    !is_out(r->b, buf_look(&r->path)) &&
	    !known_find_url(t, span_of(url), &k);
}

/* From any of them on: none waits for ever behind others. */
static void
queue_some(struct beyond *b, struct reading *r, struct store_txn *t,
    bool of_new_dirs, size_t most)
{
	size_t n = json_object_size(r->never);
	void *at = json_object_iter(r->never);

	for (uint32_t i = n > 0 ? backoff_random((uint32_t)n) : 0; i > 0; i--)
		at = json_object_iter_next(r->never, at);
	for (; n > 0 && b->queued < most; n--) {
		const char *url;

		if (at == NULL)
			at = json_object_iter(r->never);
		url = json_object_iter_key(at);
		at = json_object_iter_next(r->never, at);
		if ((!of_new_dirs || !has_dir(b, url)) &&
		    is_to_be_asked(r, t, url))
			queue(b, url);
	}
}

/* Of as many directories as there are, then of any. */
static void
queue_news(struct beyond *b, struct store_txn *t)
{
	struct reading r = { .b = b, .never = json_object() };
	size_t most = b->queued + NEWS;

	buf_init(&r.path, LIMIT_URL);
	read_letters(&r, t);
	if (b->found.count < EXTRA_MOST) {
		queue_some(b, &r, t, true, most);
		queue_some(b, &r, t, false, most);
	}
	b->spent = b->queued < most;
	buf_clear(&r.path);
	json_decref(r.never);
}

static void
on_timer(evutil_socket_t fd, short what, void *arg)
{
	struct beyond *b = arg;
	int64_t now = clock_mono();
	struct store_txn *t;

	(void)fd;
	(void)what;
	if (!b->host.is_ready(b->host.arg)) {
		timer_after(b->timer, UNREADY);
		return;
	}
	if (b->round == 0 || now - b->round >= (int64_t)b->host.every) {
		if (b->spent) {
			json_object_clear(b->asked);
			json_object_clear(b->dirs);
		}
		b->round = now;
		for (size_t i = 0; i < b->found.count; i++)
			queue(b, b->found.url[i]);
	}
	t = store_look(b->host.store);
	queue_news(b, t);
	store_end(t);
	ask_next(b);
}

/* --- what is said, and its life -------------------------------------------- */

void
beyond_put(const struct beyond *b, struct blind *out)
{
	if (b != NULL)
		blind_join(out, &b->found.out);
}

json_t *
beyond_status(const struct beyond *b)
{
	json_t *o;

	if (b == NULL || b->found.count == 0)
		return NULL;
	o = json_pack("{s:I, s:s}", "count", (json_int_t)b->found.count, "first",
	    b->found.url[0]);
	must(o != NULL);
	return o;
}

struct beyond *
beyond_new(const struct beyond_host *host)
{
	struct beyond *b = mem_new(sizeof(*b));
	int64_t first = FIRST + (int64_t)backoff_random(FIRST);

	must(host->every > 0);
	b->host = *host;
	b->found.source = host->source;
	b->found.place = host->place;
	b->asked = json_object();
	b->dirs = json_object();
	b->here = answered_to(NULL);
	b->set = answered_to(host->connect);
	b->timer = event_new(host->base, -1, 0, on_timer, b);
	must(b->timer != NULL);
	extra_load(&b->found, b->host.store);
	extra_settle(&b->found, b->host.store);
	timer_after(b->timer, at_most(b, first));
	return b;
}

void
beyond_free(struct beyond *b)
{
	if (b == NULL)
		return;
	if (b->request != NULL)
		fetch_cancel(b->request);
	while (b->queued > 0)
		free(b->q[--b->queued]);
	extra_clear(&b->found);
	free(b->beside);
	json_decref(b->asked);
	json_decref(b->dirs);
	event_free(b->timer);
	curl_slist_free_all(b->set);
	curl_slist_free_all(b->here);
	free(b);
}
