/* See letter_links.h. */
#include "agent/letter_links.h"

#include <stdlib.h>
#include <string.h>

#include "agent/letter_newest.h"
#include "contrib/base/buf.h"
#include "contrib/base/clock.h"
#include "contrib/base/json_text.h"
#include "contrib/base/lang.h"
#include "contrib/base/mem.h"
#include "contrib/base/text.h"
#include "protocol/change.h"
#include "protocol/letter.h"
#include "protocol/limits.h"
#include "protocol/mending.h"
#include "protocol/url.h"

/* Kinds with such a body. What is said of links on the site's own pages and
 * what of links to it are two things. */
static const struct { const char *kind; char about; } kinds[] = {
	{ LETTER_LINKS, 'l' }, { LETTER_DANGER, 'l' },
	{ LETTER_UNANSWERED, 'l' }, { LETTER_REFERRED, 'r' },
	{ LETTER_OFF, 'r' },
};
#define KINDS (sizeof(kinds) / sizeof(kinds[0]))
#define CAUSES_SHOWN 3		/* who says so, of one letter */
#define LINES_TEXT 1024		/* bytes of the lines of one link */

struct adding {
	char about;		/* of the letter being read */
	struct letter_newest newest;
	json_int_t number;	/* of the letter being read */
	json_int_t superseded;	/* by this one; 0: not all of it is */
	bool fresh;		/* a link of it nobody spoke of since */
	json_t *links, *pages;	/* pages: by address, with their links */
	size_t count;
};

const char *
letter_links_kind(enum link_kind k)
{
	static const char *const names[] = { [LINK_ANCHOR] = "anchor",
		[LINK_IMAGE] = "image", [LINK_FRAME] = "frame",
		[LINK_FORM] = "form", [LINK_SCRIPT] = "script",
		[LINK_STYLE] = "style" };

	return k >= LINK_ANCHOR && k <= LINK_STYLE ? names[k] : "";
}

static void
set_time(json_t *o, const char *name, int64_t ms)
{
	char when[CLOCK_TEXT_MAX];

	if (ms != CLOCK_NONE)
		json_object_set_new(o, name,
		    json_string(clock_format(when, ms)));
}

static void
set_text(json_t *o, const char *name, struct span s)
{
	if (s.n > 0)
		json_object_set_new(o, name, json_text_new(s));
}

static void
set_words(json_t *o, const struct mending_link *l)
{
	set_text(o, "by", l->by);
	set_text(o, "name", l->name);
	set_text(o, "person", l->person);
	set_text(o, "operator", l->operator);
	set_text(o, "reason", l->reason);
}

/* --- a letter ----------------------------------------------------------- */

static void
add_link(void *arg, const struct mending_link *l)
{
	struct adding *a = arg;
	json_int_t by = letter_newest_number(&a->newest, a->about, l);
	json_t *o = json_pack("{s:o, s:o, s:s, s:I}",
	    "old", json_text_new(l->old), "new",
	    letter_newest_new(&a->newest, a->about, l),
	    "state", letter_newest_state(&a->newest, a->about, l), "pages",
	    (json_int_t)l->pages);

	if (by > a->number)
		a->superseded = by;
	else
		a->fresh = true;
	if (l->move > 0) {
		json_object_set_new(o, "move", json_integer(l->move));
		json_object_set_new(o, "scope",
		    json_string(rewrite_scope_name(l->scope)));
	}
	set_time(o, "from", l->from);
	set_time(o, "until", l->until);
	set_words(o, l);
	json_array_append_new(a->links, o);
}

static void
add_page(void *arg, const struct mending_link *l,
    const struct mending_page *p)
{
	struct adding *a = arg;
	char *url = mem_copy(p->url.at, p->url.n);
	json_t *page = json_object_get(a->pages, url);

	if (page == NULL) {
		page = json_array();
		json_object_set_new(a->pages, url, page);
	}
	json_array_append_new(page, json_pack("{s:I, s:s, s:I, s:o, s:o, s:s}",
	    "line", (json_int_t)p->line, "kind", letter_links_kind(p->kind), "more",
	    (json_int_t)p->more, "old", json_text_new(l->old),
	    "new", letter_newest_new(&a->newest, a->about, l),
	    "state", letter_newest_state(&a->newest, a->about, l)));
	free(url);
}

static json_int_t
line_of(const json_t *link)
{
	return json_integer_value(json_object_get(link, "line"));
}

struct held {
	json_t *link;
};

static int
by_line(const void *a, const void *b)
{
	json_int_t x = line_of(((const struct held *)a)->link);
	json_int_t y = line_of(((const struct held *)b)->link);

	return (x > y) - (x < y);
}

/* The caller's list, by line. */
static json_t *
sorted(json_t *links)
{
	size_t n = json_array_size(links);
	struct held *at = mem_new(n * sizeof(*at) + 1);
	json_t *out = json_array();

	for (size_t i = 0; i < n; i++)
		at[i].link = json_array_get(links, i);
	qsort(at, n, sizeof(*at), by_line);
	for (size_t i = 0; i < n; i++)
		json_array_append(out, at[i].link);
	free(at);
	return out;
}

static int
by_name(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The pages in the order of their addresses. */
static json_t *
pages_of(json_t *pages)
{
	size_t n = json_object_size(pages), i = 0;
	const char **at = mem_new(n * sizeof(*at) + 1), *name;
	json_t *out = json_array(), *links;

	json_object_foreach(pages, name, links)
		at[i++] = name;
	qsort(at, n, sizeof(*at), by_name);
	for (i = 0; i < n; i++)
		json_array_append_new(out, json_pack("{s:s, s:o}", "url",
		    at[i], "links", sorted(json_object_get(pages, at[i]))));
	free(at);
	return out;
}

static bool
is_of_links(json_t *letter, struct span *body, char *about)
{
	const char *kind = json_text(letter, "kind");

	*body = json_text_span(letter, "body");
	for (size_t i = 0; i < KINDS; i++)
		if (strcmp(kind, kinds[i].kind) == 0) {
			*about = kinds[i].about;
			return body->n > 0;
		}
	return false;
}

static void
add_to(json_t *letter, struct adding *a)
{
	static const struct mending_reader reader = { .link = add_link,
		.page = add_page };
	struct span body;
	const char *why = "";

	if (!is_of_links(letter, &body, &a->about))
		return;
	a->links = json_array();
	a->pages = json_object();
	a->number = json_integer_value(json_object_get(letter, "number"));
	a->superseded = 0;
	a->fresh = false;
	if (mending_read(body, &reader, a, &why))
		json_object_del(letter, "body");
	else
		json_object_set_new(letter, "trouble", json_string(why));
	if (a->superseded > 0 && !a->fresh)
		json_object_set_new(letter, "superseded",
		    json_integer(a->superseded));
	json_object_set_new(letter, "links", a->links);
	json_object_set_new(letter, "pages", pages_of(a->pages));
	json_decref(a->pages);
}

bool
letter_links_is_of_target(json_t *letter)
{
	const char *kind = json_text(letter, "kind");

	for (size_t i = 0; i < KINDS; i++)
		if (strcmp(kind, kinds[i].kind) == 0)
			return kinds[i].about == 'r';
	return false;
}

/* The list is gone through from its newest letter on. */
static void
hear_link(void *arg, const struct mending_link *l)
{
	struct adding *a = arg;

	letter_newest_hear(&a->newest, a->about, a->number, l);
}

void
letter_links_add(json_t *list)
{
	static const struct mending_reader newest = { .link = hear_link };
	struct adding a = { .about = 0 };
	struct span body;
	json_t *letter;
	size_t i;

	letter_newest_init(&a.newest);
	for (i = json_array_size(list); i-- > 0;) {
		if (is_of_links(json_array_get(list, i), &body, &a.about)) {
			a.number = json_integer_value(json_object_get(
			    json_array_get(list, i), "number"));
			(void)mending_read(body, &newest, &a, NULL);
		}
	}
	json_array_foreach(list, i, letter)
		add_to(letter, &a);
	letter_newest_clear(&a.newest);
}

/* --- as text ------------------------------------------------------------ */

/* For a terminal: what is encoded is shown as it is meant, and a control
 * character can do nothing. */
static void
print_text(FILE *out, struct span s)
{
	struct buf b;

	buf_init(&b, (size_t)8 * LIMIT_URL);
	text_plain(&b, s);
	fputs(buf_cstr(&b), out);
	buf_clear(&b);
}

static void
print_url(FILE *out, const char *url)
{
	struct buf b;

	buf_init(&b, (size_t)8 * LIMIT_URL);
	url_show(&b, span_of(url));
	print_text(out, buf_look(&b));
	buf_clear(&b);
}

static const struct {
	const char *state, *word;
} words[] = {
	{ "announced", N_("will move") },
	{ "closing", N_("its site closes") },
	{ "effective", N_("moved") },
	{ "withdrawn", N_("was deleted") },
	{ "never", N_("was never there") },
	{ "fixed", N_("is fixed") },
	{ "off", N_("does not move after all: leave it") },
	{ "open", N_("its site stays after all: leave it") },
	{ "danger", N_("is dangerous: take the link out") },
};
#define WORDS (sizeof(words) / sizeof(words[0]))

const char *
letter_links_state(size_t i)
{
	return i < WORDS ? words[i].state : NULL;
}

/* Of a target all is well again of which a link is fixed. */
const char *
letter_links_word(const char *state, bool of_target)
{
	if (of_target && strcmp(state, "fixed") == 0)
		return _("is well again");
	if (of_target && strcmp(state, "off") == 0)
		return _("does not move after all");
	for (size_t i = 0; i < WORDS; i++)
		if (strcmp(words[i].state, state) == 0)
			return _(words[i].word);
	return state;
}

static void
print_when(FILE *out, json_t *l, const char *name, const char *fmt)
{
	const char *when = json_text(l, name);
	char shown[CLOCK_TEXT_MAX];
	int64_t ms;

	if (clock_parse(when, strlen(when), 0, &ms))
		fprintf(out, fmt, clock_show(shown, ms));
}

static bool
is_same_text(json_t *a, json_t *b, const char *name)
{
	return strcmp(json_text(a, name), json_text(b, name)) == 0;
}

static bool
is_same_cause(json_t *a, json_t *b)
{
	static const char *const texts[] = { "from", "until", "by", "name",
		"person", "operator", "reason" };
	bool same = json_integer_value(json_object_get(a, "move")) ==
	    json_integer_value(json_object_get(b, "move"));

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		same = same && is_same_text(a, b, texts[i]);
	return same;
}

static bool
has(json_t *l, const char *name)
{
	return json_text(l, name)[0] != '\0';
}

/* "says 4101000001 (郑州市), 张三". */
static void
print_site(FILE *out, json_t *l)
{
	fputs(_(" says "), out);
	print_text(out, span_of(json_text(l, "by")));
	if (has(l, "name")) {
		fputs(" (", out);
		print_text(out, span_of(json_text(l, "name")));
		fputc(')', out);
	}
	if (has(l, "person")) {
		fputs(has(l, "by") ? ", " : "", out);
		print_text(out, span_of(json_text(l, "person")));
	}
}

static void
print_who(FILE *out, json_t *l)
{
	if (has(l, "operator")) {
		fputs(_(" says the hub's operator "), out);
		print_text(out, span_of(json_text(l, "operator")));
	} else if (has(l, "by") || has(l, "person")) {
		print_site(out, l);
	}
}

static bool
says_who(json_t *l)
{
	return has(l, "from") || has(l, "until") || has(l, "by") ||
	    has(l, "person") || has(l, "operator");
}

/* The first of the links of each cause that says something. */
static json_t *
causes_of(json_t *links)
{
	json_t *causes = json_array(), *l, *cause;
	size_t i, n;

	json_array_foreach(links, i, l) {
		bool known = !says_who(l) && !has(l, "reason");

		json_array_foreach(causes, n, cause)
			if (known || (known = is_same_cause(l, cause)))
				break;
		if (!known)
			json_array_append(causes, l);
	}
	return causes;
}

/* Who says so, and when; of many not each. */
static void
print_about(FILE *out, json_t *links)
{
	json_t *causes = causes_of(links), *l;
	size_t i, n = json_array_size(causes);

	json_array_foreach(causes, i, l) {
		if (i == CAUSES_SHOWN)
			break;
		fputs("   ", out);
		print_when(out, l, "from", _(" from %s"));
		print_when(out, l, "until", _(" until %s"));
		print_who(out, l);
		if (has(l, "reason"))
			fputs(says_who(l) ? ": " : " ", out);
		print_text(out, span_of(json_text(l, "reason")));
		fputc('\n', out);
	}
	if (i < n)
		fprintf(out, ngettext("    and %zu more (--json has it of each "
		    "link)\n", "    and %zu more (--json has it of each "
		    "link)\n", n - i), n - i);
	json_decref(causes);
}

static void
print_change(FILE *out, json_t *l, bool of_target)
{
	json_int_t pages = json_integer_value(json_object_get(l, "pages"));

	print_url(out, json_text(l, "old"));
	if (json_text(l, "new")[0] != '\0') {
		fputs(" → ", out);
		print_url(out, json_text(l, "new"));
	}
	fprintf(out, "  (%s", letter_links_word(json_text(l, "state"),
	    of_target));
	if (of_target && pages > 0)
		fprintf(out, ngettext("; %lld page of others links there",
		    "; %lld pages of others link there",
		    (unsigned long)pages), (long long)pages);
	fputs(")\n", out);
}

/* "line 5: "; or, where it is known, "lines 5, 9, 40: ". */
static void
print_lines(FILE *out, json_t *l)
{
	json_int_t more = json_integer_value(json_object_get(l,
	    "more_lines"));
	json_t *lines = json_object_get(l, "lines"), *line;
	struct buf b;
	size_t i;

	buf_init(&b, LINES_TEXT);
	json_array_foreach(lines, i, line)
		buf_printf(&b, "%s%lld", i > 0 ? ", " : "",
		    (long long)json_integer_value(line));
	if (more > 0)
		fprintf(out, _("lines %s and %lld more: "), buf_cstr(&b),
		    (long long)more);
	else if (b.n > 0)
		fprintf(out, _("lines %s: "), buf_cstr(&b));
	else if (line_of(l) > 0)
		fprintf(out, _("line %lld: "), (long long)line_of(l));
	buf_clear(&b);
}

static void
print_page(FILE *out, json_t *page)
{
	json_t *links = json_object_get(page, "links"), *l;
	json_int_t more = 0;
	size_t i;

	json_array_foreach(links, i, l)
		if (json_integer_value(json_object_get(l, "more")) > more)
			more = json_integer_value(json_object_get(l, "more"));
	fputs("    ", out);
	print_url(out, json_text(page, "url"));
	if (more > 0)
		fprintf(out, ngettext(" and %lld page like it",
		    " and %lld pages like it", (unsigned long)more),
		    (long long)more);
	fputc('\n', out);
	json_array_foreach(links, i, l) {
		fputs("      ", out);
		print_lines(out, l);
		print_change(out, l, false);
	}
}

/* What no page was named for. */
static void
print_rest(FILE *out, json_t *letter)
{
	bool of_target = letter_links_is_of_target(letter);
	json_t *l;
	size_t i;

	if (json_array_size(json_object_get(letter, "pages")) > 0)
		return;
	json_array_foreach(json_object_get(letter, "links"), i, l) {
		fputs("    ", out);
		print_change(out, l, of_target);
	}
}

/* All links of it, and no other page is like it. */
static bool
is_fixed(json_t *page)
{
	json_t *l;
	size_t i;

	json_array_foreach(json_object_get(page, "links"), i, l)
		if (strcmp(json_text(l, "state"), "fixed") != 0 ||
		    json_integer_value(json_object_get(l, "more")) > 0)
			return false;
	return true;
}

/* Returns how many pages were left out, being fixed. */
static size_t
print_pages(FILE *out, json_t *letter, size_t most)
{
	json_t *pages = json_object_get(letter, "pages"), *page;
	size_t i, shown = 0, fixed = 0, rest = 0;

	json_array_foreach(pages, i, page) {
		if (most > 0 && is_fixed(page)) {
			fixed++;
		} else if (most > 0 && shown == most) {
			rest++;
		} else {
			print_page(out, page);
			shown++;
		}
	}
	if (rest > 0)
		fprintf(out, ngettext("    … and %zu more page: zqagent "
		    "letters %lld\n", "    … and %zu more pages: zqagent "
		    "letters %lld\n", rest), rest,
		    (long long)json_integer_value(json_object_get(letter,
		    "number")));
	return fixed;
}

void
letter_links_print(FILE *out, json_t *letter, size_t most)
{
	size_t fixed;

	print_about(out, json_object_get(letter, "links"));
	fixed = print_pages(out, letter, most);
	if (fixed > 0)
		fprintf(out, ngettext("    %zu page is fixed\n",
		    "    %zu pages are fixed\n", fixed), fixed);
	print_rest(out, letter);
}
