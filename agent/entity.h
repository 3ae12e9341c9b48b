/*
 * Entities: characters of a page that are written by their names. libxml2
 * knows those of HTML 4; HTML 5 has a name for each mark of ASCII as well, and
 * so for all that addresses are made of: &sol; &colon; &quest;
 */
#ifndef ZQ_AGENT_ENTITY_H
#define ZQ_AGENT_ENTITY_H

#include <stdint.h>

#include "contrib/base/span.h"

/* By its name, without "&" and ";". 0: there is none. */
uint32_t entity_find(struct span name);

/* Writes in place, and as long as they were, those which libxml2 doesn't know
 * so that it does; and numbers of no character (&#0; &#8; &#xD800;) as
 * controls, which it passes over. */
void entity_rewrite(char *page, size_t n);

#endif
