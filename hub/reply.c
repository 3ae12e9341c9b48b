/*
 * Replies: verdicts as HTTP.
 */
#include "hub/reply.h"

#include "contrib/base/clock.h"
#include "contrib/base/err.h"
#include "hub/frame.h"
#include "protocol/changelist.h"
#include "protocol/features.h"
#include "protocol/limits.h"

static const uint16_t statuses[] = {
	[VERDICT_TAKEN] = 200,
	[VERDICT_KNOWN] = 200,
	[VERDICT_EARLY] = 200,
	[VERDICT_FORKED] = 200,
	[VERDICT_BLOCKED] = 403,
	[VERDICT_BUSY] = 503,
	[VERDICT_BAD] = 400,
};

unsigned
reply_status(enum verdict v)
{
	must(v > 0 && v < sizeof(statuses) / sizeof(statuses[0]));
	return statuses[v];
}

static void
write_as(struct buf *b, struct answer *a, struct span complaints,
    unsigned status)
{
	struct frame_answer f = { .type = SPAN(CHANGELIST_TYPE) };
	struct buf xml;

	a->now = clock_wall();
	a->features = SPAN(FEATURES_HUB);
	buf_init(&xml, LIMIT_ANSWER);
	answer_begin(&xml, a);
	buf_span(&xml, complaints);
	answer_end(&xml);
	must(!xml.bad);
	f.status = (uint16_t)status;
	if (f.status == 503)
		f.retry_after = (a->after + 999) / 1000;
	f.body = buf_look(&xml);
	frame_answer_write(b, &f);
	buf_clear(&xml);
}

void
reply_write(struct buf *b, struct answer *a, struct span complaints)
{
	write_as(b, a, complaints, reply_status(a->verdict));
}

static struct answer
refusal(enum verdict v, const char *cause, const char *reason)
{
	return (struct answer){ .verdict = v, .cause = span_of(cause),
		.reason = span_of(reason),
		.after = v == VERDICT_BUSY ? REPLY_BUSY_AFTER : 0 };
}

void
reply_refusal(struct buf *b, enum verdict v, const char *cause,
    const char *reason)
{
	struct answer a = refusal(v, cause, reason);

	reply_write(b, &a, SPAN_NONE);
}

void
reply_no(struct buf *b, enum verdict v, const char *cause,
    const char *reason)
{
	struct answer a = refusal(v, cause, reason);
	unsigned status = reply_status(v);

	write_as(b, &a, SPAN_NONE, status == 200 ? 403 : status);
}

void
reply_plain(struct buf *b, enum verdict v, const char *reason)
{
	reply_refusal(b, v, "", reason);
}
