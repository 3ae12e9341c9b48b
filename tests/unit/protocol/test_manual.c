/*
 * zhanqun-protocol(7) is held to what it says: its examples are the golden
 * files byte for byte, its limits are those of limits.h, every part that we
 * read or write and every word of ours is named in it, and its recipes for
 * the shell come to what our digest comes to.
 */
#include "protocol/words.h"

#include "protocol/answer.h"
#include "protocol/digest.h"
#include "protocol/features.h"
#include "tests/unit/protocol/help.h"

#include <unistd.h>

#define MANUAL "protocol/zhanqun-protocol.7"

static const struct { const char *name; unsigned long long value; } limits[] =
{
#define LIMIT(name) { #name, name }
	LIMIT(LIMIT_URL), LIMIT(LIMIT_ID), LIMIT(LIMIT_TEXT),
	LIMIT(LIMIT_LONG_TEXT), LIMIT(LIMIT_LINKS), LIMIT(LIMIT_UNKNOWN),
	LIMIT(LIMIT_CHANGE), LIMIT(LIMIT_BATCH), LIMIT(LIMIT_BODY),
	LIMIT(LIMIT_ANSWER), LIMIT(LIMIT_LETTER), LIMIT(LIMIT_MAP_RULES),
	LIMIT(LIMIT_MAP), LIMIT(LIMIT_DEPTH),
	LIMIT(LIMIT_HEADERS), LIMIT(LIMIT_POLL), LIMIT(LIMIT_RECENT),
};
#define COUNT (sizeof(limits) / sizeof(limits[0]))

static struct buf manual;

static bool
says(const char *text)
{
	return strstr(buf_cstr(&manual), text) != NULL;
}

/* mdoc(7)'s own escapes undone. */
static void
plain(struct buf *out, struct span s)
{
	for (size_t i = 0; i < s.n; i++) {
		if (s.at[i] != '\\' || i + 1 == s.n)
			buf_byte(out, s.at[i]);
		else if (s.at[++i] == 'e')
			buf_byte(out, '\\');	/* \& and comments: nothing */
	}
}

START_TEST(examples)
{
	static const char *const files[] = { "changelist-by-hand.xml",
		"changelist.xml", "answer-taken.xml", "answer-early.xml",
		"answer-bad.xml", "answer-forked.xml", "beat.xml",
		"letters.xml", "letters-orders.xml", "letters-look.xml",
		"beat-looked.xml", "reconcile-sum.xml",
		"reconcile-hashes.xml", "reconcile-names.xml",
		"reconciled-same.xml", "reconciled-buckets.xml",
		"reconciled-items.xml", "reconciled-later.xml",
		"reconciled-refused.xml", "changelist-moves.xml",
		"changelist-notices.xml", "changelist-cut.xml",
		"links.xml", "links-who.xml", "map.xml" };
	struct buf text, file;

	buf_init(&text, 1u << 20);
	buf_init(&file, 1u << 20);
	plain(&text, buf_look(&manual));
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		char path[200];

		snprintf(path, sizeof(path), GOLDEN "%s", files[i]);
		buf_reset(&file);
		buf_text(&file, ".Bd -literal\n");
		help_file(&file, path);
		buf_text(&file, file.at[file.n - 1] == '\n' ? ".Ed\n" :
		    "\n.Ed\n");
		ck_assert_msg(strstr(text.at, file.at) != NULL,
		    "%s doesn't stand in the manual as it is", path);
	}
	buf_clear(&text);
	buf_clear(&file);
}
END_TEST

START_TEST(table)
{
	char line[200];

	for (size_t i = 0; i < COUNT; i++) {
		snprintf(line, sizeof(line), "\n.It Dv %s Ta %llu Ta ",
		    limits[i].name, limits[i].value);
		ck_assert_msg(says(line), "the manual lacks%s", line);
	}
}
END_TEST

/* No limit is forgotten in the table above. */
START_TEST(all_limits)
{
	struct buf b;
	size_t count = 0;

	buf_init(&b, 1u << 20);
	help_file(&b, "protocol/limits.h");
	for (const char *at = b.at; (at = strstr(at, "#define LIMIT_")) !=
	    NULL; at += strlen("#define "))
		count++;
	ck_assert_uint_eq(count, COUNT);
	buf_clear(&b);
}
END_TEST

/* Elements stand as "title" in ".It Li dcterms:title , zq:column". */
START_TEST(parts)
{
	for (int e = 0; e < E_COUNT; e++)
		ck_assert_msg(says(words_name[e]), "%s", words_name[e]);
	for (int k = LINK_ANCHOR; k <= LINK_STYLE; k++)
		ck_assert_msg(says(words_link_kind[k]), "%s",
		    words_link_kind[k]);
}
END_TEST

START_TEST(words)
{
	static const char *const ours[] = { WANT_PROVE, WANT_RETELL,
		WANT_RENEW, CAUSE_BLOCKED, CAUSE_RETIRED, CAUSE_REISSUED,
		CAUSE_UNKNOWN, CAUSE_QUARANTINED, CAUSE_CONTENT,
		CAUSE_INSTANCE, CAUSE_BEHIND, CAUSE_SETTLED };
	struct span all = SPAN(FEATURES_AGENT " " FEATURES_HUB);
	char line[100];

	for (size_t i = 0; i < sizeof(ours) / sizeof(ours[0]); i++) {
		snprintf(line, sizeof(line), "\n.It Li %s\n", ours[i]);
		ck_assert_msg(says(line), "the manual lacks%s", line);
	}
	while (all.n > 0) {
		size_t n = 0;

		while (n < all.n && all.at[n] != ' ')
			n++;
		snprintf(line, sizeof(line), "\n.It %.*s Ta ", (int)n,
		    all.at);
		ck_assert_msg(says(line), "the manual lacks%s", line);
		n += n < all.n;
		all.at += n;
		all.n -= n;
	}
}
END_TEST

/* --- what a stranger would write after it ----------------------------------- */

/* Runs the example that has `mark` in it, in a directory of its own with a
 * file `hashes`; says what it printed, up to the first blank. */
static void
run_example(const char *mark, const struct buf *hashes, char out[100])
{
	static const char begin[] = ".Bd -literal -offset indent\n";
	char dir[] = "/tmp/zq-manual-XXXXXX", path[200], command[300];
	struct buf text;
	const char *at, *from;
	FILE *f;

	buf_init(&text, 1u << 20);
	plain(&text, buf_look(&manual));
	at = strstr(text.at, mark);
	ck_assert(at != NULL && mkdtemp(dir) != NULL);
	for (from = at; strncmp(from, begin, strlen(begin)) != 0; from--)
		ck_assert(from > text.at);
	from += strlen(begin);
	at = strstr(at, ".Ed\n");
	ck_assert(at != NULL);

	snprintf(path, sizeof(path), "%s/hashes", dir);
	f = fopen(path, "wb");
	ck_assert(f != NULL && fwrite(hashes->at, 1, hashes->n, f) ==
	    hashes->n);
	fclose(f);
	snprintf(path, sizeof(path), "%s/example.sh", dir);
	f = fopen(path, "wb");
	ck_assert(f != NULL && fwrite(from, 1, (size_t)(at - from), f) ==
	    (size_t)(at - from));
	fclose(f);
	snprintf(command, sizeof(command), "cd %s && sh example.sh; rm -f "
	    "hashes meaning example.sh", dir);
	f = popen(command, "r");
	ck_assert(f != NULL);
	if (fgets(out, 100, f) == NULL)
		out[0] = '\0';
	ck_assert(pclose(f) == 0);
	out[strcspn(out, " \n")] = '\0';
	rmdir(dir);
	buf_clear(&text);
}

START_TEST(item_by_hand)
{
	struct change c;
	uint8_t hash[32];
	struct buf want, none;
	char out[100];

	change_init(&c);
	c.kind = CHANGE_UPDATED;
	c.when = 1795219200456;
	c.url = SPAN("https://www.zhengzhou.gov.cn/a.html");
	c.type = SPAN("text/html");
	c.word[WORD_TITLE] = SPAN("政务公开");
	change_item_hash(&c, hash);
	digest_item_hash(hash, c.url, hash);
	buf_init(&want, 100);
	buf_init(&none, 1);
	buf_byte(&none, '\n');
	text_hex(&want, hash, sizeof(hash));
	run_example("part 32", &none, out);
	ck_assert_str_eq(out, buf_cstr(&want));
	ck_assert(says(buf_cstr(&want)));
	buf_clear(&want);
	buf_clear(&none);
}
END_TEST

START_TEST(digest_by_hand)
{
	uint8_t change[32] = { 1 }, hash[32];
	struct digest d;
	struct buf want, hashes;
	char out[100];

	digest_init(&d);
	buf_init(&want, 100);
	buf_init(&hashes, 1u << 20);
	for (unsigned i = 0; i < 3000; i++) {
		change[1] = (uint8_t)i;
		change[2] = (uint8_t)(i >> 8);
		digest_item_hash(hash, SPAN("id"), change);
		digest_add(&d, hash);
		text_hex(&hashes, hash, sizeof(hash));
		buf_byte(&hashes, '\n');
	}
	digest_sum(&d, hash);
	text_hex(&want, hash, sizeof(hash));
	run_example("function number(hex", &hashes, out);
	ck_assert_str_eq(out, buf_cstr(&want));
	buf_clear(&want);
	buf_clear(&hashes);
}
END_TEST

static void
open_manual(void)
{
	buf_init(&manual, 1u << 20);
	help_file(&manual, MANUAL);
}

static void
close_manual(void)
{
	buf_clear(&manual);
}

static void
fill(TCase *t)
{
	tcase_add_checked_fixture(t, open_manual, close_manual);
	tcase_add_test(t, examples);
	tcase_add_test(t, table);
	tcase_add_test(t, all_limits);
	tcase_add_test(t, parts);
	tcase_add_test(t, words);
	tcase_add_test(t, item_by_hand);
	tcase_add_test(t, digest_by_hand);
}

int
main(void)
{
	return help_main("manual", fill);
}
