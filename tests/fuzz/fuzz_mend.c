/*
 * Fuzz: any bytes are a page that is mended. The first byte chooses which of
 * its references are to lead elsewhere, and where. Whatever was there, bytes
 * that are no edit stay as they were, and read again each mended reference
 * leads where it was told to.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "agent/mendpage.h"
#include "contrib/base/err.h"

#define PAGE_URL SPAN("https://www.zhengzhou.gov.cn/art/2023/5/7/a.html")

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct span places[] = {
	{ "https://www.zhengzhou.gov.cn/", 29 },
	{ "https://www.zhengzhou.gov.cn/art/2023/5/7/", 42 },
	{ "https://www.zhengzhou.gov.cn/art/2023//b:c?d=1&e='2',", 53 },
	{ "http://www.zhengzhou.gov.cn/art/x/y", 35 },
	{ "https://xn--55qx5d.cn:8443/~a/(b)?c", 36 },
};
#define PLACES (sizeof(places) / sizeof(places[0]))

struct wish {
	unsigned number, every;
	struct span to;
	size_t there;		/* that lead there already */
};

static bool
on_target(void *arg, const struct href *at, struct span target,
    struct span *to)
{
	struct wish *w = arg;

	(void)at;
	w->there += span_is(target, w->to);
	if (span_is(target, w->to) || w->number++ % w->every != 0)
		return false;
	*to = w->to;
	return true;
}

static void
ck_edits(struct span page, struct span mended,
    const struct mendpage_found *f)
{
	size_t a = 0, b = 0;

	for (size_t i = 0; i < f->count; i++) {
		const struct mend_edit *e = &f->edit[i];
		size_t plain = e->at - a;

		must(e->at >= a && e->at + e->old.n <= page.n);
		must(memcmp(page.at + a, mended.at + b, plain) == 0);
		must(memcmp(page.at + e->at, e->old.at, e->old.n) == 0);
		must(memcmp(mended.at + b + plain, e->new.at, e->new.n) ==
		    0);
		a = e->at + e->old.n;
		b += plain + e->new.n;
	}
	must(page.n - a == mended.n - b);
	must(memcmp(page.at + a, mended.at + b, page.n - a) == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct mendpage *m;
	struct span page = { (const char *)data + 1, size - 1 };
	struct mendpage_found f;
	struct wish w = { .every = 1 };
	struct buf out;

	if (size < 2)
		return 0;
	if (m == NULL)
		m = mendpage_new();
	w.to = places[data[0] % PLACES];
	w.every = data[0] / PLACES % 3 + 1;
	buf_init(&out, 64u << 20);
	if (mendpage_find(m, page, PAGE_URL, on_target, &w, &f) ==
	    MENDPAGE_GOOD) {
		size_t left = f.left, there = w.there, count = f.count;

		mendpage_write(&out, page, f.edit, f.count);
		must(!out.bad);
		ck_edits(page, buf_look(&out), &f);
		w.number = 0;
		w.every = 1;
		w.there = 0;
		/* The rest of them may be all that made it GBK. */
		if (mendpage_find(m, buf_look(&out), PAGE_URL, on_target, &w,
		    &f) == MENDPAGE_GOOD)
			must(f.left >= left);
		must(w.to.at[4] != 's' || w.there >= there + count);
	}
	buf_clear(&out);
	return 0;
}
