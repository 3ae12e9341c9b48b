/* See site_page.h. */
#include "tests/sim/site_page.h"

#include <stdio.h>
#include <string.h>

#include "contrib/base/err.h"
#include "protocol/sha.h"

#define PAGES (1u << 18)		/* of one run */

static struct site_page pages[PAGES];
static uint32_t page_count;

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

const char *
site_page_title(char out[SITE_TEXT], uint32_t page)
{
	snprintf(out, SITE_TEXT, "第%u页", page);
	return out;
}

bool
site_page_of(uint32_t *page, const char *title, size_t n)
{
	char text[SITE_TEXT], again[SITE_TEXT];

	if (n >= sizeof(text))
		return false;
	memcpy(text, title, n);
	text[n] = '\0';
	return sscanf(text, "第%u页", page) == 1 && *page < page_count &&
	    strcmp(site_page_title(again, *page), text) == 0;
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
site_link_url(char out[SITE_TEXT], const struct site_link *l)
{
	char path[SITE_TEXT];

	site_path(path, l->path);
	if (l->site == 0)
		snprintf(out, SITE_TEXT, "https://elsewhere.example/%.40s",
		    path);
	else
		snprintf(out, SITE_TEXT, "%s://www.s%u.gov.cn/%.40s",
		    l->plain ? "http" : "https", l->site, path);
	return out;
}

bool
site_link_of(struct site_link *l, const char *url, size_t n)
{
	char text[SITE_TEXT], again[SITE_TEXT], half;
	unsigned site, column, path;

	if (n >= sizeof(text))
		return false;
	memcpy(text, url, n);
	text[n] = '\0';
	l->plain = strncmp(text, "http:", 5) == 0;
	if (sscanf(text, l->plain ? "http://www.s%u.gov.cn/%c%u/p%u.html" :
	    "https://www.s%u.gov.cn/%c%u/p%u.html", &site, &half, &column,
	    &path) != 4 || path >= SITE_HALF + SITE_NEVER / 2)
		return false;
	l->site = (uint8_t)site;
	l->path = (uint16_t)(path < SITE_HALF ?
	    (half == 'd' ? path : SITE_HALF + path) :
	    SITE_PATHS + path - SITE_HALF + (half == 'd' ? 0 : SITE_NEVER / 2));
	return strcmp(site_link_url(again, l), text) == 0;
}

const char *
site_path(char out[SITE_TEXT], size_t n)
{
	char half;
	size_t i = site_place(n, &half);

	snprintf(out, SITE_TEXT, "%c%zu/p%zu.html", half, i % SITE_COLUMNS,
	    i);
	return out;
}
