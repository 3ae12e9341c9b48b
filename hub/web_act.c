/*
 * Acts: what operators ask for on the page goes to the core, and its answer
 * back to who waits. A request that is gone by then was done nevertheless.
 */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "contrib/base/clock.h"
#include "contrib/base/err.h"
#include "contrib/base/lang.h"
#include "contrib/base/mem.h"
#include "hub/dash.h"
#include "hub/frame.h"
#include "hub/http_query.h"
#include "hub/web_inside.h"

#define WAITING 64		/* at a time */
#define PATIENCE 30000		/* ms for the core */
#define LOOK_MS 1000
#define PATH "/act/"
#define NEXT_MAX 1024

struct waiting {
	struct http_request *request;	/* NULL: this place is free */
	uint64_t number;
	int64_t until;			/* ms, mono */
};

struct web_acts {
	struct web *web;
	struct seqpacket *core;
	struct event *look;
	uint64_t number;	/* of the last one. Not from 1: an answer to the
				 * web part before this one may still come */
	struct waiting waiting[WAITING];
};

/* --- what came of it --------------------------------------------------------- */

static struct waiting *
find(struct web_acts *a, uint64_t number)
{
	for (size_t i = 0; i < WAITING; i++)
		if (a->waiting[i].request != NULL &&
		    a->waiting[i].number == number)
			return &a->waiting[i];
	return NULL;
}

static const struct permission *
act_at(struct span path)
{
	char name[64];

	path.at += sizeof(PATH) - 1;
	path.n -= sizeof(PATH) - 1;
	if (path.n >= sizeof(name))
		return NULL;
	memcpy(name, path.at, path.n);
	name[path.n] = '\0';
	return permission_of(name);
}

/* The page that it stood on, if the form is there still. */
static bool
make_again(struct web_visit *x, struct again *a)
{
	struct buf next;
	bool made;

	buf_init(&next, NEXT_MAX);
	made = http_query_get(a->body, "next", &next) &&
	    web_visit_page(x, buf_look(&next)) && a->found;
	buf_clear(&next);
	return made;
}

void
web_act_again(struct web_visit *x, struct http_request *r, int status,
    struct again *a)
{
	buf_init(&a->label, AGAIN_VALUE);
	x->v.again = a;
	if (!make_again(x, a)) {
		a->found = false;
		dash_refused(&x->v, status, a->why, a->hint);
	}
	x->v.status = status;
	web_answer(r, &x->v);
	x->v.again = NULL;
	buf_clear(&a->label);
}

/* Of the form that r brought; why, hint: in the reader's language. */
static void
refuse(struct web_visit *x, struct http_request *r, int status,
    const char *field, const char *why, const char *hint)
{
	struct again a = { .act = act_at(http_path(r))->act,
		.body = http_body(r), .title = _("This was not done"),
		.why = why, .hint = hint,
		.field = field != NULL && field[0] != '\0' ? field : NULL };

	web_act_again(x, r, status, &a);
}

/* Ours, N_(), or what the core says: in the reader's language already. */
static void
fail(struct web *w, struct http_request *r, int status, const char *field,
    const char *error, const char *hint)
{
	struct web_visit x;

	if (web_visit_begin(w, &x, r))
		refuse(&x, r, status, field, _(error), hint != NULL &&
		    hint[0] != '\0' ? _(hint) : NULL);
	web_visit_end(&x);
}

static void
succeed(struct http_request *r)
{
	struct span path = http_path(r);
	char done[64] = "";
	struct buf next;

	path.at += sizeof(PATH) - 1;
	path.n -= sizeof(PATH) - 1;
	if (path.n < sizeof(done))
		memcpy(done, path.at, path.n);
	buf_init(&next, NEXT_MAX);
	(void)http_query_get(http_body(r), "next", &next);
	web_see(r, buf_look(&next), done);
	buf_clear(&next);
}

static void
on_packet(void *arg, uint8_t kind, uint64_t number, struct span body)
{
	struct web_acts *a = arg;
	struct waiting *wait = find(a, number);
	struct http_request *r;
	const char *error, *hint, *field;
	json_t *o;

	if (kind != FRAME_ACTED || wait == NULL)
		return;
	r = wait->request;
	wait->request = NULL;
	o = json_loadb(body.at, body.n, 0, NULL);
	error = json_string_value(json_object_get(o, "error"));
	hint = json_string_value(json_object_get(o, "hint"));
	field = json_string_value(json_object_get(o, "field"));
	if (json_object_get(o, "ok") != NULL)
		succeed(r);
	else
		fail(a->web, r, 409, field,
		    error != NULL && error[0] != '\0' ? error :
		    N_("the hub gave no answer that can be read"), hint);
	json_decref(o);
}

static void
on_look(evutil_socket_t fd, short what, void *arg)
{
	struct web_acts *a = arg;
	int64_t now = clock_mono();

	(void)fd, (void)what;
	for (size_t i = 0; i < WAITING; i++) {
		struct http_request *r = a->waiting[i].request;

		if (r == NULL || a->waiting[i].until > now)
			continue;
		a->waiting[i].request = NULL;
		fail(a->web, r, 504, NULL, N_("the hub has not answered yet: it may "
		    "be done nevertheless"), N_("look before you say it "
		    "again"));
	}
}

/* --- the asking --------------------------------------------------------------- */

static struct waiting *
find_free(struct web_acts *a)
{
	for (size_t i = 0; i < WAITING; i++)
		if (a->waiting[i].request == NULL)
			return &a->waiting[i];
	return NULL;
}

/* Takes said. */
static bool
send_off(struct web_acts *a, struct http_request *r, json_t *said)
{
	struct waiting *free_one = find_free(a);
	char *text = json_dumps(said, JSON_COMPACT);
	bool sent = free_one != NULL && text != NULL &&
	    seqpacket_send(a->core, FRAME_ACT, ++a->number, span_of(text));

	if (sent)
		*free_one = (struct waiting){ .request = r,
		    .number = a->number, .until = clock_mono() + PATIENCE };
	free(text);
	json_decref(said);
	return sent;
}

static void
ask(struct web *w, struct web_visit *x, struct http_request *r,
    const struct permission *needed)
{
	const char *field = NULL, *why = NULL;
	json_t *said = permission_read(needed, http_body(r), &field, &why);

	if (said == NULL) {
		refuse(x, r, 400, field, why, NULL);
		return;
	}
	json_object_set_new(said, "actor", json_string(x->v.who.name));
	json_object_set_new(said, "lang", json_string(lang_now()));
	if (!send_off(w->acts, r, said))
		refuse(x, r, 503, NULL, _("the hub is busy: nothing was "
		    "done"), _("try it again in a while"));
}

/* It is of before somebody signed in anew, in another tab. */
static void
refuse_old(struct web_visit *x, struct http_request *r)
{
	struct buf why;

	buf_init(&why, VISIT_WHY);
	buf_printf(&why, _("somebody signed in anew meanwhile: you are %s "
	    "now"), x->v.who.name);
	refuse(x, r, 403, NULL, buf_cstr(&why), _("look at what is filled in, "
	    "and send it once more"));
	buf_clear(&why);
}

static void
run_signed(struct web *w, struct web_visit *x, struct http_request *r,
    const struct permission *needed)
{
	switch (web_sign_form(&x->v, r)) {
	case WEB_FORM_OURS:
		if (x->v.who.role < needed->least)
			refuse(x, r, 403, NULL, _("your role doesn't allow "
			    "this"), _("ask an admin of the hub"));
		else
			ask(w, x, r, needed);
		break;
	case WEB_FORM_OLD:
		refuse_old(x, r);
		break;
	case WEB_FORM_ALIEN:
		web_sign_alien(r);
		break;
	}
}

static void
run(struct web *w, struct web_visit *x, struct http_request *r)
{
	const struct permission *needed = act_at(http_path(r));

	if (needed == NULL) {
		dash_fail(&x->v, 404, _("There is no such act."));
		web_answer(r, &x->v);
	} else if (x->v.who.role == USER_NONE) {
		web_sign_first(&x->v, r, needed->act);
	} else {
		run_signed(w, x, r, needed);
	}
}

void
web_act_run(void *arg, struct http_request *r)
{
	struct web *w = arg;
	struct web_visit x;

	if (web_visit_begin(w, &x, r))
		run(w, &x, r);
	web_visit_end(&x);
}

void
web_act_end(void *arg, struct http_request *r)
{
	struct web *w = arg;

	for (size_t i = 0; i < WAITING; i++)
		if (w->acts->waiting[i].request == r)
			w->acts->waiting[i].request = NULL;
}

/* --- its life ------------------------------------------------------------------ */

void
web_acts_hits(struct web_acts *a)
{
	struct buf json;

	buf_init(&json, SEQPACKET_BODY_MAX);
	former_report(a->web->former, SEQPACKET_BODY_MAX / 2, &json);
	if (json.n > 0 && !json.bad)
		(void)seqpacket_send(a->core, FRAME_HITS, 0, buf_look(&json));
	buf_clear(&json);
}

struct web_acts *
web_acts_new(struct event_base *base, int page_fd, struct web *w)
{
	const struct timeval every = { .tv_sec = LOOK_MS / 1000 };
	struct web_acts *a = mem_new(sizeof(*a));

	a->web = w;
	a->number = (uint64_t)clock_wall() << 16;
	a->core = seqpacket_new(base, page_fd, on_packet, a);
	a->look = event_new(base, -1, EV_PERSIST, on_look, a);
	must(a->look != NULL);
	event_add(a->look, &every);
	return a;
}

void
web_acts_free(struct web_acts *a)
{
	if (a == NULL)
		return;
	seqpacket_free(a->core);
	event_free(a->look);
	free(a);
}
