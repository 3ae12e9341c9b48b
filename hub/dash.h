/*
 * The pages that people read: the cluster, one site, a search, one item.
 *
 * Made on the server, complete without a script, usable on a phone, by
 * keyboard and with a screen reader; state is said in words and by shape,
 * never by colour alone. Chinese or English.
 */
#ifndef ZQ_HUB_DASH_H
#define ZQ_HUB_DASH_H

#include "hub/visit.h"

#define DASH_TYPE "text/html; charset=utf-8"

void dash_home(struct visit *v);	/* /: dash_over.c */
void dash_now(struct visit *v);		/* /now?state=: dash_over.c */
void dash_beside(struct visit *v);	/* /beside: dash_over.c */
void dash_sites(struct visit *v);	/* /sites?state= */
void dash_site(struct visit *v);	/* /site/CODE; dash_site.c */
void dash_search(struct visit *v);	/* /search?q=; dash_search.c */
void dash_item(struct visit *v);	/* /item/NUMBER, /item?url=;
					 * dash_item.c */
void dash_moves(struct visit *v);	/* /moves; dash_move.c */
void dash_move(struct visit *v);	/* /moves/NUMBER */
void dash_hits(struct visit *v);	/* /hits; dash_hits.c */
void dash_style(struct visit *v);	/* /style.css */
void dash_fail(struct visit *v, int status, const char *why);
/* An act that was not done; hint: what to do, or NULL. */
void dash_refused(struct visit *v, int status, const char *why,
    const char *hint);

#endif
