#include "hub/reconciled.h"

#include "contrib/base/clock.h"
#include "contrib/base/err.h"
#include "hub/counters.h"
#include "hub/frame.h"
#include "protocol/changelist.h"
#include "protocol/limits.h"

#define SPREAD 250		/* ms between two who are told to wait */
#define SPREAD_OVER 16

static void
send_xml(struct reconciled *r, uint64_t number, uint16_t status,
    struct span xml, uint32_t after)
{
	struct frame_answer f = { .status = status,
		.type = SPAN(CHANGELIST_TYPE), .body = xml };
	struct buf out;

	if (status == 503)
		f.retry_after = (after + 999) / 1000;
	buf_init(&out, FRAME_MAX);
	frame_answer_write(&out, &f);
	r->send(r->arg, number, buf_look(&out));
	buf_clear(&out);
}

void
reconciled_send(struct reconciled *r, uint64_t number, struct span xml)
{
	send_xml(r, number, 200, xml, 0);
}

void
reconciled_answer(struct reconciled *r, uint64_t number,
    struct reconcile_answer *a)
{
	struct buf xml;

	buf_init(&xml, LIMIT_BODY);
	a->now = clock_wall();
	reconcile_answer_begin(&xml, a);
	reconcile_answer_end(&xml);
	must(!xml.bad);
	send_xml(r, number, a->verdict == 0 ? 200 :
	    (uint16_t)reply_status(a->verdict), buf_look(&xml), a->after);
	buf_clear(&xml);
}

void
reconciled_later(struct reconciled *r, uint64_t number, uint32_t after,
    const char *why)
{
	struct reconcile_answer a = { .outcome = RECONCILE_LATER,
		.reason = span_of(why) };

	a.after = after + r->later++ % SPREAD_OVER * SPREAD;
	stats_add(COUNTER_RECONCILE_LATER, 1);
	reconciled_answer(r, number, &a);
}

void
reconciled_refuse(struct reconciled *r, uint64_t number, enum verdict v,
    const char *cause, const char *why)
{
	struct reconcile_answer a = { .outcome = RECONCILE_REFUSED,
		.verdict = v, .cause = span_of(cause),
		.reason = span_of(why) };

	stats_add(COUNTER_RECONCILE_REFUSED, 1);
	reconciled_answer(r, number, &a);
}
