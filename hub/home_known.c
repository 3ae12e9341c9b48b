/*
 * What a name was seen to lead to; see home_known.h.
 */
#include "hub/home_known.h"

#include <string.h>

#include "contrib/base/span.h"
#include "hub/hash64.h"

/* --- addresses ----------------------------------------------------------------- */

/* To the front; the oldest falls out. When it was seen before, or 0. */
static int64_t
note(struct home_known *k, const char *address, int64_t now)
{
	uint64_t hash = hash64(0, span_of(address));
	int64_t before = 0;
	size_t at = 0;

	while (at < k->count && k->address[at].hash != hash)
		at++;
	if (at < k->count)
		before = k->address[at].at;
	else if (k->count < HOME_KNOWN_MOST)
		k->count++;
	else
		at--;
	memmove(&k->address[1], &k->address[0],
	    at * sizeof(k->address[0]));
	k->address[0].hash = hash;
	k->address[0].at = now;
	return before;
}

/* True: one of them was known at least. An hour without an answer makes
 * nobody a stranger: it ends with the last answer. */
static bool
note_all(struct home_known *k, char (*address)[INET6_ADDRSTRLEN],
    size_t count, int64_t now)
{
	int64_t last = k->count > 0 ? k->address[0].at : 0;
	bool known = false;

	for (size_t i = 0; i < count; i++) {
		int64_t before = note(k, address[i], now);

		known |= before > 0 && last - before < HOME_KNOWN_LIFE;
	}
	return known;
}

/* --- is it a reason? ----------------------------------------------------------- */

/* Not found, and not for the first time, while others were. */
static bool
is_away(struct home_known *k, int64_t now)
{
	bool sure = k->failed > 0 && k->others;

	k->failed = now;
	if (k->away || !sure)
		return false;
	k->away = true;
	return true;
}

/* Who is seen for the first time is somewhere, not elsewhere. */
static bool
is_elsewhere(struct home_known *k, char (*address)[INET6_ADDRSTRLEN],
    size_t count, int64_t now)
{
	bool first = k->count == 0, was_away = k->away;
	bool known = note_all(k, address, count, now);

	k->failed = 0;
	k->away = false;
	return was_away || (!first && !known);
}

/* --- is it time? --------------------------------------------------------------- */

/* Twice as long as the last time; from the beginning if there was none for
 * long. */
static void
go(struct home_known *k, int64_t now)
{
	if (k->visit == 0 || now - k->visit >= 2 * HOME_KNOWN_APART_MOST)
		k->apart = HOME_KNOWN_APART;
	else if (k->apart * 2 < HOME_KNOWN_APART_MOST)
		k->apart *= 2;
	else
		k->apart = HOME_KNOWN_APART_MOST;
	k->visit = now;
	k->waits = false;
}

void
home_known_ask(struct home_known *k, int64_t found)
{
	k->others = k->failed > 0 && found > k->failed;
}

bool
home_known_answer(struct home_known *k, char (*address)[INET6_ADDRSTRLEN],
    size_t count, int64_t now)
{
	if (count == 0 ? is_away(k, now) :
	    is_elsewhere(k, address, count, now))
		k->waits = true;
	if (!k->waits || (k->visit > 0 && now - k->visit < k->apart))
		return false;
	go(k, now);
	return true;
}

bool
home_known_doubts(const struct home_known *k)
{
	return k->failed > 0 && !k->away;
}

void
home_known_visited(struct home_known *k, char (*address)[INET6_ADDRSTRLEN],
    size_t count, int64_t now)
{
	(void)note_all(k, address, count, now);
	k->away = count == 0;
	k->failed = 0;
	k->waits = false;
}
