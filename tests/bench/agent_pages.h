/*
 * A made-up document root: articles of some 20 KB with the tags of the norms
 * (Chinese, 60 links each), one in ten in GBK; 200 in a directory.
 *
 * Bodies are drawn from a few, so that writing takes seconds; heads differ.
 */
#ifndef ZQ_BENCH_AGENT_PAGES_H
#define ZQ_BENCH_AGENT_PAGES_H

#include <errno.h>
#include <fcntl.h>
#include <iconv.h>
#include <sys/stat.h>
#include <unistd.h>

#include "contrib/base/err.h"
#include "tests/bench/titles.h"

#define PAGES_BYTES 20000
#define PAGES_BODIES 16
#define PAGES_LINKS 60
#define PAGES_IN_DIR 200
#define PAGES_GBK 10		/* one in so many */

struct pages {
	struct titles titles;
	struct buf body[2][PAGES_BODIES];	/* [1]: GBK */
	struct buf text, page;
	iconv_t gbk;
	const char *root;
};

static inline void
pages_to_gbk(struct pages *p, struct buf *to, struct span from)
{
	char *in = (char *)(uintptr_t)from.at, out[4096];
	size_t left = from.n;

	while (left > 0) {
		char *at = out;
		size_t room = sizeof(out);

		if (iconv(p->gbk, &in, &left, &at, &room) == (size_t)-1 &&
		    errno != E2BIG)
			fatal("iconv: %s", strerror(errno));
		buf_put(to, out, sizeof(out) - room);
	}
}

/* Paragraphs and links, `bytes` of UTF-8. */
static inline void
pages_body(struct pages *p, struct buf *b, size_t bytes)
{
	for (unsigned i = 0; i < PAGES_LINKS; i++) {
		uint64_t n = titles_roll(&p->titles, 60000);

		titles_words(&p->titles, &p->titles.title, 40, "");
		buf_printf(b, "<li><a href=\"/art/%u/art_%u.html\">%s</a>"
		    "</li>\n", (unsigned)(n / PAGES_IN_DIR), (unsigned)n,
		    buf_cstr(&p->titles.title));
	}
	while (b->n < bytes) {
		titles_words(&p->titles, &p->titles.text, 600, "");
		buf_printf(b, "<p class=\"text\">%s。</p>\n",
		    buf_cstr(&p->titles.text));
	}
}

static inline void
pages_open(struct pages *p, const char *root)
{
	*p = (struct pages){ .root = root,
	    .gbk = iconv_open("GBK", "UTF-8") };
	if (p->gbk == (iconv_t)-1)
		fatal("iconv: %s", strerror(errno));
	titles_open(&p->titles, 20261122);
	buf_init(&p->text, 1 << 16);
	buf_init(&p->page, 1 << 16);
	for (size_t i = 0; i < PAGES_BODIES; i++) {
		buf_init(&p->body[0][i], 1 << 16);
		buf_init(&p->body[1][i], 1 << 16);
		pages_body(p, &p->body[0][i], PAGES_BYTES - 1500);
		buf_reset(&p->text);
		pages_body(p, &p->text, (PAGES_BYTES - 1500) * 7 / 5);
		pages_to_gbk(p, &p->body[1][i], buf_look(&p->text));
	}
}

static inline void
pages_close(struct pages *p)
{
	for (size_t i = 0; i < PAGES_BODIES; i++) {
		buf_clear(&p->body[0][i]);
		buf_clear(&p->body[1][i]);
	}
	buf_clear(&p->text);
	buf_clear(&p->page);
	titles_close(&p->titles);
	iconv_close(p->gbk);
}

static inline void
pages_head(struct pages *p, size_t n, bool gbk)
{
	titles_words(&p->titles, &p->titles.title, 60, "");
	titles_words(&p->titles, &p->titles.keywords, 24, ";");
	buf_reset(&p->text);
	buf_printf(&p->text, "<!DOCTYPE html>\n<html lang=\"zh-CN\"><head>\n"
	    "<meta charset=\"%s\">\n"
	    "<meta name=\"SiteName\" content=\"测试市人民政府\">\n"
	    "<meta name=\"SiteDomain\" content=\"www.example.gov.cn\">\n"
	    "<meta name=\"SiteIDCode\" content=\"4101000001\">\n"
	    "<meta name=\"ColumnName\" content=\"栏目%u\">\n"
	    "<meta name=\"ColumnType\" content=\"工作动态\">\n"
	    "<meta name=\"ArticleTitle\" content=\"%s\">\n"
	    "<meta name=\"PubDate\" content=\"2026-%02u-%02u %02u:%02u\">\n"
	    "<meta name=\"ContentSource\" content=\"市政府办公室\">\n"
	    "<meta name=\"Keywords\" content=\"%s\">\n"
	    "<meta name=\"Url\" content=\"http://www.example.gov.cn/art/"
	    "%zu/art_%zu.html\">\n<title>%s</title>\n"
	    "<link rel=\"stylesheet\" href=\"/style.css\">\n</head>\n<body>"
	    "<h1>%s</h1>\n<ul>\n", gbk ? "gbk" : "utf-8",
	    (unsigned)(n % 60), buf_cstr(&p->titles.title),
	    (unsigned)(n % 11 + 1), (unsigned)(n % 28 + 1),
	    (unsigned)(n % 24), (unsigned)(n % 60),
	    buf_cstr(&p->titles.keywords), n / PAGES_IN_DIR, n,
	    buf_cstr(&p->titles.title), buf_cstr(&p->titles.title));
}

/* The n-th page, in p->page. */
static inline void
pages_make(struct pages *p, size_t n)
{
	bool gbk = n % PAGES_GBK == PAGES_GBK - 1;

	pages_head(p, n, gbk);
	buf_reset(&p->page);
	if (gbk)
		pages_to_gbk(p, &p->page, buf_look(&p->text));
	else
		buf_put(&p->page, p->text.at, p->text.n);
	buf_put(&p->page, p->body[gbk][n % PAGES_BODIES].at,
	    p->body[gbk][n % PAGES_BODIES].n);
	buf_text(&p->page, "</ul></body></html>\n");
	must(!p->page.bad && !p->text.bad);
}

static inline void
pages_write(const char *path, struct span bytes)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);

	if (fd < 0 || write(fd, bytes.at, bytes.n) != (ssize_t)bytes.n)
		fatal("%s: %s", path, strerror(errno));
	close(fd);
}

static inline const char *
pages_path(const struct pages *p, size_t n, char path[512])
{
	snprintf(path, 512, "%s/art/%zu/art_%zu.html", p->root,
	    n / PAGES_IN_DIR, n);
	return path;
}

static inline void
pages_mkdir(const char *path)
{
	if (mkdir(path, 0755) != 0 && errno != EEXIST)
		fatal("%s: %s", path, strerror(errno));
}

/* All of them; the bytes they have together. */
static inline uint64_t
pages_fill(struct pages *p, size_t count)
{
	uint64_t bytes = 0;
	char path[512];

	pages_mkdir(p->root);
	snprintf(path, sizeof(path), "%s/art", p->root);
	pages_mkdir(path);
	for (size_t n = 0; n < count; n++) {
		if (n % PAGES_IN_DIR == 0) {
			snprintf(path, sizeof(path), "%s/art/%zu", p->root,
			    n / PAGES_IN_DIR);
			pages_mkdir(path);
		}
		pages_make(p, n);
		pages_write(pages_path(p, n, path), buf_look(&p->page));
		bytes += p->page.n;
	}
	return bytes;
}

#endif
