/*
 * The XML names of a change's parts: one table for reader and writer, in the
 * order in which they are written.
 */
#ifndef ZQ_PROTOCOL_WORDS_H
#define ZQ_PROTOCOL_WORDS_H

#include "protocol/change.h"
#include "protocol/xml.h"

enum element {
	/* 0 to WORD_COUNT-1: the words of a change */
	E_URLSET = WORD_COUNT, E_MD, E_LN, E_BATCH, E_HEALTH, E_LOOKED, E_URL,
	E_MOVE, E_NOTICE, E_REPLY, E_COVER, E_LOC, E_LASTMOD, E_ID,
	E_ISSUED, E_LINK, E_COUNT
};

extern const struct xml_name words_element[E_COUNT];
extern const char *const words_name[E_COUNT];	/* "dcterms:title" … */
extern const char *const words_link_kind[LINK_STYLE + 1];

#endif
