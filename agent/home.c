/* See home.h. */
#include "agent/home.h"

#include <stdlib.h>
#include <string.h>

#include "agent/answered.h"
#include "contrib/base/backoff.h"
#include "contrib/base/buf.h"
#include "contrib/base/clock.h"
#include "contrib/base/err.h"
#include "contrib/base/log.h"
#include "contrib/base/mem.h"
#include "contrib/base/text.h"
#include "contrib/base/timer.h"
#include "protocol/limits.h"
#include "protocol/url.h"

#define TIMEOUT 15000		/* ms; longer than that is no answer for those
				 * who inspect sites, either */
#define PAGE_MAX (1u << 20)	/* bytes: enough to see that it comes */
#define FIRST 200		/* ms, at most, until it is first asked */
#define NEWS 3			/* so many times as soon is it asked again if it
				 * is otherwise: a server that is restarted is
				 * there by then */

enum way { WAY_SET, WAY_HERE, WAY_NAME };

struct home {
	struct home_host host;
	char *url;
	struct curl_slist *set, *here;	/* CURLOPT_CONNECT_TO */
	struct event *timer;
	struct fetch_request *request;
	CURL *curl;		/* … until it is answered */
	enum way way;		/* that is tried */
	int64_t began;		/* mono ms */
	bool is_here;		/* it answered on this machine once */
	bool known;		/* … or anywhere */
	/* how it went last: */
	int64_t at;		/* wall ms; 0: not yet */
	uint16_t status;
	enum health_error error;
	uint32_t took;		/* ms */
};

/* --- asking ---------------------------------------------------------------- */

static void
on_prepare(void *arg, CURL *curl)
{
	struct home *h = arg;

	h->curl = curl;
	answered_prepare(curl, h->way == WAY_NAME ? NULL :
	    h->way == WAY_SET ? h->set : h->here);
}

static void ask(struct home *h, enum way way);

static bool
is_well(const struct home *h)
{
	struct health health = { .told = true };

	home_health(h, &health);
	return health_home_is_well(&health);
}

/* As the hub judges it from outside: nothing at all came, and it doesn't lead
 * on, either. */
static bool
is_empty(const struct home *h, const struct fetch_answer *a)
{
	struct curl_header *refresh;

	return answered_is(a) && a->status >= 200 && a->status < 300 &&
	    text_is_blank(a->body) && curl_easy_header(h->curl, "Refresh", 0,
	    CURLH_HEADER, -1, &refresh) != CURLHE_OK;
}

static const char *
complaint(const struct home *h, const struct fetch_answer *a)
{
	if (h->error == HEALTH_EMPTY)
		return "the page is empty";
	return h->error != HEALTH_FINE ? a->error : "no page";
}

/* Is it otherwise than it was at the look before? */
static bool
note(struct home *h, const struct fetch_answer *a)
{
	bool was = is_well(h), first = h->at == 0;
	int64_t took = clock_mono() - h->began;

	h->at = clock_wall();
	h->status = answered_is(a) ? (uint16_t)a->status : 0;
	h->error = is_empty(h, a) ? HEALTH_EMPTY : answered_why(a);
	h->took = took > HEALTH_HOME_MS ? HEALTH_HOME_MS : (uint32_t)took;
	h->known |= answered_is(a);
	h->is_here |= answered_is(a) && h->way == WAY_HERE;
	if (is_well(h) == was && !first)
		return false;
	if (h->known && !is_well(h))
		log_warn("home url=%s status=%u: %s", h->url, h->status,
		    complaint(h, a));
	else if (h->known)
		log_info("home url=%s answers ms=%u", h->url, h->took);
	h->host.changed(h->host.arg);
	return !first;
}

static void
on_answer(void *arg, const struct fetch_answer *a)
{
	struct home *h = arg;
	int64_t every = (int64_t)h->host.config->top->home_every;

	h->request = NULL;
	if ((!answered_is(a) || is_empty(h, a)) && h->way == WAY_HERE &&
	    !h->is_here) {
		ask(h, WAY_NAME);
		return;
	}
	timer_after(h->timer, note(h, a) ? every / NEWS : every);
}

static void
ask(struct home *h, enum way way)
{
	const struct fetch_spec spec = {
		.url = h->url, .most = PAGE_MAX, .timeout = TIMEOUT,
		.connect_timeout = TIMEOUT, .prepare = on_prepare,
	};

	h->way = way;
	h->began = clock_mono();
	h->request = fetch_start(h->host.fetch, &spec, on_answer, h);
}

static void
on_timer(evutil_socket_t fd, short what, void *arg)
{
	struct home *h = arg;

	(void)fd;
	(void)what;
	ask(h, h->set != NULL ? WAY_SET : WAY_HERE);
}

/* --- what is known --------------------------------------------------------- */

void
home_health(const struct home *h, struct health *health)
{
	if (h == NULL || h->at == 0 || (!h->known && h->set == NULL))
		return;
	health->home_at = h->at;
	health->home_status = h->error == HEALTH_FINE ? h->status : 0;
	health->home_error = h->error;
	health->home_ms = h->took;
}

json_t *
home_status(const struct home *h)
{
	char when[CLOCK_TEXT_MAX];
	struct health told = { .told = true };
	json_t *o;

	if (h == NULL)
		return json_null();
	home_health(h, &told);
	o = json_pack("{s:s, s:b}", "url", h->url, "told",
	    told.home_at != 0);
	must(o != NULL);
	if (h->at == 0)
		return o;
	json_object_set_new(o, "asked", json_string(clock_format(when,
	    h->at)));
	json_object_set_new(o, "status", json_integer(h->status));
	json_object_set_new(o, "error", json_string(health_error_name(
	    h->error)));
	json_object_set_new(o, "ms", json_integer(h->took));
	return o;
}

/* --- its life -------------------------------------------------------------- */

/* The root of the first source's address, or what is set. False: none. */
static bool
choose(struct buf *out, const struct config *c)
{
	struct buf whole;
	struct url u;
	bool good;

	if (strcmp(c->top->home, "off") == 0)
		return false;
	if (c->top->home[0] != '\0')
		return url_normal(out, span_of(c->top->home), NULL);
	if (c->count == 0)
		return false;
	buf_init(&whole, LIMIT_URL);
	good = url_normal(&whole, span_of(c->source[0].set->url), NULL) &&
	    url_parse(&u, buf_look(&whole)) &&
	    url_resolve(out, buf_look(&whole), SPAN("/"), NULL);
	buf_clear(&whole);
	return good;
}

struct home *
home_new(const struct home_host *host)
{
	const char *to = host->config->top->home_connect;
	struct home *h;
	struct buf url;

	buf_init(&url, LIMIT_URL);
	if (!choose(&url, host->config)) {
		buf_clear(&url);
		return NULL;
	}
	h = mem_new(sizeof(*h));
	h->host = *host;
	h->url = mem_text(buf_cstr(&url));
	buf_clear(&url);
	h->here = answered_to(NULL);
	if (to[0] != '\0')
		h->set = answered_to(to);
	h->timer = event_new(host->base, -1, 0, on_timer, h);
	must(h->timer != NULL);
	timer_after(h->timer, backoff_random(FIRST));
	return h;
}

void
home_free(struct home *h)
{
	if (h == NULL)
		return;
	if (h->request != NULL)
		fetch_cancel(h->request);
	event_free(h->timer);
	curl_slist_free_all(h->set);
	curl_slist_free_all(h->here);
	free(h->url);
	free(h);
}
