/* See blast.h. */
#include "agent/blast.h"

#include <event2/event.h>

#include "agent/line.h"
#include "contrib/base/err.h"
#include "contrib/base/fetch.h"
#include "contrib/base/lang.h"
#include "contrib/base/text.h"
#include "protocol/limits.h"
#include "protocol/namespaces.h"
#include "protocol/xml.h"

#define TIMEOUT 10000		/* ms */
#define ANSWER_MOST 65536	/* bytes */

/* --- reading ------------------------------------------------------------------ */

struct reading {
	struct blast *out;
	bool found;
};

static bool
take_number(struct xml *x, const char *name, uint64_t *n)
{
	return text_number(xml_attribute(x, NULL, name), 0, UINT64_MAX, n);
}

static void
on_start(void *arg, struct xml *x, int name)
{
	struct reading *r = arg;

	if (name != 0 || xml_depth(x) != 1)
		return;
	r->found = take_number(x, "sites", &r->out->sites) &&
	    take_number(x, "pages", &r->out->pages);
	r->out->least = span_is(xml_attribute(x, NULL, "least"),
	    SPAN("true"));
}

bool
blast_read(struct blast *out, struct span xml)
{
	static const struct xml_name names[] = { { NS_ZQ, "links" } };
	static const struct xml_events events = { .start = on_start };
	struct reading r = { .out = out };
	struct xml *x = xml_new(names, 1, &events, &r);
	bool ok = xml_read(x, xml, NULL);

	xml_free(x);
	return ok && r.found;
}

/* --- asking ------------------------------------------------------------------- */

struct asking {
	const struct line *line;
	struct event_base *base;
	struct blast *out;
	struct buf *why;
	bool done;
};

static void
on_prepare(void *arg, CURL *curl)
{
	const struct asking *a = arg;

	line_prepare(a->line, curl);
}

static void
on_answer(void *arg, const struct fetch_answer *got)
{
	struct asking *a = arg;

	if (got->code != CURLE_OK)
		buf_text(a->why, got->error);
	else if (got->status == 404 || got->status == 405)
		buf_text(a->why, _("this hub can't tell"));
	else if (got->status == 403)
		buf_text(a->why, _("the hub says that this is none of this "
		    "site's addresses"));
	else if (got->status != 200)
		buf_printf(a->why, "HTTP status %ld", got->status);
	else if (!blast_read(a->out, got->body))
		buf_text(a->why, _("the answer is none of a hub"));
	else
		a->done = true;
	event_base_loopbreak(a->base);
}

/* What stands in a query; the rest is as it is. */
static void
put_escaped(struct buf *b, const char *text)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyz"
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~/:";

	for (; *text != '\0'; text++)
		if (strchr(plain, *text) != NULL)
			buf_byte(b, *text);
		else
			buf_printf(b, "%%%02X", (unsigned char)*text);
}

static void
ask(struct asking *a, const char *scope, const char *url)
{
	struct fetch *f = fetch_new(a->base, LINE_AGENT);
	struct fetch_spec spec = { .most = ANSWER_MOST, .timeout = TIMEOUT,
		.connect_timeout = LINE_CONNECT, .prepare = on_prepare };
	struct buf where;

	buf_init(&where, 8 * LIMIT_URL);
	buf_printf(&where, "%s/v1/links?scope=%s&url=", a->line->hub, scope);
	put_escaped(&where, url);
	spec.url = buf_cstr(&where);
	(void)fetch_start(f, &spec, on_answer, a);
	event_base_dispatch(a->base);
	fetch_free(f);
	buf_clear(&where);
}

bool
blast_ask(const struct config *c, const char *scope, const char *url,
    struct blast *out, struct buf *why)
{
	struct line line;
	struct asking a = { .line = &line, .out = out, .why = why };

	if (!line_init(&line, c->top->hub, c->top->dir, why))
		return false;
	line_through(&line, c->top->proxy);
	a.base = event_base_new();
	must(a.base != NULL);
	ask(&a, scope, url);
	event_base_free(a.base);
	line_clear(&line);
	return a.done;
}
