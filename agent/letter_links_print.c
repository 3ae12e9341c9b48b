/* The part of letter_links.h that people read. */
#include "agent/letter_links.h"

#include <string.h>

#include "contrib/base/buf.h"
#include "contrib/base/clock.h"
#include "contrib/base/json_text.h"
#include "contrib/base/lang.h"
#include "contrib/base/text.h"
#include "protocol/limits.h"
#include "protocol/url.h"

#define CAUSES_SHOWN 3		/* who says so, of one letter */
#define LINKS_SHOWN 20		/* of one page, unless all are asked for */
#define LINES_TEXT 1024		/* bytes of the lines of one link */

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
	json_int_t at = json_integer_value(json_object_get(l, "line"));
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
	else if (at > 0)
		fprintf(out, _("line %lld: "), (long long)at);
	buf_clear(&b);
}

/* It is, and no other page is like this one. */
static bool
is_fixed(json_t *l)
{
	return strcmp(json_text(l, "state"), "fixed") == 0 &&
	    json_integer_value(json_object_get(l, "more")) == 0;
}

static void
print_cut(FILE *out, json_t *letter, size_t rest)
{
	fprintf(out, ngettext("      … and %zu more link: zqagent letters "
	    "%lld\n", "      … and %zu more links: zqagent letters %lld\n",
	    rest), rest, (long long)json_integer_value(json_object_get(letter,
	    "number")));
}

/* Of many only some, and none that are fixed. */
static void
print_links(FILE *out, json_t *letter, json_t *links, bool all)
{
	bool cut = !all && json_array_size(links) > LINKS_SHOWN;
	size_t i, shown = 0;
	json_t *l;

	json_array_foreach(links, i, l) {
		if (cut && (shown == LINKS_SHOWN || is_fixed(l)))
			continue;
		fputs("      ", out);
		print_lines(out, l);
		print_change(out, l, false);
		shown++;
	}
	if (shown < i)
		print_cut(out, letter, i - shown);
}

static void
print_page(FILE *out, json_t *letter, json_t *page, bool all)
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
	print_links(out, letter, links, all);
}

/* What no page was named for. */
static void
print_rest(FILE *out, json_t *letter, bool all)
{
	json_t *links = json_object_get(letter, "links"), *l;
	bool of_target = letter_links_is_of_target(letter);
	size_t i, n = json_array_size(links);

	if (json_array_size(json_object_get(letter, "pages")) > 0)
		return;
	json_array_foreach(links, i, l) {
		if (!all && i == LINKS_SHOWN)
			break;
		fputs("    ", out);
		print_change(out, l, of_target);
	}
	if (i < n)
		print_cut(out, letter, n - i);
}

static bool
is_done(json_t *page)
{
	json_t *l;
	size_t i;

	json_array_foreach(json_object_get(page, "links"), i, l)
		if (!is_fixed(l))
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
		if (most > 0 && is_done(page)) {
			fixed++;
		} else if (most > 0 && shown == most) {
			rest++;
		} else {
			print_page(out, letter, page, most == 0);
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
	print_rest(out, letter, most == 0);
}
