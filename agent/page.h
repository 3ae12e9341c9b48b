/*
 * A page: the bytes of an HTML file become a record.
 *
 * Survives what real pages do to the norm (tags with content before name,
 * in any case, outside <head>, doubled, "null"; entities encoded twice;
 * wrong character sets) and what strangers may do to a parser: depth, size
 * and number of links have ceilings, there are no entities of one's own, no
 * DTD and no network. Whatever the bytes are, a record comes out.
 */
#ifndef ZQ_AGENT_PAGE_H
#define ZQ_AGENT_PAGE_H

#include <stdbool.h>

#include "agent/record.h"
#include "contrib/base/span.h"

struct page;

/* The number of this reader. It becomes one more with each change by which the
 * same bytes may say something else: another kind of link, a date that wasn't
 * seen. What a lower one told is read once more (source_dir_reread.c). */
#define PAGE_READER 2

#define PAGE_DEPTH_MAX 2000	/* open elements; the rest isn't looked at; and
				 * most don't count from FLAT_FROM on (flat.h) */

/* Opens the character converters, which need files: before the sandbox.
 * zone: minutes east of UTC of dates without one. */
struct page *page_new(int zone);
void page_free(struct page *p);

struct page_source {
	struct span bytes;
	struct span url;	/* normal form */
	bool cut;		/* bytes are only the first part of the file */
};

/* Fills the parts of r that a page decides (r was record_init()ed). What r
 * points to lives until the next page_read() or page_free(). */
void page_read(struct page *p, const struct page_source *s, struct record *r);

#endif
