/* See say.h. */
#include "agent/say.h"

#include "agent/compare.h"
#include "agent/known.h"
#include "agent/say_move.h"
#include "agent/say_notice.h"
#include "agent/spool.h"
#include "contrib/base/clock.h"
#include "contrib/base/date.h"
#include "contrib/base/json_text.h"
#include "contrib/base/lang.h"
#include "contrib/base/text.h"
#include "protocol/limits.h"
#include "protocol/say_fit.h"
#include "protocol/url.h"
#include "protocol/url_place.h"

const struct say_word say_words[] = {
	{ "title", WORD_TITLE, N_("what it is called") },
	{ "column", WORD_COLUMN, N_("the column it stands in") },
	{ "column-type", WORD_COLUMN_TYPE, N_("what kind of column") },
	{ "source", WORD_SOURCE, N_("who published it first") },
	{ "author", WORD_AUTHOR, N_("who wrote it") },
	{ "keywords", WORD_KEYWORDS, N_("words to find it by") },
	{ "description", WORD_DESCRIPTION, N_("what it says, in short") },
	{ "language", WORD_LANGUAGE, N_("such as zh-CN") },
	{ "image", WORD_IMAGE, N_("the address of a picture") },
	{ "reason", WORD_REASON, N_("why it is withdrawn") },
	{ "successor", WORD_SUCCESSOR, N_("the address where it went") },
	{ "by", WORD_BY, N_("who says so") },
	{ NULL, 0, NULL }
};

struct saying {
	struct change c;
	enum compare_news news;
	uint64_t seq;
	bool was_known;		/* an item of this site has the address */
};

/* A picture and a successor are addresses; they are kept in normal form. */
static bool
address(struct buf *out, const char *name, struct span s, struct buf *why)
{
	const char *wrong = "";

	if (url_normal(out, s, &wrong))
		return true;
	buf_printf(why, "--%s %.*s: %s; %s", name, SPAN_ARGS(s), wrong,
	    _("give the whole address, such as "
	    "https://www.example.gov.cn/a.html"));
	return false;
}

static bool
take_url(struct change *c, struct buf *url, json_t *ask, struct buf *why)
{
	bool good = address(url, "url", json_text_span(ask, "url"), why);

	c->url = buf_look(url);
	return good;
}

static size_t
most(int word)
{
	return word == WORD_KEYWORDS || word == WORD_DESCRIPTION ?
	    LIMIT_LONG_TEXT : word == WORD_IMAGE || word == WORD_SUCCESSOR ?
	    LIMIT_URL : LIMIT_TEXT;
}

static bool
take_words(struct change *c, json_t *ask, struct buf *image,
    struct buf *successor, struct buf *why)
{
	for (const struct say_word *w = say_words; w->name != NULL; w++) {
		struct span s = text_trim(json_text_span(ask, w->name));

		if (s.n == 0)
			continue;
		if (w->word == WORD_IMAGE) {
			if (!address(image, w->name, s, why))
				return false;
			s = buf_look(image);
		} else if (w->word == WORD_SUCCESSOR) {
			if (!address(successor, w->name, s, why))
				return false;
			s = buf_look(successor);
		}
		if (!say_fits(w->name, s, most(w->word), why))
			return false;
		c->word[w->word] = s;
	}
	if (c->word[WORD_SUCCESSOR].n > 0 &&
	    url_place_same(c->word[WORD_SUCCESSOR], c->url)) {
		buf_text(why, _("--see is the address itself: expected where "
		    "what stood there is now"));
		return false;
	}
	c->type = json_text_span(ask, "type");
	return say_fits("type", c->type, LIMIT_TEXT, why);
}

static bool
take_date(struct change *c, json_t *ask, int zone, struct buf *why)
{
	struct span s = text_trim(json_text_span(ask, "date"));

	if (s.n == 0 || date_said(s, zone, &c->published))
		return true;
	buf_printf(why, _("--date %.*s: expected a date such as "
	    "\"2026-11-21 09:30\""), SPAN_ARGS(s));
	return false;
}

static bool
take_kind(struct change *c, json_t *ask, struct buf *why)
{
	struct span kind = json_text_span(ask, "kind");

	if (span_is(kind, SPAN("deleted")))
		c->kind = CHANGE_DELETED;
	else if (!span_is(kind, SPAN("item")))
		buf_text(why, _("say what? Expected item, deleted, move, "
		    "outage, maintenance, closing or resolved"));
	else if (c->word[WORD_TITLE].n == 0)
		buf_text(why, _("--title is missing: an item needs a title"));
	else
		c->kind = CHANGE_CREATED;
	return c->kind != 0;
}

static bool
work(struct store_txn *t, void *arg)
{
	struct saying *s = arg;
	struct change c = s->c;
	struct known old;

	s->was_known = known_find_url(t, c.url, &old);
	s->news = compare_said(t, &c);
	s->seq = c.seq;
	return s->news != COMPARE_UNFIT && s->news != COMPARE_NO_ROOM;
}

static json_t *
put(struct store *store, struct saying *s, struct buf *why)
{
	enum store_result rc;
	const char *wrong = NULL;

	s->c.when = clock_wall();
	if (!change_is_sane(&s->c, &wrong)) {
		buf_text(why, wrong);
		return NULL;
	}
	rc = store_do(store, work, s);
	if (rc == STORE_REFUSED && s->news == COMPARE_NO_ROOM) {
		(void)spool_make_room(store);
		rc = store_do(store, work, s);
	}
	if (rc == STORE_FULL)
		buf_text(why, _("the disk is full: nothing was kept"));
	else if (s->news == COMPARE_UNFIT)
		buf_text(why, _("this can't be told: its name on disk is too "
		    "long"));
	else if (rc == STORE_REFUSED)
		buf_text(why, _("the spool is full of changes that the hub "
		    "has not taken: nothing was kept; see zqagent status"));
	else if (s->news == COMPARE_NOTHING)
		return json_pack("{s:b}", "said", 0);
	else
		return json_pack("{s:b, s:I, s:b}", "said", 1, "seq",
		    (json_int_t)s->seq, "known", s->was_known);
	return NULL;
}

/* Only what would be said, and of what. */
static json_t *
look(struct store *store, struct saying *s, struct buf *why)
{
	struct store_txn *t = store_look(store);
	const char *wrong = NULL;
	struct known old;

	s->c.when = clock_wall();
	s->was_known = known_find_url(t, s->c.url, &old);
	store_end(t);
	if (!change_is_sane(&s->c, &wrong)) {
		buf_text(why, wrong);
		return NULL;
	}
	return json_pack("{s:b, s:b, s:s%, s:b}", "said", 0, "dry", 1, "url",
	    s->c.url.at, s->c.url.n, "known", s->was_known);
}

json_t *
say_it(struct store *store, json_t *ask, const struct say_set *set,
    struct buf *why)
{
	struct saying s = { .seq = 0 };
	struct buf url, image, successor;
	json_t *answer = NULL;

	if (span_is(json_text_span(ask, "kind"), SPAN("move")))
		return say_move(store, ask, set->zone, why);
	if (say_notice_is(json_text_span(ask, "kind")))
		return say_notice(store, ask, set->zone, set->closing, why);
	change_init(&s.c);
	buf_init(&url, LIMIT_URL);
	buf_init(&image, LIMIT_URL);
	buf_init(&successor, LIMIT_URL);
	if (take_url(&s.c, &url, ask, why) &&
	    take_words(&s.c, ask, &image, &successor, why) &&
	    take_date(&s.c, ask, set->zone, why) && take_kind(&s.c, ask, why)) {
		answer = json_is_true(json_object_get(ask, "dry")) ?
		    look(store, &s, why) : put(store, &s, why);
	}
	buf_clear(&url);
	buf_clear(&image);
	buf_clear(&successor);
	return answer;
}
