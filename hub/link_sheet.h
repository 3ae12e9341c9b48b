/*
 * What pages about links share: their tables, what stands in the cells, and
 * the way to the next part of a long list.
 */
#ifndef ZQ_HUB_LINK_SHEET_H
#define ZQ_HUB_LINK_SHEET_H

#include "hub/query_links.h"
#include "hub/visit.h"

#define LINK_SHEET_ROWS 100	/* of one page */

/* A table: headings are translated here, up to NULL; numbers: which columns
 * stand to the right. rows: how many were put; says so if there are none. */
#define LINK_SHEET_N(column) (1u << (column))
void link_sheet_begin(struct buf *b, const char *label,
    const char *const *heading, unsigned numbers);
void link_sheet_end(struct buf *b, size_t rows);

/* <a href="path?name=value">, in the language that was chosen; path may have
 * an argument already. */
void link_sheet_to(struct visit *v, const char *path,
    enum visit_argument name, struct span value);
/* What became of a target, and what to do if that is known. */
void link_sheet_state(struct buf *b, const struct target_info *t);
void link_sheet_text(struct buf *b, struct span text);	/* of a link */
void link_sheet_line(struct buf *b, uint32_t line);
void link_sheet_count(struct buf *b, const struct link_count *n);

/* `after`: how many links the pages before have. False: it is answered
 * already. And the way to the page after this one. */
bool link_sheet_after(struct visit *v, uint64_t *skip);
void link_sheet_next(struct visit *v, const char *path, uint64_t skip);

#endif
