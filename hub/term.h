/*
 * A term: what a posting list is a list for. 48 bits, six of them a tag.
 *
 * Two Han characters and a short word are told exactly by the 42 bits that
 * are left; a longer word, and a column's name, by a hash, so whoever finds
 * something by these looks at the text as well.
 */
#ifndef ZQ_HUB_TERM_H
#define ZQ_HUB_TERM_H

#include <stdbool.h>
#include <stdint.h>

#include "contrib/base/span.h"

enum term_tag {		/* numbers are in rows */
	TERM_ALL = 1,		/* every item that is there */
	TERM_SITE,		/* of a site */
	TERM_COLUMN,		/* of a column, by name, of any site */
	TERM_SITE_COLUMN,
	TERM_GONE = 8,		/* withdrawn; by the time of that */
	TERM_SITE_GONE,
	TERM_TAKEN = 16,	/* there, by the time of the last change */
	TERM_SITE_TAKEN,
	TERM_COLUMN_TAKEN,
	TERM_SITE_COLUMN_TAKEN,
	TERM_PAIR = 32,		/* two characters side by side */
	TERM_LAST,		/* the last character of a run */
	TERM_WORD,		/* letters and digits, up to five ASCII ones */
	TERM_LONG_WORD,		/* by a hash */
};

#define TERM_BITS 42
#define TERM_MASK ((UINT64_C(1) << TERM_BITS) - 1)
#define TERM_WORD_EXACT 5	/* characters of TERM_WORD */

static inline uint64_t
term_of(enum term_tag tag, uint64_t value)
{
	return (uint64_t)tag << TERM_BITS | (value & TERM_MASK);
}

static inline uint64_t
term_pair(uint32_t first, uint32_t second)
{
	return term_of(TERM_PAIR, (uint64_t)first << 21 | second);
}

static inline enum term_tag
term_tag(uint64_t term)
{
	return (enum term_tag)(term >> TERM_BITS);
}

/* FNV-1a, 64 bits: spreads well, and is the same for ever. */
static inline uint64_t
term_hash(uint64_t seed, struct span s)
{
	uint64_t h = UINT64_C(0xcbf29ce484222325) ^ seed;

	for (size_t i = 0; i < s.n; i++)
		h = (h ^ (unsigned char)s.at[i]) * UINT64_C(0x100000001b3);
	return h ^ h >> 29;
}

#endif
