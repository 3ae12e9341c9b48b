/*
 * Hosts that were, and hits on them; see former.h.
 */
#include "hub/former.h"

#include <arpa/inet.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "contrib/base/clock.h"
#include "contrib/base/mem.h"
#include "hub/chart.h"
#include "hub/cover.h"
#include "hub/move.h"
#include "hub/notice.h"
#include "hub/place.h"
#include "hub/query_inside.h"
#include "hub/site.h"
#include "hub/target.h"
#include "protocol/limits.h"
#include "protocol/rewrite.h"
#include "protocol/url.h"

struct host {
	char *name;
	uint32_t move;		/* 0: the site was retired */
	uint32_t site;
};

struct hit {
	uint64_t hash, count;
	uint64_t told;		/* of these, in reports */
	int64_t last;
	int status;
	bool never;
	char *url, *to, *from;
};

struct former {
	uint64_t place;		/* of the view that the below is of */
	int64_t looked;		/* ms, mono */
	struct host *host;	/* by name */
	size_t hosts, room;
	struct rewrite *rules;	/* or NULL; of … */
	uint64_t version;	/* … this map (chart.h) */
	struct hit hit[HITS_ALL];
	size_t hits;
	bool loaded;		/* with what was kept */
};

/* --- which hosts ---------------------------------------------------------- */

static void
forget(struct former *f)
{
	for (size_t i = 0; i < f->hosts; i++)
		free(f->host[i].name);
	free(f->host);
	f->host = NULL;
	f->hosts = f->room = 0;
}

/* An IP address, or this machine: no DNS was pointed here, so whoever asks for
 * that asks for the hub. */
static bool
is_here(struct span name)
{
	struct in6_addr six;
	struct in_addr four;
	char text[INET6_ADDRSTRLEN];

	if (name.n >= sizeof(text))
		return false;
	snprintf(text, sizeof(text), "%.*s", SPAN_ARGS(name));
	return span_is(name, SPAN("localhost")) ||
	    inet_pton(AF_INET, text, &four) == 1 ||
	    inet_pton(AF_INET6, text, &six) == 1;
}

static void
add(struct former *f, struct span name, uint32_t move, uint32_t site)
{
	if (is_here(name))
		return;
	if (f->hosts == f->room) {
		f->room = f->room > 0 ? 2 * f->room : 64;
		f->host = mem_grow(f->host, f->room, sizeof(*f->host));
	}
	f->host[f->hosts++] = (struct host){ mem_copy(name.at, name.n), move,
		site };
}

/* A newer move of the same host stands behind an older one. */
static int
by_name(const void *a, const void *b)
{
	const struct host *x = a, *y = b;
	int order = strcmp(x->name, y->name);

	return order != 0 ? order : (x->move > y->move) - (x->move < y->move);
}

static bool
add_move(void *arg, const struct move *m)
{
	struct url u;

	if (m->scope == REWRITE_DOMAIN && url_parse(&u, m->old) &&
	    (move_is_effective(m->state) || m->state == MOVE_CLOSED))
		add(arg, u.host, m->number, m->site);
	return true;
}

static void
add_retired(struct former *f, struct db_txn *t, uint32_t number)
{
	struct span rest, one;
	struct site s;
	uint32_t owner;

	if (!site_get(t, number, &s) || !s.retired)
		return;
	rest = s.domains;
	while (site_domain_next(&rest, &one))
		if (!site_by_domain(t, one, &owner))
			add(f, one, 0, number);
}

static uint64_t
hash_of(struct span s)
{
	uint64_t h = UINT64_C(0xcbf29ce484222325);

	for (size_t i = 0; i < s.n; i++)
		h = (h ^ (uint8_t)s.at[i]) * UINT64_C(0x100000001b3);
	return h;
}

static bool
load_hit(void *arg, const struct hits_row *r)
{
	struct former *f = arg;
	struct hit *h = &f->hit[f->hits];

	if (f->hits == HITS_ALL)
		return false;
	f->hits++;
	*h = (struct hit){ .hash = hash_of(r->url), .count = r->count,
	    .told = r->count, .last = r->last, .status = r->status, .never = r->never,
	    .url = mem_copy(r->url.at, r->url.n),
	    .to = mem_copy(r->to.at, r->to.n),
	    .from = mem_copy(r->from.at, r->from.n) };
	return true;
}

static void
load(struct former *f, struct query *q)
{
	if (!f->loaded)
		hits_each(q->txn, load_hit, f);
	f->loaded = true;
}

/* There may be 100,000: they are kept until one is another. */
static void
follow_rules(struct former *f, struct db_txn *t)
{
	uint64_t version = chart_version(t);

	if (f->rules != NULL && f->version == version)
		return;
	rewrite_free(f->rules);
	f->rules = rewrite_new();
	f->version = version;
	move_rules(t, f->rules);
}

static void
refresh(struct former *f, struct query *q)
{
	int64_t now = clock_mono();
	uint32_t last;

	load(f, q);
	if (f->rules != NULL && (f->place == q->meta.place ||
	    now - f->looked < FORMER_REFRESH))
		return;
	forget(f);
	f->place = q->meta.place;
	f->looked = now;
	follow_rules(f, q->txn);
	move_each(q->txn, 1, add_move, f);
	last = site_last(q->txn);
	for (uint32_t n = 1; n <= last; n++)
		add_retired(f, q->txn, n);
	if (f->hosts > 0)
		qsort(f->host, f->hosts, sizeof(*f->host), by_name);
}

static const struct host *
find(const struct former *f, const char *name)
{
	size_t low = 0, high = f->hosts;

	while (low < high) {	/* behind the last of this name */
		size_t mid = low + (high - low) / 2;

		if (strcmp(f->host[mid].name, name) <= 0)
			low = mid + 1;
		else
			high = mid;
	}
	return low > 0 && strcmp(f->host[low - 1].name, name) == 0 ?
	    &f->host[low - 1] : NULL;
}

/* --- what is answered ----------------------------------------------------- */

/* Without its port: whoever points a domain here may have any in between. */
static bool
put_host(struct buf *b, struct span host)
{
	const char *colon = host.n > 0 ? memrchr(host.at, ':', host.n) : NULL;

	if (colon != NULL)
		host.n = (size_t)(colon - host.at);
	return host.n > 0 && url_host_normal(b, host, NULL);
}

/* What moved may have had a port, and whoever asks comes by another one. */
static bool
put_url(struct buf *b, struct query *q, const struct host *h, struct span path)
{
	struct buf raw;
	struct move m;
	bool good;

	buf_init(&raw, 4 * LIMIT_URL);
	if (h->move != 0 && move_get(q->txn, h->move, &m))
		buf_put(&raw, m.old.at, m.old.n - 1);	/* not its slash */
	else
		buf_printf(&raw, "http://%s", h->name);
	buf_span(&raw, path);
	good = !raw.bad && url_normal(b, buf_look(&raw), NULL);
	if (!good)
		buf_reset(b);
	buf_clear(&raw);
	return good;
}

/* No item ever was there, and no page links to it. A site has a home. */
static bool
never_was(struct query *q, struct span url)
{
	struct target_key k;
	struct target row;
	struct place p;
	struct buf room;
	struct url u;
	bool never;

	buf_init(&room, LIMIT_URL);
	never = url_parse(&u, url) && !span_is(u.path, SPAN("/")) &&
	    !place_get(q->txn, url, &p) && !(target_key(&k, url) &&
	    target_get(q->txn, &k, &row, &room));
	buf_clear(&room);
	return never;
}

/* Its site said that it covers this. What only a program can answer nobody
 * covers. */
static bool
is_covered(struct query *q, const struct host *h, struct span url)
{
	return memchr(url.at, '?', url.n) == NULL &&
	    cover_takes(q->txn, h->site, url);
}

/* Not to what is gone itself? */
static bool
leads_on(const struct host *h, struct span url)
{
	struct url u;

	return url_parse(&u, url) && !span_is(u.host, span_of(h->name));
}

/* Where to turn to instead of this page, if somebody has said so. */
static void
put_page(struct buf *to, struct former *f, struct query *q,
    const struct host *h, struct span url)
{
	struct target_verdict v;

	target_judge(q->txn, f->rules, url, q->now, &v, to);
	if (v.state != TARGET_WITHDRAWN || !leads_on(h, buf_look(to)))
		buf_reset(to);
}

/* … and instead of the site. */
static void
put_home(struct buf *to, struct query *q, const struct host *h)
{
	struct notice closing;

	if (notice_closing(q->txn, h->site, &closing) &&
	    leads_on(h, closing.see))
		buf_span(to, closing.see);
}

static void
gone(struct former *f, struct query *q, const struct host *h,
    struct former_answer *a)
{
	struct span url = buf_look(&a->url);
	struct move m;
	struct site s;

	a->never = url.n > 0 && never_was(q, url);
	a->status = a->never && is_covered(q, h, url) ? 404 : 410;
	if (h->move != 0 && move_get(q->txn, h->move, &m)) {
		buf_span(&a->to, m.new);
		buf_span(&a->why, m.reason);
	} else if (site_get(q->txn, h->site, &s)) {
		buf_span(&a->why, s.reason);
		if (!a->never && url.n > 0)
			put_page(&a->to, f, q, h, url);
		if (a->to.n == 0)
			put_home(&a->to, q, h);
	}
}

bool
former_look(struct former *f, struct query *q, struct span host,
    struct span path, struct former_answer *a)
{
	const struct host *h = NULL;
	struct buf name;

	refresh(f, q);
	buf_init(&name, 1024);
	if (f->hosts > 0 && put_host(&name, host))
		h = find(f, buf_cstr(&name));
	if (h != NULL && put_url(&a->url, q, h, path) &&
	    rewrite_url(f->rules, buf_look(&a->url), q->now, &a->to, NULL))
		a->status = 308;
	else if (h != NULL)
		gone(f, q, h, a);
	buf_clear(&name);
	return h != NULL;
}

/* --- hits ----------------------------------------------------------------- */

static struct hit *
find_hit(struct former *f, struct span url, uint64_t hash)
{
	for (size_t i = 0; i < f->hits; i++)
		if (f->hit[i].hash == hash &&
		    span_is(span_of(f->hit[i].url), url))
			return &f->hit[i];
	return NULL;
}

/* Which makes room; NULL: there is some. */
static struct hit *
least_hit(struct former *f, bool never)
{
	struct hits_room r = { .never = never };

	for (size_t i = 0; i < f->hits; i++)
		if (hits_room_see(&r, f->hit[i].never, f->hit[i].count))
			r.least = i;
	return f->hits == HITS_ALL || hits_room_is_full(&r, f->hits) ?
	    &f->hit[r.least] : NULL;
}

/* A new one takes the place of the least hit, and what that had: it may have
 * been there as often, before it was noted. */
static struct hit *
slot(struct former *f, struct span url, bool never)
{
	uint64_t hash = hash_of(url);
	struct hit *h = find_hit(f, url, hash);

	if (h != NULL)
		return h;
	h = least_hit(f, never);
	if (h == NULL)
		h = &f->hit[f->hits++];
	free(h->url);
	h->url = mem_copy(url.at, url.n);
	h->told = h->count;
	h->hash = hash;
	return h;
}

static void
set_text(char **text, struct span s)
{
	free(*text);
	*text = mem_copy(s.at != NULL ? s.at : "", s.n);
}

void
former_note(struct former *f, const struct former_answer *a, struct span from)
{
	struct buf page;
	struct hit *h;

	if (a->url.n == 0)
		return;
	buf_init(&page, LIMIT_URL);
	h = slot(f, buf_look(&a->url), a->never);
	h->count++;
	h->last = clock_wall();
	h->status = a->status;
	h->never = a->never;
	set_text(&h->to, buf_look(&a->to));
	if (url_normal(&page, from, NULL))
		set_text(&h->from, buf_look(&page));
	buf_clear(&page);
}

/* --- reports -------------------------------------------------------------- */

static json_t *
json_of(const struct hit *h)
{
	return json_pack("{s:s, s:s, s:s, s:I, s:i, s:b}", "url", h->url, "to",
	    h->to != NULL ? h->to : "", "from", h->from != NULL ? h->from :
	    "", "count", (json_int_t)(h->count - h->told), "status",
	    h->status, "never", h->never);
}

void
former_report(struct former *f, size_t most, struct buf *json)
{
	size_t used = 2, rows = 0;
	json_t *all = json_array();
	char *text;

	for (size_t i = 0; i < f->hits && rows < HITS_ROWS; i++) {
		struct hit *h = &f->hit[i];
		size_t need = 256 + 2 * (strlen(h->url) +
		    (h->to != NULL ? strlen(h->to) : 0) +
		    (h->from != NULL ? strlen(h->from) : 0));

		if (h->count == h->told || used + need > most)
			continue;
		json_array_append_new(all, json_of(h));
		h->told = h->count;
		used += need;
		rows++;
	}
	if (rows > 0 && (text = json_dumps(all, JSON_COMPACT)) != NULL) {
		buf_text(json, text);
		free(text);
	}
	json_decref(all);
}

void
former_resume(struct former *f, struct query *q, const json_t *report)
{
	struct hits_row r;
	struct hit *h;

	load(f, q);
	for (size_t i = 0; i < json_array_size(report); i++) {
		if (!hits_read(&r, json_array_get(report, i)))
			continue;
		h = slot(f, r.url, r.never);
		h->count += r.count;
		h->last = clock_wall();
		h->status = r.status;
		h->never = r.never;
		set_text(&h->to, r.to);
		set_text(&h->from, r.from);
	}
}

static int
by_count(const void *a, const void *b)
{
	const struct hit *x = a, *y = b;

	return (x->count < y->count) - (x->count > y->count);
}

void
former_each(struct former *f, struct query *q, bool never, former_fn *each,
    void *arg)
{
	bool more = true;

	load(f, q);
	qsort(f->hit, f->hits, sizeof(f->hit[0]), by_count);
	for (size_t i = 0; more && i < f->hits; i++)
		more = f->hit[i].never != never || each(arg, &(struct former_hit){
		    .url = span_of(f->hit[i].url), .to = span_of(f->hit[i].to),
		    .from = span_of(f->hit[i].from),
		    .count = f->hit[i].count, .last = f->hit[i].last,
		    .status = f->hit[i].status });
}

/* --- its life ------------------------------------------------------------- */

struct former *
former_new(void)
{
	return mem_new(sizeof(struct former));
}

void
former_free(struct former *f)
{
	if (f == NULL)
		return;
	for (size_t i = 0; i < f->hits; i++) {
		free(f->hit[i].url);
		free(f->hit[i].to);
		free(f->hit[i].from);
	}
	forget(f);
	rewrite_free(f->rules);
	free(f);
}
