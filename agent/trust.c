/* See trust.h. */
#include "agent/trust.h"

#include "certs/anchor.h"
#include "contrib/base/lang.h"
#include "protocol/limits.h"
#include "protocol/namespaces.h"
#include "protocol/xml.h"

enum element { E_TRUST, E_CA, E_COUNT };

static const struct xml_name elements[E_COUNT] = {
	[E_TRUST] = { NS_ZQ, "trust" },
	[E_CA] = { NS_ZQ, "ca" },
};

struct reading {
	struct buf pem;			/* of all CAs, one after the other */
	size_t end[ANCHOR_MOST];	/* where each ends in it */
	size_t count;
	bool open;			/* within a zq:ca */
};

static void
on_start(void *arg, struct xml *x, int name)
{
	struct reading *r = arg;

	if (xml_depth(x) == 1 && name != E_TRUST)
		xml_fail(x, "expected <zq:trust>");
	else if (xml_depth(x) == 2 && name == E_CA &&
	    r->count == ANCHOR_MOST)
		xml_fail(x, "more than %d CAs", ANCHOR_MOST);
	else if (xml_depth(x) == 2)
		r->open = name == E_CA;
}

static void
on_text(void *arg, struct xml *x, struct span s)
{
	struct reading *r = arg;

	if (r->open && xml_depth(x) == 2)
		buf_span(&r->pem, s);
}

static void
on_end(void *arg, struct xml *x, int name)
{
	struct reading *r = arg;

	(void)name;
	if (xml_depth(x) != 2 || !r->open)
		return;
	r->end[r->count++] = r->pem.n;
	r->open = false;
}

static bool
read_body(struct reading *r, struct span body, struct buf *why)
{
	static const struct xml_events events = { on_start, on_text, on_end };
	struct xml *x = xml_new(elements, E_COUNT, &events, r);
	bool ok = xml_feed(x, body.at, body.n) && xml_finish(x) &&
	    !r->pem.bad;

	if (!ok)
		buf_printf(why, _("the letter about the hub's CA can't be "
		    "read: %s"), r->pem.bad ? _("too long") : xml_error(x));
	xml_free(x);
	return ok;
}

bool
trust_take(const char *dir, struct span body, struct buf *why)
{
	struct reading r = { .count = 0 };
	struct span pem[ANCHOR_MOST];
	size_t from = 0;
	bool ok;

	buf_init(&r.pem, LIMIT_LETTER);
	ok = read_body(&r, body, why);
	for (size_t i = 0; i < r.count; i++) {
		pem[i] = (struct span){ .at = buf_cstr(&r.pem) + from,
		    .n = r.end[i] - from };
		from = r.end[i];
	}
	ok = ok && anchor_replace(dir, pem, r.count, why);
	buf_clear(&r.pem);
	return ok;
}
