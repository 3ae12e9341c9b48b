/*
 * Settings of alerts; see config_alert.h.
 */
#include "hub/config_alert.h"

#include <limits.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "contrib/base/text.h"
#include "contrib/base/units.h"
#include "contrib/base/zone.h"
#include "hub/alert.h"
#include "hub/alert_what.h"

#define RULE(member) offsetof(struct config_rule, member)
#define TO(member) offsetof(struct config_receiver, member)
#define DAY (24ull * 3600 * 1000)

const struct conf_def config_alert_table[CONFIG_ALERT_DEFS] = {
	{ .section = "rule", .name = "tell", .type = CONF_TEXT,
	  .offset = RULE(tell), .preset = "",
	  .about = "Whether it is told at all: yes or no." },
	{ .section = "rule", .name = "severity", .type = CONF_TEXT,
	  .offset = RULE(severity), .preset = "",
	  .about = "info, warning, critical or danger." },
	{ .section = "rule", .name = "for", .type = CONF_TEXT,
	  .offset = RULE(hold), .preset = "",
	  .about =
	    "How long it must be so before it is an alert, as in 10m or 0." },
	{ .section = "rule", .name = "remind", .type = CONF_TEXT,
	  .offset = RULE(remind), .preset = "",
	  .about =
	    "How long after the last notice a reminder comes, as in 4h; each "
	    "one waits twice as long as the one before." },
	{ .section = "rule", .name = "reminders", .type = CONF_TEXT,
	  .offset = RULE(reminders), .preset = "",
	  .about = "How many reminders there are at most." },
	{ .section = "rule", .name = "receivers", .type = CONF_LIST,
	  .offset = RULE(receivers), .preset = "",
	  .about =
	    "Who is told, by the names of their sections; empty: every "
	    "receiver that takes this rule and its severity." },

	{ .section = "receiver", .name = "kind", .type = CONF_TEXT,
	  .offset = TO(kind), .preset = NULL,
	  .about = "mail, webhook, alertmanager or command." },
	{ .section = "receiver", .name = "url", .type = CONF_TEXT,
	  .offset = TO(url), .preset = "",
	  .about =
	    "mail: the server, smtp://host:587 or smtps://host:465.\n"
	    "webhook: the address that is posted to.\n"
	    "alertmanager: its root, http://host:9093, to which /api/v2/alerts "
	    "is added." },
	{ .section = "receiver", .name = "to", .type = CONF_LIST,
	  .offset = TO(to), .preset = "",
	  .about =
	    "mail: addresses, blanks between.\n"
	    "One that the server refuses keeps no other from having the mail; "
	    "zqhub alert ledger and the log name it, with the server's "
	    "words." },
	{ .section = "receiver", .name = "from", .type = CONF_TEXT,
	  .offset = TO(from), .preset = "",
	  .about = "mail: the address that it comes from." },
	{ .section = "receiver", .name = "user", .type = CONF_TEXT,
	  .offset = TO(user), .preset = "",
	  .about = "mail: the name to log in with; empty: without." },
	{ .section = "receiver", .name = "password_file", .type = CONF_PATH,
	  .offset = TO(password_file), .preset = "",
	  .about = "mail: a file with the password, in its first line." },
	{ .section = "receiver", .name = "tls", .type = CONF_BOOL,
	  .offset = TO(tls), .preset = "yes",
	  .about =
	    "mail: whether a server at smtp:// must offer STARTTLS and have a "
	    "good certificate.\n"
	    "Only a server on the same machine may do without." },
	{ .section = "receiver", .name = "secret_file", .type = CONF_PATH,
	  .offset = TO(secret_file), .preset = "",
	  .about =
	    "webhook: a file with a secret in its first line; the body is "
	    "signed with it, HMAC-SHA256, in the header "
	    "X-Zhanqun-Signature." },
	{ .section = "receiver", .name = "cas", .type = CONF_PATH,
	  .offset = TO(cas), .preset = "",
	  .about =
	    "A PEM file of the certificate authorities to believe, instead "
	    "of the system's." },
	{ .section = "receiver", .name = "command", .type = CONF_LIST,
	  .offset = TO(command), .preset = "",
	  .about =
	    "command: a program's whole path and its words; it is run without "
	    "a shell and reads the notice as JSON.\n"
	    "If it ends with 0 the notice is delivered." },
	{ .section = "receiver", .name = "severity", .type = CONF_TEXT,
	  .offset = TO(severity), .preset = "info",
	  .about =
	    "The least that is told: info, warning, critical or danger." },
	{ .section = "receiver", .name = "rules", .type = CONF_LIST,
	  .offset = TO(rules), .preset = "",
	  .about = "Only these rules, by name; empty: all." },
	{ .section = "receiver", .name = "language", .type = CONF_TEXT,
	  .offset = TO(language), .preset = "zh",
	  .about = "Of what is told: zh, en or both." },
	{ .section = "receiver", .name = "quiet", .type = CONF_TEXT,
	  .offset = TO(quiet), .preset = "",
	  .about =
	    "Hours in which only what is dangerous is told, as in "
	    "22:00-07:00; the rest comes afterwards if it is still so.\n"
	    "Whoever was told that something began is told its end at once, "
	    "always." },
	{ .section = "receiver", .name = "zone", .type = CONF_TEXT,
	  .offset = TO(zone), .preset = "",
	  .about =
	    "The time zone of these hours, as in Asia/Shanghai; empty: the "
	    "hub's own." },
	{ .section = "receiver", .name = "timeout", .type = CONF_TIME,
	  .offset = TO(timeout), .preset = "15s",
	  .least = 1000, .most = 300000,
	  .about = "How long one try may take." },
	{ .section = "receiver", .name = "give_up", .type = CONF_TIME,
	  .offset = TO(give_up), .preset = "1d",
	  .least = 60000, .most = 30 * DAY,
	  .about =
	    "How long a notice that can't be delivered is tried again, less "
	    "and less often, before it is given up.\n"
	    "What waits is tried at once when its receiver takes another." },
};

const struct config_rule *
config_rule(const struct conf *file, size_t n, const char **name)
{
	return file == NULL ? NULL : conf_get(file, "rule", n, name);
}

const struct config_receiver *
config_receiver(const struct conf *file, size_t n, const char **name)
{
	return file == NULL ? NULL :
	    conf_get(file, "receiver", n, name);
}

const struct config_receiver *
config_receiver_named(const struct conf *file, struct span name)
{
	const struct config_receiver *r;
	const char *label;

	for (size_t n = 0; (r = config_receiver(file, n, &label)) != NULL; n++) {
		if (span_is(span_of(label), name))
			return r;
	}
	return NULL;
}

/* --- what a type can't judge ------------------------------------------------- */

static bool
parse_minute(struct span s, unsigned *minute)
{
	uint64_t hour, min;

	if (s.n != 5 || s.at[2] != ':' ||
	    !text_number((struct span){ s.at, 2 }, 0, 23, &hour) ||
	    !text_number((struct span){ s.at + 3, 2 }, 0, 59, &min))
		return false;
	*minute = (unsigned)(hour * 60 + min);
	return true;
}

bool
config_quiet_parse(struct span s, unsigned *from, unsigned *to)
{
	return s.n == 11 && s.at[5] == '-' &&
	    parse_minute((struct span){ s.at, 5 }, from) &&
	    parse_minute((struct span){ s.at + 6, 5 }, to) && *from != *to;
}

struct judging {
	const struct conf *file;
	const char *path, *section, *label;
	struct buf *why;
};

static void
wrong(const struct judging *j, const char *name, const char *found,
    const char *expected)
{
	conf_begin(j->why, j->file, j->path, j->section, j->label, name);
	buf_printf(j->why, "\"%s\": expected %s\n", found, expected);
}

static void
judge_time(const struct judging *j, const char *name, const char *text)
{
	uint64_t ms;

	if (text[0] != '\0' && (!units_parse_time(span_of(text), &ms) ||
	    ms > 366 * DAY))
		wrong(j, name, text, "a time, as in 10m or 4h, of a year at "
		    "most");
}

static void
judge_severity(const struct judging *j, const char *text)
{
	enum alert_severity s;

	if (text[0] != '\0' && !alert_severity_parse(&s, span_of(text)))
		wrong(j, "severity", text,
		    "info, warning, critical or danger");
}

static void
judge_receivers(const struct judging *j, char *const *names)
{
	for (; *names != NULL; names++) {
		if (config_receiver_named(j->file, span_of(*names)) == NULL)
			wrong(j, "receivers", *names, "the name of a "
			    "[receiver NAME] section of this file");
	}
}

static void
judge_rules(const struct judging *j, char *const *names)
{
	for (; *names != NULL; names++) {
		if (alert_what_named(span_of(*names)) == ALERT_RULES)
			wrong(j, "rules", *names, "the name of a rule: zqhub "
			    "alert rules lists them");
	}
}

static void
judge_rule(const struct judging *j, const struct config_rule *r)
{
	uint64_t n;

	if (alert_what_named(span_of(j->label)) == ALERT_RULES) {
		conf_begin(j->why, j->file, j->path, "rule", j->label, "");
		buf_text(j->why, "there is no such rule: zqhub alert rules "
		    "lists them\n");
	}
	if (r->tell[0] != '\0' && strcmp(r->tell, "yes") != 0 &&
	    strcmp(r->tell, "no") != 0)
		wrong(j, "tell", r->tell, "yes or no");
	judge_severity(j, r->severity);
	judge_time(j, "for", r->hold);
	judge_time(j, "remind", r->remind);
	if (r->reminders[0] != '\0' &&
	    !text_number(span_of(r->reminders), 0, 1000, &n))
		wrong(j, "reminders", r->reminders, "a number up to 1000");
	judge_receivers(j, r->receivers);
}

static bool
starts(const char *text, const char *one, const char *other)
{
	return text_starts(span_of(text), one) ||
	    text_starts(span_of(text), other);
}

#define ADDRESS "an address, name@host, with a name in ASCII"

/* What goes into a header of a mail must not end it; and before the @ it is
 * ASCII: few servers take other names (SMTPUTF8). */
static bool
is_address(const char *text)
{
	const char *host = strchr(text, '@');
	size_t n = strlen(text);

	for (const char *c = text; host != NULL && c < host; c++)
		if ((unsigned char)*c >= 0x80)
			return false;
	return n >= 3 && n < 320 && host != NULL &&
	    text[0] != '@' && text[n - 1] != '@' &&
	    strpbrk(text, "<>\r\n\t \",;") == NULL;
}

static void
judge_mail(const struct judging *j, const struct config_receiver *r)
{
	if (!starts(r->url, "smtp://", "smtps://"))
		wrong(j, "url", r->url, "smtp://host:587 or "
		    "smtps://host:465");
	if (!is_address(r->from))
		wrong(j, "from", r->from, ADDRESS);
	if (r->to[0] == NULL)
		wrong(j, "to", "", "one address at least");
	for (char *const *to = r->to; *to != NULL; to++) {
		if (!is_address(*to))
			wrong(j, "to", *to, ADDRESS);
	}
}

static void
judge_kind(const struct judging *j, const struct config_receiver *r)
{
	if (strcmp(r->kind, "mail") == 0) {
		judge_mail(j, r);
	} else if (strcmp(r->kind, "webhook") == 0 ||
	    strcmp(r->kind, "alertmanager") == 0) {
		if (!starts(r->url, "http://", "https://"))
			wrong(j, "url", r->url, "an address, https://…");
	} else if (strcmp(r->kind, "command") == 0) {
		if (r->command[0] == NULL || r->command[0][0] != '/')
			wrong(j, "command", r->command[0] != NULL ?
			    r->command[0] : "", "the whole path of a program");
	} else {
		wrong(j, "kind", r->kind,
		    "mail, webhook, alertmanager or command");
	}
}

/* Rules list receivers with blanks between; also Chinese ones look so. */
static bool
is_one_word(struct span name)
{
	bool good = name.n > 0;

	while (good && name.n > 0) {
		uint32_t c = text_next(&name);

		good = c > ' ' && c != 0x7f && c != 0xa0 && c != 0x3000;
	}
	return good;
}

static void
judge_name(const struct judging *j)
{
	if (strlen(j->label) > ALERT_NAME)
		wrong(j, "the name", j->label, "63 bytes at most");
	if (!is_one_word(span_of(j->label)))
		wrong(j, "the name", j->label, "one word: rules list "
		    "receivers by name, blanks between");
}

static void
judge_receiver(const struct judging *j, const struct config_receiver *r)
{
	unsigned from, to;

	judge_name(j);
	judge_kind(j, r);
	judge_severity(j, r->severity);
	judge_rules(j, r->rules);
	if (strcmp(r->language, "zh") != 0 && strcmp(r->language, "en") != 0 &&
	    strcmp(r->language, "both") != 0)
		wrong(j, "language", r->language, "zh, en or both");
	if (r->quiet[0] != '\0' &&
	    !config_quiet_parse(span_of(r->quiet), &from, &to))
		wrong(j, "quiet", r->quiet, "hours, as in 22:00-07:00, "
		    "from one time to another");
	if (r->zone[0] != '\0' && !zone_is_known(r->zone))
		wrong(j, "zone", r->zone, "a time zone, as in Asia/Shanghai");
}

void
config_alert_judge(const struct conf *file, const char *path, struct buf *why)
{
	struct judging j = { .file = file, .path = path, .why = why };
	const struct config_receiver *to;
	const struct config_rule *rule;
	size_t n;

	j.section = "rule";
	for (n = 0; (rule = config_rule(file, n, &j.label)) != NULL; n++)
		judge_rule(&j, rule);
	j.section = "receiver";
	for (n = 0; (to = config_receiver(file, n, &j.label)) != NULL; n++)
		judge_receiver(&j, to);
	if (n > ALERT_RECEIVERS)
		buf_printf(why, "%s: %zu receivers: expected %d at most\n",
		    path, n, ALERT_RECEIVERS);
}
