/*
 * zqhub move announce CODE --csv FILE | --nginx-map FILE: a table of moves,
 * the same that zqagent say move takes. The file is read here; the hub judges
 * what stands in it. All of it is announced, or nothing.
 */
#include "hub/cmd.h"

#include <stdio.h>
#include <string.h>

#include "contrib/base/clock.h"
#include "contrib/base/json_text.h"
#include "contrib/base/lang.h"
#include "hub/cmd_text.h"
#include "hub/query.h"
#include "protocol/limits.h"
#include "protocol/movelist.h"

#define SHOWN 20		/* moves that are shown one by one */

/* --- asking --------------------------------------------------------------- */

struct table {
	struct cmd_line *line;
	const char *path;
	struct buf base;	/* of paths in it */
	json_t *moves;
};

/* The site's own, as it is before the stores are closed again. */
static bool
find_site(struct table *t)
{
	struct store *store = cmd_store(t->line);
	struct site_info s;
	struct query *q;
	bool found;

	if (store == NULL)
		return false;
	q = query_begin(store);
	found = query_site_by_code(q, span_of(t->line->word[0]), &s);
	if (found)
		buf_printf(&t->base, "https://%.*s", SPAN_ARGS(s.domain));
	else
		cmd_fail(_("zqhub site list shows all sites"), _("there is "
		    "no site with the code %s"), t->line->word[0]);
	query_end(q);
	store_close(store);
	return found;
}

static bool
find_base(struct table *t)
{
	const char *given = cmd_value(t->line, "base");

	if (given == NULL)
		return find_site(t);
	if (movelist_base(&t->base, span_of(given)))
		return true;
	cmd_fail(NULL, _("--base %s: expected an address such as "
	    "https://www.example.gov.cn"), given);
	return false;
}

static void
set(json_t *o, const char *name, const char *value)
{
	if (value != NULL)
		json_object_set_new(o, name, json_string(value));
}

/* A host's name stands for its address, as people write it. */
static void
set_address(json_t *o, const char *name, const char *text)
{
	struct buf b;

	buf_init(&b, MOVELIST_BYTES);
	if (strstr(text, "://") == NULL && movelist_is_host(text))
		buf_text(&b, "https://");
	buf_text(&b, text);
	set(o, name, buf_cstr(&b));
	buf_clear(&b);
}

/* What the command line says holds for each line that doesn't. */
static json_t *
as_json(const struct cmd_line *l, const struct movelist_row *row)
{
	json_t *o = json_pack("{s:I}", "line", (json_int_t)row->line);

	set_address(o, "old", row->old);
	set_address(o, "new", row->new);
	set(o, "scope", row->scope != NULL ? row->scope :
	    cmd_flag(l, "prefix") ? "prefix" :
	    cmd_flag(l, "domain") ? "domain" : NULL);
	set(o, "at", row->at);
	set(o, "until", row->until);
	set(o, "reason", row->reason);
	return o;
}

static int
nothing(const char *path)
{
	return cmd_fail(_("nothing was announced; correct these lines and "
	    "say it again"), _("%s can't be taken as it is"), path);
}

static bool
take(struct table *t, struct span bytes)
{
	bool csv = cmd_value(t->line, "csv") != NULL, good;
	struct movelist l = { .count = 0 };
	struct buf why;

	buf_init(&why, 65536);
	good = (csv ? movelist_csv : movelist_nginx)(&l, bytes, t->path,
	    buf_cstr(&t->base), &why);
	if (!good) {
		fprintf(stderr, "%s\n", buf_cstr(&why));
		(void)nothing(t->path);
	}
	for (size_t i = 0; good && i < l.count; i++)
		json_array_append_new(t->moves, as_json(t->line, &l.row[i]));
	movelist_clear(&l);
	buf_clear(&why);
	return good;
}

static bool
read_table(struct table *t)
{
	struct buf bytes;
	bool good;

	buf_init(&bytes, MOVELIST_BYTES);
	good = cmd_file(t->path, &bytes) && find_base(t) &&
	    take(t, buf_look(&bytes));
	buf_clear(&bytes);
	return good;
}

static void
set_time(json_t *said, const char *name, int64_t ms)
{
	if (ms != CLOCK_NONE)
		json_object_set_new(said, name, json_integer(ms));
}

static json_t *
ask(const struct table *t, int64_t from, int64_t until)
{
	const struct cmd_line *l = t->line;
	json_t *said = json_pack("{s:s, s:s, s:O, s:s, s:b, s:i}", "do",
	    "move-announce", "code", l->word[0], "moves", t->moves,
	    "reason", cmd_value(l, "reason"), "dry", cmd_flag(l, "dry-run"),
	    "zone", cmd_zone());

	set_time(said, "from", from);
	set_time(said, "until", until);
	return cmd_act(l, said);
}

/* --- the answer ----------------------------------------------------------- */

static int
print_errors(const char *path, const json_t *result)
{
	const json_t *errors = json_object_get(result, "errors"), *e;
	size_t wrong = (size_t)json_integer_value(json_object_get(result,
	    "wrong")), i;

	json_array_foreach(errors, i, e)
		fprintf(stderr, "%s:%lld: %s\n", path,
		    (long long)json_integer_value(json_object_get(e,
		    "line")), json_text(e, "error"));
	if (wrong > i)
		fprintf(stderr, _("… and %zu more\n"), wrong - i);
	return nothing(path);
}

static void
print_move(const json_t *o, bool dry)
{
	char from[CLOCK_TEXT_MAX], host[CMD_TEXT_HOST];
	char old[CMD_TEXT_URL], new[CMD_TEXT_URL];

	printf("  ");
	if (!dry)
		printf("%lld: ", (long long)json_integer_value(
		    json_object_get(o, "move")));
	printf(_("%s → %s (%s), %s, from %s on\n"), cmd_text_url(old, o, "old"),
	    cmd_text_url(new, o, "new"), _(json_text(o, "scope")),
	    _(json_text(o, "state")), clock_show(from,
	    json_integer_value(json_object_get(o, "from_ms"))));
	if (json_text(o, "domain")[0] != '\0')
		printf(_("%s is the site's domain from now on\n"),
		    cmd_text_host(host, json_text_span(o, "domain")));
}

static void
print_warnings(const char *path, const json_t *o)
{
	const json_t *one;
	size_t i;

	json_array_foreach(json_object_get(o, "warnings"), i, one)
		fprintf(stderr, "zqhub: %s:%lld: %s\n", path,
		    (long long)json_integer_value(json_object_get(o,
		    "line")), json_string_value(one));
}

static void
print(const char *path, const json_t *result)
{
	const json_t *moves = json_object_get(result, "moves"), *o;
	bool dry = json_is_true(json_object_get(result, "dry"));
	size_t n = json_array_size(moves), i;

	printf(dry ? ngettext("%zu move would be announced; nothing was "
	    "said\n", "%zu moves would be announced; nothing was said\n", n) :
	    ngettext("%zu move announced\n", "%zu moves announced\n", n), n);
	json_array_foreach(moves, i, o) {
		if (i < SHOWN)
			print_move(o, dry);
		print_warnings(path, o);
	}
	if (n > SHOWN)
		printf(_("  … and %zu more\n"), n - SHOWN);
}

static int
finish(const struct table *t, json_t *result)
{
	size_t errors = json_array_size(json_object_get(result, "errors"));
	bool json = t->line->json;

	if (result == NULL)
		return CMD_NO;
	if (json)
		cmd_json(json_incref(result));
	else if (errors > 0)
		(void)print_errors(t->path, result);
	else
		print(t->path, result);
	json_decref(result);
	return errors > 0 ? CMD_NO : CMD_OK;
}

int
cmd_move_table(struct cmd_line *l, int64_t from, int64_t until)
{
	const char *csv = cmd_value(l, "csv");
	struct table t = { .line = l, .moves = json_array(),
	    .path = csv != NULL ? csv : cmd_value(l, "nginx-map") };
	int status = CMD_NO;

	buf_init(&t.base, LIMIT_URL);
	if (read_table(&t))
		status = finish(&t, ask(&t, from, until));
	json_decref(t.moves);
	buf_clear(&t.base);
	return status;
}
