/* See announced.h. All of it is one row: the changes, one after the other. */
#include "agent/announced.h"

#include <string.h>

#include "contrib/base/clock.h"
#include "contrib/base/err.h"
#include "contrib/base/json_text.h"
#include "contrib/base/lang.h"
#include "protocol/announcement.h"
#include "protocol/limits.h"
#include "protocol/wire.h"

#define ROW "announced"
#define ROW_MAX ((size_t)ANNOUNCED_MOST * 16384)

struct one {
	struct announcement what;
	int64_t when;		/* ms: said */
};

enum effect { STAYS, BESIDE, REPLACED, ENDED };

/* --- what a word does to one of them -------------------------------------- */

static struct one
word_of(const struct change *c)
{
	struct one o = { .when = c->when };
	const char *why;

	(void)announcement_read(&o.what, c, &why);
	return o;
}

/* One that is kept: from when it was said, unless it says when. */
static struct one
one_of(const struct change *c)
{
	struct one o = word_of(c);

	if (o.what.from == CLOCK_NONE)
		o.what.from = c->when;
	return o;
}

static bool
is_resolved_by(const struct one *o, const struct one *word)
{
	return o->what.kind != ANNOUNCE_CLOSING && o->what.recurs.n == 0 &&
	    o->what.from <= word->when && (word->what.service.n == 0 ||
	    announcement_is_of(o->what.service, word->what.service));
}

/* Of both the whole site, or the same service; what recurs may. */
static bool
overlaps(const struct announcement *a, const struct announcement *b)
{
	return a->kind == b->kind && announcement_is_of(a->service, b->service) &&
	    (a->recurs.n > 0 || b->recurs.n > 0 ||
	    (a->from < b->until && b->from < a->until));
}

static enum effect
effect(const struct one *o, const struct one *word)
{
	if (word->what.kind == ANNOUNCE_RESOLVED)
		return is_resolved_by(o, word) ? ENDED : STAYS;
	if (announcement_is_same(&o->what, &word->what))
		return word->what.withdrawn ? ENDED : REPLACED;
	return word->what.kind == ANNOUNCE_MAINTENANCE &&
	    !word->what.withdrawn && overlaps(&o->what, &word->what) ?
	    BESIDE : STAYS;
}

/* --- the row -------------------------------------------------------------- */

/* A fault isn't over because it should be. */
static bool
is_past(const struct change *c, int64_t now)
{
	return c->until != CLOCK_NONE && c->until <= now &&
	    span_is(c->word[WORD_SCOPE], SPAN(ANNOUNCEMENT_MAINTENANCE));
}

void
announced_each(struct store_txn *t, announced_fn *fn, void *arg)
{
	struct span row;
	struct reader r;
	struct change c;

	if (!store_get(t, ROW, &row))
		return;
	r = reader_of(row);
	while (reader_left(&r) > 0) {
		if (!change_glance(&c, read_span(&r)))
			fatal("what is announced can't be read: the store is "
			    "damaged");
		if (!is_past(&c, clock_wall()) && !fn(arg, &c))
			return;
	}
}

struct seeking {
	const struct change *what;
	bool found;
};

static bool
seek(void *arg, const struct change *c)
{
	struct seeking *s = arg;
	uint8_t one[32], other[32];

	if (c->when == s->what->when) {
		change_hash(c, one);
		change_hash(s->what, other);
		s->found = memcmp(one, other, sizeof(one)) == 0;
	}
	return !s->found;
}

bool
announced_has(struct store_txn *t, const struct change *notice)
{
	struct seeking s = { .what = notice };

	announced_each(t, seek, &s);
	return s.found;
}

static void
put_row(struct buf *all, const struct change *c)
{
	struct buf row;

	buf_init(&row, LIMIT_CHANGE + 4096);
	change_write(&row, c);
	must(!row.bad);
	write_span(all, buf_look(&row));
	buf_clear(&row);
}

struct keeping {
	struct one word;
	struct buf rows;
	size_t n;
};

static bool
keep(void *arg, const struct change *c)
{
	struct keeping *k = arg;
	struct one o = one_of(c);
	enum effect e = effect(&o, &k->word);

	if (e == STAYS || e == BESIDE) {
		put_row(&k->rows, c);
		k->n++;
	}
	return true;
}

bool
announced_put(struct store_txn *t, const struct change *notice)
{
	struct keeping k = { .word = word_of(notice) };
	bool good;

	buf_init(&k.rows, ROW_MAX);
	announced_each(t, keep, &k);
	if (k.word.what.kind != ANNOUNCE_RESOLVED &&
	    !k.word.what.withdrawn) {
		put_row(&k.rows, notice);
		k.n++;
	}
	good = k.n <= ANNOUNCED_MOST && !k.rows.bad;
	if (good)
		store_put(t, ROW, buf_look(&k.rows));
	buf_clear(&k.rows);
	return good;
}

/* --- as JSON -------------------------------------------------------------- */

static void
set_text(json_t *o, const char *name, struct span s)
{
	if (s.n > 0)
		json_object_set_new(o, name, json_stringn(s.at, s.n));
}

static void
set_time(json_t *o, const char *name, int64_t ms)
{
	char text[CLOCK_TEXT_MAX];

	if (ms != CLOCK_NONE)
		json_object_set_new(o, name,
		    json_string(clock_format(text, ms)));
}

static json_t *
as_json(const struct one *one)
{
	const struct announcement *a = &one->what;
	json_t *o = json_pack("{s:s}", "kind", announcement_name(a->kind));

	set_text(o, "service", a->service);
	if (a->recurs.n == 0)
		set_time(o, "from", a->from);
	set_time(o, "until", a->until);
	set_text(o, "recurs", a->recurs);
	set_text(o, "zone", a->zone);
	set_text(o, "see", a->see);
	set_text(o, "reason", a->reason);
	set_text(o, "by", a->by);
	set_time(o, "said", one->when);
	return o;
}

struct looking {
	struct one word;
	json_t *out;
};

static bool
look(void *arg, const struct change *c)
{
	static const char *const names[] = { [BESIDE] = "beside",
	    [REPLACED] = "replaces", [ENDED] = "ends" };
	struct looking *l = arg;
	struct one o = one_of(c);
	enum effect e = effect(&o, &l->word);

	if (e == STAYS)
		return true;
	if (json_object_get(l->out, names[e]) == NULL)
		json_object_set_new(l->out, names[e], json_array());
	json_array_append_new(json_object_get(l->out, names[e]),
	    as_json(&o));
	return true;
}

json_t *
announced_effect(struct store_txn *t, const struct change *notice)
{
	struct looking l = { .word = word_of(notice), .out = json_object() };

	announced_each(t, look, &l);
	return l.out;
}

static bool
list(void *arg, const struct change *c)
{
	struct one o = one_of(c);

	json_array_append_new(arg, as_json(&o));
	return true;
}

json_t *
announced_list(struct store_txn *t)
{
	json_t *all = json_array();

	announced_each(t, list, all);
	return all;
}

/* --- for people ----------------------------------------------------------- */

static const char *
shown(char out[CLOCK_TEXT_MAX], json_t *one, const char *name)
{
	struct span s = json_text_span(one, name);
	int64_t ms;

	return clock_parse(s.at, s.n, 0, &ms) ? clock_show(out, ms) : "";
}

static void
show_times(struct buf *b, json_t *one)
{
	char from[CLOCK_TEXT_MAX], until[CLOCK_TEXT_MAX];

	if (json_text(one, "recurs")[0] != '\0')
		buf_printf(b, ", %s (%s)", json_text(one, "recurs"),
		    json_text(one, "zone"));
	else if (json_text(one, "until")[0] != '\0')
		buf_printf(b, _(", from %s until %s"),
		    shown(from, one, "from"), shown(until, one, "until"));
	else
		buf_printf(b, _(", from %s on"), shown(from, one, "from"));
}

void
announced_show(struct buf *b, json_t *one)
{
	const char *kind = _(json_text(one, "kind"));

	if (json_text(one, "service")[0] != '\0')
		buf_printf(b, _("%s of %s"), kind, json_text(one, "service"));
	else
		buf_text(b, kind);
	show_times(b, one);
	if (json_text(one, "reason")[0] != '\0')
		buf_printf(b, ": %s", json_text(one, "reason"));
}
