/*
 * The hub's answer; see answer.h. An agent of a few lines of shell finds
 * what it needs in the attributes of one element; complaints are elements in
 * it, one a line.
 */
#include "protocol/answer.h"

#include "contrib/base/clock.h"
#include "contrib/base/err.h"
#include "contrib/base/text.h"
#include "protocol/limits.h"
#include "protocol/namespaces.h"
#include "protocol/xml.h"

#include <string.h>

#define WHY_MOST 1024		/* bytes of a sentence in an answer */
#define ROOM (20u << 10)	/* of one complaint, with all its references */

static const char *const names[] = {
	[VERDICT_TAKEN] = "taken",
	[VERDICT_KNOWN] = "known",
	[VERDICT_EARLY] = "early",
	[VERDICT_FORKED] = "forked",
	[VERDICT_BLOCKED] = "blocked",
	[VERDICT_BUSY] = "busy",
	[VERDICT_BAD] = "bad",
};

const char *
verdict_name(enum verdict v)
{
	return v >= VERDICT_TAKEN && v <= VERDICT_BAD ? names[v] : "unknown";
}

enum verdict
verdict_named(struct span name)
{
	for (enum verdict v = VERDICT_TAKEN; v <= VERDICT_BAD; v++)
		if (span_is(name, span_of(names[v])))
			return v;
	return 0;
}

bool
answer_has_word(struct span words, const char *word)
{
	size_t n = strlen(word);

	while (words.n > 0) {
		const char *blank = memchr(words.at, ' ', words.n);
		size_t here = blank != NULL ? (size_t)(blank - words.at) :
		    words.n;

		if (here == n && memcmp(words.at, word, n) == 0)
			return true;
		here += blank != NULL;
		words.at += here;
		words.n -= here;
	}
	return false;
}

/* --- writing --------------------------------------------------------------- */

void
answer_begin(struct buf *b, const struct answer *a)
{
	must(a->verdict >= VERDICT_TAKEN && a->verdict <= VERDICT_BAD);
	buf_text(b, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
	    "<zq:answer xmlns:zq=\"" NS_ZQ "\"");
	xml_put_attribute(b, "verdict", span_of(verdict_name(a->verdict)));
	xml_put_number(b, "incarnation", a->incarnation);
	xml_put_number(b, "taken", a->taken);
	xml_put_number(b, "expected", a->expected);
	xml_put_number(b, "credit", a->credit);
	xml_put_number(b, "after", a->after);
	xml_put_time(b, "now", a->now);
	xml_put_number(b, "letters", a->letters);
	if (a->held > 0)
		xml_put_number(b, "held", a->held);
	if (a->map > 0)
		xml_put_number(b, "map", a->map);
	if (a->want.n > 0)
		xml_put_attribute(b, "want", a->want);
	if (a->cause.n > 0)
		xml_put_attribute(b, "cause", a->cause);
	if (a->features.n > 0)
		xml_put_attribute(b, "features", a->features);
	buf_text(b, ">\n");
	if (a->reason.n > 0) {
		buf_text(b, "<zq:reason>");
		xml_put_text(b, text_cut(a->reason, WHY_MOST));
		buf_text(b, "</zq:reason>\n");
	}
}

/* An answer has its limit too: what has no room is not told. The log of the
 * hub has it. */
void
answer_complain(struct buf *b, const struct complaint *c)
{
	if (b->n + ROOM > LIMIT_ANSWER)
		return;
	buf_text(b, "<zq:complaint");
	xml_put_number(b, "seq", c->seq);
	if (c->url.n > 0 && c->url.n <= LIMIT_URL)
		xml_put_attribute(b, "url", c->url);
	buf_byte(b, '>');
	xml_put_text(b, text_cut(c->why, WHY_MOST));
	buf_text(b, "</zq:complaint>\n");
}

void
answer_end(struct buf *b)
{
	buf_text(b, "</zq:answer>\n");
}

/* --- reading --------------------------------------------------------------- */

enum element { E_ANSWER, E_REASON, E_COMPLAINT, E_COUNT };

static const struct xml_name elements[E_COUNT] = {
	[E_ANSWER] = { NS_ZQ, "answer" },
	[E_REASON] = { NS_ZQ, "reason" },
	[E_COMPLAINT] = { NS_ZQ, "complaint" },
};

struct reading {
	struct answer *a;
	struct buf *keep;
	answer_complaint_fn *on_complaint;
	void *arg;
	size_t features, want, cause, reason;	/* lengths; they stand in keep
						 * in this order */
	struct buf url, text;
	uint64_t seq;
};

static void
read_number(struct xml *x, const char *name, uint64_t most, uint64_t *n)
{
	struct span s = xml_attribute(x, NULL, name);

	if (s.at != NULL && !text_number(s, 0, most, n))
		xml_fail(x, "zq:answer: %s: expected a number", name);
}

static void
read_verdict(struct xml *x, struct answer *a)
{
	a->verdict = verdict_named(xml_attribute(x, NULL, "verdict"));
	if (a->verdict == 0)
		xml_fail(x, "zq:answer: verdict: expected one of taken, "
		    "known, early, forked, blocked, busy, bad");
}

static void
read_answer(struct reading *r, struct xml *x)
{
	struct answer *a = r->a;
	struct span now = xml_attribute(x, NULL, "now");
	struct span features = xml_attribute(x, NULL, "features");
	struct span want = xml_attribute(x, NULL, "want");
	struct span cause = xml_attribute(x, NULL, "cause");
	uint64_t after = 0;

	read_verdict(x, a);
	read_number(x, "incarnation", UINT64_MAX, &a->incarnation);
	read_number(x, "taken", UINT64_MAX, &a->taken);
	read_number(x, "expected", UINT64_MAX, &a->expected);
	read_number(x, "credit", UINT64_MAX, &a->credit);
	read_number(x, "letters", UINT64_MAX, &a->letters);
	read_number(x, "held", UINT64_MAX, &a->held);
	read_number(x, "map", UINT64_MAX, &a->map);
	read_number(x, "after", UINT32_MAX, &after);
	a->after = (uint32_t)after;
	if (now.at != NULL && !clock_parse(now.at, now.n, 0, &a->now))
		xml_fail(x, "zq:answer: now: expected a time");
	buf_span(r->keep, features);
	buf_span(r->keep, want);
	buf_span(r->keep, cause);
	r->features = features.n;
	r->want = want.n;
	r->cause = cause.n;
}

static void
on_start(void *arg, struct xml *x, int name)
{
	struct reading *r = arg;
	struct span url = xml_attribute(x, NULL, "url");

	if (xml_depth(x) > LIMIT_DEPTH)
		xml_fail(x, "elements nested more than %d deep", LIMIT_DEPTH);
	else if (xml_depth(x) == 1 && name != E_ANSWER)
		xml_fail(x, "expected <zq:answer xmlns:zq=\"" NS_ZQ "\">");
	else if (xml_depth(x) == 1)
		read_answer(r, x);
	if (xml_depth(x) != 2)
		return;
	buf_reset(&r->text);
	buf_reset(&r->url);
	buf_span(&r->url, url);
	r->seq = 0;
	if (name == E_COMPLAINT)
		read_number(x, "seq", UINT64_MAX, &r->seq);
}

static void
on_text(void *arg, struct xml *x, struct span s)
{
	struct reading *r = arg;

	if (xml_depth(x) == 2)
		buf_span(&r->text, s);
}

static void
on_end(void *arg, struct xml *x, int name)
{
	struct reading *r = arg;

	if (xml_depth(x) != 2)
		return;
	if (name == E_REASON && r->reason == 0) {
		buf_span(r->keep, buf_look(&r->text));
		r->reason = r->text.n;
	} else if (name == E_COMPLAINT && r->on_complaint != NULL) {
		r->on_complaint(r->arg, &(struct complaint){
			.seq = r->seq,
			.url = buf_look(&r->url),
			.why = buf_look(&r->text),
		});
	}
}

static struct span
next_span(const char **at, size_t n)
{
	struct span s = { .at = *at, .n = n };

	*at += n;
	return s;
}

bool
answer_read(struct answer *a, struct buf *keep, struct span xml,
    answer_complaint_fn *on_complaint, void *arg, const char **why)
{
	static const struct xml_events events = { on_start, on_text, on_end };
	struct reading r = { .a = a, .keep = keep, .arg = arg,
		.on_complaint = on_complaint };
	struct xml *x = xml_new(elements, E_COUNT, &events, &r);
	size_t start = keep->n;
	bool good;

	*a = (struct answer){ .now = CLOCK_NONE };
	buf_init(&r.url, LIMIT_ANSWER);
	buf_init(&r.text, LIMIT_ANSWER);
	if (xml.n > LIMIT_ANSWER)
		xml_fail(x, "an answer of more than %u bytes", LIMIT_ANSWER);
	good = xml_read(x, xml, why) && !keep->bad;
	if (good) {
		const char *at = buf_cstr(keep) + start;

		a->features = next_span(&at, r.features);
		a->want = next_span(&at, r.want);
		a->cause = next_span(&at, r.cause);
		a->reason = next_span(&at, r.reason);
	} else if (keep->bad && why != NULL) {
		*why = "an answer that is too long";
	}
	buf_clear(&r.url);
	buf_clear(&r.text);
	xml_free(x);
	return good;
}
