/*
 * Redirects: where the site's own old addresses answer from, as files for web
 * servers: the include of an nginx map, and the text of an Apache RewriteMap.
 *
 * Each line leads to where the address is in the end, however many moves that
 * took. What moves later, is over, or was given to something else isn't there.
 * How to use a file is told in its head.
 */
#ifndef ZQ_AGENT_REDIRECTS_H
#define ZQ_AGENT_REDIRECTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "contrib/base/buf.h"
#include "protocol/movemap.h"

#define REDIRECTS_MAX ((size_t)128 << 20)	/* bytes of a file */

struct redirects;


struct redirects *redirects_new(void);
void redirects_free(struct redirects *r);

/* A rule of the cluster; earlier ones first, which costs least. */
void redirects_add(struct redirects *r, const struct movemap_rule *m,
    bool ours);

/* Works the lines out for this time. Returns how many there are; *next is
 * when they will be others, or INT64_MAX. */
size_t redirects_settle(struct redirects *r, int64_t now, int64_t *next);

/* path: of the file, for the words in its head. */
void redirects_nginx(struct buf *out, const struct redirects *r,
    const char *path);
void redirects_apache(struct buf *out, const struct redirects *r,
    const char *path);

#endif
