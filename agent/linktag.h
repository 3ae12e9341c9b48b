/*
 * Link tags: which attribute of which element holds an address. One table for
 * all who read pages: what is told to the hub (page.h) and what can be mended
 * (hrefs.h) are the same links.
 */
#ifndef ZQ_AGENT_LINKTAG_H
#define ZQ_AGENT_LINKTAG_H

#include <stdbool.h>

#include "contrib/base/span.h"
#include "protocol/change.h"

enum linktag_form {
	LINKTAG_ONE,		/* the value is the address */
	LINKTAG_WHOLE,		/* … if it begins with http:// or https://; such
				 * a value may be any word else */
	LINKTAG_LIST,		/* "a.png 1x, b.png 2x" (srcset) */
	LINKTAG_REFRESH,	/* "5; url='a.html'" (meta refresh) */
};

struct linktag {
	const char *element, *attribute;	/* small letters */
	enum link_kind kind;
	enum linktag_form form;
	/* Only if that attribute of the element has this word in it, in any
	 * case; or NULL: always. */
	const char *needs, *word;
};

/* By names in any case; NULL: it holds none. */
const struct linktag *linktag_find(struct span element,
    struct span attribute);
/* Is it what one of the element's needs (struct linktag)? */
bool linktag_is_needed(struct span element, struct span attribute);
/* `needed` is the value of t->needs. */
bool linktag_is_meant(const struct linktag *t, struct span needed);

/* Takes the next address off the value's rest, which is the whole value at
 * first. False: there is none any more. */
bool linktag_next(const struct linktag *t, struct span *rest,
    struct span *address);

/* Does it name its scheme and host by itself, as http://HOST/…? */
bool linktag_is_whole(struct span address);

/* Is it a template's, which a program or a script has yet to fill in:
 * "{{item.url}}.html", "<%=path%>/a.html", "${ctx}/a/", "[!--news.url--]a/"? It
 * is no address then, whatever it looks like. Names like {1B7F44A0-…}.pdf are
 * none, nor is what stands behind "?" or "#". */
bool linktag_is_template(struct span address);

#endif
