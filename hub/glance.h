/*
 * A glance at a page: what its bytes say to somebody who doesn't read it.
 *
 * Its title, its language, a min-hash of its text, whether it asks for a
 * password, sends its reader on, is drawn by script, says that the page is
 * missing, or speaks of what no public body links to. Pages of any character
 * set that is common in the country; whatever the bytes are, it comes to an
 * end, in one pass, within its ceilings.
 */
#ifndef ZQ_HUB_GLANCE_H
#define ZQ_HUB_GLANCE_H

#include <stdbool.h>
#include <stdint.h>

#include "contrib/base/buf.h"
#include "contrib/base/span.h"
#include "hub/minhash.h"

#define GLANCE_MOST (128u << 10)	/* bytes of a page that are looked at */
#define GLANCE_TITLE 200		/* bytes kept of a title */
#define GLANCE_CODE 16		/* … of an identification code */
#define GLANCE_DOMAIN 256
#define GLANCE_SIGN 80			/* … of the words that gave it away */

enum glance_language {		/* by its letters */
	GLANCE_NONE,		/* too few to say */
	GLANCE_HAN, GLANCE_KANA, GLANCE_HANGUL, GLANCE_LATIN,
	GLANCE_CYRILLIC, GLANCE_THAI, GLANCE_ARABIC, GLANCE_OTHER,
	GLANCE_LANGUAGES
};
const char *glance_language_name(enum glance_language l);	/* "Han" */
const char *glance_language_word(enum glance_language l);	/* translated */
bool glance_language_parse(enum glance_language *l, struct span name);

struct glance {
	char title[GLANCE_TITLE];	/* UTF-8; "" */
	char article[GLANCE_TITLE];	/* its ArticleTitle … */
	char heading[GLANCE_TITLE];	/* … and what stands in h1 and h2, "|"
					 * between; "" */
	enum glance_language language;
	uint32_t letters;		/* that a reader sees; a Han character
					 * counts as three */
	struct minhash minhash;
	char code[GLANCE_CODE];		/* its SiteIDCode and SiteDomain … */
	char domain[GLANCE_DOMAIN];	/* … as written; "" */
	bool password;			/* a field for one */
	bool scripts;			/* there are some */
	bool says_missing;		/* short, and titled so */
	char bad[GLANCE_SIGN];		/* words of gambling …; "" */
	char parked[GLANCE_SIGN];	/* words of a parked domain; "" */
	char wall[GLANCE_SIGN];		/* words of a wall against robots; "" */
	struct buf refresh;		/* meta refresh at once: where to; "" */
};

struct glancer;
/* Opens character sets: before a sandbox. */
struct glancer *glancer_new(void);
void glancer_free(struct glancer *g);

void glance_init(struct glance *p);
void glance_clear(struct glance *p);
/* type: the Content-Type header, which may name the character set. */
void glance_page(struct glancer *g, struct glance *p, struct span page,
    struct span type);

#endif
