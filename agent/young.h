/*
 * Young: addresses that a source has told for the first time just now.
 *
 * Who publishes by renaming writes a page under another name and gives it its
 * own a moment later. Nobody has seen the first one, so nothing has moved.
 * What is young stays that for a while and is forgotten then; where there are
 * very many at once some are forgotten before.
 */
#ifndef ZQ_AGENT_YOUNG_H
#define ZQ_AGENT_YOUNG_H

#include <stdbool.h>

#define YOUNG_TIME 10000	/* ms */
#define YOUNG_MOST 8192		/* at once */

struct young;

struct young *young_new(void);
void young_free(struct young *y);
void young_add(struct young *y, const char *url);
bool young_is(const struct young *y, const char *url);

#endif
