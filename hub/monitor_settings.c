/*
 * The presets; see monitor_settings.h.
 */
#include "hub/monitor_settings.h"

#define SECOND INT64_C(1000)
#define MINUTE (60 * SECOND)

const struct monitor_settings monitor_settings_preset = {
	.start_after = 3 * MINUTE,	/* agents come back with jitter */
	.silent_after = 15 * SECOND,	/* three beats */
	.gone_after = 9 * SECOND,	/* a restart takes less */
	.stale_after = 50 * MINUTE,	/* three looks, and a bit */
	.look_again = 5 * SECOND,
	.settle = 5 * MINUTE,
	.isolated_share = 30,
	.isolated_least = 3,
	.isolated_most = 10 * MINUTE,
	.flap_count = 5,
	.flap_window = 30 * MINUTE,
	.flap_quiet = 15 * MINUTE,
};
