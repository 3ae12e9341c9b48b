/*
 * Young: addresses that a source has told for the first time just now.
 *
 * Who publishes by renaming writes a page under another name and gives it its
 * own a moment later. Nobody has seen the first one, so nothing has moved.
 * What is taken away again soon after, as the files of before are by who swaps
 * a directory, is no loss. Where there are very many at once some are
 * forgotten before.
 */
#ifndef ZQ_AGENT_YOUNG_H
#define ZQ_AGENT_YOUNG_H

#include <stdbool.h>
#include <stdint.h>

#define YOUNG_MOVES 10000	/* ms that it may have another name … */
#define YOUNG_GOES 300000	/* … and that it is no loss */
#define YOUNG_MOST 65536	/* at once */

struct young;

struct young *young_new(void);
void young_free(struct young *y);
void young_add(struct young *y, const char *url);
/* Was it added less than `age` ms ago? */
bool young_is(const struct young *y, const char *url, int64_t age);

#endif
