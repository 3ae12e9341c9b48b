/*
 * A change: one thing that a site says has happened to it.
 *
 * Most are about an item (a page or a file): it is there now in this form
 * (created, updated), or it is gone (deleted; absence is never a deletion).
 * Moves, notices and replies to letters are told by the site's own people,
 * covers by its sources; statement.h knows what those have to say. What a
 * newer agent says and this version does not know is `other`: kept, passed
 * on, and held if it was marked critical (R25).
 *
 * One meaning, two forms: a row (change_write, change_read) in spool,
 * journal and between parts, and XML (changelist.h) between organisations.
 * Who said it is never in here: that is the certificate's business.
 */
#ifndef ZQ_PROTOCOL_CHANGE_H
#define ZQ_PROTOCOL_CHANGE_H

#include <stdbool.h>
#include <stdint.h>

#include "contrib/base/buf.h"
#include "contrib/base/span.h"

enum change_kind {	/* numbers are in rows for ever */
	CHANGE_CREATED = 1,
	CHANGE_UPDATED = 2,
	CHANGE_DELETED = 3,
	CHANGE_MOVE = 4,
	CHANGE_NOTICE = 5,
	CHANGE_OTHER = 6,
	CHANGE_REPLY = 7,	/* to a letter about links; url: where they
				 * led to, on whichever host */
	CHANGE_COVER = 8,	/* what a source covers; url: its prefix. So
				 * the hub can tell what never was from what
				 * nobody told */
	CHANGE_LAST = CHANGE_COVER
};

/* What is said in words. Order is the order in rows and XML; a new one goes
 * to the end. The comment is the XML element and the source in a page. */
enum change_word {
	WORD_TITLE,		/* dcterms:title; ArticleTitle, <title> */
	WORD_COLUMN,		/* zq:column; ColumnName */
	WORD_COLUMN_TYPE,	/* zq:columnType; ColumnType */
	WORD_SOURCE,		/* dcterms:source; ContentSource */
	WORD_AUTHOR,		/* dcterms:creator; Author */
	WORD_KEYWORDS,		/* dcterms:subject; Keywords */
	WORD_DESCRIPTION,	/* dcterms:description; Description */
	WORD_LANGUAGE,		/* dcterms:language; <html lang> */
	WORD_IMAGE,		/* zq:image; Image (an address) */
	WORD_SITE_NAME,		/* zq:siteName; SiteName as the page says */
	WORD_SITE_DOMAIN,	/* zq:siteDomain; SiteDomain */
	WORD_SITE_CODE,		/* zq:siteCode; SiteIDCode */
	WORD_REASON,		/* zq:reason; of a deletion, move, notice */
	WORD_BY,		/* zq:by; the person who said so, if one did */
	WORD_SUCCESSOR,		/* zq:successor; where a deleted item went;
				 * the new address of a move, empty: the move
				 * is withdrawn */
	WORD_SCOPE,		/* zq:scope; of a move: address, prefix or
				 * domain; of a notice: outage, maintenance,
				 * closing, resolved; of a reply: will-fix,
				 * refused; of a cover: whole, gone */
	WORD_FORMER,		/* zq:former; of created and updated: the id
				 * under which the hub has had this item so
				 * far. It is the same item, with this id and
				 * url from now on. Only for a hub that named
				 * FEATURE_MOVES: to another it says nothing,
				 * and the old id must be deleted */
	WORD_INCLUDE,		/* zq:include, … */
	WORD_EXCLUDE,		/* zq:exclude and … */
	WORD_INDEX,		/* zq:index; of a cover: the patterns of the
				 * source, blank-separated, a blank inside of
				 * one is %20 */
	WORD_SERVICE,		/* zq:service; of a notice: what of the site
				 * it is about, in its own words; empty: all */
	WORD_RECURS,		/* zq:recurs; of maintenance: when it comes
				 * again and again (recurs.h) … */
	WORD_ZONE,		/* zq:zone; … by the clocks of this time zone,
				 * its name as IANA has it */
	WORD_LETTER,		/* zq:letter; of a reply: the number of the
				 * letter that it answers */
	WORD_COUNT
};

enum link_kind {	/* numbers are in rows for ever */
	LINK_ANCHOR = 1, LINK_IMAGE = 2, LINK_FRAME = 3, LINK_FORM = 4,
	LINK_SCRIPT = 5, LINK_STYLE = 6,
};

struct link {		/* one out-link of a page */
	enum link_kind kind;
	uint32_t line;		/* in the page, from 1; 0 unknown */
	struct span to;		/* normal form */
	struct span text;	/* anchor text or alt, trimmed; may be empty */
};

struct change {
	uint64_t seq;		/* the site's number for it, from 1 */
	enum change_kind kind;
	int64_t when;		/* ms, the site's clock, when it noticed */
	struct span url;	/* normal form */
	struct span id;		/* site-local id; empty: the url is the id */
	struct span word[WORD_COUNT];	/* empty: not given */
	int64_t published;	/* ms, PubDate; CLOCK_NONE if none */
	int64_t modified;	/* ms, lastmod; CLOCK_NONE if none */
	int64_t from, until;	/* ms, of moves and notices; or CLOCK_NONE */
	uint64_t length;	/* bytes of the item */
	struct span type;	/* media type, without parameters */
	bool has_hash;
	uint8_t hash[32];	/* SHA-256 of the item's bytes */
	bool links_cut;		/* the page has more links than these. It is no
				 * part of what the change means */
	struct span links;	/* link rows, see change_link_put() */
	struct span unknown;	/* XML of unknown parts, well-formed, each
				 * with its own namespace declarations */
	struct span critical;	/* name of an unknown critical part, if any:
				 * the change is then held, not applied */
};

/* Everything empty, times CLOCK_NONE. */
void change_init(struct change *c);

/* The row. Reading copies nothing: spans point into s and live as long as
 * it. False if it doesn't decode or is not sane; unknown tags of a newer
 * version are skipped, and lost only in memory: the bytes stay as they are. */
void change_write(struct buf *b, const struct change *c);
bool change_read(struct change *c, struct span s);
/* The same without judging: for rows that were judged when they were kept,
 * and are read by the thousand. */
bool change_glance(struct change *c, struct span s);

/* Kinds, lengths, UTF-8, a url in normal form, times within years 1970 to
 * 9999. `why` (may be NULL) names the part and what was expected. */
bool change_is_sane(const struct change *c, const char **why);

/* SHA-256 over what the change means (not seq, not when, nor whether its links
 * are all, which hubs of before don't know): two changes with
 * the same are the same news. It decides between KNOWN and FORKED together
 * with seq. */
void change_hash(const struct change *c, uint8_t out[32]);

/* The same of what the item is then, whether created or updated, and whatever
 * its id was before: an item that is told again from the beginning is no
 * other. Digests are made of it. */
void change_item_hash(const struct change *c, uint8_t out[32]);

/* Link rows, one after the other. each: false when there is none left. */
void change_link_put(struct buf *b, const struct link *l);
bool change_link_next(struct span *rows, struct link *l);

const char *change_kind_name(enum change_kind k);	/* "created" … */
const char *change_word_name(enum change_word w);	/* "title" … */

#endif
