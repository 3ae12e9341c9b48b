/*
 * Notices, judged; see announcement.h.
 */
#include "protocol/announcement.h"

#include "contrib/base/clock.h"
#include "contrib/base/lang.h"
#include "contrib/base/text.h"
#include "protocol/limits.h"
#include "protocol/recurs.h"
#include "protocol/url.h"

static const char *const names[] = {
	[ANNOUNCE_OUTAGE] = ANNOUNCEMENT_OUTAGE,
	[ANNOUNCE_MAINTENANCE] = ANNOUNCEMENT_MAINTENANCE,
	[ANNOUNCE_CLOSING] = ANNOUNCEMENT_CLOSING,
	[ANNOUNCE_RESOLVED] = ANNOUNCEMENT_RESOLVED,
};

const char *
announcement_name(enum announcement_kind k)
{
	return k >= ANNOUNCE_OUTAGE && k <= ANNOUNCE_RESOLVED ? names[k] :
	    "unknown";
}

enum announcement_kind
announcement_named(struct span name)
{
	for (unsigned k = ANNOUNCE_OUTAGE; k <= ANNOUNCE_RESOLVED; k++)
		if (span_is(name, span_of(names[k])))
			return (enum announcement_kind)k;
	return 0;
}

/* --- does it say enough? ------------------------------------------------- */

static const char *
judge_times(const struct announcement *a)
{
	if (a->until != CLOCK_NONE && a->from != CLOCK_NONE &&
	    a->until <= a->from)
		return N_("it would end before it begins");
	return NULL;
}

static const char *
judge_outage(const struct announcement *a)
{
	if (a->recurs.n > 0)
		return N_("an outage doesn't come again and again: what does "
		    "is maintenance");
	if (a->reason.n == 0)
		return N_("an outage has to have a reason");
	return judge_times(a);
}

static const char *
judge_maintenance(const struct announcement *a)
{
	struct recurs r;
	const char *why;

	if (a->recurs.n > 0) {
		if (!recurs_parse(&r, a->recurs, &why))
			return why;
		if (!a->withdrawn && !recurs_is_zone(a->zone))
			return N_("maintenance that recurs has to name its "
			    "time zone, such as Asia/Shanghai");
	} else if (!a->withdrawn &&
	    (a->from == CLOCK_NONE || a->until == CLOCK_NONE)) {
		return N_("maintenance has to say from when until when, or "
		    "when it recurs");
	}
	return a->withdrawn ? NULL : judge_times(a);
}

static const char *
judge_closing(const struct announcement *a)
{
	if (a->withdrawn)
		return NULL;
	if (a->service.n > 0)
		return N_("it is the whole site that closes");
	if (a->reason.n == 0)
		return N_("a closing has to have a reason");
	return a->until == CLOCK_NONE ? NULL :
	    N_("a site that closes does so for good: announce an outage");
}

static const char *
judge_resolved(const struct announcement *a)
{
	(void)a;
	return NULL;
}

static const char *
judge(const struct announcement *a)
{
	static const char *(*const judges[])(const struct announcement *) = {
		[ANNOUNCE_OUTAGE] = judge_outage,
		[ANNOUNCE_MAINTENANCE] = judge_maintenance,
		[ANNOUNCE_CLOSING] = judge_closing,
		[ANNOUNCE_RESOLVED] = judge_resolved,
	};

	if (a->kind == 0)
		return N_("a notice is outage, maintenance, closing or "
		    "resolved");
	if (a->see.n > 0 && !url_is_normal(a->see))
		return N_("where to turn to is no address in normal form");
	return judges[a->kind](a);
}

/* --- from a change, and to one ------------------------------------------- */

static bool
is_withdrawn(const struct announcement *a)
{
	bool timeless = a->from == CLOCK_NONE && a->until == CLOCK_NONE &&
	    a->recurs.n == 0;

	if (a->kind == ANNOUNCE_MAINTENANCE)
		return timeless || (a->from != CLOCK_NONE &&
		    a->until == a->from);
	return a->kind == ANNOUNCE_CLOSING && timeless;
}

bool
announcement_read(struct announcement *a, const struct change *c,
    const char **why)
{
	*a = (struct announcement){
		.kind = announcement_named(c->word[WORD_SCOPE]),
		.from = c->from,
		.until = c->until,
		.service = c->word[WORD_SERVICE],
		.recurs = c->word[WORD_RECURS],
		.zone = c->word[WORD_ZONE],
		.see = c->word[WORD_SUCCESSOR],
		.reason = c->word[WORD_REASON],
		.by = c->word[WORD_BY],
	};
	a->withdrawn = is_withdrawn(a);
	*why = c->kind == CHANGE_NOTICE ? judge(a) : N_("not a notice");
	return *why == NULL;
}

void
announcement_write(struct change *c, const struct announcement *a)
{
	c->kind = CHANGE_NOTICE;
	c->from = a->from;
	c->until = a->until;
	c->word[WORD_SCOPE] = span_of(announcement_name(a->kind));
	c->word[WORD_SERVICE] = a->service;
	c->word[WORD_RECURS] = a->recurs;
	c->word[WORD_ZONE] = a->zone;
	c->word[WORD_SUCCESSOR] = a->see;
	c->word[WORD_REASON] = a->reason;
	c->word[WORD_BY] = a->by;
}

/* --- the same one? --------------------------------------------------------- */

bool
announcement_is_same(const struct announcement *a,
    const struct announcement *b)
{
	if (a->kind != b->kind || !announcement_is_of(a->service, b->service))
		return false;
	if (a->kind != ANNOUNCE_MAINTENANCE)
		return true;
	if (b->recurs.n > 0)
		return recurs_is_same(a->recurs, b->recurs);
	return (b->withdrawn && b->from == CLOCK_NONE) ||
	    (a->recurs.n == 0 && a->from == b->from);
}

/* --- services ------------------------------------------------------------- */

/* The last word. */
static struct span
last_word(struct span s)
{
	size_t at = s.n;

	while (at > 0 && s.at[at - 1] != ' ')
		at--;
	return (struct span){ s.at + at, s.n - at };
}

bool
announcement_address(struct buf *url, struct span service)
{
	return service.n > 0 && url_normal(url, last_word(service), NULL);
}

struct span
announcement_service(struct span service)
{
	struct span last = service.n > 0 ? last_word(service) : SPAN_NONE;
	struct buf url;

	buf_init(&url, LIMIT_URL);
	if (last.n < service.n && announcement_address(&url, service))
		service = text_trim((struct span){ service.at,
		    service.n - last.n });
	buf_clear(&url);
	return service;
}

bool
announcement_is_of(struct span a, struct span b)
{
	return span_is(a, b) || (a.n > 0 && b.n > 0 &&
	    span_is(announcement_service(a), announcement_service(b)));
}
