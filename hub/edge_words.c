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

void
edge_words_blocked(struct buf *b, const char *cause, const char *why)
{
	answer_begin(b, &(struct answer){
		.verdict = VERDICT_BLOCKED, .now = clock_wall(),
		.cause = span_of(cause), .reason = span_of(why),
		.features = SPAN(FEATURES_HUB),
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

void
edge_words_expired(struct buf *b, int64_t not_after, int64_t grace)
{
	char when[CLOCK_TEXT_MAX], here[CLOCK_TEXT_MAX];
	int64_t now = clock_wall();
	bool late = now - not_after > grace;
	struct buf why;

	buf_init(&why, 1024);
	buf_printf(&why, late ? _("the site's certificate expired at %s (by "
	    "the hub's clock it is %s), too long ago to be renewed: ask the "
	    "hub's operator for a new ticket (zqhub site reissue)") :
	    _("the site's certificate expired at %s (by the hub's clock it "
	    "is %s): the agent asks for a new one by itself"),
	    clock_show(when, not_after), clock_show(here, now));
	answer_begin(b, &(struct answer){
		.verdict = VERDICT_BLOCKED, .now = now,
		.cause = late ? SPAN(CAUSE_EXPIRED) : SPAN_NONE,
		.reason = buf_look(&why),
		.want = late ? SPAN_NONE : SPAN(WANT_RENEW),
		.features = SPAN(FEATURES_HUB),
	});
	answer_end(b);
	buf_clear(&why);
}

void
edge_words_early(struct buf *b, int64_t not_before)
{
	char when[CLOCK_TEXT_MAX], here[CLOCK_TEXT_MAX];

	buf_printf(b, _("the site's certificate is good from %s on, and by "
	    "the hub's clock it is %s: if that clock is wrong, its operator "
	    "puts it right and starts the hub again; if it was wrong when "
	    "the certificate was made, a new ticket helps (zqhub site "
	    "reissue)"), clock_show(when, not_before),
	    clock_show(here, clock_wall()));
}

const char *
edge_words_foreign(void)
{
	return _("the certificate that was shown is not of this hub's CA, or "
	    "of one that it no longer trusts: ask the hub's operator for a "
	    "new ticket (zqhub site reissue) and enrol again");
}
