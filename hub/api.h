/*
 * /api/v1/: the questions of the web pages, answered as JSON. Read only, UTF-8.
 *
 *	/api/v1/totals		{"sites":N, "items":N, …}
 *	/api/v1/sites		{"sites":[…], "next":CODE}
 *		?limit=1..1000	(1000)  ?after=CODE
 *	/api/v1/sites/CODE	one site, and "columns":[{"name", "items"}]
 *	/api/v1/items		{"items":[…], "total":N, "exact":BOOL,
 *				"next":CURSOR}
 *		?q=PHRASE ?site=CODE ?column=NAME ?since=DATE ?until=DATE
 *		?limit=1..200	(20)  ?after=CURSOR
 *	/api/v1/items/NUMBER	one item, and "history":[…], newest first;
 *				NUMBER may be CODE:ID as well
 *	/api/v1/items?url=ADDRESS	the same
 *	/api/v1/moves		{"moves":[…], "next":NUMBER}, newest first
 *		?site=CODE ?state=STATE ?limit=1..1000	(1000)  ?after=NUMBER
 *	/api/v1/moves/NUMBER	one move, and "referrers":{"sites", "pages",
 *				"targets", "exact", "by_site":[…]}: who links
 *				there now, what each was told, and said
 *	/api/v1/links?url=ADDRESS	{"links":[…], "next":N}: who links there; a
 *				host alone: to all of a domain; what ends in
 *				a slash: to all below it
 *		?site=CODE ?limit=1..200	(200)  ?after=N
 *	/api/v1/links/from?url=ADDRESS	{"links":[…]} of an item, in order
 *	/api/v1/links/broken	{"broken":[…], "next":ADDRESS}
 *		?site=CODE ?limit=1..200	(200)  ?after=ADDRESS
 *	/api/v1/links/reciprocal	{"pairs":[…]} of portals and members
 *	/api/v1/availability	{"sites":[…], "next":CODE}: looks at home pages,
 *				and what they took, of those that were looked at
 *		?from=DAY ?to=DAY	(the last seven, to today; both in it)
 *		?limit=1..1000	(1000)  ?after=CODE
 *	/api/v1/response	the same
 *	/api/v1/held		{"held":[…]}, the newest
 *		?site=CODE ?limit=1..200	(200)
 *	/api/v1/journal		{"entries":[…], "next":PLACE}
 *		?from=PLACE	(1)  ?limit=1..200	(200)
 *
 * Sites, items, history and entries have the shape of json.h, and so have
 * those of `zqhub --json` (which gives whole lists of sites, of what is held
 * and of the journal as plain arrays: they have no pages there). "next" is
 * there when there is more; the same question with after= (journal: from=)
 * goes on. A history and a page of the journal end early when they would be
 * very long; a history cut short says "history_cut":true. A day alone means
 * the whole of it.
 *
 * "total" is how many there are if "exact" is true. Else it is how many were
 * seen before looking on became too much: there are at least so many, and
 * another page of the same question may have seen more.
 *
 * An error is {"error": "…"} with status 400 (an argument) or 404 (no such
 * site, item or question); or plain text with status 500 (an answer longer
 * than 8 MB: ask with a smaller limit).
 * Names stay; new ones may come.
 */
#ifndef ZQ_HUB_API_H
#define ZQ_HUB_API_H

#include "hub/visit.h"

#define API_SITES 1000		/* of one answer */
#define API_COLUMNS 1000	/* of one site */

void api_make(struct visit *v);
/* Instead, when the address can't be read: 400. */
void api_refuse(struct visit *v, const char *why);

#endif
