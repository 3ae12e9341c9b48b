/* See act_silence.h. */
#include "hub/act_silence.h"

#include "contrib/base/clock.h"
#include "contrib/base/text.h"
#include "hub/alert.h"
#include "hub/silence.h"

const char *
act_silence_begin(struct group *g, const struct entry *e, const json_t *o)
{
	struct silence s = { .number = silence_last(g->txn) + 1,
		.rule = text_cut(act_read_text(o, "rule"), ALERT_NAME),
		.from = e->at, .until = act_read_time(o, "until"),
		.by = text_cut(act_read_text(o, "actor"), ALERT_TEXT),
		.reason = text_cut(act_read_text(o, "reason"), ALERT_TEXT) };
	struct site site;
	uint64_t number;

	if (s.until == CLOCK_NONE ||
	    !act_read_number(o, "site", UINT32_MAX, &number))
		return "a silence has an end, and a site or 0";
	s.site = (uint32_t)number;
	if (s.site != 0 && !site_get(g->txn, s.site, &site))
		return ACT_READ_NO_SITE;
	buf_reset(&g->row);
	silence_put(g->txn, &s, &g->row);
	return NULL;
}

const char *
act_silence_end(struct group *g, const struct entry *e, const json_t *o)
{
	struct buf copy;
	struct silence s;
	uint64_t number;

	if (!act_read_number(o, "silence", UINT32_MAX, &number) ||
	    !silence_get(g->txn, (uint32_t)number, &s) || s.until <= e->at)
		return "there is no such silence, or it is over";
	buf_init(&copy, 4096);
	s.until = e->at;
	s.lifted = true;
	silence_put(g->txn, &s, &copy);
	buf_clear(&copy);
	return NULL;
}
