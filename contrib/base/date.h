/*
 * Dates as pages write them.
 *
 * In a tag, after 发布时间 in the text, or in the address; local time of the
 * place (`zone` minutes east of UTC) unless they say otherwise.
 */
#ifndef ZQ_BASE_DATE_H
#define ZQ_BASE_DATE_H

#include <stdbool.h>
#include <stdint.h>

#include "contrib/base/span.h"

/* The value of a tag: any of the forms below, RFC 3339, and what Java's
 * Date.toString() makes of one; a few words may stand before it. */
bool date_parse(struct span s, int zone, int64_t *ms);

/* The same of what a person says: all of it is a date and, if there is one, a
 * time of day. What stands behind them is no ornament then: "8:00 PM", "8:60",
 * "下午3:00" are refused. */
bool date_said(struct span s, int zone, int64_t *ms);

/* Exactly YYYY-MM-DD HH:MM (also with :SS), as the norm wants it? */
bool date_is_proper(struct span s);

/* The first date within reach of a label (发布时间, 发布日期, 时间 …) in the
 * text of a page: 2023-05-06 10:20, 2023年5月6日, 2023/5/6, 2023.5.6. */
bool date_in_text(struct span text, int zone, int64_t *ms);

/* /2023-05/06/, /art/2023/5/6/art_1_2.html, /202305/t20230506_123.shtml */
bool date_in_url(struct span url, int zone, int64_t *ms);

#endif
