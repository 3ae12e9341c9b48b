/*
 * The part of source_dir.h that tells the hub what the source covers
 * (covers.h): all of its address, less what its patterns leave out, what
 * other sources have below it, what it can't look at or can't tell (blind.h), and
 * what answers without a file (beyond.h), as long as that is little enough to be
 * named.
 */
#include "agent/source_dir.h"

#include <stdlib.h>
#include <string.h>

#include "agent/ability.h"
#include "agent/covers.h"
#include "contrib/base/mem.h"
#include "protocol/features.h"
#include "protocol/limits.h"

/* --- what it can promise ------------------------------------------------------ */

void
source_dir_cover_begin(struct source *s)
{
	intake_sees_again(s->intake);
}

/* False: not all of what it can't see has a name. */
static bool
put_blind(struct buf *exclude, const struct source *s)
{
	struct blind b = { .count = 0 };
	bool all;

	blind_join(&b, &walk_counts(s->walk)->blind);
	blind_join(&b, &intake_counts(s->intake)->blind);
	beyond_put(s->beyond, &b);
	blind_put(exclude, &b);
	all = !b.more && !s->root_hidden;
	blind_clear(&b);
	return all;
}

/* Only when it has looked; what it promised meanwhile holds. */
static bool
is_time(const struct source *s)
{
	return s->root_error == 0 && s->complete && s->scanned &&
	    !s->scanning && !s->anew && s->looked_all &&
	    intake_is_idle(s->intake) && intake_big(s->intake) == 0;
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

/* What is said of it. */
struct saying {
	struct buf include, exclude, index;
	bool whole;
};

static void
saying_make(struct saying *y, const struct source *s)
{
	struct inner in = { .s = s, .exclude = &y->exclude, .can_say = true };

	buf_init(&y->include, LIMIT_LONG_TEXT);
	buf_init(&y->exclude, LIMIT_LONG_TEXT);
	buf_init(&y->index, LIMIT_TEXT);
	if (s->host.each_url != NULL)
		s->host.each_url(s->host.all, leave_out, &in);
	y->whole = put_patterns(&y->include, s->set->include) &&
	    put_patterns(&y->exclude, s->set->exclude) &&
	    put_patterns(&y->index, s->set->index) && in.can_say &&
	    put_blind(&y->exclude, s) && !y->exclude.bad && s->set->cover;
}

static void
saying_clear(struct saying *y)
{
	buf_clear(&y->include);
	buf_clear(&y->exclude);
	buf_clear(&y->index);
}

static bool
tell(struct source *s, const struct saying *y, size_t *told)
{
	struct covers_one c = {
		.source = span_of(s->name),
		.url = buf_look(&s->url),
		.include = buf_look(&y->include),
		.exclude = buf_look(&y->exclude),
		.index = buf_look(&y->index),
		.whole = y->whole,
	};

	return covers_tell(s->host.store, &c, told);
}

static bool
can_hear(const struct source *s)
{
	struct store_txn *t = store_look(s->host.store);
	bool can = ability_has(t, FEATURE_MOVES);

	store_end(t);
	return can;
}

static bool
is_told(const struct source *s, const struct saying *y, uint64_t incarnation)
{
	return s->cover_told && s->cover_of == incarnation &&
	    s->cover_whole == y->whole &&
	    (!y->whole || strcmp(s->cover_less, buf_cstr(&y->exclude)) == 0);
}

static void
note_told(struct source *s, const struct saying *y, uint64_t incarnation)
{
	s->cover_told = true;
	s->cover_whole = y->whole;
	s->cover_of = incarnation;
	free(s->cover_less);
	s->cover_less = mem_text(buf_cstr(&y->exclude));
}

void
source_dir_cover_check(struct source *s)
{
	uint64_t incarnation = store_meta(s->host.store)->incarnation;
	struct saying y;
	size_t told = 0;

	if (!is_time(s))
		return;
	saying_make(&y, s);
	if (!is_told(s, &y, incarnation) && can_hear(s) &&
	    tell(s, &y, &told))
		note_told(s, &y, incarnation);
	saying_clear(&y);
	if (told > 0)
		s->host.news(s->host.arg, told);
}

/* --- as people read it ------------------------------------------------------------ */

bool
source_dir_cover_is_blind(const struct source *s)
{
	return s->set->cover && s->cover_told && !s->cover_whole;
}
