/*
 * Mending one page: which of its bytes are to change, and the page with these
 * bytes changed and no others.
 *
 * The page's references are read one by one; somebody else says for each
 * where it is to lead from now on. Before an answer is given the changed page
 * is read again: every reference of it leads where it led before or where it
 * was told to, or the page is refused as a whole.
 */
#ifndef ZQ_AGENT_MENDPAGE_H
#define ZQ_AGENT_MENDPAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "agent/hrefs.h"
#include "contrib/base/buf.h"
#include "contrib/base/span.h"
#include "protocol/change.h"

#define MENDPAGE_EDITS_MAX 100000	/* as zqagent(8) says */

struct mend_edit {
	size_t at;		/* of the page as it was */
	struct span old, new;	/* bytes */
	uint32_t line;
	enum link_kind kind;
	struct span from, to;	/* normal forms */
};

/* Asked for each reference, in the page's order: is it to lead elsewhere? *to
 * is a normal form that lives until the next call. */
typedef bool mendpage_fn(void *arg, const struct href *at,
    struct span target, struct span *to);

struct mendpage;

struct mendpage *mendpage_new(void);	/* opens converters */
void mendpage_free(struct mendpage *m);

enum mendpage_result {
	MENDPAGE_GOOD,		/* the edits hold; there may be none */
	MENDPAGE_CHARSET,	/* it is in UTF-16: asked for, and no edits */
	MENDPAGE_UNSAFE,	/* changed, it would not lead where it should */
	MENDPAGE_MANY,		/* more edits than anybody looks through */
};

/* url: of the page, a normal form. The edits live until the next call; `left`
 * of the references that should lead elsewhere couldn't be written anew; on
 * which lines, of the first of these. */
#define MENDPAGE_LEFT_MAX 16

struct mendpage_found {
	const struct mend_edit *edit;
	size_t count, left;
	const uint32_t *left_line;
};
enum mendpage_result mendpage_find(struct mendpage *m, struct span page,
    struct span url, mendpage_fn *fn, void *arg, struct mendpage_found *found);

/* The page with its edits, which are in order and don't overlap. */
void mendpage_write(struct buf *out, struct span page,
    const struct mend_edit *edit, size_t count);

#endif
