/*
 * zqagent say: a person's word about an address, or about the site. Durable
 * when it returns, with the daemon or without it.
 */
#include "agent/tool.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "agent/place.h"
#include "agent/say.h"
#include "agent/say_notice.h"
#include "agent/tool_blast.h"
#include "contrib/base/json_text.h"
#include "contrib/base/lang.h"
#include "protocol/limits.h"
#include "protocol/url.h"

#define SEEN "deleted outage maintenance closing"

struct tool_option tool_say_options[] = {
	{ .name = "url", .only = "item deleted",
	  .about = N_("the item's address") },
	{ .name = "title", .only = "item",
	  .about = N_("what it is called") },
	{ .name = "date", .only = "item", .typed = true,
	  .about = N_("when it was published, "
	    "\"2026-11-21 09:30\"") },
	{ .name = "column", .only = "item",
	  .about = N_("the column it stands in") },
	{ .name = "column-type", .only = "item",
	  .about = N_("what kind of column") },
	{ .name = "source", .only = "item",
	  .about = N_("who published it first") },
	{ .name = "author", .only = "item",
	  .about = N_("who wrote it") },
	{ .name = "keywords", .only = "item",
	  .about = N_("words to find it by") },
	{ .name = "description", .only = "item",
	  .about = N_("what it says, in short") },
	{ .name = "language", .only = "item",
	  .about = N_("such as zh-CN") },
	{ .name = "image", .only = "item",
	  .about = N_("the address of a picture") },
	{ .name = "type", .only = "item",
	  .about = N_("its media type, text/html") },
	{ .name = "reason", .only = "deleted move outage resolved "
	    "maintenance closing",
	  .about = N_("why; of outage, maintenance and "
	    "closing it is needed") },
	{ .name = "successor", .only = SEEN,
	  .about = N_("the same as --see") },
	{ .name = "see", .only = SEEN,
	  .about = N_("the address where it went; of outage "
	    "and closing: where to turn to") },
	{ .name = "by", .about = N_("who says so, unless you") },
	{ .name = "prefix", .only = "move",
	  .flag = true, .about = N_("of move: all that is "
	    "below OLD") },
	{ .name = "domain", .only = "move",
	  .flag = true, .about = N_("of move: all of a "
	    "host") },
	{ .name = "at", .only = "move closing", .typed = true,
	  .about = N_("of move and closing: from when on, "
	    "\"2026-12-01 00:00\"; of a move, unless given: now") },
	{ .name = "until", .only = "move outage maintenance", .typed = true,
	  .about = N_("of move: when old addresses stop to "
	    "answer; of outage and maintenance: when it is over") },
	{ .name = "withdraw", .only = "move maintenance closing",
	  .flag = true, .about = N_("take the "
	    "announcement back; of maintenance with --from or --every: only "
	    "this one") },
	{ .name = "service", .only = "outage resolved maintenance",
	  .about = N_("of outage and maintenance: what of "
	    "the site, its name, address, or both; unless given: all of it") },
	{ .name = "from", .only = "outage maintenance", .typed = true,
	  .about = N_("of outage and maintenance: since "
	    "when; of an outage, unless given: now") },
	{ .name = "every", .only = "maintenance", .typed = true,
	  .about = N_("of maintenance: daily 02:00-04:00; "
	    "mon,wed 22:00-01:00; monthly:1,15 02:00-04:00") },
	{ .name = "zone", .only = "maintenance", .typed = true,
	  .about = N_("of --every: whose clocks; unless "
	    "given: Asia/Shanghai") },
	{ .name = "csv", .only = "move",
	  .about = N_("of move: a table of old,new and, if "
	    "need be, scope,at,until,reason; - reads stdin") },
	{ .name = "nginx-map", .only = "move",
	  .about = N_("of move: what stands in a map of "
	    "nginx") },
	{ .name = "base", .only = "move",
	  .about = N_("of move: the host of paths in a file") },
	{ .name = "dry-run", .only = "deleted move",
	  .flag = true, .about = N_("of deleted and move: only show "
	    "what would be said") },
	{ .name = NULL }
};

/* What an option is about. */
enum about { ITEM = 1, MOVE = 2, NOTICE = 4 };

static unsigned
about(const struct tool_option *o)
{
	static const struct { const char *word; unsigned about; } table[] = {
		{ "item", ITEM }, { "deleted", ITEM }, { "move", MOVE },
		{ "outage", NOTICE }, { "resolved", NOTICE },
		{ "maintenance", NOTICE }, { "closing", NOTICE },
	};
	unsigned is = 0;

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		if (tool_option_is_for(o, table[i].word))
			is |= table[i].about;
	return is;
}

static bool
is_odd(const struct tool *t, unsigned what)
{
	for (const struct tool_option *o = tool_say_options; o->name != NULL;
	    o++)
		if (o->value != NULL && (about(o) & what) == 0) {
			(void)tool_fail(_("zqagent say --help has examples"),
			    _("--%s is not for %s"), o->name, t->place[0]);
			return true;
		}
	return false;
}

static bool
is_dry(const struct tool *t)
{
	return tool_value(t, "dry-run") != NULL;
}

static bool
is_deleted(const struct tool *t)
{
	return strcmp(t->place[0], "deleted") == 0;
}

static json_t *
item_question(const struct tool *t)
{
	if (tool_value(t, "url") == NULL) {
		(void)tool_fail(NULL, _("--%s is missing"), "url");
		return NULL;
	}
	if (is_dry(t) && !is_deleted(t)) {
		(void)tool_fail(_("zqagent say --help has examples"),
		    _("--%s is not for %s"), "dry-run", t->place[0]);
		return NULL;
	}
	return json_pack("{s:s, s:s, s:b}", "do", "say", "kind", t->place[0],
	    "dry", is_dry(t));
}

static bool
is_move(const struct tool *t)
{
	return strcmp(t->place[0], "move") == 0;
}

static bool
is_kind(const struct tool *t)
{
	return is_move(t) || say_notice_is(span_of(t->place[0])) ||
	    strcmp(t->place[0], "item") == 0 ||
	    strcmp(t->place[0], "deleted") == 0;
}

static json_t *
question(struct tool *t)
{
	unsigned what = is_move(t) ? MOVE : tool_notice_is(t) ? NOTICE :
	    ITEM;
	json_t *ask;

	if (is_odd(t, what))
		return NULL;
	ask = what == MOVE ? tool_move_question(t) :
	    what == NOTICE ? tool_notice_question(t) : item_question(t);
	if (ask == NULL)
		return NULL;
	for (const struct tool_option *o = tool_say_options; o->name != NULL;
	    o++) {
		if (o->value == NULL || o->flag || (about(o) & ITEM) == 0)
			continue;
		if (json_object_set_new(ask, strcmp(o->name, "see") == 0 ?
		    "successor" : o->name, json_string(o->value)) != 0) {
			(void)tool_fail(NULL, _("--%s is not UTF-8"),
			    o->name);
			json_decref(ask);
			return NULL;
		}
	}
	if (json_object_get(ask, "by") == NULL)
		json_object_set_new(ask, "by", json_string(tool_who(t)));
	return ask;
}

/* The daemon is down: into the spool without it. */
static json_t *
say_alone(struct tool *t, json_t *ask)
{
	struct config *c = tool_config(t);
	struct store *s = c != NULL ? tool_store(t, c, true) : NULL;
	json_t *answer = NULL;
	struct buf why;

	buf_init(&why, CONFIG_WHY_MAX);
	if (s != NULL) {
		const struct say_set set = { .zone = (int)c->top->zone,
			.closing = (int64_t)c->top->closing_notice };

		answer = say_it(s, ask, &set, &why);
		if (answer == NULL)
			(void)tool_fail(NULL, "%s", buf_cstr(&why));
		else if (!t->json && !json_is_true(json_object_get(ask,
		    "dry")))
			fputs(_("zqagentd is not running: the hub hears it "
			    "when it is started\n"), stderr);
	}
	buf_clear(&why);
	store_close(s);
	config_free(c);
	return answer;
}

/* --- is it ours? ------------------------------------------------------------- */

static bool
is_within(struct span host, struct span domain)
{
	return host.n >= domain.n && memcmp(host.at + host.n - domain.n,
	    domain.at, domain.n) == 0 && (host.n == domain.n ||
	    host.at[host.n - domain.n - 1] == '.');
}

static bool
is_of_a_source(const struct config *c, struct span host)
{
	struct url u;
	struct buf b;
	bool is = false;

	buf_init(&b, LIMIT_URL);
	for (size_t i = 0; i < c->count && !is; i++) {
		buf_reset(&b);
		is = url_normal(&b, span_of(c->source[i].set->url), NULL) &&
		    url_parse(&u, buf_look(&b)) && is_within(host, u.host);
	}
	buf_clear(&b);
	return is;
}

/* The hub knows the site's domains and may hold it: a word to who typed it
 * comes sooner. */
static void
warn_of_host(const struct tool *t, const char *address)
{
	struct config *c = NULL;
	struct buf b;
	struct url u;

	buf_init(&b, LIMIT_URL);
	if (address != NULL && access(tool_path(t, CONFIG_FILE), R_OK) == 0)
		c = tool_config(t);
	if (c != NULL && c->count > 0 &&
	    url_normal(&b, span_of(address), NULL) &&
	    url_parse(&u, buf_look(&b)) && !is_of_a_source(c, u.host))
		fprintf(stderr, _("zqagent: no source here has the host "
		    "%.*s: if it isn't this site's, the hub holds the "
		    "change; see zqagent letters\n"), SPAN_ARGS(u.host));
	buf_clear(&b);
	config_free(c);
}

/* --- is it gone? -------------------------------------------------------------- */

static bool
is_there(const struct config_source *s, struct span url)
{
	struct place p = { .url = s->url, .index = s->index };
	struct root root;
	struct buf path;
	bool is;

	if (root_open(&root, s->root) != 0)
		return false;
	p.root = &root;
	buf_init(&path, LIMIT_URL);
	is = place_path(&path, &p, url);
	if (is)
		fprintf(stderr, _("zqagent: but the file is still there: "
		    "%s/%s: the server goes on answering with it, while who "
		    "links there is told that it is gone. Delete the file; "
		    "when its content changes, it is told as an item again\n"),
		    s->root, buf_cstr(&path));
	buf_clear(&path);
	root_close(&root);
	return is;
}

/* The word counts all the same: whoever typed it may be about to. */
static void
warn_of_file(const struct tool *t, const char *address)
{
	struct config *c = NULL;
	struct buf url;
	bool told = false;

	buf_init(&url, LIMIT_URL);
	if (access(tool_path(t, CONFIG_FILE), R_OK) == 0)
		c = tool_config(t);
	if (c != NULL && url_normal(&url, span_of(address), NULL))
		for (size_t i = 0; i < c->count && !told; i++)
			told = is_there(c->source[i].set, buf_look(&url));
	buf_clear(&url);
	config_free(c);
}

/* --- the answer --------------------------------------------------------------- */

static void
print_unknown(json_t *answer)
{
	if (json_is_false(json_object_get(answer, "known")))
		printf(_("(no item of this site has that address: is it written "
		    "as it was? Who links there is told nevertheless)\n"));
}

static void
print_dry(json_t *answer)
{
	char url[TOOL_URL];

	printf(_("%s would be told as deleted; nothing was said\n"),
	    tool_url(url, answer, "url"));
	tool_blast_show(answer);
	if (json_integer_value(json_object_get(answer, "sites")) > 0)
		printf(_("    each of these sites would get a letter\n"));
	print_unknown(answer);
}

static void
print_item(const struct tool *t, json_t *answer)
{
	if (json_is_true(json_object_get(answer, "dry"))) {
		print_dry(answer);
	} else if (json_is_true(json_object_get(answer, "said"))) {
		printf(_("kept as change %lld\n"), (long long)
		    json_integer_value(json_object_get(answer, "seq")));
		if (is_deleted(t))
			print_unknown(answer);
	} else {
		printf(_("nothing new: this was withdrawn before\n"));
	}
}

/* --- the command -------------------------------------------------------------- */

int
tool_say(struct tool *t)
{
	json_t *ask, *answer;
	bool down;

	if (t->places > 1 && is_kind(t) && !is_move(t))
		return tool_fail(_("zqagent say --help"), _("there is "
		    "\"%s\", which no option stands before; an address goes "
		    "behind --url, a reason behind --reason"), t->place[1]);
	if (t->places < 1 || !is_kind(t))
		return tool_fail(_("zqagent say --help"),
		    _("say what? Expected item, deleted, move, outage, "
		    "maintenance, closing or resolved"));
	ask = question(t);
	if (ask == NULL)
		return 2;
	warn_of_host(t, is_move(t) ? t->place[1] : tool_value(t, "url"));
	answer = tool_ask(t, json_incref(ask), &down);
	if (down)
		answer = say_alone(t, ask);
	json_decref(ask);
	if (answer == NULL)
		return 2;
	if (is_move(t))
		tool_move_look(t, answer);
	else if (json_is_true(json_object_get(answer, "dry")))
		tool_blast_add(t, answer, "address",
		    json_text(answer, "url"));
	if (t->json) {
		json_dumpf(answer, stdout, 0);
		printf("\n");
	} else if (is_move(t)) {
		tool_move_print(t, answer);
	} else if (tool_notice_is(t)) {
		tool_notice_print(answer);
	} else {
		print_item(t, answer);
	}
	if (is_deleted(t))
		warn_of_file(t, tool_value(t, "url"));
	json_decref(answer);
	return 0;
}
