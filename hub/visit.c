#include "hub/visit.h"

#include <string.h>
#include <time.h>

#include "contrib/base/clock.h"
#include "contrib/base/lang.h"
#include "contrib/base/text.h"
#include "hub/markup.h"
#include "protocol/url.h"

#define PAGE 20			/* items, unless a limit was asked for */
#define DAY INT64_C(86400000)	/* ms */
#define CODE_SHOWN 64		/* bytes of a code that isn't one */

const char *const visit_names[VISIT_ARGUMENT_COUNT] = {
#define X(id, name) [VISIT_##id] = name,
	VISIT_ARGUMENTS(X)
#undef X
};

bool
visit_may(const struct visit *v, const char *act)
{
	return permission_allows(act, v->who.role);
}

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

bool
visit_is_before(const char *code, struct span after)
{
	size_t n = strlen(code);
	int order = memcmp(code, after.at != NULL ? after.at : "",
	    n < after.n ? n : after.n);

	return order < 0 || (order == 0 && n <= after.n);
}

/* The part behind the last slash; of a directory all, for that says more. */
static struct span
tail(struct span url)
{
	const char *slash = url.n > 0 ? memrchr(url.at, '/', url.n) : NULL;
	size_t skip = slash != NULL ? (size_t)(slash - url.at) + 1 : 0;

	if (skip == url.n)
		return url;
	return (struct span){ .at = url.at + skip, .n = url.n - skip };
}

void
visit_title(struct buf *b, const struct change *c)
{
	if (c->word[WORD_TITLE].n > 0)
		buf_span(b, c->word[WORD_TITLE]);
	else
		url_show(b, tail(c->url));
}

void
visit_put_title(struct buf *b, const struct change *c)
{
	struct buf plain;

	buf_init(&plain, VISIT_TITLE);
	visit_title(&plain, c);
	markup_text(b, buf_look(&plain));
	buf_clear(&plain);
}

bool
visit_date(const struct visit *v, enum visit_argument which, bool end,
    int64_t *ms, struct buf *why)
{
	struct span s = v->argument[which];

	*ms = CLOCK_NONE;
	if (s.n == 0)
		return true;
	if (clock_parse(s.at, s.n, zone_here(), ms)) {
		if (end && s.n == strlen("2026-11-21"))
			*ms += DAY;
		return true;
	}
	buf_printf(why, _("%s: expected a date like 2026-11-21"),
	    visit_names[which]);
	return false;
}

bool
visit_limit(const struct visit *v, size_t most, size_t preset, size_t *limit,
    struct buf *why)
{
	struct span s = v->argument[VISIT_LIMIT];
	uint64_t n = preset;

	if (s.n > 0 && !text_number(s, 1, most, &n)) {
		buf_printf(why, _("limit: expected a number from 1 to %zu"),
		    most);
		return false;
	}
	*limit = (size_t)n;
	return true;
}

static bool
site_argument(const struct visit *v, struct site_info *site, struct buf *why)
{
	struct span code = v->argument[VISIT_SITE];

	if (query_site_by_code(v->query, code, site))
		return true;
	code = text_cut(code, CODE_SHOWN);
	buf_printf(why, _("site: there is none with the code \"%.*s\""),
	    SPAN_ARGS(code));
	return false;
}

bool
visit_spec(const struct visit *v, struct query_spec *spec,
    struct site_info *site, struct buf *why)
{
	*spec = (struct query_spec){
		.phrase = v->argument[VISIT_Q],
		.column = v->argument[VISIT_COLUMN],
		.after = v->argument[VISIT_AFTER],
	};
	if (v->argument[VISIT_SITE].n > 0) {
		if (!site_argument(v, site, why))
			return false;
		spec->site = site->number;
	}
	return visit_date(v, VISIT_SINCE, false, &spec->since, why) &&
	    visit_date(v, VISIT_UNTIL, true, &spec->until, why) &&
	    visit_limit(v, QUERY_LIMIT, PAGE, &spec->limit, why);
}

/* The ampersand as HTML and XML want it. */
static void
put(struct buf *b, const char **mark, enum visit_argument which,
    struct span value)
{
	buf_printf(b, "%s%s=", *mark, visit_names[which]);
	markup_argument(b, value);
	*mark = "&amp;";
}

void
visit_link(const struct visit *v, struct buf *b, enum visit_argument but,
    struct span value)
{
	const char *mark = "?";

	for (int i = 0; i < VISIT_ARGUMENT_COUNT; i++) {
		enum visit_argument which = (enum visit_argument)i;

		if (which == but || v->argument[i].n == 0 ||
		    which == VISIT_DONE ||
		    (which == VISIT_AFTER && but != VISIT_LANG) ||
		    (which == VISIT_LANG && !v->chose_language))
			continue;
		put(b, &mark, which, v->argument[i]);
	}
	if (value.n > 0)
		put(b, &mark, but, value);
}
