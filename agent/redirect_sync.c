/* See redirect_sync.h. */
#include "agent/redirect_sync.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "agent/outfile.h"
#include "agent/outward.h"
#include "agent/redirect_map.h"
#include "agent/redirects.h"
#include "certs/identity.h"
#include "certs/signed.h"
#include "contrib/base/backoff.h"
#include "contrib/base/clock.h"
#include "contrib/base/err.h"
#include "contrib/base/lang.h"
#include "contrib/base/log.h"
#include "contrib/base/mem.h"
#include "contrib/base/timer.h"
#include "protocol/limits.h"
#include "protocol/sha.h"
#include "protocol/url.h"
#include "protocol/url_place.h"

#define READ_NAME "charts"	/* the row: hash of what was read */
#define TIMEOUT 120000		/* ms for question and answer */
#define FIRST_WAIT 5000		/* ms after a failure … */
#define LAST_WAIT 3600000
#define LOOK 3600000		/* ms: clocks jump */
#define SIGNED_MAX (LIMIT_MAP + (64u << 10))
#define CA_MAX (1u << 20)
#define WHY_MAX 4096

struct redirect_sync {
	struct redirect_sync_host host;
	struct fetch_request *request;
	struct event *write, *again;
	struct backoff fetching, reloading;
	uint64_t wanted;		/* version that the hub has */
	bool whole;			/* ask for all of it */
	bool reload_runs;
	uint8_t written[32];		/* hash of what is in the files */
	uint8_t told[32];		/* … when the command was begun */
	size_t lines;
	int64_t next;			/* ms, when the files will be others */
	struct buf trouble;		/* the last, or nothing */
};

static uint64_t
version(const struct redirect_sync *c)
{
	struct store_txn *t = store_look(c->host.store);
	uint64_t v = redirect_map_version(t);

	store_end(t);
	return v;
}

static void
say_trouble(struct redirect_sync *c, const char *what)
{
	char quoted[LOG_QUOTE_MAX];

	buf_reset(&c->trouble);
	buf_text(&c->trouble, what);
	log_error("map: %s", log_quote(quoted, what, strlen(what)));
}

/* --- the web server reads it -------------------------------------------- */

static bool
keep_read(struct store_txn *t, void *arg)
{
	store_put(t, READ_NAME, (struct span){ arg, 32 });
	return true;
}

static bool
has_read(struct redirect_sync *c)
{
	struct store_txn *t = store_look(c->host.store);
	struct span row;
	bool has = store_get(t, READ_NAME, &row) && row.n == 32 &&
	    memcmp(row.at, c->written, 32) == 0;

	store_end(t);
	return has;
}

static void
on_reload(void *arg, int status, struct span said)
{
	struct redirect_sync *c = arg;
	char quoted[LOG_QUOTE_MAX];

	c->reload_runs = false;
	if (status == 0) {
		backoff_reset(&c->reloading);
		(void)store_do(c->host.store, keep_read, c->told);
		log_info("map: the web server was told");
		timer_after(c->write, 0);	/* it may be another by now */
		return;
	}
	log_error("map_reload: %s: %s", hand_status_text(status),
	    log_quote(quoted, said.at, said.n));
	timer_after(c->write, backoff_next(&c->reloading, 0));
}

static void
reload(struct redirect_sync *c)
{
	if (c->reload_runs || has_read(c) ||
	    !hand_has(c->host.hand, OUTWARD_RELOAD))
		return;
	if (!hand_run(c->host.hand, OUTWARD_RELOAD, SPAN_NONE, on_reload, c))
		return;
	c->reload_runs = true;
	memcpy(c->told, c->written, sizeof(c->told));
}

/* --- the files ---------------------------------------------------------- */

static bool
is_our_host(const struct redirect_sync *c, struct span host)
{
	const struct config *conf = c->host.config;
	struct buf b;
	struct url u;
	bool is = false;

	buf_init(&b, LIMIT_URL);
	for (size_t i = 0; i < conf->count && !is; i++) {
		buf_reset(&b);
		is = url_normal(&b, span_of(conf->source[i].set->url), NULL) &&
		    url_parse(&u, buf_look(&b)) && span_is(u.host, host);
	}
	buf_clear(&b);
	return is;
}

struct writing {
	const struct redirect_sync *c;
	struct redirects *r;
	struct movemap_rule *rule;
	char **words;
	size_t count, room;
	uint32_t site;		/* our number; 0: not known */
};

static void
gather(void *arg, const struct movemap_rule *m)
{
	struct writing *w = arg;
	size_t a = m->rule.from.n, b = m->rule.to.n;
	char *words = mem_new(a + b + 1);

	if (w->count == w->room) {
		w->room = w->room > 0 ? w->room * 2 : 64;
		w->rule = mem_grow(w->rule, w->room, sizeof(*w->rule));
		w->words = mem_grow(w->words, w->room, sizeof(*w->words));
	}
	memcpy(words, m->rule.from.at, a);
	memcpy(words + a, m->rule.to.at, b);
	w->rule[w->count] = *m;
	w->rule[w->count].rule.from = (struct span){ words, a };
	w->rule[w->count].rule.to = (struct span){ words + a, b };
	w->words[w->count++] = words;
}

static int
by_time(const void *a, const void *b)
{
	const struct movemap_rule *x = a, *y = b;

	return (x->rule.at > y->rule.at) - (x->rule.at < y->rule.at);
}

static bool
is_ours(const struct writing *w, const struct movemap_rule *m)
{
	struct url u;

	return (w->site != 0 && m->site == w->site) ||
	    (url_parse(&u, m->rule.from) && is_our_host(w->c, u.host));
}

static void
read_map(struct writing *w)
{
	struct store_txn *t = store_look(w->c->host.store);
	struct identity me = { .site = 0 };
	struct buf why;

	buf_init(&why, WHY_MAX);
	if (identity_read(&me, w->c->host.config->top->dir, &why))
		w->site = me.site;
	buf_clear(&why);
	redirect_map_each(t, gather, w);
	store_end(t);
	if (w->count > 0)
		qsort(w->rule, w->count, sizeof(*w->rule), by_time);
	for (size_t i = 0; i < w->count; i++)
		redirects_add(w->r, &w->rule[i], is_ours(w, &w->rule[i]));
	for (size_t i = 0; i < w->count; i++)
		free(w->words[i]);
	free(w->words);
	free(w->rule);
}

typedef void redirects_fn(struct buf *out, const struct redirects *r,
    const char *path);

/* Adds what the file says to what was written. False: it could not be.
 * Without a map an older file stays as it is; where none is there is one
 * without lines, for a web server doesn't start if what it includes isn't
 * there. */
static bool
write_file(struct redirect_sync *c, const struct redirects *r, const char *path,
    redirects_fn *fn, struct sha *sum)
{
	struct buf text, why;
	bool ok, news = false;

	if (path[0] == '\0' ||
	    (version(c) == 0 && access(path, F_OK) == 0))
		return true;
	buf_init(&text, REDIRECTS_MAX);
	buf_init(&why, WHY_MAX);
	fn(&text, r, path);
	if (text.bad)
		buf_printf(&why, _("%s: would be too long"), path);
	ok = !text.bad && outfile_write(path, buf_look(&text), &news, &why);
	if (!ok)
		say_trouble(c, buf_cstr(&why));
	else if (news)
		log_info("map: %s is written lines=%zu", path, c->lines);
	sha_add(sum, text.at, text.n);
	buf_clear(&text);
	buf_clear(&why);
	return ok;
}

static void
write_files(struct redirect_sync *c)
{
	const struct config_top *top = c->host.config->top;
	struct writing w = { .c = c, .r = redirects_new() };
	struct sha sum;
	bool ok;

	read_map(&w);
	c->lines = redirects_settle(w.r, clock_wall(), &c->next);
	sha_begin(&sum);
	ok = write_file(c, w.r, top->map_nginx, redirects_nginx, &sum);
	ok = write_file(c, w.r, top->map_apache, redirects_apache, &sum) && ok;
	sha_end(&sum, c->written);
	redirects_free(w.r);
	if (ok && version(c) > 0)
		reload(c);
}

static void
on_write(evutil_socket_t fd, short what, void *arg)
{
	struct redirect_sync *c = arg;
	const struct config_top *top = c->host.config->top;
	int64_t left = LOOK;

	(void)fd;
	(void)what;
	if (top->map_nginx[0] != '\0' || top->map_apache[0] != '\0') {
		write_files(c);
		if (c->next - clock_wall() < left)
			left = c->next - clock_wall();
	}
	if (!event_pending(c->write, EV_TIMEOUT, NULL))
		timer_after(c->write, left > 0 ? left : 0);
}

/* --- fetching ----------------------------------------------------------- */

static bool
read_file(struct buf *out, const char *path)
{
	FILE *f = fopen(path, "re");
	char chunk[4096];
	size_t n;

	if (f == NULL)
		return false;
	while ((n = fread(chunk, 1, sizeof(chunk), f)) > 0)
		buf_put(out, chunk, n);
	fclose(f);
	return !out->bad;
}

static char *
hub_host(const struct redirect_sync *c)
{
	struct buf b;
	struct url u;
	char *host = NULL;

	buf_init(&b, LIMIT_URL);
	if (url_normal(&b, span_of(c->host.line->hub), NULL) &&
	    url_parse(&u, buf_look(&b)))
		host = mem_copy(u.host.at, u.host.n);
	buf_clear(&b);
	return host;
}

static bool
take(struct redirect_sync *c, struct span der, struct buf *why)
{
	char *host = hub_host(c);
	struct buf xml, cas;
	bool ok;

	buf_init(&xml, LIMIT_MAP);
	buf_init(&cas, CA_MAX);
	ok = read_file(&cas, c->host.line->ca);
	if (!ok)
		buf_printf(why, _("%s can't be read"), c->host.line->ca);
	ok = ok && signed_open(&xml, der, buf_look(&cas), host, clock_wall(),
	    why) && redirect_map_take(c->host.store, buf_look(&xml), why);
	buf_clear(&cas);
	buf_clear(&xml);
	free(host);
	return ok;
}

static void
took(struct redirect_sync *c)
{
	uint64_t v = version(c);

	log_info("map: version=%llu is here", (unsigned long long)v);
	c->whole = false;
	buf_reset(&c->trouble);
	backoff_reset(&c->fetching);
	timer_after(c->write, 0);
	if (c->host.news != NULL)
		c->host.news(c->host.arg);
	redirect_sync_heard(c, c->wanted > v ? c->wanted : v);
}

/* Whatever was wrong, the whole map is asked for next. */
static void
on_answer(void *arg, const struct fetch_answer *a)
{
	struct redirect_sync *c = arg;
	struct buf why;

	c->request = NULL;
	buf_init(&why, WHY_MAX);
	if (a->code != CURLE_OK)
		buf_text(&why, a->error);
	else if (a->too_long)
		buf_text(&why, _("the hub's map is too long"));
	else if (a->status != 200)
		buf_printf(&why, _("the hub gives no map: status %ld"),
		    a->status);
	else if (take(c, a->body, &why))
		took(c);
	if (why.n > 0) {
		say_trouble(c, buf_cstr(&why));
		c->whole = true;
		timer_after(c->again, backoff_next(&c->fetching, 0));
	}
	buf_clear(&why);
}

static void
on_prepare(void *arg, CURL *curl)
{
	struct redirect_sync *c = arg;

	line_prepare(c->host.line, curl);
}

static void
on_again(evutil_socket_t fd, short what, void *arg)
{
	struct redirect_sync *c = arg;
	uint64_t have = version(c);
	struct buf url;
	struct fetch_spec spec = {
		.most = SIGNED_MAX, .timeout = TIMEOUT,
		.connect_timeout = LINE_CONNECT, .prepare = on_prepare,
	};

	(void)fd;
	(void)what;
	if (c->request != NULL)
		return;
	buf_init(&url, LIMIT_URL);
	buf_printf(&url, "%s/v1/map?after=%llu", c->host.line->hub,
	    (unsigned long long)(c->whole || c->wanted < have ? 0 : have));
	spec.url = buf_cstr(&url);
	c->request = fetch_start(c->host.fetch, &spec, on_answer, c);
	buf_clear(&url);
}

/* A smaller number is a hub's that was restored. */
void
redirect_sync_heard(struct redirect_sync *c, uint64_t v)
{
	if (v == 0)
		return;
	c->wanted = v;
	if (v != version(c) && c->request == NULL &&
	    !event_pending(c->again, EV_TIMEOUT, NULL))
		timer_after(c->again, 0);
}

/* --- its life ----------------------------------------------------------- */

struct redirect_sync *
redirect_sync_new(const struct redirect_sync_host *host)
{
	struct redirect_sync *c = mem_new(sizeof(*c));

	c->host = *host;
	c->next = INT64_MAX;
	buf_init(&c->trouble, WHY_MAX);
	backoff_init(&c->fetching, FIRST_WAIT, LAST_WAIT);
	backoff_init(&c->reloading, FIRST_WAIT, LAST_WAIT);
	c->write = event_new(host->base, -1, 0, on_write, c);
	c->again = event_new(host->base, -1, 0, on_again, c);
	must(c->write != NULL && c->again != NULL);
	timer_after(c->write, 1000);
	return c;
}

void
redirect_sync_free(struct redirect_sync *c)
{
	if (c == NULL)
		return;
	if (c->request != NULL)
		fetch_cancel(c->request);
	event_free(c->write);
	event_free(c->again);
	buf_clear(&c->trouble);
	free(c);
}

json_t *
redirect_sync_status(const struct redirect_sync *c)
{
	char when[CLOCK_TEXT_MAX];
	json_t *o = json_pack("{s:I, s:I, s:s}", "version",
	    (json_int_t)version(c), "lines", (json_int_t)c->lines, "trouble",
	    buf_cstr(&c->trouble));

	if (c->next != INT64_MAX)
		json_object_set_new(o, "next",
		    json_string(clock_format(when, c->next)));
	return o;
}
