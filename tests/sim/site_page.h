/*
 * Pages: what stands, or stood, at a path of a simulated site. A page has its
 * bytes and its links, and is for ever; one that is edited is another one from
 * then on, and one that is renamed is the same at another path.
 *
 * There are 160 paths, in two halves: d3/p17.html of the first is e3/p17.html
 * of the second, so that columns can be renamed.
 */
#ifndef ZQ_SIM_SITE_PAGE_H
#define ZQ_SIM_SITE_PAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SITE_PATHS 160
#define SITE_HALF (SITE_PATHS / 2)
#define SITE_COLUMNS 7		/* of each half */
#define SITE_NEVER 8		/* paths beyond these, where nothing ever is,
				 * four of either half */
#define SITE_NAV 5		/* links of a navigation */
#define SITE_LINKS 9		/* of a page, with them */
#define SITE_TEXT 128
#define SITE_HOSTS 16		/* 0: outside of the cluster */
#define SITE_NEW 8		/* host n is www.sN.gov.cn, site n's own; and
				 * host 8 + n www.nN.gov.cn, which it may have
				 * instead one day */
#define SITE_SOURCE "web"

struct site_link {
	uint8_t host;
	bool plain;		/* http */
	uint16_t path;
};

struct site_page {
	struct site_link link[SITE_LINKS];
	uint8_t n;
	uint8_t nav;		/* so many of them, at its head */
};

/* Whose a host is, or would be. */
static inline uint32_t
site_of_own(uint32_t host)
{
	return host % SITE_NEW;
}

/* In which half it is, and its number there. */
size_t site_place(size_t n, char *half);
const char *site_path(char out[SITE_TEXT], size_t n);
const char *site_path_name(size_t n);	/* the same, not copied */

/* --- pages ---------------------------------------------------------------- */

void site_forget_pages(void);	/* those of the run before */
uint32_t site_page_put(const struct site_page *p);
const struct site_page *site_page(uint32_t page);
const char *site_page_title(char out[SITE_TEXT], uint32_t page);
void site_page_hash(uint8_t out[32], uint32_t page);
/* False: nothing has such a title. */
bool site_page_of(uint32_t *page, const char *title, size_t n);

#define SITE_LINE(i) (10 + 7 * (uint32_t)(i))	/* where a link stands */
const char *site_link_url(char out[SITE_TEXT], const struct site_link *l);
const char *site_link_name(const struct site_link *l);	/* not copied */
const char *site_host_name(char out[SITE_TEXT], uint32_t host);
/* The other way: of an address in normal form. */
bool site_link_of(struct site_link *l, const char *url, size_t n);

#endif
