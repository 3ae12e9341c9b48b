/*
 * Say what is announced: an outage, maintenance, the closing of the site, or
 * that it is over. Judged before it is said, as the hub will judge it.
 */
#ifndef ZQ_AGENT_SAY_NOTICE_H
#define ZQ_AGENT_SAY_NOTICE_H

#include <jansson.h>
#include <stdbool.h>

#include "agent/store.h"
#include "contrib/base/buf.h"

/* Is it a kind of notice? */
bool say_notice_is(struct span kind);

/*
 * {"kind": "outage" | "maintenance" | "closing" | "resolved", "service": …,
 * "from": …, "until": …, "at": … (of a closing: from), "every": "sun
 * 02:00-04:00", "zone": "Asia/Shanghai", "successor": URL, "reason": …,
 * "by": …, "withdraw": true}. zone: minutes east of UTC for dates without
 * one. NULL: why says what is wrong, and what to do. Else {"said": true, "seq":
 * …, "kind": …, "from": …, "until": …, "brief": a closing that is announced too
 * late, or without a successor, "days_ahead": of it, "days_due": that it
 * should be, by `closing` (ms), "service", "address": of the service, "" if none was
 * ever said, "unknown": it ends something that was not
 * announced from here, "open": … and what is (announced_list())}, and what
 * announced_effect() says.
 */
json_t *say_notice(struct store *s, json_t *ask, int zone, int64_t closing,
    struct buf *why);

#endif
