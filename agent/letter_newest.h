/*
 * What is said last of an address, by the letters of a list.
 *
 * The letters are heard from the newest to the oldest; the first word on an
 * address stays. `about`: of links on the site's own pages, or of links to
 * it; these are two things.
 */
#ifndef ZQ_AGENT_LETTER_NEWEST_H
#define ZQ_AGENT_LETTER_NEWEST_H

#include <jansson.h>

#include "protocol/mending.h"

struct letter_newest {
	json_t *states;		/* about, page → the newest letter's word */
	json_t *numbers;	/* about, page → its number */
	json_t *news;		/* about, address → where it is now */
};

void letter_newest_init(struct letter_newest *n);
void letter_newest_clear(struct letter_newest *n);
void letter_newest_hear(struct letter_newest *n, char about,
    json_int_t number, const struct mending_link *l);

/* The letter that spoke of it last; 0: none did. */
json_int_t letter_newest_number(const struct letter_newest *n, char about,
    const struct mending_link *l);
const char *letter_newest_state(const struct letter_newest *n, char about,
    const struct mending_link *l);
/* The new address, the caller's: a page of a column that has moved may have
 * gone elsewhere since. */
json_t *letter_newest_new(const struct letter_newest *n, char about,
    const struct mending_link *l);

#endif
