/*
 * Counting who links to what is one's own; see radius.h.
 */
#include "hub/radius.h"

#include "hub/edge_words.h"
#include "hub/frame.h"
#include "hub/links.h"
#include "protocol/changelist.h"
#include "protocol/namespaces.h"
#include "protocol/limits.h"
#include "protocol/xml.h"

/* The core does nothing else meanwhile: a third of a second at worst. */
#define STEPS (LINKS_STEPS / 12)

static void
answer(reply_send_fn *send, void *arg, uint64_t number, unsigned status,
    struct span body)
{
	struct buf out;

	buf_init(&out, LIMIT_ANSWER);
	frame_answer_write(&out, &(struct frame_answer){
	    .status = (uint16_t)status, .type = SPAN(CHANGELIST_TYPE),
	    .body = body });
	send(arg, number, buf_look(&out));
	buf_clear(&out);
}

/* Its own pages it knows itself. */
static void
put_counts(struct buf *xml, struct db_txn *t, const struct frame_radius *f)
{
	enum rewrite_scope scope = rewrite_reach(f->scope);
	struct link_count all, own;
	int64_t steps = STEPS;

	links_count(t, scope, f->url, 0, &all, &steps);
	links_count(t, scope, f->url, f->site, &own, &steps);
	buf_text(xml, "<zq:links xmlns:zq=\"" NS_ZQ "\"");
	xml_put_number(xml, "sites", all.sites - (own.pages > 0 &&
	    all.sites > 0));
	xml_put_number(xml, "pages", all.pages > own.pages ?
	    all.pages - own.pages : 0);
	xml_put_number(xml, "targets", all.targets);
	if (!all.exact || !own.exact)
		buf_text(xml, " least=\"true\"");
	buf_text(xml, "/>\n");
}

void
radius_ask(struct view *v, uint64_t number, struct span body,
    reply_send_fn *send, void *arg)
{
	struct frame_radius f;
	struct db_txn *t;
	struct buf text, xml;

	if (!frame_radius_read(&f, body))
		return;
	buf_init(&text, LIMIT_LONG_TEXT);
	if (view_may_speak(v, f.site, f.url, &text)) {
		buf_reset(&text);
		t = view_read(v);
		put_counts(&text, t, &f);
		db_abort(t);
		answer(send, arg, number, 200, buf_look(&text));
	} else {
		buf_init(&xml, LIMIT_ANSWER);
		edge_words_refusal(&xml, VERDICT_BAD, buf_cstr(&text), 0);
		answer(send, arg, number, 403, buf_look(&xml));
		buf_clear(&xml);
	}
	buf_clear(&text);
}
