/*
 * Character sets: what a page is written in, and the same page in UTF-8.
 *
 * The bytes decide, the declaration only helps: many pages of the country's
 * sites say UTF-8 and are GBK, or the other way round. GB18030 stands for
 * GB2312 and GBK too, as its superset. What can't be read becomes U+FFFD;
 * line ends stay where they are, so line numbers stay true.
 */
#ifndef ZQ_BASE_CHARSET_H
#define ZQ_BASE_CHARSET_H

#include <stdbool.h>
#include <stdint.h>

#include "contrib/base/buf.h"
#include "contrib/base/span.h"

struct charset;		/* the open converters */

enum charset_name {
	CHARSET_NONE,		/* nothing said, or nothing we know */
	CHARSET_UTF8, CHARSET_GB18030, CHARSET_BIG5, CHARSET_LATIN,
	CHARSET_UTF16LE, CHARSET_UTF16BE, CHARSET_EUCKR, CHARSET_SJIS,
	CHARSET_COUNT
};

struct charset_found {
	enum charset_name is, declared;
	uint32_t line;		/* of the declaration; 0: none */
	bool mark;		/* it began with a byte order mark */
	bool wrong;		/* declared as one, written in another */
	bool ascii;		/* nothing but ASCII: any of them would do */
	size_t bad;		/* bytes that became U+FFFD */
	uint32_t bad_line;	/* of the first of them */
};

/* Opens what needs files; the rest works in the sandbox. */
struct charset *charset_open(void);
void charset_close(struct charset *c);

const char *charset_text(enum charset_name n);	/* "gb18030" … */
enum charset_name charset_parse(struct span label);	/* "gbk", "GB2312" … */

/* The declaration within the first 4 KiB: meta charset, http-equiv, or the
 * XML declaration. */
enum charset_name charset_declared(struct span page, uint32_t *line);

/* Decides and converts; out is valid UTF-8 without a BOM. */
void charset_convert(struct charset *c, struct buf *out, struct span page,
    struct charset_found *found);

/* Only decides; and converts a piece of a page that is in `is`. False: some
 * of it could not be read. */
enum charset_name charset_find(struct span page);
bool charset_read(struct charset *c, struct buf *out, struct span text,
    enum charset_name is);
/* The other way round, for one character. False: the set hasn't got it; out is
 * as it was. */
bool charset_write(struct charset *c, struct buf *out, struct span character,
    enum charset_name is);

#endif
