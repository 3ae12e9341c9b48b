/*
 * The store of an agent of an older version is opened by this one, and holds
 * what it held: its numbers, what was told, what waits, the letters. Then it
 * works on with it. See tests/golden/versions/README.
 */
#include "tests/unit/agent/storekit.h"
#include "tests/unit/versions.h"

static struct buf text;		/* what was understood */

static void
put_number(const char *name, uint64_t n)
{
	buf_printf(&text, " %s=%llu", name, (unsigned long long)n);
}

static void
put_meta(const struct store_meta *m)
{
	buf_text(&text, "meta");
	put_number("incarnation", m->incarnation);
	put_number("next", m->next);
	put_number("first", m->first);
	put_number("confirmed", m->confirmed);
	put_number("sent", m->sent);
	put_number("bytes", m->bytes);
	put_number("waiting", m->waiting);
	put_number("letters", m->letters);
	put_number("verdict", m->verdict);
	versions_put_time(&text, "answered", m->answered);
	buf_text(&text, m->needs_snapshot ? " needs snapshot\n" : "\n");
}

static bool
on_known(void *arg, const struct known *k)
{
	(void)arg;
	buf_text(&text, k->told ? "told" : "not told");
	versions_put(&text, "source", k->source);
	versions_put(&text, "path", k->path);
	versions_put(&text, "url", k->url);
	put_number("size", k->stat.size);
	put_number("mtime", (uint64_t)k->stat.mtime);
	buf_text(&text, " bytes=");
	text_hex(&text, k->hash, 32);
	buf_text(&text, " means=");
	text_hex(&text, k->change, 32);
	put_number("said", k->said.n);
	buf_byte(&text, '\n');
	return true;
}

static void
put_all(struct store *s)
{
	struct store_txn *t = store_look(s);
	uint8_t sum[32];
	struct change c;

	put_meta(&t->meta);
	digest_sum(&t->digest, sum);
	put_number("digest: items", t->digest.items);
	buf_text(&text, " sum=");
	text_hex(&text, sum, 32);
	buf_byte(&text, '\n');
	known_all(t, on_known, NULL);
	for (uint64_t i = t->meta.first; i < t->meta.next; i++) {
		ck_assert(spool_get(t, i, &c));
		versions_put_change(&text, &c);
	}
	store_end(t);
}

/* A newer agent tells something more, and what it tells is right. */
static void
work_on(struct store *s)
{
	uint64_t next = store_meta(s)->next;

	ck_assert_int_eq(kit_tell(s, "new.html", 1), COMPARE_CREATED);
	ck_assert_int_eq(kit_tell(s, "new.html", 2), COMPARE_UPDATED);
	ck_assert_int_eq(kit_gone(s, "new.html"), COMPARE_DELETED);
	ck_assert_uint_eq(store_meta(s)->next, next + 3);
	kit_is_whole(s);
}

START_TEST(stores)
{
	size_t count = versions_list();
	char dir[100];

	for (size_t i = 0; i < count; i++) {
		kit_make_dir();
		snprintf(dir, sizeof(dir), "%s/%s", kit_dir, STORE_DIR);
		versions_load(versions_name[i], "agent-store.dump", dir);
		buf_init(&text, 1u << 20);
		for (int again = 0; again < 2; again++) {
			struct store *s = kit_open(KIT_LIMIT);

			buf_reset(&text);
			put_all(s);
			kit_is_whole(s);
			versions_means(versions_name[i], "agent-store.txt",
			    &text);
			if (again)
				work_on(s);
			store_close(s);
		}
		buf_clear(&text);
		kit_remove_dir();
	}
}
END_TEST

static void
fill(TCase *t)
{
	tcase_add_test(t, stores);
}

int
main(void)
{
	return help_main("versions", fill);
}
