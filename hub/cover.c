/*
 * Covers; see cover.h.
 */
#include "hub/cover.h"

#include <string.h>

#include "contrib/base/err.h"
#include "contrib/base/glob.h"
#include "contrib/base/text.h"
#include "hub/table.h"
#include "protocol/limits.h"
#include "protocol/proof.h"
#include "protocol/sha.h"
#include "protocol/statement.h"
#include "protocol/url_place.h"
#include "protocol/wire.h"

#define PATTERN_MAX LIMIT_TEXT

/* --- rows ------------------------------------------------------------------- */

static struct key
key_of(uint32_t site, struct span url)
{
	struct span place = url_bare(url);
	uint8_t digest[32];
	struct sha s;

	sha_begin(&s);
	sha_add(&s, place.at, place.n);
	sha_end(&s, digest);
	return key_u32_u64(site, wire_get_u64(digest));
}

static void
read_row(struct cover *c, uint32_t site, struct span row)
{
	struct reader r = reader_of(row);

	*c = (struct cover){ .site = site };
	c->since = (int64_t)read_u64(&r);
	c->url = read_span(&r);
	c->include = read_span(&r);
	c->exclude = read_span(&r);
	c->index = read_span(&r);
	if (!reader_done(&r))
		fatal("view: a row of what site %u covers is damaged: run "
		    "zqhub rebuild", site);
}

void
cover_each(struct db_txn *t, uint32_t site, cover_fn *each, void *arg)
{
	struct db_cursor *c = db_cursor_open(t, TABLE_COVER);
	struct key first = key_u32_u64(site, 0);
	struct span key = key_look(&first), row;
	struct cover one;
	bool more = db_cursor_get(c, MDB_SET_RANGE, &key, &row);

	while (more && key_heads(&first, 4, key)) {
		read_row(&one, site, row);
		more = each(arg, &one) &&
		    db_cursor_get(c, MDB_NEXT, &key, &row);
	}
	db_cursor_close(c);
}

/* --- what is said -------------------------------------------------------------- */

static bool
count(void *arg, const struct cover *c)
{
	(void)c;
	return ++*(size_t *)arg < COVER_MOST;
}

static void
write_row(struct buf *row, const struct entry *e, const struct change *c)
{
	buf_reset(row);
	write_u64(row, (uint64_t)e->at);
	write_span(row, c->url);
	write_span(row, c->word[WORD_INCLUDE]);
	write_span(row, c->word[WORD_EXCLUDE]);
	write_span(row, c->word[WORD_INDEX]);
	must(!row->bad);
}

/* But for when it was said. */
static bool
is_the_same(struct span is, struct span row)
{
	return is.n == row.n && is.n > 8 &&
	    memcmp(is.at + 8, row.at + 8, row.n - 8) == 0;
}

bool
cover_put(struct group *g, const struct entry *e, const struct change *c,
    bool *changed)
{
	struct key k = key_of(e->site, c->url);
	bool whole = span_is(c->word[WORD_SCOPE], SPAN(STATEMENT_WHOLE));
	size_t n = 0;
	struct span is;
	bool there = db_get(g->txn, TABLE_COVER, key_look(&k), &is);

	*changed = false;
	if (!whole) {
		*changed = there && db_del(g->txn, TABLE_COVER, key_look(&k));
	} else {
		if (!there)
			cover_each(g->txn, e->site, count, &n);
		if (n >= COVER_MOST)
			return false;
		write_row(&g->row, e, c);
		*changed = !there || !is_the_same(is, buf_look(&g->row));
		if (*changed)
			db_put(g->txn, TABLE_COVER, key_look(&k),
			    buf_look(&g->row));
	}
	if (*changed)
		group_record(g, whole ? "cover" : "uncover", c->url);
	return true;
}

/* --- what it takes ---------------------------------------------------------------- */

/* One of a list of patterns; a blank in one is %20. */
static bool
next_pattern(struct span *list, char pattern[PATTERN_MAX], size_t *n)
{
	size_t i = 0;

	*n = 0;
	while (i < list->n && list->at[i] == ' ')
		i++;
	while (i < list->n && list->at[i] != ' ' && *n < PATTERN_MAX) {
		bool blank = list->n - i >= 3 &&
		    memcmp(list->at + i, "%20", 3) == 0;

		pattern[(*n)++] = blank ? ' ' : list->at[i];
		i += blank ? 3 : 1;
	}
	list->at += i;
	list->n -= i;
	return *n > 0;
}

/* As in the filter of a source: a pattern without a slash is for names. */
static bool
matches(struct span list, struct span path)
{
	char at[PATTERN_MAX];
	struct span p = { .at = at };

	while (next_pattern(&list, at, &p.n)) {
		bool whole = memchr(at, '/', p.n) != NULL;
		struct span one = p;

		if (at[0] == '/') {
			one.at++;
			one.n--;
		}
		if (glob_matches(one, whole ? path : text_last_name(path)))
			return true;
	}
	return false;
}

static bool
is_hidden(struct span path)
{
	struct span name = text_last_name(path);

	return name.n == 0 ||
	    (name.at[0] == '.' && !span_is(name, SPAN(".well-known")));
}

/* Neither this path nor a directory on the way is passed over. */
static bool
is_open(const struct cover *c, struct span path)
{
	for (size_t n = 1; n <= path.n; n++) {
		struct span head = { .at = path.at, .n = n };

		if (n < path.n && path.at[n] != '/')
			continue;
		if (is_hidden(head) || matches(c->exclude, head))
			return false;
	}
	return path.n > 0 && !span_is(path, SPAN(PROOF_PATH));
}

/* Does what answers there come from a file? A program's address is anything,
 * and so is a name without an extension; it is a file's only where the source
 * says so by a pattern. zqagent.conf(5) tells which these are, under cover. */
static bool
is_static(struct span path)
{
	static const char *const files[] = { "html", "htm", "shtml", "shtm",
		"stm", "xhtml", "xml", "xsl", "xslt", "xsd", "json", "rss",
		"atom", "txt", "csv", "pdf", "doc", "docx", "xls", "xlsx",
		"ppt", "pptx", "wps", "et", "dps", "ofd", "ceb", "rtf", "odt",
		"ods", "odp", "zip", "rar", "7z", "gz", "tgz", "bz2", "xz",
		"tar", "jpg", "jpeg", "png", "gif", "bmp", "webp", "svg",
		"ico", "tif", "tiff", "css", "js", "mjs", "map", "swf", "mp3",
		"wav", "wma", "ogg", "m4a", "mp4", "m4v", "flv", "webm", "wmv",
		"avi", "mov", "mpg", "mpeg", "rm", "rmvb", "woff", "woff2",
		"ttf", "otf", "eot", "apk", "ipa", "exe", "msi" };
	struct span name = text_last_name(path);
	size_t n = name.n;

	while (n > 0 && name.at[n - 1] != '.')
		n--;
	name = (struct span){ .at = name.at + n, .n = name.n - n };
	for (size_t i = 0; n > 0 && i < sizeof(files) / sizeof(files[0]); i++)
		if (text_same_nocase(name, span_of(files[i])))
			return true;
	return false;
}

static bool
takes(const struct cover *c, struct span path)
{
	return is_open(c, path) && (c->include.n > 0 ?
	    matches(c->include, path) : is_static(path));
}

static int
digit(char c)
{
	return c >= '0' && c <= '9' ? c - '0' :
	    c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* The file's path below the root. False: no file has this address, or servers
 * differ about which one has: some take "%2F" for a slash. */
static bool
path_of(struct buf *path, struct span place)
{
	for (size_t i = 0; i < place.n; i++) {
		char c = place.at[i];
		int high, low;

		if (c == '?')
			return false;
		if (c != '%') {
			buf_byte(path, c);
			continue;
		}
		if (place.n - i < 3 || (high = digit(place.at[i + 1])) < 0 ||
		    (low = digit(place.at[i + 2])) < 0 || high + low == 0 ||
		    (high << 4 | low) == '/')
			return false;
		buf_byte(path, (char)(high << 4 | low));
		i += 2;
	}
	return !path->bad;
}

/* A directory's page, by any of the names that it may have. */
static bool
takes_index(const struct cover *c, struct buf *path)
{
	size_t head = path->n;
	struct span list = c->index;
	char name[PATTERN_MAX];
	bool yes = false;
	size_t n;

	while (!yes && next_pattern(&list, name, &n)) {
		buf_cut(path, head);
		buf_put(path, name, n);
		yes = !path->bad && takes(c, buf_look(path));
	}
	return yes;
}

struct looking {
	struct span place;
	size_t head;		/* of the longest prefix so far */
	bool yes;
};

/* Of covers one within the other, the inner one's word counts. */
static bool
look(void *arg, const struct cover *c)
{
	struct looking *l = arg;
	struct span head = url_bare(c->url);
	struct buf path;

	if (head.n <= l->head || head.n > l->place.n ||
	    memcmp(head.at, l->place.at, head.n) != 0)
		return true;
	l->head = head.n;
	buf_init(&path, LIMIT_URL + PATTERN_MAX);
	l->yes = path_of(&path, (struct span){ .at = l->place.at + head.n,
	    .n = l->place.n - head.n });
	if (l->yes)
		l->yes = path.n == 0 || path.at[path.n - 1] == '/' ?
		    takes_index(c, &path) : takes(c, buf_look(&path));
	buf_clear(&path);
	return true;
}

bool
cover_takes(struct db_txn *t, uint32_t site, struct span url)
{
	struct looking l = { .place = url_bare(url) };

	cover_each(t, site, look, &l);
	return l.yes;
}
