/*
 * The hub's answer to what was posted to be compared; see reconcile.h.
 *
 * It has its ceiling as all documents have: once something had no room, the
 * document says that it was cut, and nothing follows, so that what is in it
 * is whole. How it ends is all the writer has to remember.
 */
#include "contrib/base/clock.h"
#include "contrib/base/err.h"
#include "contrib/base/text.h"
#include "protocol/attributes.h"
#include "protocol/limits.h"
#include "protocol/namespaces.h"
#include "protocol/reconcile.h"
#include "protocol/reconcile_item.h"
#include "protocol/xml.h"


#define WHY_MOST 1024		/* bytes of a sentence */
#define ROOM (24u << 10)	/* of one element with all its references, and
				 * of the end of the document */
#define CUT "<zq:cut/>\n"

static const char *const outcomes[] = {
	[RECONCILE_SAME] = "same",
	[RECONCILE_DIFFERS] = "differs",
	[RECONCILE_LATER] = "later",
	[RECONCILE_REFUSED] = "refused",
};

const char *
reconcile_outcome_name(enum reconcile_outcome o)
{
	return o >= RECONCILE_SAME && o <= RECONCILE_REFUSED ? outcomes[o] :
	    "unknown";
}

/* --- writing ---------------------------------------------------------------- */

void
reconcile_answer_begin(struct buf *b, const struct reconcile_answer *a)
{
	must(a->outcome >= RECONCILE_SAME && a->outcome <= RECONCILE_REFUSED);
	must((a->outcome == RECONCILE_REFUSED) == (a->verdict != 0));
	buf_text(b, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
	    "<zq:reconciled xmlns:zq=\"" NS_ZQ "\"");
	xml_put_attribute(b, "outcome",
	    span_of(reconcile_outcome_name(a->outcome)));
	if (a->verdict != 0)
		xml_put_attribute(b, "verdict",
		    span_of(verdict_name(a->verdict)));
	if (a->cause.n > 0)
		xml_put_attribute(b, "cause", a->cause);
	xml_put_number(b, "seq", a->seq);
	xml_put_number(b, "items", a->items);
	xml_put_number(b, "after", a->after);
	if (a->now != CLOCK_NONE)
		xml_put_time(b, "now", a->now);
	buf_text(b, ">\n");
	if (a->reason.n > 0) {
		reconcile_item_put(b, "zq:reason",
		    text_cut(a->reason, WHY_MOST));
		buf_byte(b, '\n');
	}
}

/* Is there room for one more? The mark is set once, and then it is over. */
static bool
has_room(struct buf *b)
{
	size_t n = strlen(CUT);

	if (b->n >= n && memcmp(b->at + b->n - n, CUT, n) == 0)
		return false;
	if (b->n + ROOM <= LIMIT_BODY)
		return true;
	buf_text(b, CUT);
	return false;
}

void
reconcile_answer_bucket(struct buf *b, unsigned bucket)
{
	must(bucket < DIGEST_BUCKETS);
	if (!has_room(b))
		return;
	buf_text(b, "<zq:bucket");
	xml_put_number(b, "number", bucket);
	buf_text(b, "/>\n");
}

void
reconcile_answer_missing(struct buf *b, const uint8_t hash[RECONCILE_HASH])
{
	if (!has_room(b))
		return;
	buf_text(b, "<zq:missing");
	reconcile_item_hex(b, "hash", hash, RECONCILE_HASH);
	buf_text(b, "/>\n");
}

void
reconcile_answer_extra(struct buf *b, const uint8_t hash[RECONCILE_HASH],
    const uint8_t *rest, struct span id, struct span url)
{
	if (!has_room(b))
		return;
	buf_text(b, "<zq:extra");
	reconcile_item_hex(b, "hash", hash, RECONCILE_HASH);
	if (rest != NULL)
		reconcile_item_hex(b, "rest", rest, RECONCILE_REST);
	xml_put_attribute(b, "url", url);
	buf_byte(b, '>');
	reconcile_item_put(b, "zq:id", id);
	buf_text(b, "</zq:extra>\n");
}

void
reconcile_answer_held(struct buf *b, struct span id, struct span url,
    struct span why)
{
	if (!has_room(b))
		return;
	buf_text(b, "<zq:held");
	xml_put_attribute(b, "url", url);
	buf_byte(b, '>');
	reconcile_item_put(b, "zq:id", id);
	reconcile_item_put(b, "zq:why", text_cut(why, WHY_MOST));
	buf_text(b, "</zq:held>\n");
}

void
reconcile_answer_end(struct buf *b)
{
	buf_text(b, "</zq:reconciled>\n");
}

/* --- reading ---------------------------------------------------------------- */

enum element { E_RECONCILED, E_REASON, E_BUCKET, E_MISSING, E_EXTRA, E_HELD,
	E_CUT, E_ID, E_WHY, E_COUNT };

static const struct xml_name elements[E_COUNT] = {
	[E_RECONCILED] = { NS_ZQ, "reconciled" },
	[E_REASON] = { NS_ZQ, "reason" },
	[E_BUCKET] = { NS_ZQ, "bucket" },
	[E_MISSING] = { NS_ZQ, "missing" },
	[E_EXTRA] = { NS_ZQ, "extra" },
	[E_HELD] = { NS_ZQ, "held" },
	[E_CUT] = { NS_ZQ, "cut" },
	[E_ID] = { NS_ZQ, "id" },
	[E_WHY] = { NS_ZQ, "why" },
};

struct reading {
	struct reconcile_answer *a;
	const struct reconcile_answer_reader *to;
	void *arg;
	uint64_t next;		/* the least bucket to be named */
	struct buf cause, reason;
	struct reconcile_item item;
};

static void
read_outcome(struct reading *r, struct xml *x)
{
	struct reconcile_answer *a = r->a;
	struct span s = xml_attribute(x, NULL, "outcome");

	for (enum reconcile_outcome o = RECONCILE_SAME;
	    o <= RECONCILE_REFUSED; o++)
		if (span_is(s, span_of(outcomes[o])))
			a->outcome = o;
	if (a->outcome == 0)
		xml_fail(x, "zq:reconciled: outcome: expected one of same, "
		    "differs, later, refused");
	if (a->outcome != RECONCILE_REFUSED)
		return;
	a->verdict = verdict_named(xml_attribute(x, NULL, "verdict"));
	if (a->verdict < VERDICT_FORKED)
		xml_fail(x, "zq:reconciled: verdict: expected one of forked, "
		    "blocked, busy, bad");
}

static void
read_root(struct reading *r, struct xml *x, int name)
{
	uint64_t after = 0;

	if (name != E_RECONCILED) {
		xml_fail(x, "expected <zq:reconciled xmlns:zq=\"" NS_ZQ
		    "\">");
		return;
	}
	read_outcome(r, x);
	if (attributes_count(x, "seq", UINT64_MAX, &r->a->seq) &&
	    attributes_count(x, "items", UINT64_MAX, &r->a->items) &&
	    attributes_count(x, "after", UINT32_MAX, &after) &&
	    attributes_time(x, "now", &r->a->now))
		r->a->after = (uint32_t)after;
	buf_span(&r->cause, xml_attribute(x, NULL, "cause"));
}

static void
read_bucket(struct reading *r, struct xml *x)
{
	uint64_t bucket;

	if (!attributes_number(x, "number", 0, DIGEST_BUCKETS - 1, &bucket))
		return;
	if (bucket < r->next)
		xml_fail(x, "zq:bucket: expected them in their order, each "
		    "once");
	else if (r->to->bucket != NULL)
		r->to->bucket(r->arg, (unsigned)bucket);
	r->next = bucket + 1;
}

static void
begin_element(struct reading *r, struct xml *x, int name)
{
	r->item.open = NULL;
	if (name == E_BUCKET)
		read_bucket(r, x);
	else if (name == E_CUT)
		r->a->cut = true;
	else if (name == E_REASON && r->reason.n == 0)
		r->item.open = &r->reason;
	else if (name == E_HELD)
		(void)reconcile_item_begin(&r->item, x, false);
	else if (name == E_MISSING || name == E_EXTRA)
		(void)reconcile_item_begin(&r->item, x, true);
	else if (name == XML_UNKNOWN && attributes_are_critical(x))
		xml_fail(x, "an element that is marked critical and not known "
		    "here");
}

static void
end_element(struct reading *r, struct xml *x, int name)
{
	struct reconcile_item *i = &r->item;

	if (name == E_MISSING && r->to->missing != NULL)
		r->to->missing(r->arg, i->hash);
	else if (name == E_EXTRA && reconcile_item_end(i, x) &&
	    r->to->extra != NULL)
		r->to->extra(r->arg, i->hash, i->has_rest ? i->rest : NULL,
		    buf_look(&i->id), buf_look(&i->url));
	else if (name == E_HELD && reconcile_item_end(i, x) &&
	    r->to->held != NULL)
		r->to->held(r->arg, buf_look(&i->id), buf_look(&i->url),
		    buf_look(&i->why));
}

static void
on_start(void *arg, struct xml *x, int name)
{
	struct reading *r = arg;
	size_t depth = xml_depth(x);

	if (depth > LIMIT_DEPTH)
		xml_fail(x, "elements nested more than %d deep", LIMIT_DEPTH);
	else if (depth == 1)
		read_root(r, x, name);
	else if (depth == 2)
		begin_element(r, x, name);
	else if (depth == 3)
		r->item.open = name == E_ID ? &r->item.id :
		    name == E_WHY ? &r->item.why : NULL;
}

static void
on_text(void *arg, struct xml *x, struct span s)
{
	struct reading *r = arg;
	struct buf *open = r->item.open;

	if (open != NULL && xml_depth(x) == (open == &r->reason ? 2 : 3))
		buf_span(open, s);
}

static void
on_end(void *arg, struct xml *x, int name)
{
	struct reading *r = arg;

	if (xml_depth(x) == 3)
		r->item.open = NULL;
	else if (xml_depth(x) == 2)
		end_element(r, x, name);
}

/* The words go where the caller keeps them, once they don't move any more. */
static void
hand_out(struct reading *r, struct buf *keep)
{
	size_t start = keep->n;

	buf_span(keep, buf_look(&r->cause));
	buf_span(keep, buf_look(&r->reason));
	if (keep->bad)
		return;
	r->a->cause = (struct span){ buf_cstr(keep) + start, r->cause.n };
	r->a->reason = (struct span){ r->a->cause.at + r->cause.n,
	    r->reason.n };
}

bool
reconcile_answer_read(struct reconcile_answer *a, struct buf *keep,
    struct span xml, const struct reconcile_answer_reader *to, void *arg,
    const char **why)
{
	static const struct xml_events events = { on_start, on_text, on_end };
	struct reading r = { .a = a, .to = to, .arg = arg };
	struct xml *x = xml_new(elements, E_COUNT, &events, &r);
	bool good;

	*a = (struct reconcile_answer){ .now = CLOCK_NONE };
	buf_init(&r.cause, LIMIT_TEXT);
	buf_init(&r.reason, LIMIT_LONG_TEXT);
	reconcile_item_init(&r.item);
	if (xml.n > LIMIT_BODY)
		xml_fail(x, "more than %u bytes", LIMIT_BODY);
	good = xml_read(x, xml, why);
	if (good)
		hand_out(&r, keep);
	if (good && (keep->bad || r.cause.bad || r.reason.bad)) {
		good = false;
		if (why != NULL)
			*why = "a reason that is too long";
	}
	buf_clear(&r.cause);
	buf_clear(&r.reason);
	reconcile_item_clear(&r.item);
	xml_free(x);
	return good;
}
