/*
 * Flat: pages in which nothing is closed, hundreds of <font> and <b>, are read
 * to their end.
 *
 * The parser keeps all elements that are open, and looks for each end tag
 * among them; so there must be an end to it. But what is open matters for few
 * elements: from some depth on the others are taken as if they had been closed
 * at once.
 */
#ifndef ZQ_AGENT_FLAT_H
#define ZQ_AGENT_FLAT_H

#include <libxml/HTMLparser.h>

#define FLAT_FROM 1000		/* open elements */

/* When a start tag is told (SAX), before anything else is made of it. */
void flat_keep(htmlParserCtxtPtr x);

#endif
