/*
 * One line of a settings file: what it is, and its two halves.
 */
#ifndef ZQ_BASE_CONF_LINE_H
#define ZQ_BASE_CONF_LINE_H

#include <stdbool.h>

#include "contrib/base/buf.h"
#include "contrib/base/span.h"

#define CONF_FILE_MAX (1u << 20)	/* bytes */
#define CONF_LABEL_MAX 200		/* bytes */

enum conf_line_kind {
	CONF_LINE_EMPTY,	/* or a comment */
	CONF_LINE_HEADER,	/* a is the section, b its label or empty */
	CONF_LINE_SETTING,	/* a is the name, b the value */
	CONF_LINE_BAD,
};

/* A byte order mark before it is passed over. */
enum conf_line_kind conf_line_parse(struct span line, struct span *a,
    struct span *b);

/* The line at the start of *rest, without its end, moving *rest on. */
struct span conf_line_next(struct span *rest);

/* Fit to stand in a header? */
bool conf_line_is_label(struct span label);

/* The whole file, which must be UTF-8 and not too long. False: why says. */
bool conf_line_load(const char *path, struct buf *text, struct buf *why);

#endif
