/*
 * Sift: change by change.
 */
#include "hub/sift.h"

#include <inttypes.h>
#include <stdio.h>

#include "contrib/base/clock.h"
#include "contrib/base/err.h"
#include "contrib/base/text.h"
#include "hub/journal.h"
#include "protocol/answer.h"
#include "protocol/change.h"
#include "protocol/url.h"

#define WHY_MAX 1024
/* Complaints leave room in an answer for its head and its reason. */
#define COMPLAINTS_MAX (LIMIT_ANSWER - (32u << 10))
#define COMPLAINT_MAX (16u << 10)	/* an address and a reason, escaped */

void
sift_init(struct sift *s)
{
	*s = (struct sift){ .count = 0 };
	buf_init(&s->made, LIMIT_BATCH * (WHY_MAX + 256));
	buf_init(&s->complaints, LIMIT_ANSWER);
	buf_init(&s->why, WHY_MAX);
	buf_init(&s->host_why, WHY_MAX);
}

void
sift_clear(struct sift *s)
{
	buf_clear(&s->made);
	buf_clear(&s->complaints);
	buf_clear(&s->why);
	buf_clear(&s->host_why);
}

int64_t
sift_time(int64_t now)
{
	const int64_t most = INT64_C(253402300799999);	/* end of 9999 */

	return now < 0 ? 0 : now > most ? most : now;
}

int64_t
sift_clock(const struct frame_batch *f)
{
	return sift_time(f->head.now) + clock_mono() - f->came;
}

/* --- complaints ----------------------------------------------------------- */

static void
complain(struct sift *s, uint64_t seq, struct span url, const char *why)
{
	struct complaint c = {
		.seq = seq, .url = url, .why = span_of(why),
	};

	if (s->complaints.n + COMPLAINT_MAX > COMPLAINTS_MAX)
		s->untold++;
	else
		answer_complain(&s->complaints, &c);
}

static void
hold(struct sift *s, const struct change *c, const char *why)
{
	s->held++;
	complain(s, c->seq, c->url, why);
}

/* --- one change ----------------------------------------------------------- */

/* Keeps the place of a change that could not be read. Its hash is the same
 * whatever the reason says, so that a hub which words it differently after
 * an update does not take the repetition for a fork. */
static void
keep_unreadable(struct sift *s, uint64_t seq, struct span reason)
{
	char why[WHY_MAX];
	size_t n = s->count;
	struct change c;

	change_init(&c);
	c.kind = CHANGE_OTHER;
	c.seq = seq;
	c.when = sift_time(s->head.now);
	c.critical = SPAN(JOURNAL_UNREADABLE);
	change_hash(&c, s->hash[n]);
	c.word[WORD_REASON] = text_cut(reason, WHY_MAX - 1);
	if (!change_is_sane(&c, NULL))
		c.word[WORD_REASON] = SPAN("(a reason that is no text)");
	s->goes[n] = false;
	s->made_at[n] = s->made.n;
	change_write(&s->made, &c);
	s->row[n] = (struct span){ .n = s->made.n - s->made_at[n] };
	s->refused++;
	snprintf(why, sizeof(why), "not readable: %.*s",
	    SPAN_ARGS(c.word[WORD_REASON]));
	complain(s, seq, SPAN_NONE, why);
}

/* A reply to a letter is about links to others, mostly; and who has the new
 * address of a move may say the move, as its other end. */
static bool
may_be_anothers(struct sift *s, const struct change *c)
{
	struct buf why;
	bool may;

	if (c->kind != CHANGE_MOVE || c->word[WORD_SUCCESSOR].n == 0)
		return c->kind == CHANGE_REPLY;
	buf_init(&why, LIMIT_TEXT);
	may = view_may_speak(s->view, s->site, c->word[WORD_SUCCESSOR],
	    &why);
	buf_clear(&why);
	return may;
}

/* Told at once for the site's sake; apply decides it for good. */
static void
look_at_host(struct sift *s, const struct change *c)
{
	struct url u;

	if (c->url.n == 0 || !url_parse(&u, c->url) ||
	    may_be_anothers(s, c))
		return;
	if (!span_is(u.host, s->host)) {
		buf_reset(&s->host_why);
		buf_text(&s->host_why, "held: ");
		if (view_may_speak(s->view, s->site, c->url, &s->host_why))
			buf_reset(&s->host_why);
		s->host = u.host;
	}
	if (s->host_why.n > 0)
		hold(s, c, buf_cstr(&s->host_why));
}

static void
keep(struct sift *s, const struct change *c, struct span row)
{
	char why[160];

	change_hash(c, s->hash[s->count]);
	s->row[s->count] = row;
	s->goes[s->count] = c->kind == CHANGE_DELETED &&
	    c->word[WORD_BY].n == 0;
	s->withdrawn += s->goes[s->count];
	if (c->critical.n == 0) {
		look_at_host(s, c);
		return;
	}
	snprintf(why, sizeof(why), "held: this hub does not know the "
	    "critical part \"%.*s\"", SPAN_ARGS(text_cut(c->critical, 80)));
	hold(s, c, why);
}

/* In its turn. False: the batch as a whole makes no sense. */
static bool
take(struct sift *s, uint64_t seq, struct span row, struct span why)
{
	uint64_t expected = s->head.first + s->count;
	struct change c;

	if (s->count == LIMIT_BATCH) {
		buf_printf(&s->why, "over %d changes in one batch",
		    LIMIT_BATCH);
		return false;
	}
	if (seq != expected && (seq != 0 || row.n > 0)) {
		buf_printf(&s->why, "a change has the number %" PRIu64
		    " where %" PRIu64 " was expected", seq, expected);
		return false;
	}
	if (row.n == 0)
		keep_unreadable(s, expected, why);
	else if (!change_read(&c, row) || c.seq != expected)
		keep_unreadable(s, expected, SPAN("its row does not decode"));
	else
		keep(s, &c, row);
	s->count++;
	return true;
}

/* --- the batch ------------------------------------------------------------ */

static bool
is_sane(struct sift *s)
{
	if (s->head.incarnation == 0 || s->head.first == 0)
		buf_text(&s->why, "a batch needs an incarnation and the "
		    "number of its first change, neither of them 0");
	else if (s->head.first > UINT64_MAX - LIMIT_BATCH)
		buf_text(&s->why, "the numbers of its changes are at an "
		    "end: start a new incarnation");
	else
		return true;
	return false;
}

static void
begin(struct sift *s, struct view *v, uint32_t site)
{
	s->view = v;
	s->site = site;
	s->count = s->refused = s->held = s->withdrawn = s->untold = 0;
	s->host = SPAN_NONE;
	buf_reset(&s->made);
	buf_reset(&s->complaints);
	buf_reset(&s->why);
	buf_reset(&s->host_why);
}

bool
sift_batch(struct sift *s, struct view *v, uint32_t site,
    struct frame_batch *f)
{
	struct span row, why;
	uint64_t seq;

	begin(s, v, site);
	s->head = f->head;
	if (!is_sane(s))
		return false;
	while (frame_batch_next(f, &seq, &row, &why)) {
		if (!take(s, seq, row, why))
			return false;
	}
	must(!s->made.bad);
	for (size_t n = 0; n < s->count; n++) {
		if (s->row[n].at == NULL)
			s->row[n].at = s->made.at + s->made_at[n];
	}
	return true;
}
