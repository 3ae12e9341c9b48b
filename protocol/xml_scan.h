/*
 * Finding the ends of XML's tokens, before a parser sees them.
 *
 * libxml2 2.9's push parser takes a ">" inside an attribute for the end of
 * its tag when a chunk ends there, compares each attribute of a tag with
 * each other, and waits for the end of a tag however far it may be. So only
 * whole tokens are handed to it, and none that are too long.
 */
#ifndef ZQ_PROTOCOL_XML_SCAN_H
#define ZQ_PROTOCOL_XML_SCAN_H

#include <stddef.h>

#include "contrib/base/span.h"

#define XML_TAG_MAX 16384	/* bytes from "<" to ">" */
#define XML_TOKEN_MAX (1u << 20) /* of a comment, CDATA section or PI */
#define XML_ATTRIBUTES 64	/* in one tag, namespace declarations too */

enum xml_state { XML_IN_TEXT, XML_AFTER_OPEN, XML_AFTER_BANG, XML_IN_TAG,
	XML_IN_QUOTE, XML_IN_COMMENT, XML_IN_CDATA, XML_IN_PI };

struct xml_scan {	/* zeros: at the start of a document */
	enum xml_state state;
	char quote;
	unsigned quotes;	/* attributes of this tag so far */
	size_t scanned;		/* of what is not yet handed on */
	size_t token;		/* where it begins there */
	const char *why;	/* what is refused, or NULL */
};

/* How much of s can be handed on: whole tokens, and text once there is much
 * of it, but no half character. s begins where the last call's answer left
 * off, with more behind it. */
size_t xml_scan(struct xml_scan *c, struct span s);

#endif
