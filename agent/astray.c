/*
 * See astray.h. A look is a list of questions, one after the other: each file,
 * the same without its extension, the root of the host, and the first file
 * below that.
 */
#include "agent/astray.h"

#include <stdlib.h>
#include <string.h>

#include "agent/answered.h"
#include "agent/draw.h"
#include "agent/media.h"
#include "agent/status.h"
#include "contrib/base/backoff.h"
#include "contrib/base/clock.h"
#include "contrib/base/err.h"
#include "contrib/base/log.h"
#include "contrib/base/mem.h"
#include "contrib/base/text.h"
#include "contrib/base/timer.h"
#include "protocol/limits.h"
#include "protocol/url.h"

#define TIMEOUT 15000		/* ms */
#define ANSWER_MAX 65536	/* bytes; the status was all there is to know */
#define FIRST 60000		/* ms until the first look, at most twice that */
#define AGAIN 600000		/* … until the one that makes sure */
#define AGE 600000		/* … that a file has been there: the web server
				 * may get it later */
#define UNREADY 1000		/* … until it is asked again whether to look */
#define SURE 2			/* looks in a row */
#define QUESTIONS (2 * DRAW_MOST + 2)

enum way { WAY_SET, WAY_HERE, WAY_NAME };
enum role { ASK_FILE, ASK_BARE, ASK_ROOT, ASK_ELSEWHERE };

struct question {
	enum role role;
	char *url;
};

struct astray {
	struct astray_host host;
	struct curl_slist *set, *here;	/* CURLOPT_CONNECT_TO */
	struct event *timer;
	struct fetch_request *request;
	CURL *curl;			/* … until it is answered */
	struct question q[QUESTIONS];
	size_t count, next;
	enum way way;			/* that is asked */
	long here_said;			/* no, on this machine; 0: nothing */
	enum way no_way;		/* who said no last */
	long no;			/* … and how */
	bool sure;			/* nobody else could have said otherwise */
	unsigned in_a_row;
	/* of the last look that found it so: */
	char *url, *elsewhere;
	long status;
	int64_t at;			/* wall ms, of any; 0: none */
	bool fine;			/* … one was there */
};

static void ask(struct astray *a, enum way way);

/* --- a look ends ------------------------------------------------------------ */

static int64_t
at_most(const struct astray *a, int64_t ms)
{
	return (int64_t)a->host.every < ms ? (int64_t)a->host.every : ms;
}

static void
forget(struct astray *a)
{
	while (a->count > 0)
		free(a->q[--a->count].url);
	a->next = 0;
}

static void
end(struct astray *a)
{
	forget(a);
	timer_after(a->timer, a->in_a_row > 0 ? at_most(a, AGAIN) :
	    (int64_t)a->host.every);
}

static void
be_fine(struct astray *a)
{
	if (astray_is(a))
		log_info("source=%.*s is at its addresses again",
		    SPAN_ARGS(a->host.source));
	a->in_a_row = 0;
	a->fine = true;
	end(a);
}

/* … and nobody knows. */
static void
be_unclear(struct astray *a)
{
	end(a);
}

static void
be_astray(struct astray *a, const char *elsewhere)
{
	bool was = astray_is(a);

	a->fine = false;
	a->status = a->no;
	free(a->url);
	free(a->elsewhere);
	a->url = mem_text(a->q[0].url);
	a->elsewhere = elsewhere != NULL ? mem_text(elsewhere) : NULL;
	a->in_a_row++;
	if (!was && astray_is(a))
		log_error("source=%.*s url=%s: what is told is not at its "
		    "addresses: %s answers %ld", SPAN_ARGS(a->host.source),
		    a->host.place.url, a->url, a->status);
	end(a);
}

/* --- an answer -------------------------------------------------------------- */

static void
conclude(struct astray *a, bool is_elsewhere)
{
	struct buf root;

	buf_init(&root, LIMIT_URL);
	if (is_elsewhere && url_resolve(&root, span_of(a->host.place.url),
	    SPAN("/"), NULL))
		be_astray(a, buf_cstr(&root));
	else if (a->sure)
		be_astray(a, NULL);
	else
		be_unclear(a);
	buf_clear(&root);
}

static void
ask_next(struct astray *a)
{
	const char *to = a->host.connect;
	enum role role;

	if (a->next == a->count) {
		conclude(a, false);
		return;
	}
	role = a->q[a->next].role;
	a->here_said = 0;
	if (role == ASK_ROOT || role == ASK_ELSEWHERE)
		ask(a, a->no_way);
	else
		ask(a, to[0] != '\0' ? WAY_SET : WAY_HERE);
}

static bool
is_no(long status)
{
	return status == 404 || status == 410;
}

/* The answer to the question that is next; 0: there was none. */
static void
take(struct astray *a, long status)
{
	bool good = status >= 200 && status < 400;

	switch (a->q[a->next++].role) {
	case ASK_FILE:
	case ASK_BARE:
		if (is_no(status))
			ask_next(a);
		else if (status != 0)
			be_fine(a);
		else
			be_unclear(a);
		break;
	case ASK_ROOT:
		if (good)
			ask_next(a);
		else
			be_unclear(a);
		break;
	case ASK_ELSEWHERE:
		conclude(a, good);
		break;
	}
}

/* Where the name leads there may be another server than on this machine: only
 * that one's no is sure. */
static void
note_no(struct astray *a, long status, bool sure)
{
	a->no = status;
	a->no_way = sure ? a->way : WAY_HERE;
	a->sure &= sure;
}

static void
on_answer(void *arg, const struct fetch_answer *got)
{
	struct astray *a = arg;
	long status = answered_is(got) &&
	    answered_by_host(a->curl, a->q[a->next].url) ? got->status : 0;
	enum role role = a->q[a->next].role;

	a->request = NULL;
	a->at = clock_wall();
	if (role == ASK_ROOT || role == ASK_ELSEWHERE) {
		take(a, status);
		return;
	}
	if (a->way == WAY_HERE && (status == 0 || is_no(status))) {
		a->here_said = status;
		ask(a, WAY_NAME);
		return;
	}
	if (a->way == WAY_NAME && status == 0 && a->here_said != 0) {
		status = a->here_said;
		note_no(a, status, false);
	} else if (is_no(status)) {
		note_no(a, status, true);
	}
	take(a, status);
}

static void
on_prepare(void *arg, CURL *curl)
{
	struct astray *a = arg;

	a->curl = curl;
	answered_prepare(curl, a->way == WAY_NAME ? NULL :
	    a->way == WAY_SET ? a->set : a->here);
	curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 1L);
	curl_easy_setopt(curl, CURLOPT_MAXREDIRS, 3L);
	curl_easy_setopt(curl, CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
}

static void
ask(struct astray *a, enum way way)
{
	const struct fetch_spec spec = {
		.url = a->q[a->next].url, .most = ANSWER_MAX,
		.timeout = TIMEOUT, .connect_timeout = TIMEOUT,
		.prepare = on_prepare,
	};

	a->way = way;
	a->request = fetch_start(a->host.fetch, &spec, on_answer, a);
}

/* --- a look begins ---------------------------------------------------------- */

static void
add(struct astray *a, enum role role, struct span url)
{
	must(a->count < QUESTIONS);
	a->q[a->count++] = (struct question){ .role = role,
	    .url = mem_copy(url.at, url.n) };
}

/* The address without the extension of a page; as it is: it has none. */
static struct span
without_extension(struct span url)
{
	struct span name = text_last_name(url);
	size_t n = name.n;

	if (!media_of(name, SPAN_NONE).is_page)
		return url;
	while (n > 0 && name.at[n - 1] != '.')
		n--;
	if (n > 1)
		url.n -= name.n - n + 1;
	return url;
}

static void
add_elsewhere(struct astray *a, struct span root, const char *path)
{
	struct place other = a->host.place;
	char *host = mem_copy(root.at, root.n);
	struct buf url;

	buf_init(&url, LIMIT_URL);
	other.url = host;
	if (strcmp(host, a->host.place.url) != 0 &&
	    place_url(&url, &other, path))
		add(a, ASK_ELSEWHERE, buf_look(&url));
	buf_clear(&url);
	free(host);
}

static void
add_all(struct astray *a, const struct draw *files)
{
	struct buf root;

	for (size_t i = 0; i < files->n; i++) {
		struct span url = span_of(files->url[i]);
		struct span bare = without_extension(url);

		add(a, ASK_FILE, url);
		if (bare.n < url.n)
			add(a, ASK_BARE, bare);
	}
	buf_init(&root, LIMIT_URL);
	if (url_resolve(&root, span_of(a->host.place.url), SPAN("/"), NULL)) {
		add(a, ASK_ROOT, buf_look(&root));
		add_elsewhere(a, buf_look(&root), files->path[0]);
	}
	buf_clear(&root);
}

static void
on_timer(evutil_socket_t fd, short what, void *arg)
{
	struct astray *a = arg;
	struct draw files;

	(void)fd;
	(void)what;
	if (!a->host.is_ready(a->host.arg)) {
		timer_after(a->timer, UNREADY);
		return;
	}
	draw_files(&files, a->host.store, a->host.source, &a->host.place,
	    at_most(a, AGE));
	a->sure = true;
	if (files.n >= ASTRAY_LEAST) {
		add_all(a, &files);
		ask_next(a);
	} else {
		be_unclear(a);
	}
	draw_clear(&files);
}

/* --- what is known, and its life -------------------------------------------- */

bool
astray_is(const struct astray *a)
{
	return a != NULL && a->in_a_row >= SURE;
}

void
astray_why(const struct astray *a, struct buf *b)
{
	if (astray_is(a))
		status_astray(b, a->url, a->status, a->elsewhere);
}

json_t *
astray_status(const struct astray *a)
{
	char when[CLOCK_TEXT_MAX];
	json_t *o;

	if (a == NULL || a->at == 0)
		return NULL;
	o = json_pack("{s:s, s:b}", "asked", clock_format(when, a->at),
	    "fine", a->fine);
	must(o != NULL);
	if (!astray_is(a))
		return o;
	json_object_set_new(o, "url", json_string(a->url));
	json_object_set_new(o, "status", json_integer(a->status));
	if (a->elsewhere != NULL)
		json_object_set_new(o, "instead", json_string(a->elsewhere));
	return o;
}

struct astray *
astray_new(const struct astray_host *host)
{
	struct astray *a = mem_new(sizeof(*a));
	int64_t first = FIRST + (int64_t)backoff_random(FIRST);

	must(host->every > 0);
	a->host = *host;
	a->here = answered_to(NULL);
	a->set = answered_to(host->connect);
	a->timer = event_new(host->base, -1, 0, on_timer, a);
	must(a->timer != NULL);
	timer_after(a->timer, at_most(a, first));
	return a;
}

void
astray_free(struct astray *a)
{
	if (a == NULL)
		return;
	if (a->request != NULL)
		fetch_cancel(a->request);
	forget(a);
	event_free(a->timer);
	curl_slist_free_all(a->set);
	curl_slist_free_all(a->here);
	free(a->url);
	free(a->elsewhere);
	free(a);
}
