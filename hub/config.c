/*
 * The hub's settings. One table; everything that is known of a setting
 * stands in its row. Those of watching are in config_watch.c, those of alerts'
 * sections in config_alert.c.
 */
#include "hub/config.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "contrib/base/err.h"
#include "contrib/base/units.h"
#include "hub/config_alert.h"
#include "hub/config_judge.h"
#include "hub/config_watch.h"

#define AT(member) offsetof(struct config, member)
#define DAY (24ull * 3600 * 1000)

static const struct conf_section sections[] = {
	{ .name = "", .size = sizeof(struct config), .many = false },
	{ .name = "rule", .size = sizeof(struct config_rule), .many = true },
	{ .name = "receiver", .size = sizeof(struct config_receiver),
	  .many = true },
};

#define SECTIONS (sizeof(sections) / sizeof(sections[0]))

static const struct conf_def table[] = {
	{ .section = "", .name = "name", .type = CONF_TEXT,
	  .offset = AT(name), .preset = NULL,
	  .about =
	    "What the cluster is called: the name of the portal that runs it.\n"
	    "It stands on every page of the web part, in the feeds and in "
	    "the CA's certificate." },
	{ .section = "", .name = "listen", .type = CONF_TEXT,
	  .offset = AT(listen), .preset = "0.0.0.0:7443",
	  .about =
	    "Address and port where agents connect, with mutual TLS.\n"
	    "An IPv6 address stands in brackets: [::]:7443 takes IPv4 as "
	    "well." },
	{ .section = "", .name = "public", .type = CONF_TEXT,
	  .offset = AT(public), .preset = "",
	  .about =
	    "The address as agents dial it, https://host:port, when it is "
	    "another than listen says: behind a NAT, a load balancer that "
	    "passes TLS through, or a name.\n"
	    "Tickets are printed with it, and the hub's certificate is made "
	    "for its host." },
	{ .section = "", .name = "web", .type = CONF_TEXT,
	  .offset = AT(web), .preset = "127.0.0.1:7480",
	  .about =
	    "Address and port of the pages, feeds, JSON and /metrics, in plain "
	    "HTTP.\n"
	    "They can be read without a password unless web_sign_in is set, so "
	    "this is the machine itself if nothing is said; put a web server "
	    "in front for TLS.\n"
	    "Such a server passes Host on and sets X-Forwarded-Proto, so "
	    "that feeds name the address they are read at.\n"
	    "Empty: no web part." },
	{ .section = "", .name = "web_public", .type = CONF_TEXT,
	  .offset = AT(web_public), .preset = "",
	  .about =
	    "The address at which people open these pages, "
	    "https://hub.example.gov.cn: that of the web server in front.\n"
	    "What is told of an alert has a link to its page then.\n"
	    "The pages lie at the root of their host, so there is no path "
	    "behind it." },
	{ .section = "", .name = "web_sign_in", .type = CONF_BOOL,
	  .offset = AT(web_sign_in), .preset = "no",
	  .about =
	    "Whether pages, feeds and JSON are for those only who have signed "
	    "in (zqhub user add).\n"
	    "Acting always needs that. /metrics and /healthz are for machines "
	    "and stay open: bar them in the web server in front." },
	{ .section = "", .name = "web_session", .type = CONF_TIME,
	  .offset = AT(web_session), .preset = "12h",
	  .least = 60000, .most = 30 * DAY,
	  .about =
	    "Who has signed in and does nothing for so long must do it "
	    "again.\n"
	    "A page that is open counts as doing something." },
	{ .section = "", .name = "web_live", .type = CONF_NUMBER,
	  .offset = AT(web_live), .preset = "2000",
	  .least = 1, .most = 20000, .unit = "pages",
	  .about =
	    "Open pages that are told at once what changes, at a time.\n"
	    "One more says that it isn't live, looks once a minute, and asks "
	    "again.\n"
	    "One reader's address may have as many as are still free, so "
	    "nobody can take them all; behind a web server in front readers "
	    "are told apart by web_proxy alone.\n"
	    "Each costs about 20 KiB here, and two connections of the web "
	    "server in front.\n"
	    "Whatever else is asked for has room of its own." },
	{ .section = "", .name = "web_proxy", .type = CONF_TEXT,
	  .offset = AT(web_proxy), .preset = "",
	  .about =
	    "The address of the web server in front, as the hub sees it: "
	    "127.0.0.1.\n"
	    "From there, and from nowhere else, X-Forwarded-For is believed: "
	    "tries to sign in and live pages are then counted by the "
	    "reader's address, and connections from there are not counted "
	    "with those of others." },
	{ .section = "", .name = "web_user_header", .type = CONF_TEXT,
	  .offset = AT(web_user_header), .preset = "",
	  .about =
	    "A header in which that web server says which user it is, after it "
	    "has checked a client certificate, or in some other way: "
	    "X-Remote-User.\n"
	    "It must remove what the reader himself sends by that name, "
	    "wherever it leads to the hub: the header is believed from "
	    "web_proxy, and from nowhere else (see the examples).\n"
	    "The "
	    "user must be in zqhub user list, which has the role.\n"
	    "Empty: nobody is believed that." },
	{ .section = "", .name = "dir", .type = CONF_PATH,
	  .offset = AT(dir), .preset = ".",
	  .about =
	    "The data directory: journal, view, CA, control socket.\n"
	    "Relative to the place of this file, so by default the directory "
	    "that it lies in." },
	{ .section = "", .name = "log", .type = CONF_TEXT,
	  .offset = AT(log), .preset = "info",
	  .about =
	    "How much to say on standard error: error, warn, info or debug.\n"
	    "At debug each request of the edge has its line." },
	{ .section = "", .name = "language", .type = CONF_TEXT,
	  .offset = AT(language), .preset = "zh",
	  .about =
	    "Language of the web part for readers whose browser asks for "
	    "neither: zh or en." },
	{ .section = "", .name = "ticket_life", .type = CONF_TIME,
	  .offset = AT(ticket_life), .preset = "24h",
	  .least = 1000, .most = 30 * DAY,
	  .about = "How long an enrolment ticket is good." },
	{ .section = "", .name = "leaf_days", .type = CONF_NUMBER,
	  .offset = AT(leaf_days), .preset = "90",
	  .least = 1, .most = 90, .unit = "days",
	  .about = "How long an agent's certificate is good.\n"
	    "It renews by itself when two thirds of that are over." },
	{ .section = "", .name = "grace_days", .type = CONF_NUMBER,
	  .offset = AT(grace_days), .preset = "30",
	  .least = 0, .most = 825, .unit = "days",
	  .about =
	    "How long after its end a certificate may still be renewed.\n"
	    "The agent asks by itself; what the site says is then refused "
	    "until an operator has let it in again, with zqhub site admit.\n"
	    "Later than that the site needs a new ticket: zqhub site "
	    "reissue." },
	{ .section = "", .name = "connections", .type = CONF_NUMBER,
	  .offset = AT(connections), .preset = "20000",
	  .least = 16, .most = 1000000, .unit = "connections",
	  .about =
	    "Connections that the edge holds at a time; an idle one costs "
	    "about 25 KiB.\n"
	    "One address may hold as many as are still free, so nobody can "
	    "take them all.\n"
	    "The limit of open files is raised to fit." },
	{ .section = "", .name = "body_memory", .type = CONF_BYTES,
	  .offset = AT(body_memory), .preset = "64M",
	  .least = 16u << 20, .most = 64ull << 30,
	  .about =
	    "Bytes of change lists under way at the edge, all connections "
	    "together.\n"
	    "Large ones, of sites that could not tell what they had for some "
	    "time, fill a sixteenth of it at most, and wait their turn beyond "
	    "that.\n"
	    "Who comes on top of that is told to come back in some seconds, "
	    "and loses nothing." },
	{ .section = "", .name = "request_time", .type = CONF_TIME,
	  .offset = AT(request_time), .preset = "30s",
	  .least = 1000, .most = 3600000,
	  .about =
	    "How long a whole request may take to arrive, from its first byte "
	    "to its last.\n"
	    "Four megabytes in 30 seconds need a line of about 1 Mbit/s." },
	{ .section = "", .name = "group", .type = CONF_NUMBER,
	  .offset = AT(group), .preset = "10000",
	  .least = 1, .most = 1000000, .unit = "entries",
	  .about =
	    "Most entries of the journal that are applied to the view in one "
	    "transaction.\n"
	    "Larger groups are cheaper for each entry, and later to be seen "
	    "when there is a backlog." },
	{ .section = "", .name = "store_most", .type = CONF_BYTES,
	  .offset = AT(store_most), .preset = "64G",
	  .least = 64u << 20, .most = 16ull << 40,
	  .about =
	    "Most bytes on disk of the journal, and of the view.\n"
	    "When it is reached the hub says so and agents keep what they "
	    "have to say; raising it is enough to go on." },
	{ .section = "", .name = "gate_items", .type = CONF_NUMBER,
	  .offset = AT(gate_items), .preset = "50",
	  .least = 0, .most = 1000000000, .unit = "items",
	  .about =
	    "The gate: when a site withdraws more items than this, and more "
	    "of what it shows than gate_percent says, within gate_window, "
	    "and no person stands for it, its withdrawals are held: an "
	    "unmounted disk must not empty the index.\n"
	    "zqhub status shows it; zqhub release or zqhub refuse settles "
	    "it." },
	{ .section = "", .name = "gate_percent", .type = CONF_NUMBER,
	  .offset = AT(gate_percent), .preset = "10",
	  .least = 0, .most = 100, .unit = "percent",
	  .about =
	    "Of what a site shows, how much it may withdraw unasked even if "
	    "that is more than gate_items.\n"
	    "With 100 the gate never closes." },
	{ .section = "", .name = "gate_window", .type = CONF_TIME,
	  .offset = AT(gate_window), .preset = "10m",
	  .least = 1000, .most = DAY,
	  .about =
	    "How long withdrawals are counted together, from the first of "
	    "them on." },
	{ .section = "", .name = "move_notice", .type = CONF_TIME,
	  .offset = AT(move_notice), .preset = "90d",
	  .least = 0, .most = 3650 * DAY,
	  .about =
	    "How long before its time the move of a domain is to be "
	    "announced.\n"
	    "Three months, for one that is replaced, are known at second hand "
	    "and from no notice.\n"
	    "One that is announced later is taken, and whoever announces it "
	    "here is warned." },
	{ .section = "", .name = "move_agree", .type = CONF_TEXT,
	  .offset = AT(move_agree), .preset = "proof",
	  .about =
	    "What the move of a domain needs if no site says the same of the "
	    "new one: proof, that of the site at the new domain, which zqhub "
	    "move check looks for and agrees by; or operator: a proof is "
	    "shown, and an operator agrees (zqhub move agree).\n"
	    "An operator's word is enough in both cases." },
	{ .section = "", .name = "move_grace", .type = CONF_TIME,
	  .offset = AT(move_grace), .preset = "15m",
	  .least = 0, .most = 7 * DAY,
	  .about =
	    "How long after a move took effect what it leads to may still be "
	    "missing, until its owner has pushed it, without being called "
	    "broken.\n"
	    "It ends at once when the move is seen not to work." },
	{ .section = "", .name = "letter_column", .type = CONF_TIME,
	  .offset = AT(letter_column), .preset = "3d",
	  .least = 0, .most = 3650 * DAY,
	  .about =
	    "A letter about links that have to be changed goes on when nobody "
	    "answers it for so long: to the site again, sorted by column.\n"
	    "Nobody answers when the letter is not fetched, or when it is, its "
	    "time has come, and neither is a page mended nor does anybody say "
	    "that it will be.\n"
	    "Not at all (0): this step is left out." },
	{ .section = "", .name = "letter_site", .type = CONF_TIME,
	  .offset = AT(letter_site), .preset = "7d",
	  .least = 0, .most = 3650 * DAY,
	  .about =
	    "The next step, counted from the first letter: to the site as a "
	    "whole." },
	{ .section = "", .name = "letter_parent", .type = CONF_TIME,
	  .offset = AT(letter_parent), .preset = "14d",
	  .least = 0, .most = 3650 * DAY,
	  .about =
	    "The last step: to the site that it belongs to (its parent), "
	    "which is told the site, the links, and since when." },
	{ .section = "", .name = "silent_after", .type = CONF_TIME,
	  .offset = AT(silent_after), .preset = "15s",
	  .least = 1000, .most = 30 * DAY,
	  .about = "A site that hasn't been heard for so long, nor for three "
	    "of its agent's beats, is shown as silent.\n"
	    "Agents beat every 5 seconds when they have nothing to tell, "
	    "unless their own settings say otherwise, and tell how often; "
	    "one that doesn't is given 60 seconds." },
	{ .section = "", .name = "check", .type = CONF_BOOL,
	  .offset = AT(check), .preset = "no",
	  .about =
	    "Whether the hub looks at the addresses outside of the cluster "
	    "that its sites link to.\n"
	    "It needs a way to the Internet for that, and asks politely." },
	{ .section = "", .name = "check_unknown", .type = CONF_BOOL,
	  .offset = AT(check_unknown), .preset = "yes",
	  .about =
	    "Whether it looks in the same way at addresses inside of the "
	    "cluster that no agent judges: of a site that has none yet, or "
	    "that no source of its agent covers (a program's answers, "
	    "addresses with a query).\n"
	    "Without it links there stay unknown for ever: while agents are "
	    "being installed, that is most of them.\n"
	    "Sites at private addresses need check_allow." },
	{ .section = "", .name = "check_window", .type = CONF_TIME,
	  .offset = AT(check_window), .preset = "7d",
	  .least = 3600 * 1000, .most = 365 * DAY,
	  .about =
	    "Each address is looked at once in so long, however many sites "
	    "link to it; what seems to be gone, once a day until that is "
	    "sure, and then less and less often." },
	{ .section = "", .name = "check_delay", .type = CONF_TIME,
	  .offset = AT(check_delay), .preset = "2s",
	  .least = 0, .most = 3600 * 1000,
	  .about =
	    "How long a registrable domain, and an IP address, is left alone "
	    "after each request.\n"
	    "Longer if its robots.txt or a Retry-After says so.\n"
	    "Nothing at all (0) is for servers of your own." },
	{ .section = "", .name = "check_parallel", .type = CONF_NUMBER,
	  .offset = AT(check_parallel), .preset = "32",
	  .least = 1, .most = 1000, .unit = "requests",
	  .about = "Requests at a time, each to another server." },
	{ .section = "", .name = "check_contact", .type = CONF_TEXT,
	  .offset = AT(check_contact), .preset = "",
	  .about =
	    "An address of mail or of a page at which the owners of those "
	    "servers reach you; it stands in the User-Agent." },
	{ .section = "", .name = "check_allow", .type = CONF_TEXT,
	  .offset = AT(check_allow), .preset = "",
	  .about =
	    "Networks that may be asked although they are private, blanks "
	    "between: 10.20.0.0/16 fd00:1::/32.\n"
	    "Else nothing at a private address is asked, whatever name or "
	    "redirect leads there." },
	{ .section = "", .name = "check_cas", .type = CONF_PATH,
	  .offset = AT(check_cas), .preset = "",
	  .about =
	    "A PEM file of the certificate authorities to believe, instead "
	    "of the system's." },
};

#define TABLE_COUNT (sizeof(table) / sizeof(table[0]))

/* All sections: the parser wants one table. */
#define ALL (TABLE_COUNT + CONFIG_WATCH_DEFS + CONFIG_ALERT_DEFS)

static const struct conf_def *
all(void)
{
	static struct conf_def joined[ALL];

	memcpy(joined, table, sizeof(table));
	memcpy(joined + TABLE_COUNT, config_watch_table,
	    CONFIG_WATCH_DEFS * sizeof(*joined));
	memcpy(joined + TABLE_COUNT + CONFIG_WATCH_DEFS, config_alert_table,
	    CONFIG_ALERT_DEFS * sizeof(*joined));
	return joined;
}

const struct config *
config_read(const char *path, struct conf **file, struct buf *why)
{
	struct config *c;

	*file = conf_read(path, sections, SECTIONS, all(), ALL, why);
	if (*file == NULL)
		return NULL;
	c = conf_record(*file, "", 0);
	must(c != NULL);
	c->file = *file;
	config_judge(c, path, why);
	config_watch_judge(c, path, why);
	config_alert_judge(c->file, path, why);
	if (why->n == 0)
		return c;
	conf_free(*file);
	*file = NULL;
	return NULL;
}

bool
config_looks(const struct config *c)
{
	return c->check || c->homes;
}

void
config_manual(struct buf *b, const char *section)
{
	conf_manual(b, all(), ALL, section);
}

/* Sections have no presets that could stand here: an example of each. */
static const char receivers_and_rules[] =
    "# Who is told of alerts, each in a section of its own: mail, webhook,\n"
    "# alertmanager or command. \"zqhub alert test duty\" tries one.\n"
    "#[receiver duty]\n"
    "#kind = mail\n"
    "#url = smtp://mail.example.gov.cn:587\n"
    "#from = zhanqun@example.gov.cn\n"
    "#to = duty@example.gov.cn\n"
    "#user = zhanqun\n"
    "#password_file = mail.password\n"
    "#quiet = 22:00-07:00\n\n"
    "# What is told otherwise than \"zqhub alert rules\" shows.\n"
    "#[rule silent]\n"
    "#for = 2m\n"
    "#severity = critical\n";

void
config_example(struct buf *b)
{
	conf_example(b, table, TABLE_COUNT, "");
	conf_example(b, config_watch_table, CONFIG_WATCH_DEFS, "");
	buf_text(b, receivers_and_rules);
}

static void
put_list(struct buf *b, char *const *list)
{
	for (size_t i = 0; list[i] != NULL; i++)
		buf_printf(b, "%s%s", i > 0 ? " " : "", list[i]);
}

/* One setting as it stands, in the form that a file has. */
static void
put_value(struct buf *b, const struct conf_def *d, const void *at)
{
	char text[UNITS_TEXT_MAX];
	uint64_t n = 0;

	if (d->type == CONF_BOOL)
		n = *(const bool *)at;
	else if (d->type == CONF_NUMBER || d->type == CONF_BYTES ||
	    d->type == CONF_TIME)
		memcpy(&n, at, sizeof(n));
	if (d->type == CONF_BOOL)
		buf_text(b, n != 0 ? "yes" : "no");
	else if (d->type == CONF_BYTES)
		buf_text(b, units_format_bytes(text, n));
	else if (d->type == CONF_TIME)
		buf_text(b, units_format_time(text, n));
	else if (d->type == CONF_NUMBER)
		buf_printf(b, "%llu", (unsigned long long)n);
	else if (d->type == CONF_LIST)
		put_list(b, *(char *const *const *)at);
	else
		buf_text(b, *(char *const *)at);
}

static void
print_section(struct buf *b, const char *section, const void *record)
{
	const struct conf_def *d = all();

	for (size_t i = 0; i < ALL; i++) {
		if (strcmp(d[i].section, section) != 0)
			continue;
		buf_printf(b, "%s = ", d[i].name);
		put_value(b, &d[i], (const char *)record + d[i].offset);
		buf_byte(b, '\n');
	}
}

void
config_print(struct buf *b, const struct config *c)
{
	static const char *const many[] = { "rule", "receiver" };
	const void *record;
	const char *label;

	print_section(b, "", c);
	for (size_t i = 0; c->file != NULL && i < 2; i++) {
		for (size_t n = 0; (record = conf_get(c->file, many[i], n,
		    &label)) != NULL; n++) {
			buf_printf(b, "[%s %s]\n", many[i], label);
			print_section(b, many[i], record);
		}
	}
}

const char *
config_path(char out[CONFIG_PATH_MAX], const char *dir, const char *name)
{
	int n = snprintf(out, CONFIG_PATH_MAX, "%s/%s", dir, name);

	must(n > 0);
	if (n >= CONFIG_PATH_MAX)
		fatal("%s: the path of the data directory is too long", dir);
	return out;
}
