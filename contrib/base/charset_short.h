/*
 * Short texts in GB that are valid UTF-8 by accident.
 *
 * One in five of the most common characters of GB 2312 has the bytes of a good
 * sequence of UTF-8, two long: 通知 reads as U+0368 U+05AA. Where nothing else
 * stands in a page the bytes don't decide, but what they say does: real text
 * keeps to one script and to its usual letters, an accident mixes rare ones.
 * When both make sense it is UTF-8.
 */
#ifndef ZQ_BASE_CHARSET_SHORT_H
#define ZQ_BASE_CHARSET_SHORT_H

#include <stdbool.h>

#include "contrib/base/span.h"

/* Of a page that is valid UTF-8 and declares no character set. */
bool charset_short_is_gb(struct span page);

#endif
