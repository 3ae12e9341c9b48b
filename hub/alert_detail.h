/*
 * What was seen of an alert's member, for people. Rows keep it as the
 * monitor and the judge of home pages have it, as a word, so that all copies
 * of the view are alike; here it is a sentence in the language of now.
 */
#ifndef ZQ_HUB_ALERT_DETAIL_H
#define ZQ_HUB_ALERT_DETAIL_H

#include "contrib/base/buf.h"
#include "contrib/base/span.h"

#define ALERT_DETAIL_TEXT 1024	/* bytes that it may take */

/* What no one knows stands as it is. */
void alert_detail_put(struct buf *b, struct span detail);

#endif
