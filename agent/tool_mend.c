/*
 * zqagent mend: links of the site's own pages are led to where the hub's
 * letters say. It works on files and the store, with zqagentd or without it.
 */
#include "agent/tool.h"

#include <inttypes.h>
#include <stdio.h>

#include "agent/mend.h"
#include "contrib/base/buf.h"
#include "contrib/base/charset.h"
#include "contrib/base/clock.h"
#include "contrib/base/lang.h"
#include "contrib/base/text.h"
#include "protocol/limits.h"
#include "protocol/url.h"

struct tool_option tool_mend_options[] = {
	{ .name = "dry-run", .flag = true, .about = N_("only show what would "
	    "change; so does saying nothing") },
	{ .name = "apply", .flag = true, .about = N_("change the files") },
	{ .name = "undo", .flag = true, .about = N_("take the last --apply "
	    "back") },
	{ .name = "changed", .flag = true, .about = N_("pages that were "
	    "changed since the letter, too") },
	{ .name = "auto", .flag = true, .about = N_("only sources with mend = "
	    "auto, as zqagentd does") },
	{ .name = NULL }
};

struct show {
	json_t *list;		/* NULL: as text */
	bool done;		/* else only shown */
	bool quiet;		/* of what was done only the count: the daemon
				 * logs it */
};

static bool
put_gbk(struct buf *b, struct span bytes)
{
	struct charset *c = charset_open();
	struct buf utf8;
	bool good;

	buf_init(&utf8, (size_t)4 * LIMIT_URL);
	good = charset_read(c, &utf8, bytes, CHARSET_GB18030) && !utf8.bad;
	if (good)
		text_plain(b, buf_look(&utf8));
	buf_clear(&utf8);
	charset_close(c);
	return good;
}

/* Bytes of a page: as they are if that can be shown, or what they are in
 * GBK, which most pages are in that are not in UTF-8; else their numbers. */
static void
put_bytes(struct buf *b, struct span bytes)
{
	if (text_is_utf8(bytes)) {
		text_plain(b, bytes);
		return;
	}
	if (put_gbk(b, bytes))
		return;
	for (size_t i = 0; i < bytes.n; i++) {
		unsigned char c = (unsigned char)bytes.at[i];

		if (c >= 0x80 || c < ' ' || c == 0x7f)
			buf_printf(b, "\\x%02x", c);
		else
			buf_byte(b, (char)c);
	}
}

static json_t *
text_json(struct span s)
{
	struct buf b;
	json_t *o;

	buf_init(&b, (size_t)16 * LIMIT_URL);
	put_bytes(&b, s);
	o = json_stringn(buf_cstr(&b), b.n);
	buf_clear(&b);
	return o;
}

static json_t *
page_json(const char *source, const char *path)
{
	return json_pack("{s:s, s:o}", "source", source, "path",
	    text_json(span_of(path)));
}

static void
add_page(json_t *list, const char *source, const char *path,
    const struct mend_edit *edit, const struct mendlist_entry *const *by,
    size_t count)
{
	json_t *page = page_json(source, path), *links = json_array();

	for (size_t i = 0; i < count; i++) {
		json_t *l = json_pack("{s:I, s:o, s:o}", "byte",
		    (json_int_t)edit[i].at, "old", text_json(edit[i].old),
		    "new", text_json(edit[i].new));

		if (by != NULL) {
			json_object_set_new(l, "line",
			    json_integer(edit[i].line));
			json_object_set_new(l, by[i]->letter > 0 ? "letter" :
			    "move", json_integer(by[i]->letter > 0 ?
			    (json_int_t)by[i]->letter :
			    (json_int_t)by[i]->link.move));
		}
		json_array_append_new(links, l);
	}
	json_object_set_new(page, "links", links);
	json_array_append_new(list, page);
}

static void
on_page(void *arg, const char *source, const char *path,
    const struct mend_edit *edit, const struct mendlist_entry *const *by,
    size_t count)
{
	struct show *s = arg;
	struct buf b;

	if (s->quiet)
		return;
	if (s->list != NULL) {
		add_page(s->list, source, path, edit, by, count);
		return;
	}
	buf_init(&b, (size_t)64 * LIMIT_URL);
	buf_printf(&b, "%s: ", source);
	put_bytes(&b, span_of(path));
	printf("%s\n", buf_cstr(&b));
	for (size_t i = 0; i < count; i++) {
		buf_reset(&b);
		if (by != NULL)
			buf_printf(&b, "  %" PRIu32 ": ", edit[i].line);
		else
			buf_text(&b, "  ");
		put_bytes(&b, edit[i].old);
		buf_text(&b, " → ");
		put_bytes(&b, edit[i].new);
		printf("%s\n", buf_cstr(&b));
	}
	buf_clear(&b);
}

static void
on_split(void *arg, const char *source, const char *path, uint64_t names)
{
	struct show *s = arg;
	size_t n = json_array_size(s->list);

	(void)source, (void)path;
	if (s->quiet)
		return;
	if (n > 0)		/* that page */
		json_object_set_new(json_array_get(s->list, n - 1), "names",
		    json_integer((json_int_t)names));
	else
		printf(_("  the file has %" PRIu64 " names (hard links): it "
		    "is mended under this one, and the others keep the old "
		    "file\n"), names);
}

static void
on_refused(void *arg, const char *source, const char *path, const char *why)
{
	struct show *s = arg;
	struct buf b;

	if (s->list != NULL) {
		json_t *page = page_json(source, path);

		json_object_set_new(page, "refused", json_string(why));
		json_array_append_new(s->list, page);
		return;
	}
	buf_init(&b, (size_t)16 * LIMIT_URL);
	buf_printf(&b, path[0] != '\0' ? "%s: " : "%s", source);
	put_bytes(&b, span_of(path));
	printf("%s %s\n", buf_cstr(&b), why);
	buf_clear(&b);
}

static void
on_left(void *arg, const char *source, const char *path, const uint32_t *line,
    size_t count)
{
	struct show *s = arg;
	json_t *page, *lines;
	struct buf b;

	if (s->list != NULL) {
		page = page_json(source, path);
		lines = json_array();
		for (size_t i = 0; i < count; i++)
			json_array_append_new(lines, json_integer(line[i]));
		json_object_set_new(page, "left", lines);
		json_array_append_new(s->list, page);
		return;
	}
	buf_init(&b, (size_t)16 * LIMIT_URL);
	buf_printf(&b, "%s: ", source);
	put_bytes(&b, span_of(path));
	for (size_t i = 0; i < count; i++)
		printf(_("%s: line %" PRIu32 " has to be mended by hand\n"),
		    buf_cstr(&b), line[i]);
	buf_clear(&b);
}

static void
print_count(const struct mend_count *n, bool undo, bool apply)
{
	char links[64], pages[64];
	const char *said = undo ? (apply ? _("%s in %s as before\n") :
	    _("%s in %s would be as before\n")) : (apply ?
	    _("%s in %s mended\n") : _("%s in %s would be mended\n"));

	snprintf(links, sizeof(links), ngettext("%" PRIu64 " link",
	    "%" PRIu64 " links", n->links), n->links);
	snprintf(pages, sizeof(pages), ngettext("%" PRIu64 " page",
	    "%" PRIu64 " pages", n->pages), n->pages);
	printf(said, links, pages);
	if (n->refused > 0)
		printf(ngettext("%" PRIu64 " stays as it is, see above\n",
		    "%" PRIu64 " stay as they are, see above\n", n->refused),
		    n->refused);
	if (n->left > 0)
		printf(ngettext("%" PRIu64 " link is written so that it can "
		    "only be mended by hand\n", "%" PRIu64 " links are written "
		    "so that they can only be mended by hand\n", n->left),
		    n->left);
	if (n->later > 0)
		printf(ngettext("%" PRIu64 " link is to be mended when its move "
		    "takes effect\n", "%" PRIu64 " links are to be mended when "
		    "their move takes effect\n", n->later), n->later);
	if (n->dropped > 0)
		printf(ngettext("%" PRIu64 " page that was mended long ago "
		    "can't be put back any more (mend_undo)\n",
		    "%" PRIu64 " pages that were mended long ago can't be put "
		    "back any more (mend_undo)\n", n->dropped), n->dropped);
	if (!apply && n->off > 0)
		printf(_("First write mend = ask into the section of agent.conf "
		    "that says mend = off (it does so where nothing is "
		    "said).\n"));
	if (!apply && n->links > 0)
		printf("%s\n", undo ? _("Do it: zqagent mend --undo") :
		    _("Do it: zqagent mend --apply"));
}

static void
print_json(struct show *s, const struct mend_count *n)
{
	json_t *o = json_pack("{s:b, s:o, s:I, s:I, s:I, s:I, s:I, s:I, s:I, "
	    "s:I}",
	    "done", (int)s->done, "pages", s->list,
	    "looked", (json_int_t)n->looked, "mended", (json_int_t)n->pages,
	    "links", (json_int_t)n->links, "refused", (json_int_t)n->refused,
	    "left", (json_int_t)n->left, "split", (json_int_t)n->split,
	    "later", (json_int_t)n->later, "dropped",
	    (json_int_t)n->dropped);

	json_dumpf(o, stdout, JSON_INDENT(2));
	printf("\n");
	json_decref(o);
}

static int
mend(const struct tool *t, const struct mend_spec *asked, bool undo)
{
	struct show s = { .done = asked->apply,
	    .quiet = asked->automatic,
	    .list = t->json ? json_array() : NULL };
	struct mend_spec spec = *asked;
	struct mend_count n = { .looked = 0 };
	struct buf why;
	bool ok;

	spec.arg = &s;
	spec.page = on_page;
	spec.split = on_split;
	spec.refused = on_refused;
	spec.left = on_left;
	buf_init(&why, CONFIG_WHY_MAX);
	ok = undo ? mend_undo(&spec, &n, &why) : mend_run(&spec, &n, &why);
	if (!ok) {
		(void)tool_fail(NULL, "%s", buf_cstr(&why));
		json_decref(s.list);
	} else if (t->json) {
		print_json(&s, &n);
	} else {
		print_count(&n, undo, spec.apply);
	}
	buf_clear(&why);
	return !ok ? 2 : n.refused + n.left + n.unmarked > 0 ? 1 : 0;
}

int
tool_mend(struct tool *t)
{
	bool undo = tool_value(t, "undo") != NULL;
	bool dry = tool_value(t, "dry-run") != NULL;
	bool apply = tool_value(t, "apply") != NULL;
	struct mend_spec spec = {
		.only = t->places > 0 ? t->place[0] : NULL,
		.apply = (apply || undo) && !dry,
		.changed = tool_value(t, "changed") != NULL,
		.automatic = tool_value(t, "auto") != NULL,
	};
	struct config *c;
	int status = 2;

	if (t->places > 1 || apply + undo > 1 || (apply && dry))
		return tool_fail(_("zqagent mend --help"), _("expected one of "
		    "--dry-run, --apply and --undo, and at most one root"));
	c = tool_config(t);
	if (c == NULL)
		return 2;
	spec.config = c;
	spec.store = tool_store(t, c, false);
	if (spec.store != NULL)
		status = mend(t, &spec, undo);
	store_close(spec.store);
	config_free(c);
	return status;
}
