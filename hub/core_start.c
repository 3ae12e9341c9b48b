/*
 * Catching up; see core_start.h.
 */
#include "hub/core_start.h"

#include <inttypes.h>

#include "contrib/base/clock.h"
#include "contrib/base/log.h"
#include "hub/counters.h"
#include "hub/lost.h"

#define TELL_MS 3000		/* between lines about a long catching up */

static void
tell(void *arg, uint64_t done, uint64_t of)
{
	int64_t *told = arg;

	if (clock_mono() - *told < TELL_MS)
		return;
	*told = clock_mono();
	log_info("view: catching up at=%" PRIu64 " of=%" PRIu64 " (%d %%)",
	    done, of, (int)(done * 100 / of));
}

void
core_start(struct writer *w)
{
	int64_t began = clock_mono(), told = began;
	uint64_t behind = writer_backlog(w);

	if (journal_last(w->journal) == 0 && lost_is_noted(w->config->dir))
		log_warn("%s", lost_text());
	if (w->fresh && journal_last(w->journal) > 0)
		log_info("view: made anew: %s", w->reason);
	if (!writer_catch_up(w, tell, &told))
		log_error("view: disk full: %" PRIu64 " entries are not "
		    "shown until there is space below %s",
		    writer_backlog(w), w->config->dir);
	else if (behind > 0)
		log_info("view: caught up with %" PRIu64 " entries in %"
		    PRId64 " ms", behind, clock_mono() - began);
	stats_set(COUNTER_JOURNAL_PLACE, journal_last(w->journal));
	stats_set(COUNTER_VIEW_PLACE, view_place(w->view));
}
