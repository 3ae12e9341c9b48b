/*
 * zqagent letters: what the hub wrote, and what is said to it.
 */
#include "agent/tool.h"

#include <stdio.h>
#include <string.h>

#include "agent/inbox.h"
#include "agent/letter_links.h"
#include "agent/letter_look.h"
#include "agent/letter_text.h"
#include "agent/reply.h"
#include "contrib/base/clock.h"
#include "contrib/base/json_text.h"
#include "contrib/base/lang.h"
#include "contrib/base/text.h"
#include "protocol/limits.h"
#include "protocol/statement.h"

#define SHOWN 100		/* letters, the newest */
#define PAGES_SHOWN 10		/* of one, unless it is asked for */

struct tool_option tool_letters_options[] = {
	{ .name = "will-fix", .typed = true,
	  .about = N_("say that the links in letter … "
	    "will be fixed") },
	{ .name = "refuse", .typed = true,
	  .about = N_("say that the links in letter … stay "
	    "as they are") },
	{ .name = "reason", .about = N_("why") },
	{ .name = "by", .about = N_("who says so, unless you") },
	{ .name = "all", .flag = true, .about = N_("all pages, also of letters "
	    "that later ones supersede") },
	{ .name = NULL }
};

/* --- without the daemon ------------------------------------------------- */

static json_t *
list_alone(struct tool *t, uint64_t number)
{
	struct config *c = tool_config(t);
	struct store *s = c != NULL ? tool_store(t, c, false) : NULL;
	struct store_txn *txn = s != NULL ? store_look(s) : NULL;
	json_t *list = NULL, *one;

	if (txn != NULL && number == 0)
		list = inbox_list(txn, SHOWN);
	else if (txn != NULL && (one = inbox_one(txn, number)) != NULL)
		json_array_append_new(list = json_array(), one);
	else if (txn != NULL)
		(void)tool_fail(_("zqagent letters shows them"),
		    _("there is no letter %lld"), (long long)number);
	if (txn != NULL)
		store_end(txn);
	store_close(s);
	config_free(c);
	return list;
}

static json_t *
reply_alone(struct tool *t, json_t *ask)
{
	struct config *c = tool_config(t);
	struct store *s = c != NULL ? tool_store(t, c, true) : NULL;
	json_t *answer = NULL;
	struct buf why;

	buf_init(&why, CONFIG_WHY_MAX);
	if (s != NULL) {
		answer = reply_say(s, ask, &why);
		if (answer == NULL)
			(void)tool_fail(NULL, "%s", buf_cstr(&why));
		else if (!t->json)
			fputs(_("zqagentd is not running: the hub hears it "
			    "when it is started\n"), stderr);
	}
	buf_clear(&why);
	store_close(s);
	config_free(c);
	return answer;
}

/* --- showing ------------------------------------------------------------ */

/* What is fixed by now is seen in the pages. */
static void
look_at_pages(struct tool *t, json_t *list)
{
	struct config *c = tool_config(t);
	struct store *s = c != NULL ? tool_store(t, c, false) : NULL;

	if (s != NULL)
		letter_look(list, s, c);
	store_close(s);
	config_free(c);
}

static void
print_reply(json_t *reply)
{
	bool refused = strcmp(json_text(reply, "state"),
	    STATEMENT_REFUSED) == 0;

	if (reply == NULL)
		return;
	printf(refused ? _("    refused by %s") : _("    %s says that it "
	    "will be fixed"), json_text(reply, "by"));
	printf("%s%s\n", json_text(reply, "reason")[0] != '\0' ? ": " : "",
	    json_text(reply, "reason"));
}

static void
print_letter(json_t *l, bool all)
{
	json_int_t by = json_integer_value(json_object_get(l, "superseded"));
	const char *when = json_text(l, "when");
	char shown[CLOCK_TEXT_MAX];
	struct buf text, line;
	int64_t ms;

	buf_init(&text, LIMIT_LETTER);
	letter_text_put(&text, l);
	buf_init(&line, LIMIT_LETTER + 4096);
	buf_printf(&line, "%lld  %s  ", (long long)json_integer_value(
	    json_object_get(l, "number")), clock_parse(when, strlen(when), 0,
	    &ms) ? clock_show(shown, ms) : when);
	text_pad(&line, span_of(letter_text_kind(json_text(l, "kind"))), 9);
	buf_span(&line, buf_look(&text));
	if (json_text(l, "about")[0] != '\0')
		buf_printf(&line, " %s", json_text(l, "about"));
	printf("%s\n", buf_cstr(&line));
	buf_clear(&line);
	buf_clear(&text);
	if (by > 0 && !all)
		printf(_("    superseded by letter %lld\n"), (long long)by);
	else if (json_object_get(l, "links") != NULL)
		letter_links_print(stdout, l, all ? 0 : PAGES_SHOWN);
	print_reply(json_object_get(l, "reply"));
}

/* One letter, or (0) the newest; NULL: it was said why not. */
static json_t *
list_of(struct tool *t, uint64_t number)
{
	bool down;
	json_t *list = tool_ask(t, json_pack("{s:s, s:I}", "do", "letters",
	    "letter", (json_int_t)number), &down);

	return down ? list_alone(t, number) : list;
}

/* To one letter what those after it say of its addresses. */
static void
add_links(struct tool *t, json_t *list, uint64_t number)
{
	json_t *l, *newest = number > 0 ? list_of(t, 0) : NULL;
	size_t i;

	json_array_foreach(newest, i, l)
		if (json_integer_value(json_object_get(l, "number")) >
		    (json_int_t)number)
			json_array_append(list, l);
	letter_links_add(list);
	while (number > 0 && json_array_size(list) > 1)
		json_array_remove(list, json_array_size(list) - 1);
	json_decref(newest);
}

static int
show(struct tool *t, uint64_t number)
{
	bool all = number > 0 || tool_value(t, "all") != NULL;
	json_t *l, *list = list_of(t, number);
	size_t i;

	if (list == NULL)
		return 2;
	add_links(t, list, number);
	look_at_pages(t, list);
	if (t->json) {
		json_dumpf(list, stdout, JSON_INDENT(2));
		printf("\n");
	} else if (json_array_size(list) == 0) {
		printf(_("no letters yet\n"));
	} else {
		json_array_foreach(list, i, l)
			print_letter(l, all);
	}
	json_decref(list);
	return 0;
}

/* --- replying ----------------------------------------------------------- */

static bool
letter_number(const char *text, uint64_t *n)
{
	if (text_number(span_of(text), 1, INT64_MAX, n))
		return true;
	(void)tool_fail(_("zqagent letters shows them"),
	    _("%s: expected the number of a letter"), text);
	return false;
}

static int
reply(struct tool *t, const char *letter, bool refused)
{
	const char *reason = tool_value(t, "reason");
	uint64_t number;
	json_t *ask, *answer;
	bool down;

	if (!letter_number(letter, &number))
		return 2;
	ask = json_pack("{s:s, s:I, s:b, s:s, s:s, s:I}", "do", "reply",
	    "letter", (json_int_t)number, "refused", (int)refused, "reason",
	    reason != NULL ? reason : "", "by", tool_who(t), "caller",
	    (json_int_t)t->caller);
	answer = tool_ask(t, json_incref(ask), &down);
	if (down)
		answer = reply_alone(t, ask);
	json_decref(ask);
	if (answer == NULL)
		return 2;
	if (t->json) {
		json_dumpf(answer, stdout, 0);
		printf("\n");
	} else {
		json_int_t n = json_integer_value(json_object_get(answer,
		    "said"));

		printf(ngettext("said of %lld address, as change %lld\n",
		    "said of %lld addresses, as change %lld\n",
		    (unsigned long)n), (long long)n, (long long)
		    json_integer_value(json_object_get(answer, "seq")));
	}
	json_decref(answer);
	return 0;
}

int
tool_letters(struct tool *t)
{
	const char *fix = tool_value(t, "will-fix");
	const char *refuse = tool_value(t, "refuse");
	uint64_t number = 0;

	if (t->places > 1 || (fix != NULL && refuse != NULL) ||
	    (t->places > 0 && (fix != NULL || refuse != NULL)))
		return tool_fail(_("zqagent letters --help"),
		    _("expected one letter"));
	if (fix != NULL || refuse != NULL)
		return reply(t, fix != NULL ? fix : refuse, fix == NULL);
	if (t->places > 0 && !letter_number(t->place[0], &number))
		return 2;
	return show(t, number);
}
