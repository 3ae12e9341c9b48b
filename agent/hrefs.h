/*
 * Hrefs: where in the bytes of an HTML file the addresses stand.
 *
 * A tokenizer after the HTML standard that keeps nothing and changes nothing:
 * it says for each attribute value that is an address from which byte to which
 * it goes, in the file as it is on the disk. What stands in comments, scripts,
 * styles, titles and text areas is no address, whatever it looks like.
 *
 * It needs not know the character set, as long as that keeps ASCII as ASCII:
 * no trail byte of UTF-8, GBK, GB18030, Big5, EUC-KR or Shift_JIS is one of
 * the bytes < > " ' = & / or a blank. UTF-16 is nothing for it.
 */
#ifndef ZQ_AGENT_HREFS_H
#define ZQ_AGENT_HREFS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "agent/linktag.h"
#include "contrib/base/span.h"
#include "protocol/change.h"

struct href {
	size_t at, n;		/* bytes of the page: the value, without
				 * quotes, or an address in it (linktag.h) */
	enum link_kind kind;
	char quote;		/* '"', '\'', or 0 for none */
	bool listed;		/* one of a list (srcset) */
	bool base;		/* it is <base href>: what comes is relative
				 * to it */
	const struct linktag *held;	/* NULL; or it is all of a value that
				 * has addresses and entities: what it means
				 * is to be taken apart (linktag_next()) */
	uint32_t line;		/* where its tag begins, from 1 */
};

/* Calls fn for each, in the order of the page. */
typedef void hrefs_fn(void *arg, const struct href *h);
void hrefs_each(struct span page, hrefs_fn *fn, void *arg);

/* The same for what is no markup, whatever it looks like: comments, what
 * scripts, styles and text areas have, slashes between attributes. fn may write over these bytes. */
typedef void hrefs_hidden_fn(void *arg, size_t at, size_t n);
void hrefs_hidden(struct span page, hrefs_hidden_fn *fn, void *arg);

#endif
