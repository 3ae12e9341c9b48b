/* See govern_moves.h. */
#include "hub/govern_moves.h"

#include <stdlib.h>
#include <string.h>

#include "contrib/base/clock.h"
#include "contrib/base/json_text.h"
#include "contrib/base/lang.h"
#include "contrib/base/mem.h"
#include "contrib/base/text.h"
#include "hub/govern_trial.h"
#include "hub/links.h"
#include "protocol/limits.h"
#include "protocol/movelist_said.h"
#include "protocol/reason.h"
#include "protocol/rewrite.h"

#define ZONE_MOST (14 * 60)		/* minutes, east or west of UTC */

struct list {
	struct ask *ask;
	const struct view_site *site;
	json_t *asked, *rows, *errors;
	struct movelist_said *said;
	struct rewrite *set;	/* what was read so far */
	struct acts acts;
	size_t bytes, wrong;
	int64_t steps;		/* to count links with */
};

/* What is wrong with the n-th. */
static void
complain(struct list *l, size_t n, const char *why)
{
	json_t *line = json_object_get(json_array_get(l->asked, n), "line");

	if (l->wrong++ < GOVERN_MOVES_ERRORS)
		json_array_append_new(l->errors, json_pack("{s:I, s:s}",
		    "line", json_integer_value(line), "error", why));
}

static struct span
word(const json_t *o, const char *name)
{
	return text_trim(json_text_span(o, name));
}

static bool
read_said(struct list *l, size_t n, struct buf *why)
{
	const json_t *o = json_array_get(l->asked, n);
	int64_t zone = json_integer_value(json_object_get(l->ask->said,
	    "zone")), now = l->ask->now;
	const struct movelist_words w = { .old = word(o, "old"),
	    .new = word(o, "new"), .scope = word(o, "scope"),
	    .at = word(o, "at"), .until = word(o, "until"),
	    .reason = word(o, "reason") };
	struct movelist_said *s = &l->said[n];

	if (zone < -ZONE_MOST || zone > ZONE_MOST ||
	    !movelist_said_read(s, &w, ASK_REASON, (int)zone, now, why) ||
	    !govern_trial_speaks(l->ask, l->site, &s->old, why))
		return false;
	l->bytes += s->old.n + s->new.n;
	buf_reset(why);
	return movelist_said_rule(s, l->set, s->from != CLOCK_NONE ?
	    s->from : now, (uint32_t)n + 1, NULL, why);
}

static void
put_said(struct list *l, size_t n)
{
	struct movelist_said *s = &l->said[n];
	const char *own = json_text(json_array_get(l->asked, n), "reason");
	json_t *act = govern_trial_act(l->ask, l->site, s->scope, &s->old,
	    &s->new);

	if (s->from != CLOCK_NONE)
		json_object_set_new(act, "from", json_integer(s->from));
	if (s->until != CLOCK_NONE)
		json_object_set_new(act, "until", json_integer(s->until));
	acts_put(&l->acts, act, l->ask->actor, s->reason.n > 0 ? own :
	    ask_word(l->ask, "reason"));
}

static void
read_list(struct list *l)
{
	struct buf why;

	buf_init(&why, GOVERN_TRIAL_WHY);
	for (size_t i = 0; i < json_array_size(l->asked); i++) {
		movelist_said_init(&l->said[i]);
		buf_reset(&why);
		if (read_said(l, i, &why))
			put_said(l, i);
		else
			complain(l, i, buf_cstr(&why));
	}
	buf_clear(&why);
}

static bool
see(void *arg, size_t n, struct db_txn *t, const char *wrong)
{
	struct list *l = arg;
	const struct movelist_said *s = &l->said[n];
	const struct govern_trial r = { .old = buf_look(&s->old),
	    .new = buf_look(&s->new), .below = s->scope != REWRITE_ADDRESS };
	json_t *row = json_object();
	struct buf why;
	struct move m;

	if (wrong != NULL) {
		buf_init(&why, GOVERN_TRIAL_WHY);
		buf_printf(&why, "%s → %s: ", buf_cstr(&s->old),
		    buf_cstr(&s->new));
		reason_put(&why, span_of(wrong));
		complain(l, n, buf_cstr(&why));
		buf_clear(&why);
	} else if (govern_trial_said(t, &r, &m)) {
		json_object_set(row, "line", json_object_get(json_array_get(
		    l->asked, n), "line"));
		govern_trial_put(row, &m);
		govern_trial_links(row, t, &m, &l->steps);
		govern_trial_notice(l->ask, row);
	}
	json_array_append_new(l->rows, row);
	return true;
}

/* All of it; new domains once each. */
static void
put_list(struct list *l)
{
	json_t *hosts = json_object(), *row;
	size_t i;

	acts_move(&l->ask->acts, &l->acts);
	json_array_foreach(l->rows, i, row) {
		const char *new = buf_cstr(&l->said[i].new);

		if (strcmp(json_text(row, "scope"), "domain") != 0 ||
		    json_object_get(hosts, new) != NULL)
			continue;
		govern_trial_domain(l->ask, row, l->site->number, span_of(new));
		json_object_set_new(hosts, new, json_true());
	}
	json_decref(hosts);
}

static bool
judge_list(struct list *l)
{
	struct ask *a = l->ask;

	read_list(l);
	if (l->bytes > GOVERN_MOVES_BYTES)
		return ask_refuse(a, _("split it, or say a column that moves "
		    "as one prefix"), _("the addresses are over %u KiB "
		    "together"), GOVERN_MOVES_BYTES >> 10);
	if (l->wrong == 0)
		view_try(a->view, &l->acts, a->now, see, l);
	if (l->wrong > 0)
		json_array_clear(l->rows);
	else if (!ask_flag(a, "dry"))
		put_list(l);
	a->result = json_pack("{s:s, s:b, s:O, s:O, s:I}", "code",
	    l->site->code, "dry", ask_flag(a, "dry"), "moves", l->rows,
	    "errors", l->errors, "wrong", (json_int_t)l->wrong);
	return true;
}

bool
govern_moves_announce(struct ask *a, const struct view_site *s, json_t *asked)
{
	struct list l = { .ask = a, .site = s, .asked = asked,
	    .steps = LINKS_STEPS };
	size_t n = json_array_size(asked);
	bool good;

	if (n == 0 || n > GOVERN_MOVES)
		return ask_refuse(a, NULL, _("%zu moves: expected 1 to %d at "
		    "a time; a column that moves is one prefix"), n,
		    GOVERN_MOVES);
	l.rows = json_array();
	l.errors = json_array();
	l.set = rewrite_new();
	l.said = mem_grow(NULL, n, sizeof(*l.said));
	acts_init(&l.acts);
	good = judge_list(&l);
	for (size_t i = 0; i < n; i++)
		movelist_said_clear(&l.said[i]);
	acts_clear(&l.acts);
	free(l.said);
	rewrite_free(l.set);
	json_decref(l.rows);
	json_decref(l.errors);
	return good;
}
