/* Out-links of a page; see outlink.h. */
#include "agent/outlink.h"

#include <stdlib.h>
#include <string.h>

#include "agent/linktag.h"
#include "agent/tidy.h"
#include "contrib/base/mem.h"
#include "contrib/base/text.h"
#include "protocol/limits.h"
#include "protocol/url.h"

/* Half of them stay free when all links are in. */
#define SEEN_SLOTS 8192
_Static_assert(SEEN_SLOTS >= 2 * LIMIT_LINKS, "the table would fill up");

/* Room for the words beside the links in one change. */
#define ROWS_MAX (LIMIT_CHANGE - (64u << 10))
#define ROW_EXTRA 32	/* kind, line and lengths of one row, at most */

/* Raw text of an anchor, before it is tidied. */
#define RAW_TEXT_MAX ((size_t)4 * OUTLINK_TEXT_MAX)

bool
outlink_is_local(struct span reference)
{
	struct span s = url_trim(reference);

	return (s.n > 5 && text_same_nocase((struct span){ s.at, 5 },
	    SPAN("file:"))) || (s.n > 2 && (s.at[1] == ':' ||
	    s.at[1] == '|') && (s.at[2] == '\\' || s.at[2] == '/') &&
	    ((s.at[0] >= 'a' && s.at[0] <= 'z') ||
	    (s.at[0] >= 'A' && s.at[0] <= 'Z')));
}

void
outlinks_init(struct outlinks *o)
{
	*o = (struct outlinks){ .count = 0 };
	buf_init(&o->rows, ROWS_MAX);
	buf_init(&o->base, LIMIT_URL);
	buf_init(&o->to, LIMIT_URL);
	buf_init(&o->anchor_to, LIMIT_URL);
	buf_init(&o->anchor_text, RAW_TEXT_MAX);
	o->seen = mem_new(SEEN_SLOTS * sizeof(o->seen[0]));
}

void
outlinks_clear(struct outlinks *o)
{
	buf_clear(&o->rows);
	buf_clear(&o->base);
	buf_clear(&o->to);
	buf_clear(&o->anchor_to);
	buf_clear(&o->anchor_text);
	free(o->seen);
	o->seen = NULL;
}

void
outlinks_begin(struct outlinks *o, struct span url)
{
	buf_reset(&o->rows);
	buf_reset(&o->base);
	buf_span(&o->base, url);
	if (o->count > 0)
		memset(o->seen, 0, SEEN_SLOTS * sizeof(o->seen[0]));
	o->count = 0;
	o->cut = false;
	o->in_anchor = false;
	o->has_base = o->lost = false;
}

/* The first <base> counts, as in browsers. */
void
outlinks_base(struct outlinks *o, struct span href)
{
	buf_reset(&o->to);
	if (!o->has_base && linktag_is_template(href)) {
		o->has_base = o->lost = true;
		return;
	}
	if (o->has_base ||
	    !url_resolve(&o->to, buf_look(&o->base), href, NULL))
		return;
	buf_reset(&o->base);
	buf_span(&o->base, buf_look(&o->to));
	o->has_base = true;
}

/* FNV-1a; never 0, which is a free slot. */
static uint64_t
digest(enum link_kind kind, struct span to)
{
	uint64_t h = 14695981039346656037u ^ (uint64_t)kind;

	for (size_t i = 0; i < to.n; i++)
		h = (h ^ (uint8_t)to.at[i]) * 1099511628211u;
	return h | 1;
}

/* Was it there before? If not, it is now. */
static bool
note(struct outlinks *o, enum link_kind kind, struct span to)
{
	uint64_t h = digest(kind, to);
	size_t slot = (h >> 17) % SEEN_SLOTS;

	while (o->seen[slot] != 0) {
		if (o->seen[slot] == h)
			return true;
		slot = (slot + 1) % SEEN_SLOTS;
	}
	o->seen[slot] = h;
	return false;
}

/* `to` is a normal form, `text` is tidy. */
static void
put(struct outlinks *o, const struct link *l)
{
	if (note(o, l->kind, l->to))
		return;
	if (o->count >= LIMIT_LINKS ||
	    o->rows.n + l->to.n + l->text.n + ROW_EXTRA > ROWS_MAX) {
		o->cut = true;
		return;
	}
	change_link_put(&o->rows, l);
	o->count++;
}

static bool
resolve(struct outlinks *o, struct buf *to, struct span reference)
{
	reference = url_trim(reference);
	if (o->cut || reference.n == 0 || reference.at[0] == '#' ||
	    linktag_is_template(reference) ||
	    (o->lost && !linktag_is_whole(reference)))
		return false;
	buf_reset(to);
	return url_resolve(to, buf_look(&o->base), reference, NULL) &&
	    !to->bad;
}

static void
finish(struct outlinks *o, enum link_kind kind, struct buf *to,
    struct span text, uint32_t line)
{
	struct buf tidy;

	buf_init(&tidy, OUTLINK_TEXT_MAX);
	tidy_text(&tidy, text, OUTLINK_TEXT_MAX);
	put(o, &(struct link){ .kind = kind, .line = line,
	    .to = buf_look(to), .text = buf_look(&tidy) });
	buf_clear(&tidy);
}

void
outlinks_add(struct outlinks *o, enum link_kind kind, struct span to,
    struct span text, uint32_t line)
{
	if (resolve(o, &o->to, to))
		finish(o, kind, &o->to, text, line);
}

void
outlinks_anchor(struct outlinks *o, struct span href, uint32_t line)
{
	outlinks_end(o);
	o->in_anchor = resolve(o, &o->anchor_to, href);
	o->anchor_line = line;
	buf_reset(&o->anchor_text);
}

void
outlinks_text(struct outlinks *o, struct span text)
{
	size_t room = RAW_TEXT_MAX - o->anchor_text.n;

	if (o->in_anchor && text.n > 0)
		buf_span(&o->anchor_text, text_cut(text, room));
}

void
outlinks_end(struct outlinks *o)
{
	if (o->in_anchor)
		finish(o, LINK_ANCHOR, &o->anchor_to,
		    buf_look(&o->anchor_text), o->anchor_line);
	o->in_anchor = false;
}
