/*
 * Bodies of letters about links, and maps of moves: any bytes. What was read
 * reads the same when it is written anew; rules go into a set, and what they
 * do to their own addresses doesn't end in a crash or without an end.
 */
#include <stddef.h>
#include <stdint.h>

#include "contrib/base/err.h"
#include "protocol/limits.h"
#include "protocol/mending.h"
#include "protocol/movemap.h"
#include "protocol/rewrite.h"

/* --- letters ------------------------------------------------------------------- */

static void
link_again(void *arg, const struct mending_link *l)
{
	mending_link(arg, l, NULL);
}

static void
page_again(void *arg, const struct mending_link *l,
    const struct mending_page *p)
{
	(void)l;
	mending_page(arg, p);
}

static void
end_again(void *arg, const struct mending_link *l)
{
	(void)l;
	mending_link_end(arg);
}

static const struct mending_reader again = { link_again, page_again,
	end_again };

static void
read_links(struct span s)
{
	const char *why = NULL;
	struct buf one, two;

	buf_init(&one, 16u << 20);
	buf_init(&two, 16u << 20);
	mending_begin(&one, NULL);
	if (!mending_read(s, &again, &one, &why)) {
		must(why != NULL && why[0] != '\0');
	} else {
		mending_end(&one);
		mending_begin(&two, NULL);
		if (!one.bad && one.n <= LIMIT_LETTER) {
			must(mending_read(buf_look(&one), &again, &two,
			    &why));
			mending_end(&two);
			must(span_is(buf_look(&one), buf_look(&two)));
		}
	}
	buf_clear(&one);
	buf_clear(&two);
}

/* --- maps ------------------------------------------------------------------------ */

static bool
count_former(void *arg, struct span former, uint32_t number)
{
	unsigned *left = arg;

	must(former.n <= LIMIT_URL && number > 0);
	must((*left)-- > 0);
	return true;
}

static void
try_rule(const struct rewrite *w, const struct rewrite_rule *r)
{
	struct buf out;
	unsigned formers = REWRITE_FORMERS;

	buf_init(&out, LIMIT_URL);
	(void)rewrite_url(w, r->from, r->at, &out, NULL);
	must(!out.bad);
	rewrite_former(w, r->to, r->at, count_former, &formers);
	(void)rewrite_is_reused(w, r->from, r->at);
	buf_clear(&out);
}

static void
on_rule(void *arg, const struct movemap_rule *m)
{
	struct rewrite *w = arg;
	struct buf why;

	buf_init(&why, 8192);
	if (m->gone)
		(void)rewrite_drop(w, m->rule.number);
	else if (rewrite_add(w, &m->rule, NULL, &why))
		try_rule(w, &m->rule);
	else
		must(why.n > 0);
	buf_clear(&why);
}

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t n);

int
LLVMFuzzerTestOneInput(const uint8_t *at, size_t n)
{
	struct span s = { (const char *)at, n };
	struct rewrite *w = rewrite_new();
	const char *why = NULL;
	struct movemap m;

	read_links(s);
	if (!movemap_read(&m, s, on_rule, w, &why))
		must(why != NULL && why[0] != '\0');
	rewrite_free(w);
	return 0;
}
