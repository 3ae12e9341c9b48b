/* What push.h says of itself. */
#include "agent/push.h"

#include "agent/push_private.h"
#include "contrib/base/clock.h"
#include "contrib/base/err.h"

#define BEATS 3			/* without an answer: as the hub counts … */
#define LATE INT64_C(15000)	/* ms: … and what an answer may take */

static json_t *
complaints(const struct push *p)
{
	json_t *list = json_array();
	size_t from = p->complaints > PUSH_COMPLAINTS ?
	    p->complaints - PUSH_COMPLAINTS : 0;
	char when[CLOCK_TEXT_MAX];

	for (size_t i = from; i < p->complaints; i++) {
		const struct complaint_kept *k =
		    &p->complaint[i % PUSH_COMPLAINTS];

		json_array_append_new(list, json_pack("{s:I, s:s, s:s, s:s}",
		    "seq", (json_int_t)k->seq, "url", k->url, "why", k->why,
		    "when", clock_format(when, k->when)));
	}
	return list;
}

json_t *
push_status(const struct push *p)
{
	char when[CLOCK_TEXT_MAX];
	json_t *o = json_pack("{s:s, s:s, s:I, s:I, s:o, s:I}",
	    "url", p->host.line->hub, "step", push_step_name(p->step),
	    "skew_ms", (json_int_t)p->skew, "took_ms", (json_int_t)p->took,
	    "complaints", complaints(p),
	    "complained", (json_int_t)p->complaints);

	must(o != NULL);
	json_object_set_new(o, "held", json_integer((json_int_t)p->held));
	if (p->verdict != 0)
		json_object_set_new(o, "verdict",
		    json_string(verdict_name(p->verdict)));
	if (p->answered != CLOCK_NONE)
		json_object_set_new(o, "answered",
		    json_string(clock_format(when, p->answered)));
	if (p->cause[0] != '\0')
		json_object_set_new(o, "cause", json_string(p->cause));
	json_object_set_new(o, "proves", json_boolean(p->hub_proves));
	if (p->reason != NULL)
		json_object_set_new(o, "trouble", json_string(p->reason));
	else if (push_unheard(p) >= BEATS * (int64_t)p->host.beat + LATE)
		json_object_set_new(o, "unheard_ms",
		    json_integer(push_unheard(p)));
	return o;
}
