/*
 * What the tests of mending share: an agent's directory with settings and a
 * store, a document root with pages that the hub was told of, and letters.
 */
#ifndef ZQ_TEST_AGENT_MENDKIT_H
#define ZQ_TEST_AGENT_MENDKIT_H

#include <sys/stat.h>

#include "agent/inbox.h"
#include "agent/mend.h"
#include "contrib/base/clock.h"
#include "protocol/letter.h"
#include "protocol/limits.h"
#include "protocol/mending.h"
#include "protocol/sha.h"
#include "tests/unit/agent/storekit.h"

#define KIT_SITE "https://www.a.gov.cn/"

static struct store *kit_store;
static struct config *kit_config;
static char kit_root[80];
static uint64_t kit_letter;

static inline void
kit_write(const char *path, struct span bytes)
{
	char full[256];
	FILE *f;

	snprintf(full, sizeof(full), "%s/%s", kit_root, path);
	f = fopen(full, "wb");
	ck_assert_ptr_nonnull(f);
	ck_assert_uint_eq(fwrite(bytes.at, 1, bytes.n, f), bytes.n);
	ck_assert_int_eq(fclose(f), 0);
}

static inline bool
kit_is(const char *path, struct span bytes)
{
	char full[256], got[65536];
	FILE *f;
	size_t n;

	snprintf(full, sizeof(full), "%s/%s", kit_root, path);
	f = fopen(full, "rb");
	ck_assert_ptr_nonnull(f);
	n = fread(got, 1, sizeof(got), f);
	fclose(f);
	return span_is(bytes, (struct span){ got, n });
}

static inline void
kit_set_mend(const char *mend)
{
	char conf[128];
	struct buf why;
	FILE *f;

	snprintf(conf, sizeof(conf), "%s/agent.conf", kit_dir);
	f = fopen(conf, "w");
	ck_assert_ptr_nonnull(f);
	fprintf(f, "hub = http://127.0.0.1:1\n[source www]\nroot = %s\n"
	    "url = " KIT_SITE "\nmend = %s\n", kit_root, mend);
	fclose(f);
	config_free(kit_config);
	buf_init(&why, CONFIG_WHY_MAX);
	kit_config = config_read(conf, &why);
	ck_assert_msg(kit_config != NULL, "%s", buf_cstr(&why));
	buf_clear(&why);
}

static inline void
kit_begin(void)
{
	kit_make_dir();
	snprintf(kit_root, sizeof(kit_root), "%s/www", kit_dir);
	ck_assert_int_eq(mkdir(kit_root, 0755), 0);
	kit_config = NULL;
	kit_letter = 0;
	kit_set_mend("ask");
	kit_store = kit_open(KIT_LIMIT);
}

static inline void
kit_end(void)
{
	store_close(kit_store);
	config_free(kit_config);
	kit_remove_dir();
}

/* --- pages the hub was told of ------------------------------------------ */

static inline bool
kit_know_work(struct store_txn *t, void *arg)
{
	const char *path = arg;
	char full[256], got[65536], url[256];
	struct known k = { .source = SPAN("www"), .path = span_of(path),
	    .told = true };
	struct stat st;
	FILE *f;
	size_t n;

	snprintf(full, sizeof(full), "%s/%s", kit_root, path);
	snprintf(url, sizeof(url), KIT_SITE "%s", path);
	f = fopen(full, "rb");
	ck_assert_ptr_nonnull(f);
	n = fread(got, 1, sizeof(got), f);
	ck_assert_int_eq(fstat(fileno(f), &st), 0);
	fclose(f);
	k.url = span_of(url);
	known_stat_of(&k.stat, &st);
	sha_of(k.hash, (struct span){ got, n });
	known_put(t, &k);
	return true;
}

/* As it is now. */
static inline void
kit_know(const char *path)
{
	char copy[256];

	snprintf(copy, sizeof(copy), "%s", path);
	ck_assert_int_eq(store_do(kit_store, kit_know_work, copy),
	    STORE_DONE);
}

static inline void
kit_page(const char *path, struct span bytes)
{
	kit_write(path, bytes);
	kit_know(path);
}

/* --- letters ------------------------------------------------------------ */

static inline bool
kit_letter_work(struct store_txn *t, void *arg)
{
	return inbox_put(t, arg);
}

/* From the hub, so many ms from now. */
static inline void
kit_write_letter(const struct mending_link *l, int64_t later)
{
	struct letter letter = { .number = ++kit_letter,
	    .when = clock_wall() + later, .kind = SPAN(LETTER_LINKS),
	    .text = SPAN("links have to be changed") };
	struct buf body;

	buf_init(&body, LIMIT_LETTER);
	mending_begin(&body, NULL);
	mending_link(&body, l, NULL);
	mending_link_end(&body);
	mending_end(&body);
	letter.body = buf_look(&body);
	ck_assert_int_eq(store_do(kit_store, kit_letter_work, &letter),
	    STORE_DONE);
	buf_clear(&body);
}

static inline void
kit_moved(const char *old, const char *new, int64_t from)
{
	kit_write_letter(&(struct mending_link){ .old = span_of(old),
	    .new = span_of(new), .from = from, .until = CLOCK_NONE,
	    .state = from > clock_wall() ? MENDING_ANNOUNCED :
	    MENDING_EFFECTIVE, .scope = REWRITE_ADDRESS, .move = 1,
	    .by = SPAN("4101000001") }, 5000);
}

/* --- mending ------------------------------------------------------------ */

static struct mend_count kit_count;
static char kit_why[256];	/* of the last page that was refused */

static inline void
kit_on_page(void *arg, const char *source, const char *path,
    const struct mend_edit *edit, const struct mendlist_entry *const *by,
    size_t count)
{
	(void)arg, (void)edit;
	ck_assert_str_eq(source, "www");
	ck_assert_uint_gt(strlen(path), 0);
	ck_assert_uint_gt(count, 0);
	for (size_t i = 0; by != NULL && i < count; i++)
		ck_assert_ptr_nonnull(by[i]);
}

static inline void
kit_on_refused(void *arg, const char *source, const char *path,
    const char *why)
{
	(void)arg, (void)source, (void)path;
	snprintf(kit_why, sizeof(kit_why), "%s", why);
}

/* The last page with links that can't be written anew, and their lines. */
static char kit_left[256];

static inline void
kit_on_left(void *arg, const char *source, const char *path,
    const uint32_t *line, size_t count)
{
	struct buf b;

	(void)arg, (void)source;
	buf_init(&b, sizeof(kit_left) - 1);
	buf_text(&b, path);
	for (size_t i = 0; i < count; i++)
		buf_printf(&b, " %u", (unsigned)line[i]);
	snprintf(kit_left, sizeof(kit_left), "%s", buf_cstr(&b));
	buf_clear(&b);
}

static uint64_t kit_names;	/* of the last page that has several */

static inline void
kit_on_split(void *arg, const char *source, const char *path, uint64_t names)
{
	(void)arg, (void)source, (void)path;
	kit_names = names;
}

static inline struct mend_spec
kit_spec(void)
{
	kit_why[0] = kit_left[0] = '\0';
	return (struct mend_spec){ .store = kit_store, .config = kit_config,
	    .apply = true, .page = kit_on_page, .split = kit_on_split,
	    .refused = kit_on_refused, .left = kit_on_left };
}

static inline void
kit_mend(const struct mend_spec *s)
{
	struct buf why;

	buf_init(&why, 4096);
	ck_assert_msg(mend_run(s, &kit_count, &why), "%s", buf_cstr(&why));
	buf_clear(&why);
}

static inline void
kit_undo(const struct mend_spec *s)
{
	struct buf why;

	buf_init(&why, 4096);
	ck_assert_msg(mend_undo(s, &kit_count, &why), "%s", buf_cstr(&why));
	buf_clear(&why);
}

/* --- in short ------------------------------------------------------------- */

#define OLD "https://www.b.gov.cn/old.html"
#define NEW "https://www.b.gov.cn/new/a.html"
#define NEXT "https://www.c.gov.cn/"
#define LINK(to) "<p>\xd6\xd0\xce\xc4<a href='" to "'>x</a>\n"

static inline void
run(void)
{
	struct mend_spec s = kit_spec();

	kit_mend(&s);
}

static inline void
undo(void)
{
	struct mend_spec s = kit_spec();

	kit_undo(&s);
}

#define CK_COUNT(p, l, r) do {						\
	ck_assert_uint_eq(kit_count.pages, p);				\
	ck_assert_uint_eq(kit_count.links, l);				\
	ck_assert_uint_eq(kit_count.refused, r);			\
} while (0)
#define CK_IS(path, bytes) ck_assert(kit_is(path, SPAN(bytes)))
#define CK_WHY(word) ck_assert_msg(strstr(kit_why, word) != NULL,	\
    "said \"%s\"", kit_why)

#endif
