/*
 * zqhub ca roll, ca status: another CA, without a site having to enrol again.
 *
 * Files first, then the daemon, which trusts both at once, and then the act,
 * which writes to the sites. Each step may be cut off and said again.
 */
#include "hub/cmd.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "certs/ca.h"
#include "certs/issue.h"
#include "certs/keep.h"
#include "certs/roll.h"
#include "contrib/base/clock.h"
#include "contrib/base/lang.h"
#include "contrib/base/text.h"
#include "hub/columns.h"
#include "hub/errand.h"
#include "protocol/limits.h"
#include "protocol/namespaces.h"
#include "protocol/xml.h"

#define TROUBLE_MAX 65536
#define NAMED 20		/* sites in a refusal */

/* --- what there is --------------------------------------------------------- */

struct cas {
	char dir[CONFIG_PATH_MAX];
	X509 *now, *next;	/* next: NULL, or under way */
	uint8_t now_pin[TICKET_PIN], next_pin[TICKET_PIN];
};

static X509 *
read_cert(const struct cas *c, const char *name, uint8_t pin[TICKET_PIN],
    struct buf *why)
{
	char path[CONFIG_PATH_MAX];
	X509 *cert = keep_get_cert(config_path(path, c->dir, name), why);

	if (cert != NULL)
		ca_pin(pin, cert);
	return cert;
}

static void
close_cas(struct cas *c)
{
	X509_free(c->now);
	X509_free(c->next);
}

static bool
open_cas(struct cas *c, const struct cmd_line *l, struct buf *why)
{
	*c = (struct cas){ .now = NULL };
	errand_become_owner(l->config->dir);
	config_path(c->dir, l->config->dir, CONFIG_CA);
	if (roll_mend(c->dir, why) &&
	    (c->now = read_cert(c, "ca.pem", c->now_pin, why)) != NULL &&
	    (!roll_is_begun(c->dir) ||
	    (c->next = read_cert(c, ROLL_CERT, c->next_pin, why)) != NULL))
		return true;
	close_cas(c);
	return false;
}

/* Where the sites stand. */
struct tally {
	const uint8_t *pin;	/* of the CA that they are to follow */
	struct roll_info roll;
	uint64_t sites, behind;	/* that have a certificate */
	struct columns *columns;	/* or NULL … */
	json_t *list;		/* … or NULL: of those behind */
	struct buf *names;	/* … or NULL */
};

static void
tell_behind(struct tally *t, const struct site_info *s)
{
	if (t->columns != NULL) {
		columns_put(t->columns, span_of(s->code));
		columns_put(t->columns, span_of(_(site_state_name(s->state))));
		columns_time(t->columns, s->heard);
		columns_time(t->columns, s->until);
		columns_put(t->columns, s->name);
	}
	if (t->list != NULL)
		json_array_append_new(t->list, json_pack("{s:s, s:s, s:s%}",
		    "code", s->code, "state", site_state_name(s->state),
		    "name", s->name.at != NULL ? s->name.at : "",
		    s->name.n));
	if (t->names != NULL && t->behind <= NAMED)
		buf_printf(t->names, "%s%s", t->behind > 1 ? " " : "",
		    s->code);
}

static bool
count(void *arg, const struct site_info *s)
{
	struct tally *t = arg;

	if (!s->has_key || s->retired)
		return true;
	t->sites++;
	if (s->has_ca && memcmp(s->ca, t->pin, TICKET_PIN) == 0)
		return true;
	t->behind++;
	tell_behind(t, s);
	return true;
}

/* False: said why. */
static bool
look(const struct cmd_line *l, struct tally *t)
{
	struct store *s = cmd_store(l);
	struct query *q;

	if (s == NULL)
		return false;
	q = query_begin(s);
	query_roll(q, &t->roll);
	query_sites(q, count, t);
	query_end(q);
	store_close(s);
	return true;
}

/* --- steps ----------------------------------------------------------------- */

static bool
put_file(struct buf *b, const struct cas *c, const char *name,
    struct buf *why)
{
	char path[CONFIG_PATH_MAX];

	return keep_get(config_path(path, c->dir, name), b, why);
}

/* One <zq:ca>: a root and what links it. */
static bool
put_ca(struct buf *xml, const struct cas *c, const char *root,
    const char *link, struct buf *why)
{
	struct buf pem;
	bool ok;

	buf_init(&pem, LIMIT_LETTER);
	ok = put_file(&pem, c, root, why) &&
	    (link == NULL || put_file(&pem, c, link, why));
	buf_text(xml, "<zq:ca>");
	xml_put_text(xml, buf_look(&pem));
	buf_text(xml, "</zq:ca>");
	buf_clear(&pem);
	return ok;
}

/* The letter's body: both, or, in the end, the one. */
static bool
put_trust(struct buf *xml, const struct cas *c, struct buf *why)
{
	bool ok;

	buf_text(xml, "<zq:trust xmlns:zq=\"" NS_ZQ "\">");
	ok = put_ca(xml, c, "ca.pem", NULL, why) && (c->next == NULL ||
	    put_ca(xml, c, ROLL_CERT, ROLL_LINK, why));
	buf_text(xml, "</zq:trust>");
	return ok;
}

/* Has the daemon read the files, and writes the act. */
static bool
announce(const struct cmd_line *l, const struct cas *c, const char *what,
    const uint8_t pin[TICKET_PIN])
{
	struct buf xml, hex, error, hint;
	json_t *result = NULL;
	bool ok;

	buf_init(&xml, LIMIT_LETTER);
	buf_init(&hex, 2 * TICKET_PIN + 1);
	buf_init(&error, TROUBLE_MAX);
	buf_init(&hint, TROUBLE_MAX);
	text_hex(&hex, pin, TICKET_PIN);
	ok = put_trust(&xml, c, &error) &&
	    errand_reread(l->config, &error, &hint);
	if (!ok)
		cmd_fail(buf_cstr(&hint), "%s", buf_cstr(&error));
	else
		result = cmd_act(l, json_pack("{s:s, s:s, s:s, s:s}", "do",
		    what, "ca", buf_cstr(&hex), "trust", buf_cstr(&xml),
		    "reason", cmd_value(l, "reason") != NULL ?
		    cmd_value(l, "reason") : ""));
	json_decref(result);
	buf_clear(&xml);
	buf_clear(&hex);
	buf_clear(&error);
	buf_clear(&hint);
	return result != NULL;
}

/* --- begin ----------------------------------------------------------------- */

/* Then nobody can come to the hub by what the old one made. */
static bool
has_ended(const X509 *cert)
{
	return issue_time(X509_get0_notAfter(cert)) < clock_wall();
}

/* What was done, and what is next. */
static void
say_begun(const struct cmd_line *l, const struct cas *c, uint64_t sites)
{
	if (l->json) {
		cmd_json(json_pack("{s:b, s:I, s:b}", "rolling", true,
		    "sites", (json_int_t)sites, "ended", has_ended(c->now)));
		return;
	}
	if (has_ended(c->now)) {
		printf(_("There is a second CA in %s. The first one has ended, "
		    "so no site can come by itself\nfor a certificate: %"
		    PRIu64 " of them need a new ticket.\n"
		    "  zqhub ca roll --finish --force    ends the old one\n"
		    "  zqhub site reissue --all          makes them then\n"
		    "Make a backup of the hub again: zqhub backup FILE\n"),
		    c->dir, sites);
		return;
	}
	printf(_("There is a second CA in %s; both are trusted now. The sites "
	    "are told, and get\ncertificates of the new one by themselves: "
	    "%" PRIu64 " of them.\n"
	    "  zqhub ca status           shows who has\n"
	    "  zqhub ca roll --finish    ends it: then the old one is good "
	    "for nothing\nMake a backup of the hub again: zqhub backup FILE\n"),
	    c->dir, sites);
}

static int
begin(struct cmd_line *l, struct cas *c, struct buf *why)
{
	struct tally t = { .pin = c->next_pin };

	if (!look(l, &t))
		return CMD_NO;
	if (c->next != NULL && t.roll.rolling)
		return cmd_fail(_("zqhub ca status shows how far it is; "
		    "zqhub ca roll --finish ends it"),
		    _("the CA is being rolled over already"));
	if (!roll_begin(c->dir, why))
		return cmd_fail(NULL, "%s", buf_cstr(why));
	X509_free(c->next);
	c->next = read_cert(c, ROLL_CERT, c->next_pin, why);
	if (c->next == NULL)
		return cmd_fail(NULL, "%s", buf_cstr(why));
	if (!announce(l, c, "ca-roll", c->next_pin))
		return CMD_NO;
	say_begun(l, c, t.sites);
	return CMD_OK;
}

/* --- finish ---------------------------------------------------------------- */

static int
refuse_behind(const struct tally *t)
{
	return cmd_fail(_("wait for them, or leave them behind with --force: "
	    "each then needs a new ticket\n(zqhub site reissue CODE)"),
	    t->behind > NAMED ?
	    _("%" PRIu64 " of %" PRIu64 " sites still have a certificate of "
	    "the old CA: %s …") :
	    _("%" PRIu64 " of %" PRIu64 " sites still have a certificate of "
	    "the old CA: %s"), t->behind, t->sites, buf_cstr(t->names));
}

/* The files are as they should be; tells the rest of the world. */
static int
end(struct cmd_line *l, struct cas *c, uint64_t left)
{
	if (!announce(l, c, "ca-rolled", c->now_pin))
		return CMD_NO;
	if (l->json) {
		cmd_json(json_pack("{s:b, s:I}", "rolling", false, "left",
		    (json_int_t)left));
		return CMD_OK;
	}
	printf(_("The new CA is the hub's CA now, and the old one is trusted "
	    "no more.\n"));
	if (left > 0)
		printf(ngettext("%" PRIu64 " site was left behind: zqhub site "
		    "reissue CODE makes a ticket for it.\n", "%" PRIu64
		    " sites were left behind: zqhub site reissue CODE makes a "
		    "ticket for one.\n", left), left);
	printf(_("Tickets that were printed before are not good any more: "
	    "zqhub site ticket CODE.\n"
	    "Make a backup of the hub again: zqhub backup FILE\n"));
	return CMD_OK;
}

static int
finish(struct cmd_line *l, struct cas *c, struct buf *why)
{
	struct buf names;
	struct tally t = { .pin = c->next != NULL ? c->next_pin : c->now_pin,
		.names = &names };
	int code;

	buf_init(&names, 1024);
	if (!look(l, &t)) {
		code = CMD_NO;
	} else if (c->next == NULL && (!t.roll.rolling ||
	    memcmp(t.roll.pin, c->now_pin, TICKET_PIN) != 0)) {
		code = cmd_fail(_("zqhub ca roll begins one"),
		    _("the CA is not being rolled over"));
	} else if (c->next != NULL && !t.roll.rolling) {
		code = cmd_fail(_("say zqhub ca roll again: it was cut off"),
		    _("the sites don't know of the new CA yet"));
	} else if (c->next != NULL && t.behind > 0 && !cmd_flag(l, "force")) {
		code = refuse_behind(&t);
	} else if (c->next != NULL && !roll_finish(c->dir, why)) {
		code = cmd_fail(NULL, "%s", buf_cstr(why));
	} else {
		close_cas(c);
		code = open_cas(c, l, why) ? end(l, c, t.behind) :
		    cmd_fail(NULL, "%s", buf_cstr(why));
	}
	buf_clear(&names);
	return code;
}

static int
run_roll(struct cmd_line *l)
{
	struct buf why;
	struct cas c;
	int code;

	buf_init(&why, TROUBLE_MAX);
	if (!open_cas(&c, l, &why)) {
		code = cmd_fail(NULL, "%s", buf_cstr(&why));
	} else {
		code = cmd_flag(l, "finish") ? finish(l, &c, &why) :
		    begin(l, &c, &why);
		close_cas(&c);
	}
	buf_clear(&why);
	return code;
}

/* --- status ---------------------------------------------------------------- */

static void
say_cert(const char *what, const X509 *cert)
{
	char when[CLOCK_TEXT_MAX], name[256], unit[256] = "";
	const X509_NAME *n = X509_get_subject_name(cert);
	int64_t until = issue_time(X509_get0_notAfter(cert));

	issue_common_name(name, sizeof(name), n);
	(void)X509_NAME_get_text_by_NID((X509_NAME *)(uintptr_t)n,
	    NID_organizationalUnitName, unit, sizeof(unit));
	if (has_ended(cert))
		printf(_("%s: %s (%s), ended at %s\n"), what, name, unit,
		    clock_show(when, until));
	else
		printf(_("%s: %s (%s), until %s (%d days)\n"), what, name,
		    unit, clock_show(when, until),
		    ca_days_left(cert, clock_wall()));
}

static X509 *
hub_cert(const struct cmd_line *l)
{
	char path[CONFIG_PATH_MAX];
	struct buf quiet;
	X509 *cert;

	buf_init(&quiet, 4096);
	cert = keep_get_cert(config_path(path, l->config->dir,
	    CONFIG_TLS_CERT), &quiet);
	buf_clear(&quiet);
	return cert;
}

static json_t *
cert_json(const X509 *cert)
{
	char when[CLOCK_TEXT_MAX];

	return cert == NULL ? json_null() : json_pack("{s:s, s:i, s:b}",
	    "until", clock_format(when, issue_time(X509_get0_notAfter(
	    cert))), "days_left", ca_days_left(cert, clock_wall()),
	    "ended", has_ended(cert));
}

static void
status_json(const struct cas *c, X509 *hub, struct tally *t)
{
	cmd_json(json_pack("{s:o, s:o, s:o, s:b, s:I, s:I, s:o}",
	    "ca", cert_json(c->now), "next", cert_json(c->next),
	    "hub", cert_json(hub), "rolling", t->roll.rolling,
	    "sites", (json_int_t)t->sites, "behind", (json_int_t)t->behind,
	    "left", json_incref(t->list)));
}

/* Certificates end with their CA: so a site whose own is the last of it has to
 * have followed a roll before, or can't come any more. */
static void
say_end(const struct cmd_line *l, const struct cas *c,
    const struct tally *t)
{
	int left = ca_days_left(c->now, clock_wall());

	if (has_ended(c->now) && t->roll.rolling)
		printf(_("The CA has ended: sites that have no certificate of "
		    "the new one can't come for it.\n"
		    "  zqhub ca roll --finish --force    ends the old one\n"
		    "  zqhub site reissue --all          makes tickets "
		    "then\n"));
	else if (has_ended(c->now))
		printf(_("The CA has ended: no certificate of it is good any "
		    "more, and no site can come by itself.\n"
		    "  zqhub ca roll                     makes a new one\n"
		    "  zqhub ca roll --finish --force    ends the old one\n"
		    "  zqhub site reissue --all          makes tickets "
		    "then\n"));
	else if (!t->roll.rolling && left < (int)l->config->leaf_days)
		printf(_("Certificates end with their CA. zqhub ca roll makes "
		    "a new one, and sites follow by\nthemselves as long as "
		    "this one is good.\n"));
}

static void
status_text(const struct cmd_line *l, const struct cas *c, X509 *hub,
    const struct tally *t)
{
	char when[CLOCK_TEXT_MAX];

	say_cert(_("the CA"), c->now);
	if (c->next != NULL)
		say_cert(_("the next CA"), c->next);
	if (hub != NULL)
		say_cert(_("the hub's certificate"), hub);
	say_end(l, c, t);
	if (!t->roll.rolling)
		return;
	printf(_("being rolled over since %s: %" PRIu64 " of %" PRIu64
	    " sites have a certificate of the new CA\n"),
	    clock_show(when, t->roll.since), t->sites - t->behind, t->sites);
	if (t->behind > 0) {
		columns_print(t->columns, stdout);
		printf(_("Does the hub come from a backup that was made before "
		    "the roll was finished? Then\nthe sites don't trust the "
		    "old CA any more: zqhub ca roll --finish --force.\n"));
	} else
		printf(_("all have: zqhub ca roll --finish ends it\n"));
}

static int
run_status(struct cmd_line *l)
{
	static const char *const headings[] = { N_("CODE"), N_("STATE"),
		N_("HEARD"), N_("CERTIFICATE UNTIL"), N_("NAME"), NULL };
	struct tally t = { .columns = NULL };
	struct buf why;
	struct cas c;
	int code = CMD_NO;
	X509 *hub;

	buf_init(&why, TROUBLE_MAX);
	if (!open_cas(&c, l, &why)) {
		code = cmd_fail(NULL, "%s", buf_cstr(&why));
		buf_clear(&why);
		return code;
	}
	t.pin = c.next != NULL ? c.next_pin : c.now_pin;
	t.columns = columns_new(headings);
	t.list = json_array();
	hub = hub_cert(l);
	if (look(l, &t)) {
		if (l->json)
			status_json(&c, hub, &t);
		else
			status_text(l, &c, hub, &t);
		code = (t.roll.rolling && t.behind > 0) || has_ended(c.now) ?
		    CMD_NO : CMD_OK;
	}
	X509_free(hub);
	json_decref(t.list);
	columns_free(t.columns);
	close_cas(&c);
	buf_clear(&why);
	return code;
}

const struct cmd cmd_ca_list[] = {
	{ .name = "ca roll", .words = "", .json = true, .run = run_roll,
	  .about = N_("replace the CA, without sites having to enrol again"),
	  .more = N_("Makes a second CA. From then on both are trusted; the "
	    "sites are told by letter, and\nget certificates of the new one "
	    "by themselves. When all have, --finish ends it:\nthe new one is "
	    "the CA, and the old one's key is destroyed. Nobody's work is "
	    "interrupted."),
	  .examples = "ca roll\nca status\nca roll --finish",
	  .option = {
	    { "finish", NULL, N_("end it"), false },
	    { "force", NULL, N_("… though sites are left behind"), false },
	    { "reason", "R", N_("why; kept in the journal"), false },
	  } },
	{ .name = "ca status", .words = "", .json = true, .run = run_status,
	  .about = N_("show how long the hub's certificates are good, and who "
	    "has followed a roll"),
	  .more = N_("Exit 1 while sites have a certificate of the old CA, "
	    "and when the CA has ended."),
	  .examples = "ca status\nca status --json | jq -r '.left[].code'" },
	{ .name = NULL },
};
