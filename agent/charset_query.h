/*
 * The query of an address in a page that isn't in UTF-8: browsers ask for its
 * characters in the page's character set, unlike those of the path (the URL
 * standard, "percent-encode after encoding"). "?q=公告" in a page in GBK is
 * "?q=%B9%AB%B8%E6", and its program understands nothing else.
 */
#ifndef ZQ_AGENT_CHARSET_QUERY_H
#define ZQ_AGENT_CHARSET_QUERY_H

#include "contrib/base/buf.h"
#include "contrib/base/charset.h"
#include "contrib/base/span.h"

/* A reference of a page that is in `is`, in UTF-8 as all of it was read; with
 * its query so encoded it is written into out, which is emptied. Otherwise it
 * is what is given back. */
struct span charset_query(struct charset *c, struct buf *out,
    struct span reference, enum charset_name is);

#endif
