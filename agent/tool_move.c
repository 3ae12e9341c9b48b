/*
 * zqagent say move: addresses that move, one from the command line or many
 * from a file. Nothing is said unless all of it is right.
 */
#include "agent/tool.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "agent/tool_blast.h"
#include "agent/tool_hits.h"
#include "contrib/base/clock.h"
#include "contrib/base/json_text.h"
#include "contrib/base/lang.h"
#include "contrib/base/mem.h"
#include "contrib/base/text.h"
#include "protocol/limits.h"
#include "protocol/movelist.h"
#include "protocol/url.h"

#define CHUNK (64u << 10)
#define SHOWN 20		/* moves of a list that are shown one by one */

static bool
is_given(const struct tool *t, const char *option)
{
	return tool_value(t, option) != NULL;
}

static const char *
scope(const struct tool *t)
{
	return is_given(t, "domain") ? "domain" :
	    is_given(t, "prefix") ? "prefix" : "address";
}

/* --- addresses ----------------------------------------------------------------- */

/* "www.a.cn/x" alone: with the scheme and port of a source that has the host,
 * else https. */
static void
put_whole(struct buf *out, const struct config *c, const char *text)
{
	size_t n = strcspn(text, "/:");
	struct url u;
	struct buf b;

	buf_reset(out);
	buf_init(&b, LIMIT_URL);
	for (size_t i = 0; c != NULL && i < c->count && out->n == 0; i++) {
		struct span host = { .at = text, .n = n };

		buf_reset(&b);
		if (url_normal(&b, span_of(c->source[i].set->url), NULL) &&
		    url_parse(&u, buf_look(&b)) &&
		    text_same_nocase(u.host, host))
			buf_put(out, b.at, (size_t)(u.path.at - b.at));
	}
	buf_clear(&b);
	if (out->n > 0 && text[n] != ':')
		text += n;
	else {
		buf_reset(out);
		buf_text(out, "https://");
	}
	buf_text(out, text);
}

static void
make_whole(const struct config *c, json_t *o, const char *name)
{
	const char *text = json_string_value(json_object_get(o, name));
	struct buf b;

	if (text == NULL || strstr(text, "://") != NULL ||
	    !movelist_is_host(text))
		return;
	buf_init(&b, 4 * LIMIT_URL);
	put_whole(&b, c, text);
	json_object_set_new(o, name, json_string(buf_cstr(&b)));
	buf_clear(&b);
}

/* A host's name stands for its address, as people write it. */
static void
make_all_whole(struct tool *t, json_t *moves)
{
	struct config *c = access(tool_path(t, CONFIG_FILE), R_OK) == 0 ?
	    tool_config(t) : NULL;
	json_t *o;
	size_t i;

	json_array_foreach(moves, i, o) {
		make_whole(c, o, "old");
		make_whole(c, o, "new");
	}
	config_free(c);
}

static void
set(json_t *o, const char *name, const char *value)
{
	if (value != NULL)
		json_object_set_new(o, name, json_string(value));
}

/* --- from a file ------------------------------------------------------------- */

static bool
read_file(const char *path, struct buf *out)
{
	FILE *f = strcmp(path, "-") == 0 ? stdin : fopen(path, "rb");
	char *chunk = mem_new(CHUNK);
	size_t n;
	bool ok = f != NULL;

	while (ok && (n = fread(chunk, 1, CHUNK, f)) > 0 && !out->bad)
		buf_put(out, chunk, n);
	ok = ok && !ferror(f);
	if (!ok)
		(void)tool_fail(NULL, "%s: %s", path, strerror(errno));
	else if (out->bad)
		(void)tool_fail(NULL, _("%s: longer than %u MiB"), path,
		    MOVELIST_BYTES >> 20);
	if (f != NULL && f != stdin)
		fclose(f);
	free(chunk);
	return ok && !out->bad;
}

/* Of paths in a list: as given, or the host that all sources have. */
static bool
find_base(struct tool *t, struct buf *base)
{
	const char *given = tool_value(t, "base");
	struct config *c;
	struct buf other;

	if (given != NULL) {
		if (movelist_base(base, span_of(given)))
			return true;
		(void)tool_fail(NULL, _("--base %s: expected an address such "
		    "as https://www.example.gov.cn"), given);
		return false;
	}
	c = tool_config(t);
	if (c == NULL)
		return false;
	buf_init(&other, LIMIT_URL);
	for (size_t i = 0; i < c->count; i++) {
		(void)movelist_base(&other,
		    span_of(c->source[i].set->url));
		if (i > 0 && !span_is(buf_look(base), buf_look(&other))) {
			buf_reset(base);
			break;
		}
		buf_reset(base);
		buf_span(base, buf_look(&other));
	}
	buf_clear(&other);
	config_free(c);
	return true;
}

static json_t *
as_json(const struct movelist_row *row, const char *file)
{
	json_t *o = json_pack("{s:s, s:s}", "old", row->old, "new",
	    row->new);
	struct buf where;

	buf_init(&where, 8192);
	buf_printf(&where, "%s:%u", file, row->line);
	set(o, "scope", row->scope);
	set(o, "at", row->at);
	set(o, "until", row->until);
	set(o, "reason", row->reason);
	set(o, "where", buf_cstr(&where));
	buf_clear(&where);
	return o;
}

/* What the command line says holds for each line that doesn't. */
static void
fill_in(const struct tool *t, json_t *o)
{
	static const char *const names[] = { "at", "until", "reason" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (json_object_get(o, names[i]) == NULL)
			set(o, names[i], tool_value(t, names[i]));
	if (json_object_get(o, "scope") == NULL)
		set(o, "scope", scope(t));
}

static json_t *
moves_of_file(struct tool *t)
{
	const char *csv = tool_value(t, "csv");
	const char *path = csv != NULL ? csv : tool_value(t, "nginx-map");
	struct movelist l = { .count = 0 };
	struct buf bytes, base, why;
	json_t *list = NULL, *o;
	bool ok;

	buf_init(&bytes, MOVELIST_BYTES);
	buf_init(&base, LIMIT_URL);
	buf_init(&why, 65536);
	ok = read_file(path, &bytes) && find_base(t, &base);
	if (ok && !(csv != NULL ? movelist_csv : movelist_nginx)(&l,
	    buf_look(&bytes), path, buf_cstr(&base), &why)) {
		fprintf(stderr, "%s\n", buf_cstr(&why));
		(void)tool_fail(_("nothing was said; zqagent say --help has "
		    "examples"), _("%s can't be taken as it is"), path);
		ok = false;
	}
	if (ok)
		list = json_array();
	for (size_t i = 0; ok && i < l.count; i++) {
		json_array_append_new(list, o = as_json(&l.row[i], path));
		fill_in(t, o);
	}
	movelist_clear(&l);
	buf_clear(&bytes);
	buf_clear(&base);
	buf_clear(&why);
	return list;
}

/* --- from the command line ----------------------------------------------------- */

static json_t *
one_move(struct tool *t)
{
	bool back = is_given(t, "withdraw");
	json_t *o;

	if (back && t->places == 3) {
		(void)tool_fail(_("zqagent say move OLD --withdraw"),
		    _("what is taken back is known by its old address: leave "
		    "the new one out"));
		return NULL;
	}
	if (t->places != (back ? 2 : 3)) {
		(void)tool_fail(_("zqagent say move OLD NEW, zqagent say move "
		    "OLD --withdraw, or --csv FILE"),
		    _("expected an old and a new address"));
		return NULL;
	}
	o = json_pack("{s:s}", "old", t->place[1]);
	if (o == NULL) {
		(void)tool_fail(NULL, _("%s is not UTF-8"), "OLD");
		return NULL;
	}
	if (!back)
		set(o, "new", t->place[2]);
	fill_in(t, o);
	return json_pack("[o]", o);
}

static bool
is_odd(const struct tool *t)
{
	int files = is_given(t, "csv") + is_given(t, "nginx-map");

	if (is_given(t, "prefix") && is_given(t, "domain"))
		(void)tool_fail(NULL, _("--%s and --%s don't go together"),
		    "prefix", "domain");
	else if (files > 1)
		(void)tool_fail(NULL, _("--%s and --%s don't go together"),
		    "csv", "nginx-map");
	else if (files == 1 && (t->places > 1 || is_given(t, "withdraw")))
		(void)tool_fail(NULL, _("with a file nothing else can be "
		    "moved or taken back"));
	else
		return false;
	return true;
}

json_t *
tool_move_question(struct tool *t)
{
	json_t *moves;

	if (is_odd(t))
		return NULL;
	moves = is_given(t, "csv") || is_given(t, "nginx-map") ?
	    moves_of_file(t) : one_move(t);
	if (moves == NULL)
		return NULL;
	make_all_whole(t, moves);
	return json_pack("{s:s, s:s, s:o, s:b}", "do", "say", "kind", "move",
	    "moves", moves, "dry", is_given(t, "dry-run"));
}

/* --- the answer ------------------------------------------------------------------- */

const char *
tool_time(char out[CLOCK_TEXT_MAX], json_t *o, const char *name)
{
	const char *s = json_text(o, name);
	int64_t ms;

	if (!clock_parse(s, strlen(s), 0, &ms))
		return s;
	return clock_show(out, ms);
}

const char *
tool_scope(json_t *o)
{
	const char *s = json_text(o, "scope");

	return s[0] != '\0' ? _(s) : s;
}

const char *
tool_url(char out[TOOL_URL], json_t *o, const char *name)
{
	struct buf b;

	buf_init(&b, TOOL_URL - 1);
	url_show(&b, json_text_span(o, name));
	snprintf(out, TOOL_URL, "%s", buf_cstr(&b));
	buf_clear(&b);
	return out;
}

void
tool_move_begin(json_t *o)
{
	char old[TOOL_URL], new[TOOL_URL];

	printf("  %s → %s (%s)", tool_url(old, o, "old"),
	    tool_url(new, o, "new"), tool_scope(o));
}

/* A directory of which no more than its own page moves. */
static bool
is_column_alone(json_t *o)
{
	const char *old = json_text(o, "old");
	size_t n = strlen(old);

	return n > 0 && old[n - 1] == '/' &&
	    strcmp(json_text(o, "scope"), "address") == 0;
}

/* One end alone moves no domain, and who has just said so can see to the
 * other. */
static void
show_ends(json_t *o)
{
	if (strcmp(json_text(o, "scope"), "domain") != 0 ||
	    json_text(o, "new")[0] == '\0')
		return;
	printf(_("    a domain moves when both ends say so: at the hub the new "
	    "one is this site's\n    as well, or its own site says the same, or "
	    "the hub's operator agrees to it;\n    until then links are not "
	    "led there\n"));
}

static void
show(json_t *o, bool alone)
{
	char when[CLOCK_TEXT_MAX], url[TOOL_URL];
	long long items;

	if (json_text(o, "new")[0] == '\0') {
		printf(_("  %s (%s): the announcement is taken back\n"),
		    tool_url(url, o, "old"), tool_scope(o));
		return;
	}
	tool_move_begin(o);
	if (json_text(o, "from")[0] != '\0')
		printf(_(", from %s"), tool_time(when, o, "from"));
	if (json_text(o, "until")[0] != '\0')
		printf(_(", until %s"), tool_time(when, o, "until"));
	printf("%s\n", json_is_true(json_object_get(o, "same")) ?
	    _("; it was announced just so before") : "");
	if (json_text(o, "instead")[0] != '\0')
		printf(_("    instead of → %s, which was announced before\n"),
		    tool_url(url, o, "instead"));
	if (!alone)
		return;
	items = (long long)json_integer_value(json_object_get(o, "items"));
	printf(ngettext("    %lld item of this site moves; %s\n",
	    "    %lld items of this site move; %s\n", (unsigned long)items),
	    items, json_is_true(json_object_get(o, "here")) ?
	    _("something is at the new address") :
	    _("nothing that this agent knows of is at the new address yet"));
	if (is_column_alone(o))
		printf(_("    it is this one address; what is below it moves "
		    "if --prefix is given as well\n"));
	show_ends(o);
}

void
tool_move_look(struct tool *t, json_t *answer)
{
	json_t *moves = json_object_get(answer, "moves");

	if (!is_given(t, "dry-run"))
		return;
	tool_blast_moves(t, moves, SHOWN);
	tool_hits_add(t, answer, SHOWN);
}

void
tool_move_print(const struct tool *t, json_t *answer)
{
	bool dry = is_given(t, "dry-run");
	json_t *o, *moves = json_object_get(answer, "moves");
	long long said = json_integer_value(json_object_get(answer, "said"));
	size_t i;

	if (dry)
		printf(_("%lld would be announced; nothing was said\n"),
		    said);
	else
		printf(_("%lld announced\n"), said);
	json_array_foreach(moves, i, o)
		if (i < SHOWN) {
			show(o, dry || json_array_size(moves) == 1);
			tool_blast_show(o);
			tool_hits_show(o);
		}
	if (i > SHOWN)
		printf(_("  … and %zu more\n"), i - SHOWN);
	tool_hits_end(answer);
	if (!json_is_true(json_object_get(answer, "hub")))
		printf(_("The hub did not say so far that it deals with "
		    "moves: it keeps what it hears.\n"));
}
