/*
 * Letters about links, for people: what stands on which page, in which line,
 * and what it should be.
 *
 * Works on letters as JSON (inbox.h), so that it is the same whether the
 * daemon was asked, the store was read, or a hook gets one.
 */
#ifndef ZQ_AGENT_LETTER_LINKS_H
#define ZQ_AGENT_LETTER_LINKS_H

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

#include "protocol/change.h"

/*
 * Adds to each letter about links in the list (of kind links, danger or
 * unanswered; and referred and off, which are about links of others to this
 * site) what its body says:
 * "links": [{"old", "new", "state", "scope", "move", "from", "until", "by",
 * "name", "person", "operator", "reason", "pages"}], "pages": [{"url",
 * "links": [{"line", "kind", "more", "old", "new", "state"}]}] by address and
 * line, and "body" goes. What a later letter of the list says of the same
 * address (it is fixed, say) is the state that is given; and a letter all of
 * whose addresses later ones speak of has "superseded", with the number of such
 * a one.
 */
void letter_links_add(json_t *list);

const char *letter_links_kind(enum link_kind k);	/* "anchor" … */
/* Is it of such a kind that tells of links of others to this site? */
bool letter_links_is_of_target(json_t *letter);
/* States that a link may have there, from 0 on; NULL: no more. Those of a body
 * (mending.h); and what is announced, or off, by no move is a site that is
 * "closing", or stays "open". */
const char *letter_links_state(size_t i);
/* A state in words: "moved". */
const char *letter_links_word(const char *state, bool of_target);

/* One such letter. At most so many pages, and none that are fixed, and of each
 * not all of its links if they are many; 0: all. */
void letter_links_print(FILE *out, json_t *letter, size_t most);

#endif
