/*
 * A site as it is: what stands below its document root, what that links to,
 * and what its people have said. The naive truth that everything else is held
 * against.
 */
#ifndef ZQ_SIM_SITE_H
#define ZQ_SIM_SITE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tests/sim/site_page.h"

#define SITE_SAID 8		/* addresses of no file that people speak of;
				 * the odd ones are of a foreign host */

struct site_file {
	bool there;
	uint32_t content;	/* a page; of what was said, its edition */
	uint32_t stamp;		/* changes with every write and touch */
};

struct site {
	uint32_t number;
	uint32_t host;		/* at which its pages are now */
	uint32_t sites;		/* that there are */
	uint32_t paths;		/* of each, in use: there may be fewer */
	bool unmounted;		/* the root is there, and empty */
	struct site_link nav[SITE_NAV];
	struct site_file file[SITE_PATHS];
	struct site_file said[SITE_SAID];
};

void site_init(struct site *s, uint32_t number, uint32_t sites,
    uint32_t paths);
size_t site_some(const struct site *s);	/* a path in use, by chance */

/* Somebody works on it: one thing happens, to file n, which is returned. */
size_t site_edit(struct site *s);
/* So much of it is removed at once. */
void site_lose(struct site *s, uint32_t of_1000);
/* What is there is at `to` now, whatever was there. False: nothing is. */
bool site_rename(struct site *s, size_t from, size_t to);
/* Each is where the other was, if it was there. */
void site_swap(struct site *s, size_t a, size_t b);
/* It is gone, and what comes there again is another page: of the same bytes
 * a person's word would still count. */
void site_take_down(struct site *s, size_t n);
/* The same path of the other half. */
static inline size_t
site_other(size_t n)
{
	return n < SITE_HALF ? n + SITE_HALF : n - SITE_HALF;
}
/* Another navigation, on every page that has one. */
void site_edit_nav(struct site *s);
/* A link of the page there (to `new`; NULL: to nothing) is another one; if it
 * stands in the navigation, there. False: the page has no such link. */
bool site_mend(struct site *s, size_t n, const struct site_link *old,
    const struct site_link *new);
bool site_has(const struct site *s, size_t n);
bool site_is_empty(const struct site *s);

/* As the agent and the hub name them; returns out. */
const char *site_root(char out[SITE_TEXT], const struct site *s);
const char *site_column(char out[SITE_TEXT], const struct site *s, size_t n);
const char *site_url(char out[SITE_TEXT], const struct site *s, size_t n);
const char *site_title(char out[SITE_TEXT], const struct site_file *f,
    size_t n);

/* --- what people say ------------------------------------------------------ */

bool site_said_is_foreign(size_t n);
const char *site_said_url(char out[SITE_TEXT], const struct site *s,
    size_t n);

#endif
