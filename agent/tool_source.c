/*
 * zqagent source: what the site publishes. Edits agent.conf; a running
 * daemon follows.
 */
#include "agent/tool.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "agent/known.h"
#include "agent/setup.h"
#include "agent/store.h"
#include "contrib/base/ctl.h"
#include "contrib/base/json_text.h"
#include "contrib/base/lang.h"
#include "contrib/base/text.h"

#define TRIES 100		/* looks whether the daemon has followed … */
#define PAUSE 50000		/* … µs between them */

struct tool_option tool_source_options[] = {
	{ .name = "root", .about = N_("the document root, a whole path") },
	{ .name = "url", .about = N_("its address on the web") },
	{ .name = "include", .about = N_("patterns of files that are told; "
	    "without it all are") },
	{ .name = "exclude", .about = N_("patterns that are left out, "
	    "instead of the usual ones, or behind + beside them") },
	{ .name = "index", .about = N_("names that stand for their "
	    "directory") },
	{ .name = NULL }
};

/* One that ends just now may not answer, or say that it ends. */
static bool
is_other(const struct tool *t, const char *was)
{
	json_t *answer = ctl_ask(tool_path(t, SETUP_CONTROL),
	    json_pack("{s:s}", "do", "who"), NULL, NULL);
	const char *now = json_text(json_object_get(answer, "ok"),
	    "instance");
	bool other = now[0] != '\0' && strcmp(now, was) != 0;

	json_decref(answer);
	return other;
}

/* Until the daemon is another one: what is typed next is for that. */
static void
wait_for_other(const struct tool *t, json_t *was)
{
	const char *instance = json_text(was, "instance");

	if (instance[0] == '\0')
		return;
	for (int i = 0; i < TRIES && !is_other(t, instance); i++)
		usleep(PAUSE);
}

/* Tells the daemon, if there is one. */
static int
follow(struct tool *t)
{
	bool down;
	json_t *ok = tool_ask(t, json_pack("{s:s}", "do", "reload"), &down);
	struct buf room;

	buf_init(&room, TEXT_SHELL_MAX);
	if (ok != NULL)
		wait_for_other(t, ok);
	if (down)
		printf(_("zqagentd is not running: it will see this when it "
		    "is started (zqagentd -c %s)\n"),
		    text_shell(&room, tool_path(t, CONFIG_FILE)));
	else if (ok != NULL)
		printf(_("zqagentd follows; zqagent status shows how far it "
		    "is\n"));
	buf_clear(&room);
	json_decref(ok);
	return down || ok != NULL ? 0 : 1;
}

static int
finish(struct tool *t, bool done, const struct buf *why, const char *said)
{
	if (!done) {
		struct buf line = *why;

		while (line.n > 0 && line.at[line.n - 1] == '\n')
			line.n--;
		return tool_fail(NULL, "%.*s", (int)line.n, buf_cstr(&line));
	}
	printf("%s\n", said);
	return follow(t);
}

static int
add(struct tool *t)
{
	struct config_add a = {
		.name = t->place[2],
		.root = tool_value(t, "root"), .url = tool_value(t, "url"),
		.include = tool_value(t, "include"),
		.exclude = tool_value(t, "exclude"),
		.index = tool_value(t, "index"),
	};
	struct buf why;
	bool done;
	int status;

	if (t->places != 3 || strcmp(t->place[1], "dir") != 0)
		return tool_fail(NULL, _("expected: zqagent source add dir "
		    "NAME --root DIR --url URL"));
	if (a.root == NULL || a.url == NULL)
		return tool_fail(NULL, _("--%s is missing"),
		    a.root == NULL ? "root" : "url");
	buf_init(&why, CONFIG_WHY_MAX);
	done = config_add_source(tool_path(t, CONFIG_FILE), &a, &why);
	status = finish(t, done, &why, _("source added"));
	if (done)
		tool_host_warn(t, a.name, a.url);
	buf_clear(&why);
	return status;
}

/* What the store has of a source, when nobody runs who knows. */
static json_int_t
items_alone(struct tool *t, const char *name)
{
	struct config *c = tool_config(t);
	struct store *s = NULL;
	struct store_txn *txn;
	json_int_t n = -1;
	struct buf why;

	buf_init(&why, CONFIG_WHY_MAX);
	if (c != NULL)
		s = store_open(c->top->dir, 0, c->top->spool, &why);
	if (s != NULL) {
		txn = store_look(s);
		n = (json_int_t)known_count(txn, span_of(name));
		store_end(txn);
	}
	store_close(s);
	buf_clear(&why);
	config_free(c);
	return n;
}

/* How many items a source has; -1: that can't be known. */
static json_int_t
items_of(struct tool *t, const char *name)
{
	json_t *answer = ctl_ask(tool_path(t, SETUP_CONTROL),
	    json_pack("{s:s}", "do", "status"), NULL, NULL);
	json_t *s, *list = json_object_get(json_object_get(answer, "ok"),
	    "sources");
	json_int_t n = -1;
	size_t i;

	json_array_foreach(list, i, s)
		if (strcmp(json_text(s, "name"), name) == 0)
			n = json_integer_value(json_object_get(s, "items"));
	if (answer == NULL)
		n = items_alone(t, name);
	json_decref(answer);
	return n;
}

static int
remove_source(struct tool *t)
{
	json_int_t items;
	struct buf why;
	bool done;
	int status;

	if (t->places != 2)
		return tool_fail(NULL, _("expected: zqagent source remove "
		    "NAME"));
	items = items_of(t, t->place[1]);
	buf_init(&why, CONFIG_WHY_MAX);
	done = config_remove_source(tool_path(t, CONFIG_FILE), t->place[1],
	    &why);
	status = finish(t, done, &why, items == 0 ?
	    _("source removed; it has no items, so nothing is left of it") :
	    _("source removed; what it told is held in the hub's index until "
	    "you say what it means: zqagent release NAME --reason R withdraws "
	    "it, zqagent refuse NAME --reason R keeps it"));
	buf_clear(&why);
	return status;
}

static json_t *
words(char *const *list)
{
	json_t *a = json_array();

	for (; list != NULL && *list != NULL; list++)
		json_array_append_new(a, json_string(*list));
	return a;
}

static int
list(struct tool *t)
{
	struct config *c = tool_config(t);
	json_t *all = json_array();

	if (c == NULL) {
		json_decref(all);
		return 2;
	}
	for (size_t i = 0; i < c->count; i++) {
		const struct config_source *s = c->source[i].set;

		if (t->json)
			json_array_append_new(all, json_pack(
			    "{s:s, s:s, s:s, s:s, s:o, s:o, s:o}",
			    "name", c->source[i].name, "type", s->type,
			    "root", s->root, "url", s->url,
			    "include", words(s->include),
			    "exclude", words(s->exclude),
			    "index", words(s->index)));
		else
			printf("%-16s %s  %s → %s\n", c->source[i].name,
			    s->type, s->root, s->url);
	}
	if (t->json) {
		json_dumpf(all, stdout, JSON_INDENT(2));
		printf("\n");
	} else if (c->count == 0) {
		printf(_("no source yet: zqagent source add dir NAME --root "
		    "DIR --url URL\n"));
	}
	json_decref(all);
	config_free(c);
	return 0;
}

int
tool_source(struct tool *t)
{
	const char *what = t->places > 0 ? t->place[0] : "";

	if (strcmp(what, "add") == 0)
		return add(t);
	if (strcmp(what, "remove") == 0)
		return remove_source(t);
	if (strcmp(what, "list") == 0)
		return list(t);
	return tool_fail(_("zqagent source --help"),
	    _("source what? Expected add, list or remove"));
}
