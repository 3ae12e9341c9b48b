/* What is to be said about a page's tags; see finding.h. */
#include "agent/finding.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "contrib/base/buf.h"
#include "contrib/base/clock.h"
#include "contrib/base/date.h"
#include "contrib/base/lang.h"
#include "contrib/base/mem.h"
#include "contrib/base/text.h"
#include "protocol/code.h"
#include "protocol/url.h"

/* One per remark, one per tag and rule, and some of its own. */
#define FINDINGS_MAX (RECORD_REMARKS_MAX + 3 * TAG_COUNT)
#define SENTENCE_MAX 4096
#define DAY (24 * 3600 * 1000)	/* ms: clocks of sites are off */
#define WEB_YEAR 1990		/* there was none before */
#define VALUE_COLUMNS 60	/* of a value that is quoted in a sentence */

static const char *const sentences[REMARK_COUNT] = {
	[REMARK_CHARSET_NONE] =
	    N_("says nothing of its character set; it was read as %s"),
	[REMARK_CHARSET_BAD] =
	    N_("%s characters could not be read in its character set"),
	[REMARK_CUT_PAGE] =
	    N_("is very long: only the first %s bytes were looked into"),
	[REMARK_CUT_DEPTH] =
	    N_("more than %s elements are open at once: the rest was not "
	    "looked into"),
	[REMARK_CUT_LINKS] =
	    N_("has very many links: only the first %s are told"),
	[REMARK_CUT_TEXT] = N_("%s is very long and is told in part"),
	[REMARK_TAG_NULL] = N_("%s has the value null: the template was not "
	    "filled in"),
	[REMARK_TAG_EMPTY] = N_("%s is there but empty"),
	[REMARK_TAG_TWICE] = N_("%s is there again with another value; the "
	    "first counts"),
	[REMARK_TAG_OUTSIDE] = N_("%s stands outside <head>"),
	[REMARK_TAG_ENTITIES] = N_("%s has entities that were encoded twice "
	    "(&amp;nbsp;)"),
	[REMARK_NUL] = N_("%s NUL bytes in the page"),
	[REMARK_LINK_LOCAL] = N_("%s is a file on the computer where the page "
	    "was made: it leads no visitor anywhere"),
	[REMARK_INCLUDE] = N_("%s is put in by the web server (SSI) and not "
	    "told, because the agent reads files: title and tags must stand "
	    "in the page itself, or be said with zqagent say item"),
};

static void
add(struct findings *f, uint32_t line, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

static void
add(struct findings *f, uint32_t line, const char *fmt, ...)
{
	char text[SENTENCE_MAX];
	va_list args;

	if (f->n == FINDINGS_MAX)
		return;
	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	f->at[f->n] = (struct finding){ .line = line, .order = f->n,
		.text = mem_text(text) };
	f->n++;
}

/* A value for a sentence: not too long, no controls. */
static const char *
quote(struct buf *b, struct span s)
{
	size_t width = text_width(s);

	buf_reset(b);
	text_pad(b, s, width < VALUE_COLUMNS ? width : VALUE_COLUMNS);
	return buf_cstr(b);
}

static void
add_missing(struct findings *f, const struct record *r, unsigned kind)
{
	for (size_t i = 0; i < TAG_COUNT; i++) {
		if (r->tag[i].given || (tag_rules[i].required & kind) == 0)
			continue;
		add(f, 0, _("%s is missing"), tag_rules[i].name);
		if (f->n > 0)
			f->at[f->n - 1].missing = true;
		f->missing++;
	}
}

static void
judge_date(struct findings *f, const struct record *r, struct buf *b)
{
	const struct record_tag *t = &r->tag[TAG_DATE];

	if (t->value.n == 0 || date_is_proper(t->value))
		return;
	if (r->date_from == RECORD_DATE_TAG)
		add(f, t->line, _("PubDate is \"%s\": expected YYYY-MM-DD "
		    "HH:MM"), quote(b, t->value));
	else
		add(f, t->line, _("PubDate is \"%s\", which is no date: "
		    "expected YYYY-MM-DD HH:MM"), quote(b, t->value));
}

/* Whatever it was taken from: the index sorts by it. */
static void
judge_time(struct findings *f, const struct record *r)
{
	uint32_t line = r->date_from == RECORD_DATE_TAG ?
	    r->tag[TAG_DATE].line : 0;
	char date[CLOCK_TEXT_MAX];

	if (r->published == CLOCK_NONE)
		return;
	clock_show(date, r->published);
	if (r->published > clock_wall() + DAY)
		add(f, line, _("the date of publication, %s, is yet to come"),
		    date);
	else if (r->published < clock_civil(WEB_YEAR, 1, 1, 0, 0, 0))
		add(f, line, _("the date of publication, %s, is older than "
		    "the web: is it a preset of the CMS?"), date);
}

static void
judge_domain(struct findings *f, const struct record_tag *t,
    struct span domain, struct buf *b)
{
	struct buf host;
	const char *why = NULL;

	if (t->value.n == 0)
		return;
	buf_init(&host, 256);
	if (memmem(t->value.at, t->value.n, "://", 3) != NULL ||
	    memchr(t->value.at, '/', t->value.n) != NULL)
		add(f, t->line, _("SiteDomain is \"%s\": expected a bare host "
		    "such as www.gov.cn, without scheme or slash"),
		    quote(b, t->value));
	else if (!url_host_normal(&host, t->value, &why))
		add(f, t->line, _("SiteDomain is \"%s\", which is no host "
		    "name: %s"), quote(b, t->value), why != NULL ? why : "");
	else if (domain.n > 0 && !url_host_within(buf_look(&host), domain))
		add(f, t->line, _("SiteDomain is \"%s\": this site is %.*s"),
		    quote(b, t->value), SPAN_ARGS(domain));
	buf_clear(&host);
}

static void
judge_code(struct findings *f, const struct record_tag *t, struct span code,
    struct buf *b)
{
	const char *why = "";

	if (t->value.n == 0)
		return;
	if (!code_is_proper(t->value, &why))
		add(f, t->line, _("SiteIDCode is \"%s\": %s"),
		    quote(b, t->value), why);
	else if (code.n > 0 && !text_same_nocase(t->value, code))
		add(f, t->line, _("SiteIDCode is \"%s\": this site is %.*s"),
		    quote(b, t->value), SPAN_ARGS(code));
}

static void
judge_name(struct findings *f, const struct record_tag *t, struct span name,
    struct buf *b)
{
	if (t->value.n > 0 && name.n > 0 && !span_is(t->value, name))
		add(f, t->line, _("SiteName is \"%s\": this site is \"%.*s\"; "
		    "left over from a template?"), quote(b, t->value),
		    SPAN_ARGS(name));
}

static void
add_charset(struct findings *f, const struct remark *m)
{
	const char *mark = memchr(m->text.at, '>', m->text.n);
	size_t n;

	if (mark == NULL)
		return;
	n = (size_t)(mark - m->text.at);
	add(f, m->line, _("declares %.*s but is written in %.*s"), (int)n,
	    m->text.at, (int)(m->text.n - n - 1), mark + 1);
}

static void
add_remarks(struct findings *f, const struct record *r, struct buf *b)
{
	struct span rows = r->remarks;
	struct remark m;

	while (record_remark_next(&rows, &m)) {
		if (m.kind == REMARK_CHARSET_WRONG)
			add_charset(f, &m);
		else if (sentences[m.kind] != NULL)
			add(f, m.line, _(sentences[m.kind]),
			    quote(b, m.text));
	}
}

static int
by_line(const void *a, const void *b)
{
	const struct finding *x = a, *y = b;

	if (x->line != y->line)
		return x->line < y->line ? -1 : 1;
	return x->order < y->order ? -1 : 1;
}

void
findings_of(struct findings *f, const struct record *r, unsigned kind,
    const struct finding_site *site)
{
	struct buf b;

	*f = (struct findings){ .n = 0 };
	f->at = mem_new(FINDINGS_MAX * sizeof(f->at[0]));
	buf_init(&b, SENTENCE_MAX);
	add_missing(f, r, kind);
	judge_name(f, &r->tag[TAG_SITE_NAME], site->name, &b);
	judge_domain(f, &r->tag[TAG_SITE_DOMAIN], site->domain, &b);
	judge_code(f, &r->tag[TAG_SITE_CODE], site->code, &b);
	judge_date(f, r, &b);
	judge_time(f, r);
	if (site->served.n > 0)
		add(f, 0, "%.*s", SPAN_ARGS(site->served));
	add_remarks(f, r, &b);
	buf_clear(&b);
	qsort(f->at, f->n, sizeof(f->at[0]), by_line);
}

void
findings_clear(struct findings *f)
{
	for (size_t i = 0; i < f->n; i++)
		free(f->at[i].text);
	free(f->at);
	*f = (struct findings){ .n = 0 };
}

static bool
is_front(struct span url)
{
	static const char *const names[] = { "/", "/index.html", "/index.htm",
		"/index.shtml" };
	struct url u;

	if (!url_parse(&u, url))
		return false;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (span_is(u.path, span_of(names[i])))
			return true;
	}
	return false;
}

unsigned
finding_guess(const struct record *r, struct span url)
{
	if (r->tag[TAG_TITLE].given || r->tag[TAG_DATE].given ||
	    r->tag[TAG_SOURCE].given)
		return TAG_ARTICLE;
	if (span_is(r->tag[TAG_COLUMN_TYPE].value, SPAN("首页")) ||
	    (is_front(url) && !r->tag[TAG_COLUMN_NAME].given))
		return TAG_HOME;
	if (r->tag[TAG_COLUMN_NAME].given || r->tag[TAG_COLUMN_TYPE].given)
		return TAG_LIST;
	return r->date_from != RECORD_DATE_NONE ? TAG_ARTICLE : TAG_LIST;
}
