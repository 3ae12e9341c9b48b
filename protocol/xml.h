/*
 * XML from strangers: libxml2's push parser behind a fence, and the few
 * functions that write XML.
 *
 * Taken: well-formed UTF-8 with namespaces. Refused by name: a DOCTYPE (so
 * there are no entities but the five and nothing is ever fetched), another
 * encoding, tags that are too long or have too many attributes (see
 * xml_scan.h), namespaces without end. No tree is built; elements that the
 * reader has in its table are told by their index there.
 *
 * A byte that is no UTF-8, or a character that XML can't carry, doesn't end
 * the document: it is replaced by "_", and xml_had_bad_bytes() tells at the
 * next element, so that one spoilt title doesn't cost a whole batch.
 */
#ifndef ZQ_PROTOCOL_XML_H
#define ZQ_PROTOCOL_XML_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "contrib/base/buf.h"
#include "contrib/base/span.h"
#include "protocol/xml_name.h"

#define XML_IN_SCOPE 64		/* namespace declarations at one place */
#define XML_DECLARATIONS 16384	/* … in one document: each costs 10 µs */

struct xml;

struct xml_events {
	/* name: index in the table, or XML_UNKNOWN. Spans that the
	 * functions below hand out live until the event returns. text and
	 * end may be NULL. */
	void (*start)(void *arg, struct xml *x, int name);
	void (*text)(void *arg, struct xml *x, struct span s);	/* a piece */
	void (*end)(void *arg, struct xml *x, int name);
};

/* Keeps names, events and arg. */
struct xml *xml_new(const struct xml_name *names, size_t count,
    const struct xml_events *events, void *arg);
void xml_free(struct xml *x);

/* Both false once it is over; xml_error() says why, with the line. */
bool xml_feed(struct xml *x, const void *at, size_t n);
bool xml_finish(struct xml *x);
const char *xml_error(const struct xml *x);
/* All of a document at once. False: *why, unless it is NULL, points at what
 * xml_error() says; that lives until this thread reads another. */
bool xml_read(struct xml *x, struct span document, const char **why);

/* The reader gives up on the document. The line is put in front. */
void xml_fail(struct xml *x, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

size_t xml_line(const struct xml *x);
size_t xml_depth(const struct xml *x);	/* 1: the root; in start and end */
/* Were there bad bytes since it was asked last? */
bool xml_had_bad_bytes(struct xml *x);

/* In start: the element's name, and an attribute (ns NULL: without prefix);
 * at is NULL if it isn't there. */
struct span xml_ns(const struct xml *x);	/* empty: none */
struct span xml_local(const struct xml *x);
struct span xml_attribute(const struct xml *x, const char *ns,
    const char *local);

/* Copies what is going on: in start the tag, in end its end. The copy needs
 * nothing from around it, and copying a copy gives the same bytes. */
void xml_copy_start(const struct xml *x, struct buf *b);
void xml_copy_end(const struct xml *x, struct buf *b);

/* --- writing ------------------------------------------------------------ */
void xml_put_text(struct buf *b, struct span s);
void xml_put_attribute(struct buf *b, const char *name, struct span value);
void xml_put_number(struct buf *b, const char *name, uint64_t value);
void xml_put_time(struct buf *b, const char *name, int64_t ms);

#endif
