/*
 * The source `orphan`; see source.h. It stands in for a source that is no
 * longer in the settings, for what people said and the store lost, and for
 * what came under ids that no agent makes. Nothing here can be looked at, so
 * it has no scan: it counts what nothing vouches for, and holds it or, when a
 * person has said so or when it is little, withdraws it in turns. What a live
 * source tells at the same address is withdrawn first, whatever was said of
 * it: the page has another id now, as when a source was renamed.
 */
#include "agent/source.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/compare.h"
#include "agent/hold.h"
#include "agent/kept.h"
#include "agent/known.h"
#include "agent/source_row.h"
#include "agent/spool.h"
#include "agent/status.h"
#include "contrib/base/err.h"
#include "contrib/base/log.h"
#include "contrib/base/mem.h"

#define SOON 500		/* ms until what was said is judged together */
#define WATCH 60000		/* ms until what is kept is looked at again */
#define STUCK_WAIT 5000		/* ms until a full disk is tried again */
#define TURN 256		/* withdrawals in one transaction */
#define ROW "orphan"		/* what the store keeps of it (source_row.h) */

struct source {
	struct source_host host;
	const char *name;
	struct hold hold;
	struct event *turn;
	uint64_t items, missing;	/* when it was counted last */
	uint64_t doubled;	/* … of these: told by a live source, too */
	uint64_t judged;	/* the next change's number, then */
	bool withdrawing;
	bool doubles;		/* … these only */
	bool waits;			/* to be judged, or goes on, soon */
	bool paused;
};

/* --- what the store keeps of it ------------------------------------------- */

static bool
save(struct store_txn *t, void *arg)
{
	const struct source *s = arg;
	struct buf b;

	source_row_begin(&b);
	hold_write(&b, &s->hold);
	source_row_put(t, ROW, s->name, &b);
	return true;
}

static void
load(struct source *s)
{
	struct store_txn *t = store_look(s->host.store);
	struct reader r;

	if (source_row_get(t, ROW, s->name, &r))
		hold_read(&r, &s->hold);
	store_end(t);
}

/* --- judging ------------------------------------------------------------------ */

static void
soon(struct source *s, int64_t ms)
{
	struct timeval tv = { .tv_sec = ms / 1000,
	    .tv_usec = ms % 1000 * 1000 };

	s->waits = true;
	must(event_add(s->turn, &tv) == 0);
}

/* What people said stands by itself; what is only adopted doesn't. */
static bool
is_missing(const struct source *s, const struct known *k)
{
	return k->told && (k->adopted || s->name[0] != '\0');
}

/* Does a live source tell its address? `by`: which one. */
static bool
is_doubled(const struct source *s, struct store_txn *t,
    const struct known *k, struct known *by)
{
	return known_find_url(t, k->url, by) && by->told && !by->adopted &&
	    s->host.is_live(s->host.all, by->source);
}

struct counting {
	struct source *s;
	struct store_txn *t;
};

static bool
count_one(void *arg, const struct known *k)
{
	struct counting *c = arg;
	struct known by;

	c->s->items += k->told;
	if (!is_missing(c->s, k))
		return true;
	c->s->missing++;
	c->s->doubled += is_doubled(c->s, c->t, k, &by);
	return true;
}

static void
count(struct source *s)
{
	struct counting c = { .s = s, .t = store_look(s->host.store) };

	s->items = s->missing = s->doubled = 0;
	known_each(c.t, span_of(s->name), SPAN_NONE, count_one, &c);
	store_end(c.t);
}

static const char *
shown(const struct source *s)
{
	if (s->name[0] == '\0')
		return SOURCE_SAID;
	return strcmp(s->name, KNOWN_STRAY) == 0 ? SOURCE_STRAY : s->name;
}

/* What is kept a live source may tell some day. */
static void
watch(struct source *s)
{
	const struct timeval tv = { .tv_sec = WATCH / 1000 };

	s->judged = store_meta(s->host.store)->next;
	if (s->missing > 0)
		must(event_add(s->turn, &tv) == 0);
}

/* A refusal holds for what is left of what was refused. */
static bool
is_kept(const struct source *s)
{
	return s->hold.refused && s->missing > 0 &&
	    s->missing <= s->hold.held && s->hold.released.reason == NULL;
}

static void
judge(struct source *s)
{
	struct hold_count n;
	enum hold_verdict v;

	count(s);
	s->withdrawing = s->doubles = s->doubled > 0;
	if (s->doubles) {
		soon(s, 0);
		return;
	}
	if (is_kept(s)) {
		kept_mark(s->host.store, span_of(s->name));
		watch(s);
		return;
	}
	n = (struct hold_count){ .missing = s->missing, .items = s->items };
	v = hold_scan(&s->hold, &n, false);
	if (v == HOLD_WAIT)
		log_error("source=%s held: %llu of %llu items are in the "
		    "index and nothing here vouches for them; nothing of it "
		    "is withdrawn until `zqagent release %s --reason R` or "
		    "`zqagent refuse %s --reason R`", shown(s),
		    (unsigned long long)s->missing,
		    (unsigned long long)s->items, shown(s), shown(s));
	if (v == HOLD_WAIT)
		s->host.news(s->host.arg, 0);	/* the hub hears of it */
	s->withdrawing = v == HOLD_WITHDRAW;
	(void)store_do(s->host.store, save, s);
	if (s->withdrawing)
		soon(s, 0);
	else
		watch(s);
}

/* --- withdrawing ---------------------------------------------------------------- */

struct turn {
	struct source *s;
	struct store_txn *t;
	char *path[TURN];
	size_t count;
	size_t done;
};

static bool
gather(void *arg, const struct known *k)
{
	struct turn *g = arg;
	struct known by;

	if (!is_missing(g->s, k) ||
	    (g->s->doubles && !is_doubled(g->s, g->t, k, &by)))
		return true;
	g->path[g->count++] = mem_copy(k->path.at, k->path.n);
	return g->count < TURN;
}

/* Who edits the settings has said so. */
static enum compare_news
withdraw_double(const struct source *s, struct store_txn *t, struct span path)
{
	struct known k, by;
	char reason[128];

	if (!known_get(t, span_of(s->name), path, &k) ||
	    !is_doubled(s, t, &k, &by))
		return COMPARE_NOTHING;
	snprintf(reason, sizeof(reason), "told by source %.*s now",
	    SPAN_ARGS(by.source));
	return compare_gone(t, span_of(s->name), path, span_of(reason),
	    SPAN(CONFIG_FILE));
}

static enum compare_news
withdraw_one(const struct source *s, struct store_txn *t, struct span path)
{
	const struct hold_word *w = &s->hold.released;
	struct span reason = w->reason != NULL ? span_of(w->reason) :
	    SPAN("the site has it no longer");

	if (s->doubles)
		return withdraw_double(s, t, path);
	return compare_gone(t, span_of(s->name), path, reason,
	    span_of(w->by));
}

static bool
withdraw(struct store_txn *t, void *arg)
{
	struct turn *g = arg;

	for (g->done = 0; g->done < g->count; g->done++)
		if (withdraw_one(g->s, t, span_of(g->path[g->done])) ==
		    COMPARE_NO_ROOM)
			break;
	return g->done > 0;
}

static void
go_on(struct source *s)
{
	struct turn g = { .s = s };
	bool written;

	g.t = store_look(s->host.store);
	known_each(g.t, span_of(s->name), SPAN_NONE, gather, &g);
	store_end(g.t);
	written = g.count > 0 && store_do(s->host.store, withdraw, &g) ==
	    STORE_DONE;
	for (size_t i = 0; i < g.count; i++)
		free(g.path[i]);
	if (written)
		s->host.news(s->host.arg, g.done);
	else if (g.count > 0)
		(void)spool_make_room(s->host.store);
	s->withdrawing = g.count > 0;
	if (s->withdrawing) {
		soon(s, written ? 0 : STUCK_WAIT);
		return;
	}
	if (s->doubles) {	/* and now the others */
		s->doubles = false;
		soon(s, 0);
		return;
	}
	hold_clear(&s->hold);
	count(s);
	(void)store_do(s->host.store, save, s);
}

static void
on_turn(evutil_socket_t fd, short what, void *arg)
{
	struct source *s = arg;

	(void)fd;
	(void)what;
	if (!s->waits && s->judged == store_meta(s->host.store)->next) {
		watch(s);
		return;
	}
	s->waits = false;
	if (s->paused || (!s->withdrawing && s->host.is_looking(s->host.all)))
		soon(s, SOON);
	else if (s->withdrawing)
		go_on(s);
	else
		judge(s);
}

/* --- the verbs -------------------------------------------------------------------- */

static struct source *
orphan_open(const struct source_host *host, const char *name,
    const struct config_source *set)
{
	struct source *s = mem_new(sizeof(*s));

	(void)set;		/* it has none */
	s->host = *host;
	s->name = name;
	hold_init(&s->hold, host->top->gate_items, host->top->gate_percent);
	load(s);
	s->turn = event_new(host->base, -1, 0, on_turn, s);
	must(s->turn != NULL);
	count(s);
	soon(s, 0);
	return s;
}

static void
orphan_close(struct source *s)
{
	event_free(s->turn);
	hold_free(&s->hold);
	free(s);
}

static void
orphan_rescan(struct source *s)
{
	if (!s->withdrawing)
		soon(s, SOON);
}

static void
orphan_look(struct source *s, const char *path)
{
	(void)path;
	orphan_rescan(s);
}

static bool
orphan_is_settled(const struct source *s)
{
	return (s->paused || (!s->waits && !s->withdrawing)) &&
	    hold_waiting(&s->hold) == 0;
}

static void
orphan_pause(struct source *s, bool on)
{
	s->paused = on;
}

static uint64_t
orphan_held(const struct source *s)
{
	return hold_waiting(&s->hold);
}

static bool
orphan_trouble(const struct source *s, struct buf *b)
{
	return hold_waiting(&s->hold) > 0 &&
	    status_trouble(b, shown(s), "held");
}

/* What isn't judged yet is held for who decides before that. */
static void
hold_unjudged(struct source *s)
{
	if (!s->waits || s->withdrawing || s->hold.held > 0)
		return;
	count(s);
	s->hold.held = s->missing;
}

static bool
orphan_release(struct source *s, const char *reason, const char *by)
{
	hold_unjudged(s);
	if (!hold_release(&s->hold, reason, by))
		return false;
	(void)store_do(s->host.store, save, s);
	soon(s, 0);
	return true;
}

static bool
orphan_refuse(struct source *s, const char *reason, const char *by)
{
	hold_unjudged(s);
	if (!hold_refuse(&s->hold, reason, by))
		return false;
	(void)store_do(s->host.store, save, s);
	kept_mark(s->host.store, span_of(s->name));
	s->host.news(s->host.arg, 0);
	return true;
}

static json_t *
orphan_status(struct source *s)
{
	json_t *o;

	count(s);
	if (s->missing == 0)
		return NULL;
	o = json_pack("{s:s, s:s, s:s, s:s, s:s, s:I, s:I, s:b}",
	    "name", shown(s), "type", "orphan", "root", "", "url", "",
	    "state", s->withdrawing || s->waits ? "busy" :
	    hold_waiting(&s->hold) > 0 ? "held" : "kept",
	    "items", (json_int_t)s->missing,
	    "held", (json_int_t)s->hold.held, "refused", s->hold.refused);
	must(o != NULL);
	if (s->hold.refused && s->hold.word.reason != NULL)
		json_object_set_new(o, "refused_reason",
		    json_string(s->hold.word.reason));
	return o;
}

const struct source_kind source_orphan = {
	.type = "orphan",
	.open = orphan_open,
	.close = orphan_close,
	.rescan = orphan_rescan,
	.afresh = orphan_rescan,
	.look = orphan_look,
	.is_settled = orphan_is_settled,
	.pause = orphan_pause,
	.held = orphan_held,
	.trouble = orphan_trouble,
	.release = orphan_release,
	.refuse = orphan_refuse,
	.status = orphan_status,
};
