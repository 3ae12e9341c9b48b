/* See letter_sinks_text.h. */
#include "agent/letter_sinks_text.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/letter_links.h"
#include "agent/letter_text.h"
#include "certs/identity.h"
#include "contrib/base/clock.h"
#include "contrib/base/json_text.h"
#include "contrib/base/lang.h"
#include "contrib/base/text.h"
#include "protocol/letter.h"
#include "protocol/limits.h"
#include "protocol/xml.h"

#define SUBJECT_MAX 1024
#define PAGES 20		/* of a letter in a mail */
#define LINE_BYTES 57		/* of a mail that become 76 letters */

/* The site's code, or "-" in a test without a certificate. */
static void
put_code(struct buf *b, const struct config_top *top)
{
	struct identity me = { .site = 0 };
	struct buf why;

	buf_init(&why, 4096);
	if (identity_read(&me, top->dir, &why))
		buf_text(b, me.code);
	else
		buf_byte(b, '-');
	buf_clear(&why);
}

/* A letter as people read it; most: as letter_links_print(). */
static void
put_letter(struct buf *b, json_t *l, size_t most)
{
	struct buf said;
	char *text = NULL;
	size_t n = 0;
	FILE *f = open_memstream(&text, &n);

	if (f == NULL)
		return;
	buf_init(&said, LIMIT_LETTER);
	letter_text_put(&said, l);
	fprintf(f, "%s %s\n", buf_cstr(&said), json_text(l, "about"));
	buf_clear(&said);
	if (json_object_get(l, "links") != NULL)
		letter_links_print(f, l, most);
	if (fclose(f) == 0)
		buf_put(b, text, n);
	free(text);
}

/* The hub, and so who has no look at the pages, knows one line of each. */
static void
put_first_lines(struct buf *b)
{
	buf_text(b, _("A link that stands on several lines of a page is named "
	    "with the first: zqagent letters N names them all\n"));
}

/* --- the feed ----------------------------------------------------------- */

static void
put_entry(struct buf *out, json_t *l, const char *code)
{
	struct buf text, title;

	buf_init(&text, out->most);
	buf_init(&title, LIMIT_LETTER);
	put_letter(&text, l, 0);
	if (json_array_size(json_object_get(l, "pages")) > 0)
		put_first_lines(&text);
	letter_text_put(&title, l);
	/* Not by its number: a hub that was restored counts from 1 again. */
	buf_printf(out, "<entry>\n<id>urn:zhanqun:letter:%s:%s</id>\n"
	    "<updated>%s</updated>\n<title>", code, json_text(l, "id"),
	    json_text(l, "when"));
	xml_put_text(out, buf_look(&title));
	buf_text(out, "</title>\n<category");
	xml_put_attribute(out, "term", span_of(json_text(l, "kind")));
	buf_text(out, "/>\n<content type=\"text\">");
	xml_put_text(out, buf_look(&text));
	buf_text(out, "</content>\n</entry>\n");
	buf_clear(&title);
	buf_clear(&text);
}

void
letter_sinks_feed(struct buf *out, json_t *letters,
    const struct config_top *top)
{
	size_t n = json_array_size(letters);
	const char *updated = n > 0 ? json_text(json_array_get(letters, n - 1),
	    "when") : "1970-01-01T00:00:00Z";
	struct buf code;

	buf_init(&code, 128);
	put_code(&code, top);
	buf_printf(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
	    "<feed xmlns=\"http://www.w3.org/2005/Atom\">\n"
	    "<id>urn:zhanqun:letters:%s</id>\n<updated>%s</updated>\n<title>",
	    buf_cstr(&code), updated);
	xml_put_text(out, span_of(_("Letters of the hub")));
	buf_text(out, "</title>\n<author><name>");
	xml_put_text(out, span_of(top->hub));
	buf_text(out, "</name></author>\n");
	while (n-- > 0)
		put_entry(out, json_array_get(letters, n), buf_cstr(&code));
	buf_text(out, "</feed>\n");
	buf_clear(&code);
}

/* --- the mail ----------------------------------------------------------- */

/* A word of a header (RFC 2047): each holds whole characters. */
static void
put_words(struct buf *out, struct span s)
{
	while (s.n > 0) {
		struct span head = text_cut(s, 42);

		if (head.n == 0)
			return;
		buf_text(out, "=?UTF-8?B?");
		text_base64(out, head.at, head.n);
		buf_text(out, "?=");
		s.at += head.n;
		s.n -= head.n;
		if (s.n > 0)
			buf_text(out, "\n ");
	}
}

static void
put_body(struct buf *out, struct span s)
{
	while (s.n > 0) {
		size_t n = s.n < LINE_BYTES ? s.n : LINE_BYTES;

		text_base64(out, s.at, n);
		buf_byte(out, '\n');
		s.at += n;
		s.n -= n;
	}
}

static const char *
shown(char out[CLOCK_TEXT_MAX], const char *when)
{
	int64_t ms;

	return clock_parse(when, strlen(when), 0, &ms) ?
	    clock_show(out, ms) : when;
}

/* Those of danger, or the others. */
static void
put_some(struct buf *b, json_t *letters, bool of_danger)
{
	char when[CLOCK_TEXT_MAX];
	json_t *l;
	size_t i;

	json_array_foreach(letters, i, l) {
		bool is = strcmp(json_text(l, "kind"), LETTER_DANGER) == 0;

		if (is != of_danger)
			continue;
		buf_printf(b, "%lld  %s  %s\n", (long long)
		    json_integer_value(json_object_get(l, "number")),
		    shown(when, json_text(l, "when")),
		    letter_text_kind(json_text(l, "kind")));
		put_letter(b, l, PAGES);
		buf_byte(b, '\n');
	}
}

static bool
has_pages(json_t *letters)
{
	json_t *l;
	size_t i;

	json_array_foreach(letters, i, l)
		if (json_array_size(json_object_get(l, "pages")) > 0)
			return true;
	return false;
}

/* What can be mended, and replied to. */
static bool
is_any_of_links(const json_t *letters)
{
	json_t *l;
	size_t i;

	json_array_foreach(letters, i, l) {
		if (json_array_size(json_object_get(l, "links")) > 0 &&
		    strcmp(json_text(l, "kind"), LETTER_REFERRED) != 0 &&
		    strcmp(json_text(l, "kind"), LETTER_OFF) != 0)
			return true;
	}
	return false;
}

static void
put_letters(struct buf *b, json_t *letters, uint64_t all)
{
	if (all > json_array_size(letters))
		buf_printf(b, _("The newest %zu of %" PRIu64 " letters; "
		    "zqagent letters shows more.\n\n"),
		    json_array_size(letters), all);
	put_some(b, letters, true);
	put_some(b, letters, false);
	if (has_pages(letters))
		put_first_lines(b);
	if (is_any_of_links(letters))
		buf_text(b, _("Show which bytes of which pages would change: "
		    "zqagent mend\nReply: zqagent letters --will-fix N, or "
		    "--refuse N --reason R\n"));
	else
		buf_text(b, _("zqagent letters shows them, with those of "
		    "before.\n"));
}

void
letter_sinks_put_mail(struct buf *out, const struct config_top *top,
    struct span subject, struct span body)
{
	buf_printf(out, "To: %s\nAuto-Submitted: auto-generated\n"
	    "MIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\n"
	    "Content-Transfer-Encoding: base64\nSubject: ", top->mail);
	put_words(out, subject);
	buf_text(out, "\n\n");
	put_body(out, body);
}

void
letter_sinks_mail(struct buf *out, json_t *letters,
    const struct config_top *top, uint64_t all)
{
	struct buf subject, body;

	buf_init(&subject, SUBJECT_MAX);
	buf_init(&body, out->most);
	buf_printf(&subject, ngettext("%" PRIu64 " letter of the hub for "
	    "site ", "%" PRIu64 " letters of the hub for site ",
	    (unsigned long)all), all);
	put_code(&subject, top);
	put_letters(&body, letters, all);
	if (body.bad)
		out->bad = true;
	letter_sinks_put_mail(out, top, buf_look(&subject), buf_look(&body));
	buf_clear(&subject);
	buf_clear(&body);
}
