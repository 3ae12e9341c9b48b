/*
 * The part of source_dir.h that tells the hub what the source covers
 * (covers.h): all of its address, less what its patterns leave out and what
 * other sources have below it. It promises that only while nothing is there
 * that it can't look at, or can't tell.
 */
#include "agent/source_dir.h"

#include <string.h>

#include "agent/ability.h"
#include "agent/covers.h"
#include "protocol/features.h"
#include "protocol/limits.h"

/* --- what it can promise ------------------------------------------------------ */

static uint64_t
odd(const struct source *s)
{
	const struct intake_counts *n = intake_counts(s->intake);

	return n->unreadable + n->unfit + n->outside;
}

void
source_dir_cover_begin(struct source *s)
{
	s->odd_before = odd(s);
}

static bool
is_whole(const struct source *s)
{
	return s->set->cover && s->hidden == 0 && s->outside == 0 &&
	    s->unfit == 0 && !s->root_hidden && odd(s) == s->odd_before;
}

/* Only when it has looked; what it promised meanwhile holds. */
static bool
is_time(const struct source *s)
{
	return s->root_error == 0 && s->complete && s->scanned &&
	    !s->scanning && !s->anew && s->looked_all &&
	    intake_is_idle(s->intake);
}

/* --- how it is said -------------------------------------------------------------- */

/* False: it can't be said in a pattern. */
static bool
put_pattern(struct buf *b, const char *pattern)
{
	if (b->n > 0)
		buf_byte(b, ' ');
	for (; *pattern != '\0'; pattern++)
		if (*pattern == ' ')
			buf_text(b, "%20");
		else
			buf_byte(b, *pattern);
	return !b->bad;
}

static bool
put_patterns(struct buf *b, char *const *list)
{
	for (; list != NULL && *list != NULL; list++)
		if (!put_pattern(b, *list))
			return false;
	return true;
}

struct inner {			/* other sources below this one's address */
	const struct source *s;
	struct buf *exclude;
	bool can_say;
};

static void
leave_out(void *arg, struct span url)
{
	struct inner *in = arg;
	size_t n = in->s->url.n;
	struct buf path;

	if (url.n <= n || memcmp(url.at, in->s->url.at, n) != 0)
		return;
	buf_init(&path, LIMIT_URL);
	buf_byte(&path, '/');
	buf_put(&path, url.at + n, url.n - n - 1);	/* not its slash */
	if (strpbrk(buf_cstr(&path), "%*?[]\\") != NULL ||
	    !put_pattern(in->exclude, buf_cstr(&path)))
		in->can_say = false;
	buf_clear(&path);
}

/* All patterns; false: they don't fit into a change. */
static bool
put_all(const struct source *s, struct buf *include, struct buf *exclude,
    struct buf *index)
{
	struct inner in = { .s = s, .exclude = exclude, .can_say = true };

	if (s->host.each_url != NULL)
		s->host.each_url(s->host.all, leave_out, &in);
	return put_patterns(include, s->set->include) &&
	    put_patterns(exclude, s->set->exclude) &&
	    put_patterns(index, s->set->index) && in.can_say;
}

static bool
tell(struct source *s, bool whole, size_t *told)
{
	struct covers_one c = { .source = span_of(s->name),
	    .url = buf_look(&s->url) };
	struct buf include, exclude, index;
	bool done;

	buf_init(&include, LIMIT_LONG_TEXT);
	buf_init(&exclude, LIMIT_LONG_TEXT);
	buf_init(&index, LIMIT_TEXT);
	c.whole = put_all(s, &include, &exclude, &index) && whole;
	c.include = buf_look(&include);
	c.exclude = buf_look(&exclude);
	c.index = buf_look(&index);
	done = covers_tell(s->host.store, &c, told);
	buf_clear(&include);
	buf_clear(&exclude);
	buf_clear(&index);
	return done;
}

static bool
can_hear(const struct source *s)
{
	struct store_txn *t = store_look(s->host.store);
	bool can = ability_has(t, FEATURE_MOVES);

	store_end(t);
	return can;
}

void
source_dir_cover_check(struct source *s)
{
	uint64_t incarnation = store_meta(s->host.store)->incarnation;
	size_t told = 0;
	bool whole;

	if (!is_time(s))
		return;
	whole = is_whole(s);
	if ((s->cover_told && s->cover_whole == whole &&
	    s->cover_of == incarnation) || !can_hear(s) ||
	    !tell(s, whole, &told))
		return;
	s->cover_told = true;
	s->cover_whole = whole;
	s->cover_of = incarnation;
	if (told > 0)
		s->host.news(s->host.arg, told);
}
