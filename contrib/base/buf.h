/*
 * A buffer that grows up to its ceiling and not a byte further.
 *
 * Going over the ceiling sets `bad` and keeps the buffer as it was at that
 * moment; everything put afterwards is ignored, so writers write straight
 * through and look once at the end. There is always a NUL after the last
 * byte, so buf_text() can be printed.
 */
#ifndef ZQ_BASE_BUF_H
#define ZQ_BASE_BUF_H

#include <stdbool.h>
#include <stddef.h>

#include "contrib/base/span.h"

struct buf {
	char *at;	/* may be NULL while n is 0: see buf_cstr() */
	size_t n;
	size_t room;
	size_t most;
	bool bad;
};

void buf_init(struct buf *b, size_t most);
void buf_clear(struct buf *b);		/* frees; the ceiling stays */
void buf_reset(struct buf *b);		/* empty and good again; keeps memory */

void buf_put(struct buf *b, const void *at, size_t n);
void buf_byte(struct buf *b, char c);
void buf_text(struct buf *b, const char *text);
void buf_span(struct buf *b, struct span s);
void buf_printf(struct buf *b, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
void buf_cut(struct buf *b, size_t n);	/* keeps the first n bytes */
void buf_drop(struct buf *b, size_t n);	/* forgets the first n bytes */

const char *buf_cstr(const struct buf *b);	/* never NULL */
struct span buf_look(const struct buf *b);	/* lives until the next put */

#endif
