/* See page.h. */
#include "tests/load/page.h"

#include "tests/bench/table.h"
#include "tests/load/load.h"
#include "tests/load/watch.h"

#define PAGES 100		/* of either kind */
#define TRIES (4 * PAGES)	/* … in so many, at most */
#define STILL 0.1		/* s from one to the next */
#define STIR 0.5		/* … when cells change: so often it is judged */
#define ILL 3			/* agents that fall ill at each page */
#define ILL_PAGES 30		/* … and are well again so many later */
#define SPREAD 7919		/* neighbours beat at the same time */
#define WATCH_SETTLE 1.0	/* s */

struct pages {
	const struct take_hub *hub;
	struct crowd *crowd;
	uint64_t version;	/* of the newest */
	size_t bytes;		/* … and its length */
	double took[PAGES];	/* s */
	size_t count;
};

/* --- one page -------------------------------------------------------------- */

static uint64_t
version_of(const struct buf *page)
{
	static const char mark[] = "data-live=\"";
	const char *at = strstr(buf_cstr(page), mark);
	struct span digits = { .n = 0 };
	uint64_t n = 0;

	if (at != NULL) {
		digits.at = at + sizeof(mark) - 1;
		digits.n = strspn(digits.at, "0123456789");
	}
	if (!text_number(digits, 1, INT64_MAX, &n))
		fatal("the page of all sites has no version");
	return n;
}

/* s */
static double
get(struct pages *p)
{
	CURL *curl = curl_easy_init();
	struct buf page;
	double seconds = crowd_now();
	char url[64];
	long status = 0;

	snprintf(url, sizeof(url), "http://127.0.0.1:%u/", p->hub->web);
	buf_init(&page, 64u << 20);
	curl_easy_setopt(curl, CURLOPT_URL, url);
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take_gather);
	curl_easy_setopt(curl, CURLOPT_WRITEDATA, &page);
	if (curl_easy_perform(curl) != CURLE_OK ||
	    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status) !=
	    CURLE_OK || status != 200)
		fatal("the page of all sites: status %ld", status);
	seconds = crowd_now() - seconds;
	p->version = version_of(&page);
	p->bytes = page.n;
	curl_easy_cleanup(curl);
	buf_clear(&page);
	return seconds;
}

/* --- what changes ---------------------------------------------------------- */

static struct agent *
pick(const struct crowd *c, size_t n)
{
	return &c->agent[n * SPREAD % c->count];
}

/* Their home page doesn't answer, say some more; and that it does again, some
 * who fell ill before. */
static void
stir(const struct crowd *c, size_t page)
{
	for (size_t n = page * ILL; n < (page + 1) * ILL; n++) {
		pick(c, n)->ill = true;
		if (n >= ILL_PAGES * ILL)
			pick(c, n - ILL_PAGES * ILL)->ill = false;
	}
}

/* --- many ------------------------------------------------------------------ */

/* Counted are pages that have another version than the one before, or those
 * that have the same. */
static void
get_many(struct pages *p, bool changes)
{
	p->count = 0;
	(void)get(p);
	for (size_t i = 0; i < TRIES && p->count < PAGES; i++) {
		uint64_t before = p->version;
		double seconds;

		if (changes)
			stir(p->crowd, i);
		load_pass(p->crowd->end.base, changes ? STIR : STILL);
		seconds = get(p);
		if ((p->version != before) == changes)
			p->took[p->count++] = seconds;
	}
	if (p->count < PAGES)
		printf("    ONLY %zu of %d pages had %s\n", p->count, TRIES,
		    changes ? "changed" : "not changed");
}

static void
print(struct pages *p, const char *figure, unsigned percent, const char *goal)
{
	char name[64];

	if (p->count == 0)
		return;
	snprintf(name, sizeof(name), "overview page, %s, p%u", figure,
	    percent);
	table_row(name, goal, "%.1f ms",
	    table_percentile(p->took, p->count, percent) * 1e3);
}

void
page_measure(const struct take_hub *hub, struct crowd *c)
{
	static const char changed[] = "each time something changed";
	struct pages p = { .hub = hub, .crowd = c };
	struct watch watch;

	watch_begin(&watch, c->end.base, hub->web);
	load_pass(c->end.base, WATCH_SETTLE);
	get_many(&p, false);
	print(&p, "nothing changed", 95, "");
	get_many(&p, true);
	print(&p, changed, 50, "");
	print(&p, changed, 95, "goal: less than 200 ms");
	table_row("its length", "", "%.0f KiB", (double)p.bytes / 1024);
	table_row("pages kept open meanwhile, live at the end", "",
	    "%zu", watch_live(&watch));
	watch_end(&watch);
}
