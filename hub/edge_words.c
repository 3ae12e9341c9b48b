#include "hub/edge_words.h"

#include "contrib/base/clock.h"
#include "contrib/base/lang.h"
#include "protocol/changelist.h"
#include "protocol/features.h"
#include "protocol/xml.h"

void
edge_words_hello(struct buf *b, const char *name)
{
	buf_text(b, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
	    "<zq:hub xmlns:zq=\"" NS_ZQ "\"");
	xml_put_attribute(b, "name", span_of(name));
	xml_put_time(b, "now", clock_wall());
	xml_put_attribute(b, "features", SPAN(FEATURES_HUB));
	xml_put_attribute(b, "software", SPAN("zhanqun/" ZQ_VERSION));
	buf_text(b, "/>\n");
}

void
edge_words_refusal(struct buf *b, enum verdict v, const char *why,
    uint32_t after)
{
	answer_begin(b, &(struct answer){
		.verdict = v, .after = after, .now = clock_wall(),
		.reason = span_of(why), .features = SPAN(FEATURES_HUB),
	});
	answer_end(b);
}

const char *
edge_words_stranger(void)
{
	return _("no client certificate of this cluster was shown. A site "
	    "gets one by \"zqagent enroll https://THIS-HUB TICKET\" with the "
	    "ticket that the hub's operator prints with \"zqhub site add\"");
}
