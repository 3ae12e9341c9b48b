/*
 * Guests: an array by site number.
 */
#include "hub/guests.h"

#include <inttypes.h>
#include <stdlib.h>

#include "contrib/base/clock.h"
#include "contrib/base/log.h"
#include "contrib/base/mem.h"
#include "protocol/answer.h"

#define SKEW_NOTE 5000		/* ms, R22 */
#define SKEW_WARN 60000

void
guests_init(struct guests *g)
{
	*g = (struct guests){ .count = 0 };
}

void
guests_clear(struct guests *g)
{
	for (uint32_t i = 0; i < g->count; i++)
		free(g->at[i]);
	free(g->at);
	guests_init(g);
}

struct guest *
guests_get(struct guests *g, uint32_t site)
{
	uint32_t count = g->count;

	if (site >= count) {
		count = site + site / 2 + 16;
		g->at = mem_grow(g->at, count, sizeof(struct guest *));
		for (uint32_t i = g->count; i < count; i++)
			g->at[i] = NULL;
		g->count = count;
	}
	if (g->at[site] == NULL)
		g->at[site] = mem_new(sizeof(struct guest));
	return g->at[site];
}

void
guests_skew(struct guest *g, const char *code, int64_t skew)
{
	int64_t far = skew < 0 ? -skew : skew;
	enum guest_skew now = far > SKEW_WARN ? SKEW_WARNED :
	    far > SKEW_NOTE ? SKEW_NOTED : SKEW_NONE;
	char span[CLOCK_TEXT_MAX];

	if (now == g->skew)
		return;
	clock_span(span, far);
	if (now == SKEW_WARNED)
		log_warn("site=%s its clock is %s %s ours: set it by NTP",
		    code, span, skew < 0 ? "behind" : "ahead of");
	else if (now == SKEW_NOTED && g->skew == SKEW_NONE)
		log_info("site=%s its clock is %s %s ours", code, span,
		    skew < 0 ? "behind" : "ahead of");
	else if (now == SKEW_NONE)
		log_info("site=%s its clock agrees with ours again", code);
	g->skew = now;
}

void
guests_want(struct guest *g, unsigned want)
{
	g->want |= want;
	g->told &= ~want;
}

void
guests_unwant(struct guest *g, unsigned want)
{
	g->want &= ~want;
}

struct span
guests_wanted(const struct guest *g)
{
	return guests_words(g->want);
}

struct span
guests_words(unsigned want)
{
	static const char *const words[] = {
		"", WANT_PROVE, WANT_RETELL, WANT_PROVE " " WANT_RETELL,
		WANT_RENEW, WANT_PROVE " " WANT_RENEW,
		WANT_RETELL " " WANT_RENEW,
		WANT_PROVE " " WANT_RETELL " " WANT_RENEW,
	};

	return span_of(words[want & 7]);
}
