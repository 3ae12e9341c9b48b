/* See site_page.h. */
#include "tests/sim/site_page.h"

#include <stdio.h>
#include <string.h>

#include "contrib/base/err.h"
#include "protocol/sha.h"

#define PAGES (1u << 18)		/* of one run */

static struct site_page pages[PAGES];
static uint32_t page_count;

/* Names are asked for more often than anything else: each is made once. */
static struct names {
	char path[32];
	char url[SITE_HOSTS][2][48];	/* of a site's; http, https */
} names[SITE_PATHS + SITE_NEVER];

/* --- pages ---------------------------------------------------------------- */

void
site_forget_pages(void)
{
	page_count = 0;
}

const struct site_page *
site_page(uint32_t page)
{
	must(page < page_count);
	return &pages[page];
}

uint32_t
site_page_put(const struct site_page *p)
{
	must(page_count < PAGES);
	pages[page_count] = *p;
	return page_count++;
}

#define TITLE_HEAD "第"
#define TITLE_TAIL "页"

const char *
site_page_title(char out[SITE_TEXT], uint32_t page)
{
	char digit[10], *at = out + sizeof(TITLE_HEAD) - 1;
	size_t n = 0;

	do {
		digit[n++] = (char)('0' + page % 10);
		page /= 10;
	} while (page > 0);
	memcpy(out, TITLE_HEAD, sizeof(TITLE_HEAD) - 1);
	while (n > 0)
		*at++ = digit[--n];
	memcpy(at, TITLE_TAIL, sizeof(TITLE_TAIL));
	return out;
}

bool
site_page_of(uint32_t *page, const char *title, size_t n)
{
	char again[SITE_TEXT];

	*page = 0;
	for (size_t i = sizeof(TITLE_HEAD) - 1; i < n && title[i] >= '0' &&
	    title[i] <= '9' && *page < PAGES; i++)
		*page = *page * 10 + (uint32_t)(title[i] - '0');
	return *page < page_count &&
	    strlen(site_page_title(again, *page)) == n &&
	    memcmp(again, title, n) == 0;
}

void
site_page_hash(uint8_t out[32], uint32_t page)
{
	char text[SITE_TEXT];
	struct sha s;

	site_page_title(text, page);
	sha_begin(&s);
	sha_add(&s, text, strlen(text));
	sha_end(&s, out);
}

size_t
site_place(size_t n, char *half)
{
	size_t most = n < SITE_PATHS ? SITE_HALF : SITE_NEVER / 2;
	size_t i = n < SITE_PATHS ? n : n - SITE_PATHS;

	*half = i < most ? 'd' : 'e';
	return (i < most ? i : i - most) + (n < SITE_PATHS ? 0 : SITE_HALF);
}

/* --- links ---------------------------------------------------------------- */

const char *
site_host_name(char out[SITE_TEXT], uint32_t host)
{
	if (host == 0)
		snprintf(out, SITE_TEXT, "elsewhere.example");
	else
		snprintf(out, SITE_TEXT, "www.%c%u.gov.cn",
		    host < SITE_NEW ? 's' : 'n', site_of_own(host));
	return out;
}

static void
make_url(char out[48], const char *path, uint32_t host, bool plain)
{
	int n;

	char name[SITE_TEXT];

	n = snprintf(out, 48, "%s://%s/%s", plain && host != 0 ? "http" :
	    "https", site_host_name(name, host), path);
	must(n > 0 && n < 48);
}

/* The half, the column in it, and the page. */
static void
make_names(struct names *of, size_t n)
{
	char path[32], half;
	size_t i = site_place(n, &half);

	snprintf(path, sizeof(path), "%c%zu/p%zu.html", half,
	    i % SITE_COLUMNS, i);
	memcpy(of->path, path, sizeof(path));
	for (uint32_t s = 0; s < SITE_HOSTS; s++) {
		make_url(of->url[s][false], path, s, false);
		make_url(of->url[s][true], path, s, true);
	}
}

static const struct names *
names_of(size_t n)
{
	must(n < SITE_PATHS + SITE_NEVER);
	if (names[n].path[0] == '\0')
		make_names(&names[n], n);
	return &names[n];
}

const char *
site_path_name(size_t n)
{
	return names_of(n)->path;
}

const char *
site_link_name(const struct site_link *l)
{
	must(l->host < SITE_HOSTS);
	return names_of(l->path)->url[l->host][l->plain];
}

const char *
site_link_url(char out[SITE_TEXT], const struct site_link *l)
{
	const char *url = site_link_name(l);

	return memcpy(out, url, strlen(url) + 1);
}

const char *
site_path(char out[SITE_TEXT], size_t n)
{
	const char *path = site_path_name(n);

	return memcpy(out, path, strlen(path) + 1);
}

/* The number that ends before `end`; where it begins. */
static const char *
number_before(const char *at, const char *end, uint32_t *number)
{
	uint32_t unit = 1;

	*number = 0;
	while (end > at && end[-1] >= '0' && end[-1] <= '9' && unit <= 1000) {
		*number += (uint32_t)(*--end - '0') * unit;
		unit *= 10;
	}
	return end;
}

/* What can be read is written again: only if it is the same, it was one. */
bool
site_link_of(struct site_link *l, const char *url, size_t n)
{
	static const char tail[] = ".html", host[] = "://www.?";
	const char *end = url + n, *at = memchr(url, ':', n);
	uint32_t page, number = 0;
	bool is_new;

	if (at == NULL || n < sizeof(tail) ||
	    (size_t)(end - at) < sizeof(host) + sizeof(tail))
		return false;
	l->plain = at == url + 4;
	at += sizeof(host) - 1;
	is_new = at[-1] == 'n';
	while (at < end && *at >= '0' && *at <= '9' && number < SITE_NEW)
		number = number * 10 + (uint32_t)(*at++ - '0');
	at = memchr(at, '/', (size_t)(end - at));
	number_before(url, end - sizeof(tail) + 1, &page);
	if (at == NULL || at + 1 == end || number >= SITE_NEW || number == 0 ||
	    page >= SITE_HALF + SITE_NEVER / 2)
		return false;
	l->host = (uint8_t)(number + (is_new ? SITE_NEW : 0));
	l->path = (uint16_t)(page < SITE_HALF ?
	    (at[1] == 'd' ? page : SITE_HALF + page) : SITE_PATHS + page -
	    SITE_HALF + (at[1] == 'd' ? 0 : SITE_NEVER / 2));
	at = site_link_name(l);
	return strlen(at) == n && memcmp(at, url, n) == 0;
}
