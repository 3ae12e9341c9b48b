/*
 * The counters' table, made from the list in counters.h.
 */
#include "hub/counters.h"

const struct stats_def counters_table[COUNTER_COUNT] = {
#define X(id, counter_name, counter_labels, counter_kind, counter_help)	\
	[COUNTER_##id] = { .name = counter_name,			\
	    .labels = counter_labels, .kind = STATS_##counter_kind,	\
	    .help = counter_help },
	COUNTERS(X)
#undef X
};

void
counters_open(void)
{
	stats_open(counters_table, COUNTER_COUNT);
}
