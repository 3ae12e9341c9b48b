/*
 * Signing in and out, and who it is that asks.
 *
 * A form is ours if the browser says that it comes from this host (Origin,
 * and Sec-Fetch-Site, where there are such headers) and, once somebody has
 * signed in, if it carries what only a page of his session has (session.h).
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "contrib/base/clock.h"
#include "contrib/base/err.h"
#include "contrib/base/lang.h"
#include "contrib/base/log.h"
#include "contrib/base/text.h"
#include "hub/dash.h"
#include "hub/dash_sign.h"
#include "hub/http_query.h"
#include "hub/web_inside.h"

#define COOKIE "zq"
#define COOKIE_SAFE "__Host-zq"	/* over TLS: no other host can set it */
#define COOKIE_MAX 256
#define FIELD_MAX 1024
#define NEXT_MAX 4096

/* --- where it comes from --------------------------------------------------- */

static struct span
without_port(const char *address)
{
	const char *colon = strrchr(address, ':');

	if (address[0] == '[' && colon != NULL && colon[-1] == ']')
		return (struct span){ .at = address + 1,
		    .n = (size_t)(colon - address) - 2 };
	return (struct span){ .at = address, .n = colon != NULL ?
	    (size_t)(colon - address) : strlen(address) };
}

static bool
is_proxy(const struct web *w, struct span address)
{
	return w->config->web_proxy[0] != '\0' &&
	    span_is(address, span_of(w->config->web_proxy));
}

/* Of the list only the last is the proxy's own word. */
static struct span
last_of(struct span list)
{
	const char *comma = list.n > 0 ? memrchr(list.at, ',', list.n) : NULL;

	if (comma != NULL) {
		list.n -= (size_t)(comma + 1 - list.at);
		list.at = comma + 1;
	}
	return text_trim(list);
}

struct span
web_sign_address(const struct web *w, const struct http_request *r)
{
	struct span peer = without_port(http_conn_address(http_conn_of(r)));
	struct span said = last_of(http_header(r, "X-Forwarded-For"));

	return is_proxy(w, peer) && said.n > 0 ? said : peer;
}

static bool
is_safe(const struct http_request *r)
{
	return span_is(http_header(r, "X-Forwarded-Proto"), SPAN("https"));
}

/* --- who it is ------------------------------------------------------------- */

/* RFC 6265: "a=b; zq=TOKEN". */
static struct span
cookie_of(const struct http_request *r)
{
	const char *name = is_safe(r) ? COOKIE_SAFE : COOKIE;
	struct span rest = http_header(r, "Cookie");
	size_t n = strlen(name);

	while (rest.n > 0) {
		const char *end = memchr(rest.at, ';', rest.n);
		struct span one = { .at = rest.at, .n = end != NULL ?
		    (size_t)(end - rest.at) : rest.n };
		size_t used = one.n + (end != NULL);

		one = text_trim(one);
		if (one.n > n && one.at[n] == '=' &&
		    memcmp(one.at, name, n) == 0)
			return (struct span){ .at = one.at + n + 1,
			    .n = one.n - n - 1 };
		rest.at += used;
		rest.n -= used;
	}
	return SPAN_NONE;
}

static void
set_who(struct visit *v, const struct user *user)
{
	snprintf(v->who.name, sizeof(v->who.name), "%s", user->name);
	v->who.role = user->role;
}

/* Who the web server in front says that it is; empty. */
static struct span
named(const struct web *w, const struct http_request *r)
{
	const char *name = w->config->web_user_header;

	if (name[0] == '\0' || !is_proxy(w, without_port(
	    http_conn_address(http_conn_of(r)))))
		return SPAN_NONE;
	return text_trim(http_header(r, name));
}

/* Not to be found out by trying: the web server has checked who he is. */
static void
note_unknown(struct web *w, struct visit *v, struct span name)
{
	char quoted[LOG_QUOTE_MAX];
	uint64_t due;

	if (name.n == 0)
		return;
	if (text_is_utf8(name))
		v->who.unknown = name;
	if ((due = seldom_due(&w->unknown)) > 0)
		log_warn("user=%s is named by the web server (web_user_header)"
		    " and is not among the users, requests=%" PRIu64 ": "
		    "zqhub user add NAME --header-only", log_quote(quoted,
		    name.at, name.n), due);
}

static bool
by_header(struct web *w, struct visit *v, const struct http_request *r)
{
	struct span name = named(w, r);
	const struct user *user = users_find(&w->users, name);

	if (user == NULL) {
		note_unknown(w, v, name);
		return false;
	}
	set_who(v, user);
	v->who.by_header = true;
	sessions_form(w->sessions, v->who.form, user);
	return true;
}

void
web_sign_who(struct web *w, struct visit *v, const struct http_request *r)
{
	struct span token = cookie_of(r);
	const struct user *user;

	users_follow(&w->users, w->config->dir);
	v->who = (struct visit_who){ .role = USER_NONE };
	v->has_users = w->users.count > 0;
	if (by_header(w, v, r) || token.n == 0)
		return;
	user = sessions_user(w->sessions, &w->users, token);
	if (user == NULL)
		return;
	set_who(v, user);
	session_form(v->who.form, token);
}

bool
web_sign_is_in(struct web *w, const struct http_request *r)
{
	users_follow(&w->users, w->config->dir);
	return users_find(&w->users, named(w, r)) != NULL ||
	    sessions_user(w->sessions, &w->users, cookie_of(r)) != NULL;
}

/* --- is it ours? ------------------------------------------------------------ */

/* "https://host:port" has this host; a proxy may have changed the scheme. */
static bool
has_host(struct span origin, struct span host)
{
	const char *mark = origin.n > 0 ? memmem(origin.at, origin.n, "://",
	    3) : NULL;

	if (mark == NULL)
		return false;		/* "null" */
	origin.n -= (size_t)(mark + 3 - origin.at);
	origin.at = mark + 3;
	return text_same_nocase(origin, host);
}

static bool
is_from_here(const struct http_request *r)
{
	struct span origin = http_header(r, "Origin");
	struct span site = http_header(r, "Sec-Fetch-Site");

	return (origin.n == 0 || has_host(origin, http_host(r))) &&
	    (site.n == 0 || span_is(site, SPAN("same-origin")) ||
	    span_is(site, SPAN("none")));
}

/* Does its browser say so? An old one, or a program, says nothing. */
static bool
is_said_to_be(const struct http_request *r)
{
	return http_header(r, "Origin").n > 0 ||
	    http_header(r, "Sec-Fetch-Site").n > 0;
}

enum web_form
web_sign_form(const struct visit *v, const struct http_request *r)
{
	struct buf form;
	bool good = true;

	if (!is_from_here(r))
		return WEB_FORM_ALIEN;
	buf_init(&form, FIELD_MAX);
	if (v->who.role != USER_NONE)
		good = http_query_get(http_body(r), "form", &form) &&
		    session_same(buf_look(&form), span_of(v->who.form));
	buf_clear(&form);
	if (good)
		return WEB_FORM_OURS;
	return is_said_to_be(r) ? WEB_FORM_OLD : WEB_FORM_ALIEN;
}

void
web_sign_alien(struct http_request *r)
{
	http_refuse(r, 403, "%s", _("this form is of another session: "
	    "go back, reload the page, and say it again"));
}

static bool
is_ours(const struct visit *v, struct http_request *r)
{
	if (web_sign_form(v, r) == WEB_FORM_OURS)
		return true;
	web_sign_alien(r);
	return false;
}

/* --- what was said before signing in ------------------------------------------ */

/* A form's body as it came, which a page can carry. */
static bool
is_body(struct span s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.at[i] <= ' ' || s.at[i] > '~')
			return false;
	return s.n > 0;
}

void
web_sign_first(struct visit *v, struct http_request *r, const char *act)
{
	struct again a = { .act = act, .body = http_body(r),
		.title = _("Nothing was done yet") };
	struct buf next;

	if (!is_from_here(r) || !is_said_to_be(r) || !is_body(a.body)) {
		dash_refused(v, 403, _("nobody is signed in"),
		    _("sign in first"));
		web_answer(r, v);
		return;
	}
	buf_init(&next, NEXT_MAX);
	(void)http_query_get(a.body, "next", &next);
	v->again = &a;
	v->argument[VISIT_NEXT] = text_is_utf8(buf_look(&next)) ?
	    buf_look(&next) : SPAN_NONE;
	dash_sign_again(v, 403, _("You are not signed in any more, and "
	    "nothing was done. Sign in: what you typed is there again."));
	web_answer(r, v);
	v->again = NULL;
	buf_clear(&next);
}

/* --- in and out -------------------------------------------------------------- */

/* Max-Age 0 takes it away. The browser may forget it sooner than we do. */
static void
set_cookie(struct http_request *r, const char *token, int64_t seconds)
{
	char line[COOKIE_MAX];

	snprintf(line, sizeof(line), "%s=%s; Path=/; HttpOnly; "
	    "SameSite=Strict; Max-Age=%lld%s", is_safe(r) ? COOKIE_SAFE :
	    COOKIE, token, (long long)seconds, is_safe(r) ? "; Secure" : "");
	http_set(r, "Set-Cookie", line);
}

struct try {
	struct buf name, password, next;
	struct buf act, said;	/* before: web_sign_first(). Or empty */
	struct again again;
};

static void
try_read(struct try *t, struct span form)
{
	buf_init(&t->name, FIELD_MAX);
	buf_init(&t->password, FIELD_MAX);
	buf_init(&t->next, NEXT_MAX);
	(void)http_query_get(form, "name", &t->name);
	(void)http_query_get(form, "password", &t->password);
	(void)http_query_get(form, "next", &t->next);
	buf_init(&t->act, FIELD_MAX);
	buf_init(&t->said, WEB_FORM);
	t->again = (struct again){ .title = _("Nothing was done yet") };
	if (!http_query_get(form, "act", &t->act) ||
	    !http_query_get(form, "said", &t->said) ||
	    !is_body(buf_look(&t->said)) ||
	    permission_of(buf_cstr(&t->act)) == NULL)
		return;
	t->again.act = permission_of(buf_cstr(&t->act))->act;
	t->again.body = buf_look(&t->said);
}

static void
try_clear(struct try *t)
{
	if (t->password.n > 0)
		memset(t->password.at, 0, t->password.n);
	buf_clear(&t->name);
	buf_clear(&t->password);
	buf_clear(&t->next);
	buf_clear(&t->act);
	buf_clear(&t->said);
}

static void
try_failed(struct visit *v, struct http_request *r, struct try *t,
    int status, const char *why)
{
	struct span name = buf_look(&t->name);

	v->argument[VISIT_NEXT] = buf_look(&t->next);
	if (!text_is_utf8(v->argument[VISIT_NEXT]))
		v->argument[VISIT_NEXT] = SPAN_NONE;
	v->again = t->again.act != NULL ? &t->again : NULL;
	v->typed_name = text_is_utf8(name) ? name : SPAN_NONE;
	dash_sign_again(v, status, why);
	web_answer(r, v);
	v->again = NULL;
}

/* The form that he had filled in when his session ran out: nothing is done
 * before he sends it himself. */
static void
show_again(struct web_visit *x, struct http_request *r, struct again *a,
    const struct user *user, const char *token)
{
	a->why = _("You are signed in again.");
	a->hint = _("Look at what is filled in, and send it once more.");
	set_who(&x->v, user);
	session_form(x->v.who.form, span_of(token));
	web_act_again(x, r, 200, a);
}

static void
welcome_in(struct web *w, struct web_visit *x, struct http_request *r,
    struct try *t, const struct user *user)
{
	char token[SESSION_TOKEN];

	must(user != NULL);
	sessions_begin(w->sessions, user, token);
	set_cookie(r, token, 30 * 86400);
	log_info("user=%s signed in from %.*s", user->name,
	    SPAN_ARGS(text_cut(web_sign_address(w, r), 80)));
	if (t->again.act != NULL)
		show_again(x, r, &t->again, user, token);
	else
		web_see(r, buf_look(&t->next), NULL);
}

static void
judge(struct web *w, struct web_visit *x, struct http_request *r,
    struct try *t)
{
	struct span name = text_trim(buf_look(&t->name));
	struct span from = web_sign_address(w, r);
	unsigned wait = guesses_try(w->guesses, from, name, clock_mono());
	const struct user *user = users_find(&w->users, name);

	if (wait > 0) {
		http_retry(r, wait);
		try_failed(&x->v, r, t, 429, _("Too many tries: wait a little, "
		    "then try again."));
	} else if (!password_fits(user != NULL && user->kept[0] != '\0' ?
	    user->kept : NULL, buf_look(&t->password))) {
		log_warn("user=%.*s could not sign in from %.*s",
		    SPAN_ARGS(user != NULL ? name : SPAN("?")),
		    SPAN_ARGS(text_cut(from, 80)));
		try_failed(&x->v, r, t, 403, _("There is no such user, or the "
		    "password is another."));
	} else {
		guesses_right(w->guesses, from, name);
		welcome_in(w, x, r, t, user);
	}
}

void
web_sign_in(void *arg, struct http_request *r)
{
	struct web *w = arg;
	struct web_visit x;
	struct try t;

	if (web_visit_begin(w, &x, r)) {
		x.v.who.role = USER_NONE;	/* whoever it was */
		try_read(&t, http_body(r));
		if (is_ours(&x.v, r))
			judge(w, &x, r, &t);
		try_clear(&t);
	}
	web_visit_end(&x);
}

void
web_sign_out(void *arg, struct http_request *r)
{
	struct web *w = arg;
	struct web_visit x;

	if (web_visit_begin(w, &x, r) && is_ours(&x.v, r)) {
		if (x.v.who.role != USER_NONE && !x.v.who.by_header) {
			sessions_end(w->sessions, cookie_of(r));
			log_info("user=%s signed out", x.v.who.name);
		}
		set_cookie(r, "", 0);
		web_see(r, SPAN("/"), NULL);
	}
	web_visit_end(&x);
}
