/*
 * zqagent enroll: a key made here, a certificate from the hub, agent.conf.
 */
#include "agent/tool.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "agent/cmp_exchange.h"
#include "agent/config_hub.h"
#include "agent/renew.h"
#include "agent/spare.h"
#include "certs/enroll.h"
#include "certs/identity.h"
#include "certs/keep.h"
#include "certs/ticket.h"
#include "contrib/base/clock.h"
#include "contrib/base/lang.h"
#include "contrib/base/text.h"

struct tool_option tool_enroll_options[] = {
	{ .name = "site", .typed = true,
	  .about = N_("the site's code, if the hub asks for "
	    "it; the ticket says which site") },
	{ .name = "proxy", .about = N_("http://HOST:PORT on the way to the "
	    "hub; kept in agent.conf") },
	{ .name = "force", .flag = true, .about = N_("not needed: a ticket "
	    "says that an identity that is there is to be replaced") },
	{ .name = NULL }
};

/* --- the command ------------------------------------------------------------------ */

static bool
make_dir(const char *dir, struct buf *why)
{
	if (mkdir(dir, 0750) == 0 || errno == EEXIST)
		return true;
	buf_printf(why, "%s: %s", dir, strerror(errno));
	return false;
}

/* Another identity, if there is one, is kept until this is in its place. */
static bool
replace(const char *dir, EVP_PKEY *key, X509 *cert, X509 *ca,
    struct buf *why)
{
	bool ok = spare_keep(dir, why) &&
	    identity_save(dir, key, cert, ca, why);

	if (ok)
		spare_drop(dir);
	else
		spare_settle(dir);
	return ok;
}

/* *asked: the hub may have used the ticket up. The key is on disk before that,
 * and taken up again by the next try: the ticket is good once more for it. */
static bool
enroll(struct tool *t, const char *hub, const struct ticket *ticket,
    bool *asked, struct buf *why)
{
	struct cmp_exchange exchange = { .hub = hub, .pin = ticket->pin,
	    .proxy = tool_value(t, "proxy") };
	EVP_PKEY *key = identity_next_key(t->dir, why);
	X509 *cert = NULL, *ca = NULL;
	bool ok;

	*asked = false;
	if (key == NULL)
		return false;
	ok = enroll_ask(ticket, key, tool_value(t, "site"),
	    cmp_exchange_send, &exchange, &cert, &ca, why) &&
	    replace(t->dir, key, cert, ca, why);
	X509_free(cert);
	X509_free(ca);
	EVP_PKEY_free(key);
	*asked = !exchange.unreached;
	return ok && config_hub_set(tool_path(t, CONFIG_FILE), hub,
	    tool_value(t, "proxy"), why);
}

/* A running daemon uses the new identity from now on. */
static bool
follow(struct tool *t)
{
	bool down;
	json_t *ok = tool_ask(t, json_pack("{s:s}", "do", "identity"), &down);
	bool follows = ok != NULL;

	json_decref(ok);
	return follows;
}

/* What comes next, to be typed as it stands here. */
static void
say_begin(struct tool *t, const struct identity *i, const char *until)
{
	bool usual = strcmp(t->dir, CONFIG_DIR) == 0;
	const char *option = usual ? "" : " --dir ";
	struct buf room, conf;
	const char *dir;

	buf_init(&room, TEXT_SHELL_MAX);
	buf_init(&conf, TEXT_SHELL_MAX);
	dir = usual ? "" : text_shell(&room, t->dir);
	printf(_("Enrolled: this is site %s of %s.\n"
	    "Its certificate in %s is good until %s.\n\n"
	    "Next:\n"
	    "  zqagent source add dir www --root /var/www/html --url "
	    "https://www.example.gov.cn/%s%s\n"
	    "  zqagentd -c %s        (or: systemctl enable --now zqagentd)\n"
	    "  zqagent status%s%s\n"), i->code, i->hub_ca, t->dir, until,
	    option, dir, text_shell(&conf, tool_path(t, CONFIG_FILE)), option,
	    dir);
	buf_clear(&room);
	buf_clear(&conf);
}

static void
say_next(struct tool *t, bool follows)
{
	struct identity i;
	struct buf why;
	char until[CLOCK_TEXT_MAX];

	buf_init(&why, 4096);
	if (identity_read(&i, t->dir, &why) && t->json)
		printf("{\"site\": %u, \"code\": \"%s\", \"dir\": \"%s\"}\n",
		    i.site, i.code, t->dir);
	else if (why.n == 0 && follows)
		printf(_("Enrolled: this is site %s of %s.\n"
		    "Its certificate in %s is good until %s.\n"
		    "zqagentd uses it from now on; what it knows and what "
		    "waits for the hub stay.\n"), i.code, i.hub_ca, t->dir,
		    clock_show(until, i.not_after));
	else if (why.n == 0)
		say_begin(t, &i, clock_show(until, i.not_after));
	buf_clear(&why);
}

static void
say_renewed(const struct tool *t)
{
	struct identity i;
	struct buf why;
	char until[CLOCK_TEXT_MAX];

	buf_init(&why, 4096);
	if (!t->json)
		printf(_("there is a new certificate\n"));
	else if (identity_read(&i, t->dir, &why))
		printf("{\"renewed\": true, \"not_after\": \"%s\"}\n",
		    clock_format(until, i.not_after));
	else
		printf("{\"renewed\": true}\n");
	buf_clear(&why);
}

int
tool_renew(struct tool *t)
{
	struct config *c = tool_config(t);
	struct line line;
	struct buf why;
	bool ok, down, answered;

	if (c == NULL)
		return 2;
	buf_init(&why, 16384);
	ok = line_init(&line, c->top->hub, c->top->dir, &why);
	if (ok) {
		line_through(&line, c->top->proxy);
		ok = renew_now(&line, c->top->dir, &answered, &why);
	}
	if (ok) {
		json_decref(tool_ask(t, json_pack("{s:s}", "do", "identity"),
		    &down));
		say_renewed(t);
	} else {
		(void)tool_fail(_("the old one stays in use"), "%s",
		    buf_cstr(&why));
	}
	buf_clear(&why);
	line_clear(&line);
	config_free(c);
	return ok ? 0 : 2;
}

/* Everything that can be judged before the hub is asked: a ticket is good
 * only once. */
static bool
is_ready(struct tool *t, struct buf *hub, struct ticket *ticket,
    struct buf *why)
{
	const char *wrong = NULL, *proxy = tool_value(t, "proxy");

	if (strncasecmp(t->place[0], "http://", 7) == 0) {
		buf_printf(why, _("the hub's address \"%s\": https://… "
		    "expected, as in the line of zqhub site add"),
		    t->place[0]);
		return false;
	}
	if (!config_hub(hub, t->place[0], why) ||
	    (proxy != NULL && !config_proxy(proxy, why)))
		return false;
	if (!ticket_parse(ticket, span_of(t->place[1]), &wrong)) {
		buf_text(why, wrong);
		return false;
	}
	if (!make_dir(t->dir, why) ||
	    !config_hub_can(tool_path(t, CONFIG_FILE), why))
		return false;
	if (access(t->dir, W_OK | X_OK) == 0)
		return true;
	buf_printf(why, "%s: %s", t->dir, strerror(errno));
	return false;
}

int
tool_enroll(struct tool *t)
{
	struct ticket ticket;
	struct buf hub, why;
	bool asked, ok;

	if (t->places != 2)
		return tool_fail(_("zqagent enroll --help"), _("expected the "
		    "hub's address and a ticket"));
	buf_init(&hub, 4096);
	buf_init(&why, 16384);
	asked = is_ready(t, &hub, &ticket, &why);
	ok = asked && enroll(t, buf_cstr(&hub), &ticket, &asked, &why);
	while (why.n > 0 && why.at[why.n - 1] == '\n')
		buf_cut(&why, why.n - 1);
	if (ok)
		say_next(t, follow(t));
	else
		(void)tool_fail(asked ? _("a ticket is good once and for a "
		    "day; the hub's operator makes another") :
		    _("the hub was not asked; the ticket is as good as "
		    "before"), "%s", buf_cstr(&why));
	buf_clear(&hub);
	buf_clear(&why);
	return ok ? 0 : 2;
}
