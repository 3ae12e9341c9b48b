/*
 * Links to files: which symbolic links below a root lead to which files.
 *
 * The kernel tells of the file that is written to, not of links that lead to
 * it. What the walk and events meet is noted here, each link with where it
 * leads in one step, be there anything or not: so what happens at a path can
 * be looked at where links lead to it, too. A note that is out of date costs a
 * look; there are no more than FILELINKS_MOST, and what links beyond that lead
 * to is found by scans.
 */
#ifndef ZQ_AGENT_FILELINKS_H
#define ZQ_AGENT_FILELINKS_H

#include <stdbool.h>

#include "agent/paths.h"
#include "agent/root.h"

#define FILELINKS_MOST 10000

struct filelinks;

struct filelinks *filelinks_new(void);
void filelinks_free(struct filelinks *l);
void filelinks_drop(struct filelinks *l);	/* all of them */

/* There is something new at the path: notes it if it is a link that stays
 * below the root, forgets what was noted of it if not. */
void filelinks_see(struct filelinks *l, const struct root *r,
    const char *path);
void filelinks_forget(struct filelinks *l, const char *path);

/* Adds the links that lead to the path, those that lead to these, and so on,
 * each once. */
void filelinks_to(const struct filelinks *l, const char *path,
    struct paths *out);

#endif
