#include "hub/alert_detail.h"

#include <stdbool.h>
#include <string.h>

#include "contrib/base/text.h"
#include "hub/home.h"
#include "hub/monitor_state.h"
#include "protocol/reason.h"

/* "other-domain: www.a.gov.cn -> b.example" */
static bool
put_home(struct buf *b, struct span detail)
{
	const char *colon = detail.n > 0 ? memchr(detail.at, ':', detail.n) :
	    NULL;
	struct span about = SPAN_NONE, word = detail;
	enum home_why why;

	if (colon != NULL) {
		word.n = (size_t)(colon - detail.at);
		about = text_trim((struct span){ colon + 1,
		    detail.n - word.n - 1 });
	}
	if (!home_why_parse(&why, word))
		return false;
	home_why_sentence(b, why, about);
	return true;
}

void
alert_detail_put(struct buf *b, struct span detail)
{
	enum monitor_cause cause;

	if (monitor_cause_parse(&cause, detail))
		buf_text(b, monitor_sentence(cause));
	else if (!put_home(b, detail))
		reason_put(b, detail);
}
