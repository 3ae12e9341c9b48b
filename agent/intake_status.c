/* What intake.h says of itself. */
#include "agent/intake.h"

#include "agent/intake_private.h"

#define QUEUE_FULL 256		/* scans wait above this */

bool
intake_is_full(const struct intake *in)
{
	return in->queued_count >= QUEUE_FULL || in->stuck != INTAKE_GOING;
}

bool
intake_is_idle(const struct intake *in)
{
	return in->queued_count == 0 && in->reading_count == 0 &&
	    in->ready_count == 0;
}

size_t
intake_settling(const struct intake *in)
{
	return rest_count(in->settling) + rest_count(in->lull);
}

enum intake_stuck
intake_stuck(const struct intake *in)
{
	return in->stuck;
}

const struct intake_counts *
intake_counts(const struct intake *in)
{
	return &in->counts;
}

void
intake_anew(struct intake *in, bool on)
{
	in->anew = on;
}
