/* A record as text, for golden files and for eyes. */
#ifndef ZQ_TESTS_PAGE_HELP_H
#define ZQ_TESTS_PAGE_HELP_H

#include <check.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "agent/page.h"
#include "agent/record.h"
#include "contrib/base/clock.h"

#define HELP_FILE_MAX (1u << 20)

static inline struct buf
help_read(const char *path)
{
	FILE *f = fopen(path, "rb");
	char chunk[4096];
	struct buf b;
	size_t n;

	buf_init(&b, HELP_FILE_MAX);
	ck_assert_msg(f != NULL, "%s is missing", path);
	while ((n = fread(chunk, 1, sizeof(chunk), f)) > 0)
		buf_put(&b, chunk, n);
	fclose(f);
	ck_assert(!b.bad);
	return b;
}

static inline void
help_dump_rows(struct buf *b, const struct record *r)
{
	struct span links = r->links, remarks = r->remarks;
	struct remark m;
	struct link l;

	while (change_link_next(&links, &l))
		buf_printf(b, "link %d line %" PRIu32 " %.*s [%.*s]\n",
		    (int)l.kind, l.line, SPAN_ARGS(l.to), SPAN_ARGS(l.text));
	while (record_remark_next(&remarks, &m))
		buf_printf(b, "remark %d line %" PRIu32 " [%.*s]\n",
		    (int)m.kind, m.line, SPAN_ARGS(m.text));
	ck_assert_uint_eq(links.n, 0);
	ck_assert_uint_eq(remarks.n, 0);
}

static inline void
help_dump(struct buf *b, const struct record *r)
{
	char date[CLOCK_TEXT_MAX];

	buf_printf(b, "charset %.*s\n", SPAN_ARGS(r->charset));
	for (int i = 0; i < WORD_COUNT; i++) {
		if (r->word[i].n > 0)
			buf_printf(b, "word %s [%.*s]\n",
			    change_word_name((enum change_word)i),
			    SPAN_ARGS(r->word[i]));
	}
	buf_printf(b, "published %s from %d\n",
	    clock_format(date, r->published), (int)r->date_from);
	for (int i = 0; i < TAG_COUNT; i++) {
		if (r->tag[i].given)
			buf_printf(b, "tag %s line %" PRIu32 " [%.*s]\n",
			    tag_rules[i].name, r->tag[i].line,
			    SPAN_ARGS(r->tag[i].value));
	}
	help_dump_rows(b, r);
}

#endif
