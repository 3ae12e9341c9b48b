/*
 * The place of an address: what of it says where something stands, so that
 * addresses which servers answer alike are equal.
 *
 * Scheme, a slash at the end of the path and the usual names of an index
 * page (index.html, default.htm, …; ASCII case doesn't matter in those) are
 * left out; a port that isn't the scheme's own, the path and the query stay.
 * "https://www.a.cn/x/index.html", "http://www.a.cn/x/" and
 * "https://www.a.cn/x" all have the place "www.a.cn/x".
 *
 * Its path is spelled in one way: "(" is the same as "%28" there, and so are the
 * other sub-delims of RFC 3986, ":" and "@". The RFC (6.2.2.2) takes them for
 * two addresses, which a server may tell apart; those of files don't: nginx
 * decodes a path before it looks for a location or a file, Apache before
 * RewriteRule and Alias, and the maps that agents write (redirects.h) answer
 * both. In a query "&" and "%26" are two, as they are to programs; and so
 * are, everywhere, "/" and "%2F", "?" and "%3F", "#" and "%23", "%" and "%25".
 *
 * It is a key, not an address: what it leaves out can't be put back.
 *
 * A server answers alike only by the one index page that there is. Who knows
 * which one that is goes by pages: a page is a place and, if the address names
 * an index page, that name, as it is spelled: where index.html lies INDEX.HTML
 * is not found.
 */
#ifndef ZQ_PROTOCOL_URL_PLACE_H
#define ZQ_PROTOCOL_URL_PLACE_H

#include <stdbool.h>
#include <stddef.h>

#include "contrib/base/buf.h"
#include "contrib/base/span.h"

/* Appends the place of a normal form. False, and nothing appended: it is
 * none. It is never longer than the address. */
bool url_place(struct buf *b, struct span url);

/* The same without a copy, and spelled as in the address: the place is part[0]
 * and part[1] joined, where part[1] is the query with its "?", or empty. */
bool url_place_parts(struct span part[2], struct span url);

/* Have both the same place? */
bool url_place_same(struct span a, struct span b);

/* --- spelling ------------------------------------------------------------- */

/* Appends (a part of) a path as places have it. */
void url_place_spell(struct buf *b, struct span path);
/* The byte at *i of it; *i is behind that then. */
char url_place_byte(struct span path, size_t *i);
/* Bytes at the beginning of a path that are spelled like all of head; 0: they
 * aren't. */
size_t url_place_heads(struct span head, struct span path);

/* --- pages ---------------------------------------------------------------- */

#define URL_PLACE_INDEX '>'	/* stands in no address */

/* The index page that the address names: "index.htm" of "/x/index.htm?p=1";
 * empty: none. */
struct span url_place_index(struct span url);
/* Is it such a name? */
bool url_place_is_index(struct span name);

/* Appends the page of an address: its place and, if it names an index page,
 * URL_PLACE_INDEX and that name. False: as url_place(). */
bool url_place_page(struct buf *b, struct span url);
/* The same of the index page `name` (or none) at the place of url. */
bool url_place_page_of(struct buf *b, struct span url, struct span name);
bool url_place_page_same(struct span a, struct span b);
/* --- queries, schemes ----------------------------------------------------- */

/* Is url the page with a query, and the page has none: "/x/?p=1" of "/x/"?
 * A program that is named as an index ("/x/index.php?p=1") is asked for
 * itself, and is no index of "/x/" then. */
bool url_place_asked(struct span url, struct span page);

/* Appends `to` as a link that is `link` now should have it: at the same host
 * and port what was https stays https, whatever `to` says. */
void url_place_secure(struct buf *b, struct span to, struct span link);

/* The address from its host on: "www.a.cn:8080/x/?p=1"; empty: it is none. */
struct span url_bare(struct span url);

#endif
