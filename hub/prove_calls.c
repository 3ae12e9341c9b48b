/*
 * Summons: calls, each with the sites that have still to come.
 */
#include "hub/prove_calls.h"

#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

#include "contrib/base/clock.h"
#include "contrib/base/err.h"
#include "contrib/base/lang.h"
#include "contrib/base/mem.h"
#include "hub/pulse.h"
#include "protocol/features.h"

#define TICK 1			/* s between looks at the time */
#define QUIET 2000		/* ms before progress is told */
#define FULL_WAIT 3000		/* … and that a full disk keeps some away */
#define CHUNK 100		/* items in one line */

struct call {
	LIST_ENTRY(call) entry;
	struct ctl_peer *peer;
	const char *lang;		/* it was asked in, and is answered */
	int64_t began, until;	/* ms, mono */
	uint32_t *site;		/* still to come … */
	size_t left, all;	/* … so many, of those that were called */
	size_t same, differs, silent, unasked;
	size_t items;		/* named so far */
};

struct prove_calls {
	struct writer *writer;
	struct guests *guests;
	struct letters *letters;
	struct event *tick;
	bool full;		/* the hub's disk is */
	LIST_HEAD(calls, call) calls;
};

/* --- who is called -------------------------------------------------------- */

static void
tell_site(struct call *c, json_t *site)
{
	json_t *line = json_object();

	json_object_set_new(line, "site", site);
	ctl_progress(c->peer, line);
}

static json_t *
site_line(const char *code, const char *outcome)
{
	return json_pack("{s:s, s:s}", "code", code, "outcome", outcome);
}

/* NULL: it can be asked. */
static const char *
why_not(const struct view_site *s)
{
	if (s->retired)
		return _("it is retired");
	if (!s->has_key)
		return _("it is not enrolled yet");
	if (s->quarantined)
		return _("it waits to be admitted");
	if (s->blocked)
		return _("it is blocked");
	if (s->forked)
		return _("two copies of its agent are at work");
	return NULL;
}

static void
call_site(struct prove_calls *s, struct call *c, const struct view_site *site)
{
	const char *why = why_not(site);
	json_t *line;

	c->all++;
	if (why == NULL) {
		c->site[c->left++] = site->number;
		guests_want(guests_get(s->guests, site->number),
		    GUEST_PROVE);
		return;
	}
	c->unasked++;
	line = site_line(site->code, "not asked");
	json_object_set_new(line, "why", json_string(why));
	tell_site(c, line);
}

static void
call_all(struct prove_calls *s, struct call *c)
{
	uint32_t last = view_sites(s->writer->view);
	struct view_site site;

	c->site = mem_grow(NULL, last + (size_t)1, sizeof(*c->site));
	for (uint32_t n = 1; n <= last; n++) {
		if (view_site(s->writer->view, n, &site) && !site.retired)
			call_site(s, c, &site);
	}
}

static bool
is_called(const struct call *c, uint32_t site)
{
	for (size_t i = 0; i < c->left; i++) {
		if (c->site[i] == site)
			return true;
	}
	return false;
}

static void
call_some(struct prove_calls *s, struct call *c, const json_t *codes)
{
	struct view_site site;
	uint32_t number;
	json_t *one;
	size_t i;

	c->site = mem_grow(NULL, json_array_size(codes) + 1,
	    sizeof(*c->site));
	json_array_foreach(codes, i, one) {
		if (view_site_code(s->writer->view, json_string_value(one),
		    &number) && !is_called(c, number) &&
		    view_site(s->writer->view, number, &site))
			call_site(s, c, &site);
	}
}

/* --- how it ends ---------------------------------------------------------- */

static bool
is_wanted(const struct prove_calls *s, uint32_t site)
{
	struct call *c;

	for (c = LIST_FIRST(&s->calls); c != NULL;
	    c = LIST_NEXT(c, entry)) {
		if (is_called(c, site))
			return true;
	}
	return false;
}

static void
take_out(struct call *c, uint32_t site)
{
	size_t i = 0;

	while (c->site[i] != site)
		i++;
	c->left--;
	memmove(&c->site[i], &c->site[i + 1],
	    (c->left - i) * sizeof(*c->site));
}

static void
release(struct call *c)
{
	free(c->site);
	free(c);
}

static void
dismiss(struct prove_calls *s, struct call *c)
{
	LIST_REMOVE(c, entry);
	for (size_t i = 0; i < c->left; i++) {
		if (!is_wanted(s, c->site[i]))
			guests_unwant(guests_get(s->guests, c->site[i]),
			    GUEST_PROVE);
	}
	release(c);
}

static void
finish(struct prove_calls *s, struct call *c)
{
	struct ctl_peer *peer = c->peer;
	json_t *result = json_pack("{s:I, s:I, s:I, s:I, s:I}",
	    "sites", (json_int_t)c->all, "same", (json_int_t)c->same,
	    "differs", (json_int_t)c->differs,
	    "silent", (json_int_t)c->silent,
	    "unasked", (json_int_t)c->unasked);

	dismiss(s, c);
	ctl_ok(peer, result);
}

/* A position is written now and then, the pulse knows better; if there is
 * one. */
static int64_t
heard(uint32_t site, const struct position *p)
{
	struct pulse_row row;

	return pulse_read(site, &row) && row.heard > p->heard ? row.heard :
	    p->heard;
}

static void
tell_heard(const struct prove_calls *s, json_t *line, uint32_t site,
    const struct position *p)
{
	json_object_set_new(line, "heard_ms",
	    json_integer(clock_wall() - heard(site, p)));
	if (s->full)
		json_object_set_new(line, "why", json_string(_("the hub's "
		    "disk is full: what its agent says first is not "
		    "taken")));
	else if (!answer_has_word(span_of(p->features), FEATURE_RECONCILE))
		json_object_set_new(line, "why", json_string(_("its agent "
		    "does not say that it can be asked: is it of an older "
		    "version?")));
}

/* These will not come: their agents have said what keeps them from it. */
static void
tell_troubled(struct prove_calls *s, struct call *c)
{
	struct view_site site;
	struct position p;
	json_t *line;

	for (size_t i = c->left; i-- > 0;) {
		uint32_t n = c->site[i];

		if (!journal_position(s->writer->journal, n, &p) ||
		    p.trouble[0] == '\0' ||
		    !view_site(s->writer->view, n, &site))
			continue;
		line = site_line(site.code, "trouble");
		json_object_set_new(line, "why", json_string(p.trouble));
		tell_site(c, line);
		take_out(c, n);
		c->silent++;
		if (!is_wanted(s, n))
			guests_unwant(guests_get(s->guests, n), GUEST_PROVE);
	}
}

/* His time is over: these have not come. */
static void
tell_silent(struct prove_calls *s, struct call *c)
{
	struct view_site site;
	struct position p;
	json_t *line;

	for (size_t i = 0; i < c->left; i++) {
		if (!view_site(s->writer->view, c->site[i], &site))
			continue;
		line = site_line(site.code, "no answer");
		if (journal_position(s->writer->journal, c->site[i], &p))
			tell_heard(s, line, c->site[i], &p);
		tell_site(c, line);
		c->silent++;
	}
}

/* --- what came of it ------------------------------------------------------ */

static void
tell_items(struct call *c, const struct attest *a)
{
	json_t *list = NULL, *one;
	size_t i, n = json_array_size(a->tally.names);

	json_array_foreach(a->tally.names, i, one) {
		if (c->items == PROVE_CALLS_ITEMS)
			break;
		c->items++;
		if (list == NULL)
			list = json_array();
		json_array_append(list, one);
		if (json_array_size(list) == CHUNK || i + 1 == n) {
			ctl_progress(c->peer, json_pack("{s:s, s:o}",
			    "code", a->code, "items", list));
			list = NULL;
		}
	}
	if (list != NULL)
		ctl_progress(c->peer, json_pack("{s:s, s:o}", "code",
		    a->code, "items", list));
}

/* Are more items found than can be named? */
static bool
is_cut(const struct call *c, const struct attest *a)
{
	const struct tally *t = &a->tally;

	return t->cut || t->count[TALLY_MISSING] > t->listed[TALLY_MISSING] ||
	    json_array_size(t->names) > PROVE_CALLS_ITEMS - c->items;
}

static void
tell(struct call *c, const struct attest *a)
{
	const uint64_t *n = a->tally.count;
	json_t *line = site_line(a->code, a->same ? "same" : "differs");

	json_object_set_new(line, "seq", json_integer((json_int_t)a->seq));
	json_object_set_new(line, "items",
	    json_integer((json_int_t)a->items));
	if (a->same)
		json_object_set_new(line, "kept",
		    json_integer((json_int_t)a->kept));
	if (!a->written)
		json_object_set_new(line, "why", json_string(_("the hub's "
		    "disk is full: this is not in the journal")));
	for (int k = 0; k < TALLY_KINDS && !a->same; k++)
		json_object_set_new(line, tally_kind_name(
		    (enum tally_kind)k), json_integer((json_int_t)n[k]));
	if (is_cut(c, a))
		json_object_set_new(line, "cut", json_true());
	tell_site(c, line);
	tell_items(c, a);
	*(a->same ? &c->same : &c->differs) += 1;
}

static void
take_told(struct call *c, const struct attest *a)
{
	const char *before = lang_borrow(c->lang);

	take_out(c, a->site);
	tell(c, a);
	lang_switch(before);
}

void
prove_calls_told(void *arg, const struct attest *a)
{
	struct prove_calls *s = arg;
	struct call *c, *next;

	for (c = LIST_FIRST(&s->calls); c != NULL; c = next) {
		next = LIST_NEXT(c, entry);
		if (!is_called(c, a->site))
			continue;
		take_told(c, a);
		if (c->left == 0)
			finish(s, c);
	}
}

/* --- the time ------------------------------------------------------------- */

static void
look_at(struct prove_calls *s, struct call *c, int64_t now)
{
	const char *before = lang_borrow(c->lang);

	if (s->full && c->until > c->began + FULL_WAIT)
		c->until = c->began + FULL_WAIT;
	tell_troubled(s, c);
	if (c->left > 0 && now >= c->until)
		tell_silent(s, c);
	lang_switch(before);
	if (c->left == 0 || now >= c->until)
		finish(s, c);
	else if (now - c->began >= QUIET)
		ctl_progress(c->peer, json_pack("{s:I, s:I}", "done",
		    (json_int_t)(c->all - c->left), "of",
		    (json_int_t)c->all));
}

static void
on_tick(evutil_socket_t fd, short what, void *arg)
{
	struct prove_calls *s = arg;
	int64_t now = clock_mono();
	struct call *c, *next;

	(void)fd;
	(void)what;
	for (c = LIST_FIRST(&s->calls); c != NULL; c = next) {
		next = LIST_NEXT(c, entry);
		look_at(s, c, now);
	}
	if (LIST_EMPTY(&s->calls))
		event_del(s->tick);
}

/* --- calling -------------------------------------------------------------- */

/* A code that isn't there; NULL: all are. */
static const char *
find_unknown(struct prove_calls *s, const json_t *codes)
{
	uint32_t number;
	json_t *one;
	size_t i;

	json_array_foreach(codes, i, one) {
		const char *code = json_string_value(one);

		if (code == NULL)
			return "";
		if (!view_site_code(s->writer->view, code, &number))
			return code;
	}
	return NULL;
}

static int64_t
time_for(const json_t *said)
{
	const json_t *wait = json_object_get(said, "wait");
	json_int_t ms = json_integer_value(wait);

	if (!json_is_integer(wait) || ms < 0)
		return PROVE_CALLS_WAIT;
	return ms < PROVE_CALLS_WAIT_MOST ? ms : PROVE_CALLS_WAIT_MOST;
}

void
prove_calls_ask(struct prove_calls *s, struct ctl_peer *peer,
    const json_t *said)
{
	const struct timeval often = { .tv_sec = TICK };
	const json_t *codes = json_object_get(said, "codes");
	const char *unknown = find_unknown(s, codes);
	struct call *c;

	if (unknown != NULL) {
		ctl_fail(peer, _("zqhub site list shows all sites"),
		    _("there is no site with the code %s"), unknown);
		return;
	}
	c = mem_new(sizeof(*c));
	c->peer = peer;
	c->lang = lang_now();
	c->began = clock_mono();
	c->until = c->began + time_for(said);
	LIST_INSERT_HEAD(&s->calls, c, entry);
	if (json_array_size(codes) > 0)
		call_some(s, c, codes);
	else
		call_all(s, c);
	tell_troubled(s, c);
	if (c->left == 0) {
		finish(s, c);
		return;
	}
	letters_look(s->letters);
	event_add(s->tick, &often);
}

void
prove_calls_disk(struct prove_calls *s, bool full)
{
	s->full = full;
}

void
prove_calls_gone(struct prove_calls *s, const struct ctl_peer *peer)
{
	struct call *c = LIST_FIRST(&s->calls);

	while (c != NULL && c->peer != peer)	/* it has one at a time */
		c = LIST_NEXT(c, entry);
	if (c != NULL)
		dismiss(s, c);
}

struct prove_calls *
prove_calls_new(struct event_base *base, struct writer *w, struct guests *g,
    struct letters *l)
{
	struct prove_calls *s = mem_new(sizeof(*s));

	s->writer = w;
	s->guests = g;
	s->letters = l;
	s->tick = event_new(base, -1, EV_PERSIST, on_tick, s);
	must(s->tick != NULL);
	LIST_INIT(&s->calls);
	return s;
}

void
prove_calls_free(struct prove_calls *s)
{
	struct call *c, *next;

	if (s == NULL)
		return;
	for (c = LIST_FIRST(&s->calls); c != NULL; c = next) {
		next = LIST_NEXT(c, entry);
		release(c);
	}
	event_free(s->tick);
	free(s);
}
