#include "hub/visit.h"

#include <time.h>

#include "contrib/base/clock.h"
#include "contrib/base/lang.h"
#include "contrib/base/text.h"
#include "hub/markup.h"

const char *const visit_names[VISIT_ARGUMENT_COUNT] = {
#define X(id, name) [VISIT_##id] = name,
	VISIT_ARGUMENTS(X)
#undef X
};

/* Minutes east of UTC here, now: what a date without a zone means. */
static int
zone_here(void)
{
	time_t now = (time_t)(clock_wall() / 1000);
	struct tm local;

	if (localtime_r(&now, &local) == NULL)
		return 0;
	return (int)(local.tm_gmtoff / 60);
}

struct span
visit_title(const struct change *c)
{
	struct span s = c->url;
	const char *slash;

	if (c->word[WORD_TITLE].n > 0)
		return c->word[WORD_TITLE];
	if (s.n > 1 && s.at[s.n - 1] == '/')
		return s;	/* a directory: the whole says more */
	slash = s.n > 0 ? memrchr(s.at, '/', s.n) : NULL;
	if (slash == NULL)
		return s;
	return (struct span){ .at = slash + 1,
	    .n = (size_t)(s.at + s.n - slash) - 1 };
}

bool
visit_date(struct span s, int64_t *ms)
{
	return clock_parse(s.at, s.n, zone_here(), ms);
}

static bool
date_argument(const struct visit *v, enum visit_argument which, int64_t *ms,
    struct buf *why)
{
	struct span s = v->argument[which];

	*ms = CLOCK_NONE;
	if (s.n == 0 || visit_date(s, ms))
		return true;
	buf_printf(why, _("%s: expected a date like 2026-11-21"),
	    visit_names[which]);
	return false;
}

static bool
limit_argument(const struct visit *v, size_t *limit, struct buf *why)
{
	struct span s = v->argument[VISIT_LIMIT];
	uint64_t n = 20;

	if (s.n > 0 && !text_number(s, 1, QUERY_LIMIT, &n)) {
		buf_printf(why, _("limit: expected a number from 1 to %d"),
		    QUERY_LIMIT);
		return false;
	}
	*limit = (size_t)n;
	return true;
}

bool
visit_spec(const struct visit *v, struct query_spec *spec,
    struct site_info *site, struct buf *why)
{
	struct span code = v->argument[VISIT_SITE];

	*spec = (struct query_spec){
		.phrase = v->argument[VISIT_Q],
		.column = v->argument[VISIT_COLUMN],
		.after = v->argument[VISIT_AFTER],
	};
	if (code.n > 0) {
		if (!query_site_by_code(v->query, code, site)) {
			buf_printf(why, _("site: there is none with the code "
			    "\"%.*s\""), SPAN_ARGS(code));
			return false;
		}
		spec->site = site->number;
	}
	return date_argument(v, VISIT_SINCE, &spec->since, why) &&
	    date_argument(v, VISIT_UNTIL, &spec->until, why) &&
	    limit_argument(v, &spec->limit, why);
}

static char
put(struct buf *b, char mark, enum visit_argument which, struct span value)
{
	/* In HTML and XML both, so the ampersand is written as one there. */
	buf_text(b, mark == '?' ? "?" : "&amp;");
	buf_text(b, visit_names[which]);
	buf_byte(b, '=');
	markup_argument(b, value);
	return '&';
}

void
visit_link(const struct visit *v, struct buf *b, char first,
    enum visit_argument but, struct span value)
{
	char mark = first;

	for (int i = 0; i < VISIT_ARGUMENT_COUNT; i++) {
		enum visit_argument which = (enum visit_argument)i;

		if (which == but || v->argument[i].n == 0)
			continue;
		if (which == VISIT_AFTER)
			continue;	/* another question, another page */
		if (which == VISIT_LANG && !v->chose_language)
			continue;
		mark = put(b, mark, which, v->argument[i]);
	}
	if (value.n > 0)
		put(b, mark, but, value);
}
