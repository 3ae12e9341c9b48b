/* See reply.h. */
#include "agent/reply.h"

#include <inttypes.h>
#include <stdio.h>

#include "agent/ability.h"
#include "agent/spool.h"
#include "contrib/base/clock.h"
#include "contrib/base/json_text.h"
#include "contrib/base/lang.h"
#include "contrib/base/text.h"
#include "protocol/features.h"
#include "protocol/letter.h"
#include "protocol/limits.h"
#include "protocol/mending.h"
#include "protocol/statement.h"
#include "protocol/wire.h"

#define NAME "replies"		/* the row: of all letters that are kept */
#define ROW_MAX (4u << 20)
#define FORMAT 1

struct reply {
	uint64_t letter;
	bool refused;
	int64_t when;
	struct span reason, by;
};

struct saying {
	struct reply it;
	struct store_txn *t;
	size_t said;
	uint64_t seq;
	bool full;		/* there is no room */
	const char *wrong;
};

/* --- the row ------------------------------------------------------------ */

static void
write_reply(struct buf *b, const struct reply *r)
{
	write_u64(b, r->letter);
	write_u8(b, r->refused);
	write_u64(b, (uint64_t)r->when);
	write_span(b, r->reason);
	write_span(b, r->by);
}

/* See write_reply() for the other side. */
static bool
read_reply(struct reader *r, struct reply *p)
{
	p->letter = read_u64(r);
	p->refused = read_u8(r) != 0;
	p->when = (int64_t)read_u64(r);
	p->reason = read_span(r);
	p->by = read_span(r);
	return !r->bad;
}

/* The row's reader behind its format; false: there is none. */
static bool
open_row(struct store_txn *t, struct reader *r)
{
	struct span row;

	if (!store_get(t, NAME, &row))
		return false;
	*r = reader_of(row);
	return read_u8(r) == FORMAT;
}

json_t *
reply_of(struct store_txn *t, uint64_t letter)
{
	char when[CLOCK_TEXT_MAX];
	struct reader r;
	struct reply p;

	if (!open_row(t, &r))
		return NULL;
	while (reader_left(&r) > 0 && read_reply(&r, &p))
		if (p.letter == letter)
			return json_pack("{s:s, s:s, s:s%, s:s%}", "state",
			    p.refused ? STATEMENT_REFUSED :
			    STATEMENT_WILL_FIX, "when",
			    clock_format(when, p.when), "by",
			    p.by.n > 0 ? p.by.at : "", p.by.n, "reason",
			    p.reason.n > 0 ? p.reason.at : "", p.reason.n);
	return NULL;
}

static bool
get_letter(struct store_txn *t, uint64_t number, struct letter *l)
{
	uint8_t key[8];
	struct span row;

	wire_put_u64(key, number);
	return db_get(t->db, STORE_LETTER, (struct span){ (const char *)key,
	    sizeof(key) }, &row) && letter_read(l, row);
}

/* In the place of what was said to this letter before; what was said to
 * letters that are not kept any more goes. */
static void
keep(struct store_txn *t, const struct reply *p)
{
	struct letter l;
	struct reader r;
	struct reply old;
	struct buf b;

	buf_init(&b, ROW_MAX);
	write_u8(&b, FORMAT);
	write_reply(&b, p);
	if (open_row(t, &r))
		while (reader_left(&r) > 0 && read_reply(&r, &old))
			if (old.letter != p->letter &&
			    get_letter(t, old.letter, &l))
				write_reply(&b, &old);
	if (!b.bad)
		store_put(t, NAME, buf_look(&b));
	buf_clear(&b);
}

/* --- saying it ---------------------------------------------------------- */

static void
on_link(void *arg, const struct mending_link *l)
{
	struct saying *s = arg;
	struct statement_reply judged;
	struct change c;
	char letter[24];

	if (s->full || s->wrong != NULL)
		return;
	change_init(&c);
	c.kind = CHANGE_REPLY;
	c.when = s->it.when;
	c.url = l->old;
	c.word[WORD_SCOPE] = s->it.refused ? SPAN(STATEMENT_REFUSED) :
	    SPAN(STATEMENT_WILL_FIX);
	c.word[WORD_REASON] = s->it.reason;
	c.word[WORD_BY] = s->it.by;
	snprintf(letter, sizeof(letter), "%" PRIu64, s->it.letter);
	c.word[WORD_LETTER] = span_of(letter);
	if (!change_is_sane(&c, &s->wrong) ||
	    !statement_reply(&judged, &c, &s->wrong))
		return;
	s->wrong = NULL;
	s->full = !spool_put(s->t, &c);
	s->seq = c.seq;
	s->said++;
}

static const char *
say_to(struct saying *s, const struct letter *l)
{
	static const struct mending_reader reader = { .link = on_link };
	const char *wrong = NULL;
	struct buf body;	/* the spool's writes take spans away */

	if (!span_is(l->kind, SPAN(LETTER_LINKS)))
		return _("it is not about links: nobody waits for a reply");
	buf_init(&body, LIMIT_LETTER);
	buf_span(&body, l->body);
	if (!mending_read(buf_look(&body), &reader, s, &wrong))
		s->wrong = wrong;
	buf_clear(&body);
	if (s->wrong == NULL && s->said == 0 && !s->full)
		return _("it names no address");
	return s->wrong;
}

static bool
work(struct store_txn *t, void *arg)
{
	struct saying *s = arg;
	struct letter l;

	s->t = t;
	s->said = 0;
	s->full = false;
	s->wrong = NULL;
	if (!ability_has(t, FEATURE_MOVES))
		s->wrong = _("the hub takes no replies: it has no moves yet");
	else if (!get_letter(t, s->it.letter, &l))
		s->wrong = _("there is no such letter; zqagent letters shows "
		    "them");
	else
		s->wrong = say_to(s, &l);
	if (s->wrong == NULL && !s->full)
		keep(t, &s->it);
	return s->wrong == NULL && !s->full;
}

static json_t *
put(struct store *store, struct saying *s, struct buf *why)
{
	enum store_result rc = store_do(store, work, s);

	if (rc == STORE_REFUSED && s->full) {
		(void)spool_make_room(store);
		rc = store_do(store, work, s);
	}
	if (rc == STORE_FULL)
		buf_text(why, _("the disk is full: nothing was kept"));
	else if (s->wrong != NULL)
		buf_printf(why, "%llu: %s",
		    (unsigned long long)s->it.letter, s->wrong);
	else if (rc == STORE_REFUSED)
		buf_text(why, _("the spool is full of changes that the hub "
		    "has not taken: nothing was kept; see zqagent status"));
	else
		return json_pack("{s:I, s:I}", "said", (json_int_t)s->said,
		    "seq", (json_int_t)s->seq);
	return NULL;
}

static struct span
trimmed(json_t *o, const char *name)
{
	return text_trim(json_text_span(o, name));
}

json_t *
reply_say(struct store *store, json_t *ask, struct buf *why)
{
	struct saying s = { .it = {
		.letter = (uint64_t)json_integer_value(json_object_get(ask,
		    "letter")),
		.refused = json_is_true(json_object_get(ask, "refused")),
		.when = clock_wall(),
		.reason = trimmed(ask, "reason"), .by = trimmed(ask, "by"),
	} };

	if (s.it.refused && s.it.reason.n == 0) {
		buf_text(why, _("--reason is missing: the hub's operator and "
		    "who moved it hear why it is refused"));
		return NULL;
	}
	return put(store, &s, why);
}
