/*
 * Media types of what lies under a document root: by the name's extension,
 * and by the first bytes where that says nothing or is plainly wrong.
 */
#ifndef ZQ_AGENT_MEDIA_H
#define ZQ_AGENT_MEDIA_H

#include <stdbool.h>

#include "contrib/base/span.h"

struct media {
	const char *type;
	bool is_page;		/* HTML: to be looked into */
	bool is_document;	/* its file name serves as a title */
};

#define MEDIA_HEAD 512		/* bytes that are enough to decide */

/* name: of the file, or empty; head: its first bytes, MEDIA_HEAD of them if
 * it has as many. */
struct media media_of(struct span name, struct span head);

/* "/docs/a%20b.pdf" and "docs/a b.pdf" are "a b.pdf", as it stands there. */
struct span media_file_name(struct span name);

#endif
