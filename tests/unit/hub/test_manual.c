/*
 * The manuals say what the tables say: zqhub.conf(5) the settings, word for
 * word, and the rules of alerts; zhanqun(7) what to do about each of these;
 * zqhub(8) every command with its options. Run from the top of the tree.
 */
#include <check.h>
#include <stdio.h>
#include <string.h>

#include "contrib/base/conf.h"
#include "contrib/base/hand.h"
#include "contrib/base/units.h"
#include "hub/alert_rule.h"
#include "hub/cmd.h"
#include "hub/config.h"
#include "hub/config_watch.h"

#define PAGE "hub/zqhub.conf.5"

static char page[1 << 17];

static void
read_page(const char *path)
{
	FILE *f = fopen(path, "r");
	size_t n;

	ck_assert_msg(f != NULL, "%s: not here", path);
	n = fread(page, 1, sizeof(page) - 1, f);
	page[n] = '\0';
	fclose(f);
}

START_TEST(test_settings)
{
	static const char *const sections[] = { "", "rule", "receiver" };
	struct buf list;

	read_page(PAGE);
	buf_init(&list, sizeof(page));
	config_manual(&list, sections[_i]);
	ck_assert_uint_gt(list.n, 500);
	ck_assert_msg(strstr(page, buf_cstr(&list)) != NULL,
	    PAGE " has another list of settings than hub/config.c; "
	    "it should be:\n%s", buf_cstr(&list));
	buf_clear(&list);
}
END_TEST

START_TEST(test_rules)
{
	struct alert_rules rules;
	char hold[UNITS_TEXT_MAX], remind[UNITS_TEXT_MAX], row[256];

	alert_rules_init(&rules, NULL);
	read_page(PAGE);
	for (enum alert_what w = 0; w < ALERT_RULES; w++) {
		const struct alert_rule *r = &rules.rule[w];
		const char *severity = alert_severity_name(r->severity);

		snprintf(row, sizeof(row), r->on ?
		    ".It %s Ta %s Ta %s Ta %s Ta %u\n" :
		    ".It %s Ta off (%s) Ta %s Ta %s Ta %u\n",
		    alert_what_name(w), severity, r->hold == 0 ? "0" :
		    units_format_time(hold, r->hold),
		    units_format_time(remind, r->remind),
		    (unsigned)r->reminders);
		ck_assert_msg(strstr(page, row) != NULL, PAGE " lacks %s", row);
	}
}
END_TEST

/* What a file may have no more of. */
START_TEST(test_limits)
{
	char text[256];

	read_page(PAGE);
	snprintf(text, sizeof(text), "There are %d of them at most, and %d at "
	    "most of kind command; a name is one word\nof %d bytes at most.",
	    ALERT_RECEIVERS, HAND_COMMANDS_MAX, ALERT_NAME);
	ck_assert_msg(strstr(page, text) != NULL, PAGE " lacks %s", text);
	snprintf(text, sizeof(text), "a value has %d bytes at most",
	    CONF_VALUE_MAX);
	ck_assert_msg(strstr(page, text) != NULL, PAGE " lacks %s", text);
}
END_TEST

/* ".It Cm down , unreachable , silent" */
static bool
has_item(const char *from, const char *name)
{
	size_t n = strlen(name);

	for (const char *at = from; (at = strstr(at, "\n.It Cm ")) != NULL;) {
		size_t line = strcspn(++at, "\n");

		for (const char *w = at; w + n <= at + line; w++)
			if (strncmp(w, name, n) == 0 && w[-1] == ' ' &&
			    strchr(" \n", w[n]) != NULL)
				return true;
	}
	return false;
}

START_TEST(test_advice)
{
	const char *from;

	read_page("hub/zhanqun.7");
	from = strstr(page, ".Sh WHAT AN ALERT MEANS");
	ck_assert_ptr_nonnull(from);
	for (enum alert_what w = 0; w < ALERT_RULES; w++)
		ck_assert_msg(has_item(from, alert_what_name(w)),
		    "zhanqun(7) lacks %s", alert_what_name(w));
}
END_TEST

/* Whose number is it? Of each with which sites are watched that is said, beside
 * what it is if nobody sets it. */
START_TEST(test_sources)
{
	const char *from, *end, *at;
	char row[128];

	read_page("hub/zhanqun.7");
	from = strstr(page, ".Sh WHERE THE NUMBERS COME FROM");
	ck_assert_ptr_nonnull(from);
	end = strstr(from, "\n.El\n");
	for (size_t i = 0; i < CONFIG_WATCH_DEFS; i++) {
		const struct conf_def *d = &config_watch_table[i];

		if (d->type != CONF_TIME && d->type != CONF_NUMBER)
			continue;
		snprintf(row, sizeof(row), "\n.It Ic %s Ta %s ", d->name,
		    d->preset);
		at = strstr(from, row);
		ck_assert_msg(at != NULL && at < end, "zhanqun(7) doesn't say "
		    "where %s = %s comes from", d->name, d->preset);
	}
}
END_TEST

/* Who takes no --json is named where that is described, and nobody else. */
static void
check_json(const struct cmd *c)
{
	const char *from = strstr(page, "Taken by every command but\n");
	const char *to = from != NULL ? strstr(from, "A listing is") : NULL;
	bool user = strncmp(c->name, "user ", 5) == 0;
	char text[600], word[64];

	ck_assert(to != NULL && to - from < (int)sizeof(text));
	snprintf(text, sizeof(text), "%.*s", (int)(to - from), from);
	for (char *at = text; *at != '\0'; at++)
		if (*at == '\n' || *at == ',')
			*at = ' ';
	snprintf(word, sizeof(word), " %s ", user ? "user" : c->name);
	ck_assert_msg((strstr(text, word) != NULL) == (user || !c->json),
	    "zqhub(8), --json: %s", c->name);
}

static void
check_command(const struct cmd *c)
{
	char words[128], option[64];
	const char *at;
	size_t n = (size_t)snprintf(words, sizeof(words), "Nm Cm %s", c->name);

	at = strstr(page, words);
	while (at != NULL && strchr(" \n", at[n]) == NULL)
		at = strstr(at + 1, words);
	ck_assert_msg(at != NULL, "zqhub(8) lacks the command %s", c->name);
	for (int i = 0; i < CMD_OPTIONS && c->option[i].name != NULL; i++) {
		snprintf(option, sizeof(option), "Fl -%s", c->option[i].name);
		ck_assert_msg(strstr(page, option) != NULL,
		    "zqhub(8) lacks --%s of %s", c->option[i].name, c->name);
	}
}

START_TEST(test_commands)
{
	static const struct cmd *const lists[] = {
		cmd_init_list, cmd_site_list, cmd_domains_list,
		cmd_govern_list, cmd_status_list, cmd_search_list,
		cmd_links_list, cmd_check_list, cmd_checked_list,
		cmd_move_list, cmd_hits_list, cmd_notice_list,
		cmd_alert_list, cmd_home_list, cmd_days_list, cmd_user_list,
		cmd_journal_list, cmd_keep_list, cmd_backup_list, cmd_ca_list,
	};

	read_page("hub/zqhub.8");
	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++)
		for (const struct cmd *c = lists[i]; c->name != NULL; c++) {
			check_command(c);
			check_json(c);
		}
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("manual");
	TCase *t = tcase_create("manual");
	SRunner *r;
	int failed;

	tcase_add_loop_test(t, test_settings, 0, 3);
	tcase_add_test(t, test_rules);
	tcase_add_test(t, test_limits);
	tcase_add_test(t, test_advice);
	tcase_add_test(t, test_sources);
	tcase_add_test(t, test_commands);
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? 0 : 1;
}
