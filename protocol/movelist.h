/*
 * Lists of moves as people have them: a table (CSV) out of a spreadsheet, or
 * the `map` of a web server that knows them already (nginx).
 *
 * Whatever the bytes are, each line becomes a move or a complaint that names
 * it; nothing is guessed. UTF-8 and GB18030 are read, with or without a mark.
 */
#ifndef ZQ_PROTOCOL_MOVELIST_H
#define ZQ_PROTOCOL_MOVELIST_H

#include <stdbool.h>

#include "contrib/base/buf.h"
#include "contrib/base/span.h"
#include "protocol/movelist_row.h"

/* Rows of the file `name` with these bytes. False: why has what is wrong, a
 * line each, "NAME:LINE: …". `base` ("https://www.example.gov.cn", no slash
 * at the end) stands before addresses that begin with a slash; "": such are
 * wrong. */
bool movelist_csv(struct movelist *l, struct span bytes, const char *name,
    const char *base, struct buf *why);
bool movelist_nginx(struct movelist *l, struct span bytes, const char *name,
    const char *base, struct buf *why);
void movelist_clear(struct movelist *l);

/* Scheme and host of an address, with no slash behind them: a base. */
bool movelist_base(struct buf *out, struct span address);
/* Does what has no scheme begin with a host's name? What has its first dot
 * behind a slash is a path that lacks its first one: "zwgk/a.html". */
bool movelist_is_host(const char *address);

#endif
