/*
 * A record: what is to be said of one page or file, before anyone has asked
 * whether it is news.
 *
 * The parse child makes it from bytes, the agent turns it into a change.
 * Between them it travels as a row. A record owns nothing: its spans point
 * into the page that made it (page.h) or into the row it was read from.
 * The row comes from a process that reads hostile pages, so reading it is
 * as careful as reading from the network.
 */
#ifndef ZQ_AGENT_RECORD_H
#define ZQ_AGENT_RECORD_H

#include <stdbool.h>
#include <stdint.h>

#include "agent/tag.h"
#include "contrib/base/buf.h"
#include "contrib/base/span.h"
#include "protocol/change.h"

enum record_outcome {		/* numbers are in rows */
	RECORD_READ = 0,	/* it was read; the rest holds */
	RECORD_CHANGED = 1,	/* somebody wrote to it meanwhile: look again
				 * later; nothing else holds */
	RECORD_FAILED = 2,	/* could not be read: see trouble; asking
				 * again before it changes is no use */
};

enum record_date {		/* where `published` was taken from */
	RECORD_DATE_NONE, RECORD_DATE_TAG, RECORD_DATE_TEXT, RECORD_DATE_URL,
};

/* Something worth a word to the site's people; `zqagent check` words it. */
enum remark_kind {		/* numbers are in rows */
	REMARK_CHARSET_WRONG = 1,	/* text: "declared … is …" parts,
					 * "utf-8>gb18030" */
	REMARK_CHARSET_NONE,		/* text: what it was taken for */
	REMARK_CHARSET_BAD,		/* text: how many bad bytes */
	REMARK_CUT_PAGE,		/* text: bytes read */
	REMARK_CUT_DEPTH,		/* text: elements deep */
	REMARK_CUT_LINKS,		/* text: links told */
	REMARK_CUT_TEXT,		/* text: the tag's name */
	REMARK_TAG_NULL,		/* text: the tag's name */
	REMARK_TAG_EMPTY,		/* text: the tag's name */
	REMARK_TAG_TWICE,		/* text: the tag's name; values differ */
	REMARK_TAG_OUTSIDE,		/* text: the tag's name */
	REMARK_TAG_ENTITIES,		/* text: the tag's name */
	REMARK_NUL,			/* text: how many */
	REMARK_LINK_LOCAL,		/* text: the link */
	REMARK_INCLUDE,			/* text: what a server puts in */
	REMARK_COUNT
};

struct remark {
	enum remark_kind kind;
	uint32_t line;		/* in the file, from 1; 0: none */
	struct span text;
};

#define RECORD_REMARKS_MAX 100	/* more are counted for nothing */
#define RECORD_ROW_MAX ((512u << 10) + (128u << 10))	/* of any record */

struct record_tag {
	bool given;		/* there, even if empty */
	uint32_t line;
	struct span value;	/* decoded, trimmed; "" for the value "null" */
};

struct record {
	enum record_outcome outcome;
	struct span trouble;		/* of RECORD_FAILED, a sentence */
	struct span word[WORD_COUNT];	/* empty: not given */
	int64_t published;		/* ms or CLOCK_NONE */
	enum record_date date_from;
	int64_t modified;		/* ms, of the file */
	uint64_t length;
	struct span type;		/* media type */
	bool is_page;			/* HTML that was looked into */
	uint8_t hash[32];		/* SHA-256 of all its bytes */
	struct span links;		/* link rows: change_link_next() */
	uint32_t link_count;
	bool links_cut;			/* there are more than these, or may
					 * be: not all of it was read */
	struct span charset;		/* of a page: what it is in */
	struct record_tag tag[TAG_COUNT];	/* of a page */
	struct span remarks;		/* rows: record_remark_next() */
};

/* Everything empty, times CLOCK_NONE, outcome RECORD_READ. */
void record_init(struct record *r);

/* See record_read() for the other side. A record that doesn't fit b turns
 * b bad. */
void record_write(struct buf *b, const struct record *r);
/* Copies nothing. False if it doesn't decode or is not sane. */
bool record_read(struct record *r, struct span row);

void record_remark_put(struct buf *b, const struct remark *m);
bool record_remark_next(struct span *rows, struct remark *m);

/* Fills words, times, length, type, hash and links of c, which was
 * change_init()ed; seq, kind, when, url and id stay the caller's. Spans
 * point to where the record's point. */
void record_to_change(struct change *c, const struct record *r);

#endif
