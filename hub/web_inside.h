/*
 * What the web part is made of: for web.c and its web_*.c alone.
 */
#ifndef ZQ_HUB_WEB_INSIDE_H
#define ZQ_HUB_WEB_INSIDE_H

#include <event2/event.h>
#include <stdbool.h>

#include "hub/again.h"
#include "hub/asked.h"
#include "hub/config.h"
#include "hub/former.h"
#include "hub/guess.h"
#include "hub/http.h"
#include "hub/live.h"
#include "hub/overview.h"
#include "hub/seldom.h"
#include "hub/seqpacket.h"
#include "hub/session.h"
#include "hub/user.h"
#include "hub/visit.h"

#define WEB_FORM 65536		/* bytes of a form's body */

struct web {
	const struct config *config;
	struct store *store;
	struct former *former;
	struct http *http;
	struct users users;
	struct sessions *sessions;
	struct guesses *guesses;
	struct web_acts *acts;
	struct web_hits *hits;
	struct overview *overview;
	struct live *live;
	struct http_spec spec;
	struct seldom turned;	/* told of who found no place … */
	struct seldom unknown;	/* … of who is named and no user */
};

/* One request as a visit: with its arguments, its language, who it is, and a
 * moment of the store, until web_visit_end(). */
struct web_visit {
	struct visit v;
	struct buf out, origin;
	struct asked asked;
};

/* False: it doesn't read, and was refused; it is to be ended nevertheless. */
bool web_visit_begin(struct web *w, struct web_visit *x,
    struct http_request *r);
void web_visit_end(struct web_visit *x);
/* With what v has to say. */
void web_answer(struct http_request *r, const struct visit *v);
/* The page at a path of ours on which forms stand, for a visit that has begun.
 * False: there is none. */
bool web_visit_page(struct web_visit *x, struct span path);
/* To go on at a path of ours; elsewhere ("//host") never. done: a word for
 * the page there, or NULL. */
void web_see(struct http_request *r, struct span path, const char *done);

/* --- who it is: web_sign.c ------------------------------------------------- */

/* Whoever has signed in, by the request's cookie or a header that is to be
 * believed. */
void web_sign_who(struct web *w, struct visit *v,
    const struct http_request *r);
/* Has anybody, still? (It counts as using the session.) */
bool web_sign_is_in(struct web *w, const struct http_request *r);
/* Where the reader is, as far as can be told. */
struct span web_sign_address(const struct web *w,
    const struct http_request *r);
/* Did a page of ours send this form? Else it is refused: by WEB_FORM_OLD it may
 * come back, for it is of this host, but of another session. */
enum web_form { WEB_FORM_OURS, WEB_FORM_OLD, WEB_FORM_ALIEN };
enum web_form web_sign_form(const struct visit *v,
    const struct http_request *r);
void web_sign_alien(struct http_request *r);
/* Nobody is signed in: what was said comes back when somebody is. */
void web_sign_first(struct visit *v, struct http_request *r,
    const char *act);
/* Routes, POST. */
void web_sign_in(void *arg, struct http_request *r);
void web_sign_out(void *arg, struct http_request *r);

/* --- live pages: web_live.c ------------------------------------------------- */

void web_live_begin(struct web *w, struct event_base *base);
void web_live_run(void *arg, struct http_request *r);	/* a route: GET */
void web_live_end(void *arg, struct http_request *r);

/* --- reports of hits: web_hits.c --------------------------------------------- */

/* When the store, the former domains and the way to the core are there; what
 * the part before this one left is counted a little later. */
struct web_hits *web_hits_new(struct event_base *base, struct web *w);
/* What no report has had is kept for the part after this one. */
void web_hits_free(struct web_hits *h);

/* --- acts: web_act.c -------------------------------------------------------- */

struct web_acts;

/* Takes page_fd. */
struct web_acts *web_acts_new(struct event_base *base, int page_fd,
    struct web *w);
void web_acts_free(struct web_acts *a);
/* Tells the core what former domains were asked for. */
void web_acts_hits(struct web_acts *a);
void web_act_run(void *arg, struct http_request *r);	/* a route: POST */
/* The form comes back, or what was said with it if it has no place any more;
 * the reader is told why. */
void web_act_again(struct web_visit *x, struct http_request *r, int status,
    struct again *a);
void web_act_end(void *arg, struct http_request *r);

#endif
