/*
 * zqagent moves: what is announced, what a source proposes, and the word on
 * that. With the daemon or without it.
 */
#include "agent/tool.h"

#include <stdio.h>
#include <string.h>

#include "agent/moves_ask.h"
#include "contrib/base/json_text.h"
#include "contrib/base/lang.h"
#include "protocol/limits.h"
#include "protocol/reason.h"

struct tool_option tool_moves_options[] = {
	{ .name = "reason", .about = N_("why") },
	{ .name = "at", .typed = true,
	  .about = N_("from when on, \"2026-12-01 00:00\"; "
	    "unless given: now") },
	{ .name = "until", .typed = true,
	  .about = N_("when old addresses stop to answer") },
	{ .name = "by", .about = N_("who says so, unless you") },
	{ .name = NULL }
};

/* --- without the daemon ------------------------------------------------------ */

static json_t *
alone(struct tool *t, json_t *ask)
{
	bool write = json_object_get(ask, "word") != NULL;
	struct config *c = tool_config(t);
	struct store *s = c != NULL ? tool_store(t, c, write) : NULL;
	struct store_txn *txn;
	json_t *answer = NULL;
	struct buf why;

	buf_init(&why, CONFIG_WHY_MAX);
	if (s != NULL && write) {
		answer = moves_decide(s, ask, (int)c->top->zone, &why);
		if (answer == NULL)
			(void)tool_fail(NULL, "%s", buf_cstr(&why));
	} else if (s != NULL) {
		txn = store_look(s);
		answer = moves_list(txn);
		store_end(txn);
	}
	buf_clear(&why);
	store_close(s);
	config_free(c);
	return answer;
}

static json_t *
ask_or_do(struct tool *t, json_t *ask)
{
	bool down;
	json_t *answer = tool_ask(t, json_incref(ask), &down);

	if (down)
		answer = alone(t, ask);
	json_decref(ask);
	return answer;
}

/* --- showing ------------------------------------------------------------------ */

static void
show_announced(json_t *m)
{
	char when[CLOCK_TEXT_MAX];
	struct buf held;

	tool_move_begin(m);
	if (json_text(m, "from")[0] != '\0')
		printf(_(", from %s"), tool_time(when, m, "from"));
	if (json_text(m, "until")[0] != '\0')
		printf(_(", until %s"), tool_time(when, m, "until"));
	if (json_text(m, "by")[0] != '\0')
		printf(_("; announced %s by %s"), tool_time(when, m, "when"),
		    json_text(m, "by"));
	if (json_text(m, "reason")[0] != '\0')
		printf(": %s", json_text(m, "reason"));
	printf("\n");
	if (json_is_true(json_object_get(m, "waits")))
		printf(_("    it waits for its other end, and nobody is led "
		    "there so far: let the new domain's\n    own site say the "
		    "same move; or put this site's proof there (zqagent proof "
		    "--write SOURCE)\n    and ask the hub's operator to look "
		    "(zqhub move check); or to agree (zqhub move agree)\n"));
	if (json_text(m, "held")[0] == '\0')
		return;
	buf_init(&held, LIMIT_LETTER);
	reason_put(&held, json_text_span(m, "held"));
	printf(_("    the hub did not take it: %s\n"), buf_cstr(&held));
	buf_clear(&held);
}

static void
show_off(json_t *m)
{
	char when[CLOCK_TEXT_MAX];

	tool_move_begin(m);
	printf(_("; withdrawn %s by %s"), tool_time(when, m, "when"),
	    json_text(m, "by"));
	if (json_text(m, "reason")[0] != '\0')
		printf(": %s", json_text(m, "reason"));
	printf("\n");
}

/* With what to type: it can be given a time and a reason there. */
static void
show_proposed(json_t *m)
{
	const char *scope = json_text(m, "scope");
	bool one = strcmp(scope, "address") == 0;
	json_int_t n = json_integer_value(json_object_get(m, "items"));
	char when[CLOCK_TEXT_MAX], old[TOOL_URL], new[TOOL_URL];

	printf(ngettext("  source %s: %lld page is elsewhere since %s\n",
	    "  source %s: %lld pages are elsewhere since %s\n",
	    (unsigned long)n), json_text(m, "source"), (long long)n,
	    tool_time(when, m, "when"));
	printf("    zqagent say move %s %s%s%s\n", tool_url(old, m, "old"),
	    tool_url(new, m, "new"), one ? "" : " --", one ? "" : scope);
}

static void
show_list(json_t *all, const char *name, const char *title,
    void (*show)(json_t *m))
{
	json_t *list = json_object_get(all, name), *m;
	size_t i;

	if (json_array_size(list) == 0)
		return;
	printf("%s\n", title);
	json_array_foreach(list, i, m)
		show(m);
}

static void
print_list(json_t *all)
{
	show_list(all, "announced", _("announced:"), show_announced);
	show_list(all, "heard", _("announced for this site at the hub:"),
	    show_announced);
	show_list(all, "off", _("announced, and withdrawn by the hub's "
	    "operator:"), show_off);
	show_list(all, "proposed", _("proposed, and not said yet (zqagent "
	    "moves announce says all, zqagent moves refuse none):"),
	    show_proposed);
	if (json_array_size(json_object_get(all, "announced")) == 0 &&
	    json_array_size(json_object_get(all, "heard")) == 0 &&
	    json_array_size(json_object_get(all, "off")) == 0 &&
	    json_array_size(json_object_get(all, "proposed")) == 0)
		printf(_("no moves\n"));
}

/* --- the command --------------------------------------------------------------- */

static json_t *
question(struct tool *t)
{
	json_t *ask;

	if (t->places == 0)
		return json_pack("{s:s}", "do", "moves");
	if (t->places > 2 || (strcmp(t->place[0], "announce") != 0 &&
	    strcmp(t->place[0], "refuse") != 0)) {
		(void)tool_fail(_("zqagent moves --help"), _("expected "
		    "announce or refuse, and an old address or none"));
		return NULL;
	}
	ask = json_pack("{s:s, s:s, s:s, s:s}", "do", "moves-decide",
	    "word", t->place[0], "old", t->places > 1 ? t->place[1] : "",
	    "by", tool_who(t));
	if (ask == NULL) {
		(void)tool_fail(NULL, _("%s is not UTF-8"), "OLD");
		return NULL;
	}
	for (const struct tool_option *o = tool_moves_options;
	    o->name != NULL; o++)
		if (o->value != NULL)
			json_object_set_new(ask, o->name,
			    json_string(o->value));
	return ask;
}

int
tool_moves(struct tool *t)
{
	json_t *answer, *ask = question(t);

	if (ask == NULL || (answer = ask_or_do(t, ask)) == NULL)
		return 2;
	if (t->json) {
		json_dumpf(answer, stdout, JSON_INDENT(2));
		printf("\n");
	} else if (t->places == 0) {
		print_list(answer);
	} else if (json_object_get(answer, "refused") != NULL) {
		printf(_("%lld refused; they are not proposed again\n"),
		    (long long)json_integer_value(json_object_get(answer,
		    "refused")));
	} else {
		tool_move_print(t, answer);
	}
	json_decref(answer);
	return 0;
}
