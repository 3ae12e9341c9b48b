#include "hub/asked.h"

#include "contrib/base/text.h"
#include "contrib/base/text_narrow.h"
#include "hub/http_query.h"

void
asked_init(struct asked *a)
{
	buf_init(&a->path, ASKED_MAX);
	for (int i = 0; i < VISIT_ARGUMENT_COUNT; i++)
		buf_init(&a->argument[i], ASKED_MAX);
}

void
asked_clear(struct asked *a)
{
	buf_clear(&a->path);
	for (int i = 0; i < VISIT_ARGUMENT_COUNT; i++)
		buf_clear(&a->argument[i]);
}

static bool
decodes(struct span query)
{
	struct buf whole;
	bool good;

	buf_init(&whole, query.n + 1);
	good = http_query_decode(&whole, query, true) &&
	    text_is_utf8(buf_look(&whole));
	buf_clear(&whole);
	return good;
}

/* What people type, of which each character counts. */
static bool
is_typed(enum visit_argument which)
{
	return which == VISIT_SITE || which == VISIT_SINCE ||
	    which == VISIT_UNTIL;
}

static void
narrow(struct buf *b)
{
	struct buf to;

	buf_init(&to, ASKED_MAX);
	if (text_narrow(&to, buf_look(b)) && !to.bad) {
		buf_reset(b);
		buf_span(b, buf_look(&to));
	}
	buf_clear(&to);
}

/* What isn't given stays empty; http_query_get() says false for that and for
 * what is over the ceiling. */
static bool
read_argument(struct buf *b, struct span query, enum visit_argument which,
    struct span *argument)
{
	bool given = http_query_get(query, visit_names[which], b);

	if (b->bad)
		return false;
	if (given && is_typed(which))
		narrow(b);
	if (given)
		*argument = text_trim(buf_look(b));
	return true;
}

bool
asked_read(struct asked *a, struct span path, struct span query,
    struct visit *v, const char **why)
{
	*why = "the address must be percent-encoded UTF-8";
	if (!decodes(query) || !http_query_decode(&a->path, path, false) ||
	    !text_is_utf8(buf_look(&a->path)))
		return false;
	*why = "an argument is longer than 4096 bytes";
	for (int i = 0; i < VISIT_ARGUMENT_COUNT; i++)
		if (!read_argument(&a->argument[i], query,
		    (enum visit_argument)i, &v->argument[i]))
			return false;
	return true;
}
