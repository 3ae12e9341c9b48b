/*
 * Ask: what acts are made of.
 */
#include "hub/ask.h"

#include <pwd.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "contrib/base/err.h"
#include "contrib/base/lang.h"
#include "contrib/base/text.h"
#include "protocol/reason.h"

#define TROUBLE_MAX 4096

void
ask_init(struct ask *a)
{
	*a = (struct ask){ .view = NULL };
	acts_init(&a->acts);
	buf_init(&a->error, TROUBLE_MAX);
	buf_init(&a->hint, TROUBLE_MAX);
}

void
ask_clear(struct ask *a)
{
	acts_clear(&a->acts);
	json_decref(a->result);
	a->result = NULL;
	buf_clear(&a->error);
	buf_clear(&a->hint);
}

void
ask_actor(char out[ASK_ACTOR], uid_t uid)
{
	char room[4096];
	struct passwd entry, *p = NULL;

	if (getpwuid_r(uid, &entry, room, sizeof(room), &p) == 0 &&
	    p != NULL && p->pw_name[0] != '\0')
		snprintf(out, ASK_ACTOR, "%s", p->pw_name);
	else
		snprintf(out, ASK_ACTOR, "uid %lu", (unsigned long)uid);
}

/* --- what acts are made of ------------------------------------------------ */

const char *
ask_word(const struct ask *a, const char *name)
{
	const char *word = json_string_value(json_object_get(a->said, name));

	return word != NULL ? word : "";
}

bool
ask_flag(const struct ask *a, const char *name)
{
	return json_is_true(json_object_get(a->said, name));
}

/* A command is no help to who has none. */
static bool
is_help(const struct ask *a, const char *hint)
{
	return hint != NULL && !(a->paged && strstr(hint, "zqhub ") != NULL);
}

static void
refuse(struct ask *a, const char *field, const char *hint, const char *fmt,
    va_list ap)
{
	char text[TROUBLE_MAX];

	vsnprintf(text, sizeof(text), fmt, ap);
	buf_reset(&a->error);
	buf_text(&a->error, text);
	buf_reset(&a->hint);
	if (is_help(a, hint))
		buf_text(&a->hint, hint);
	a->field = field;
}

bool
ask_refuse(struct ask *a, const char *hint, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	refuse(a, NULL, hint, fmt, ap);
	va_end(ap);
	return false;
}

bool
ask_refuse_at(struct ask *a, const char *field, const char *hint,
    const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	refuse(a, field, hint, fmt, ap);
	va_end(ap);
	return false;
}

const char *
ask_either(const struct ask *a, const char *typed, const char *filled)
{
	return a->paged ? filled : typed;
}

void
ask_put(struct ask *a, json_t *act)
{
	acts_put(&a->acts, act, a->actor, ask_word(a, "reason"));
}

bool
ask_site(struct ask *a, struct view_site *s)
{
	const char *code = ask_word(a, "code");
	uint32_t number;

	if (view_site_code(a->view, code, &number) &&
	    view_site(a->view, number, s))
		return true;
	return ask_refuse_at(a, "code", ask_either(a,
	    _("zqhub site list shows all sites"),
	    _("the page \"Sites\" shows all sites")),
	    _("there is no site with the code %s"), code);
}

bool
ask_reason(struct ask *a)
{
	size_t n = strlen(ask_word(a, "reason"));

	if (n > ASK_REASON)
		return ask_refuse_at(a, "reason", _("say it in short; what is "
		    "longer belongs where it can be read"), _("the reason is "
		    "too long: %zu bytes, and %d are the most (a Chinese "
		    "character has 3)"), n, ASK_REASON);
	if (n > 0)
		return true;
	return ask_refuse_at(a, "reason", ask_either(a,
	    _("say --reason 'what happened'"), NULL), _("a reason is needed: "
	    "it is shown to the site's people and kept in the journal"));
}

/* Does it listen on every address? Then it has to be called by a name. */
static bool
is_everywhere(struct span host)
{
	return host.n == 0 || span_is(host, SPAN("0.0.0.0")) ||
	    span_is(host, SPAN("[::]")) || span_is(host, SPAN("*"));
}

/* As agents dial it: said in hub.conf, or where it listens. */
static void
public_url(const struct config *c, struct buf *b)
{
	char name[256];
	const char *colon = strrchr(c->listen, ':');
	struct span host = { .at = c->listen,
	    .n = colon != NULL ? (size_t)(colon - c->listen) : 0 };

	if (c->public != NULL && c->public[0] != '\0') {
		buf_text(b, c->public);
		return;
	}
	if (is_everywhere(host)) {
		if (gethostname(name, sizeof(name) - 1) != 0)
			snprintf(name, sizeof(name), "localhost");
		name[sizeof(name) - 1] = '\0';
		host = span_of(name);
	}
	buf_printf(b, "https://%.*s%s", SPAN_ARGS(host),
	    colon != NULL ? colon : "");
}

struct trial {
	ask_tried_fn *look;
	void *arg;
	struct buf why;
};

static bool
see(void *arg, size_t n, struct db_txn *t, const char *wrong)
{
	struct trial *r = arg;

	(void)n;
	if (wrong != NULL)
		buf_text(&r->why, wrong);
	else
		r->look(r->arg, t);
	return true;
}

/* Apply's words are English. */
static void
refuse_as(struct ask *a, const char *hint, struct span english)
{
	struct buf text;

	buf_init(&text, TROUBLE_MAX);
	reason_put(&text, english);
	ask_refuse(a, hint, "%s", buf_cstr(&text));
	buf_clear(&text);
}

bool
ask_try(struct ask *a, json_t *act, ask_tried_fn *look, void *arg,
    const char *hint)
{
	struct trial r = { .look = look, .arg = arg };
	struct acts one;
	bool good;

	acts_init(&one);
	acts_put(&one, json_incref(act), a->actor, ask_word(a, "reason"));
	buf_init(&r.why, TROUBLE_MAX);
	view_try(a->view, &one, a->now, see, &r);
	acts_clear(&one);
	good = r.why.n == 0;
	if (!good)
		refuse_as(a, hint, buf_look(&r.why));
	buf_clear(&r.why);
	return good;
}

void
ask_ticket(struct ask *a, uint32_t site, json_t *row)
{
	const struct ask_ticket *t;
	int64_t expires = a->now + (int64_t)a->config->ticket_life;
	struct buf ref, enroll;

	if (a->ticket == NULL) {
		a->wanted++;
		return;
	}
	must(a->wanted < a->tickets);
	t = &a->ticket[a->wanted++];
	buf_init(&ref, 2 * TICKET_REF + 1);
	text_hex(&ref, t->ref, TICKET_REF);
	ask_put(a, json_pack("{s:s, s:I, s:s, s:I}", "do", "ticket",
	    "site", (json_int_t)site, "ref", buf_cstr(&ref),
	    "expires", (json_int_t)expires));
	buf_init(&enroll, TROUBLE_MAX);
	buf_text(&enroll, "zqagent enroll ");
	public_url(a->config, &enroll);
	buf_printf(&enroll, " %s", t->text);
	json_object_set_new(row, "ticket", json_string(t->text));
	json_object_set_new(row, "enroll", json_string(buf_cstr(&enroll)));
	json_object_set_new(row, "expires", json_integer(expires));
	buf_clear(&ref);
	buf_clear(&enroll);
}
