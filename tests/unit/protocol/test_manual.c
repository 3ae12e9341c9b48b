/*
 * zhanqun-protocol(7) is held to what it says: its examples are the golden
 * files byte for byte, its limits are those of limits.h, and every part that
 * we read or write is named in it.
 */
#include "protocol/words.h"

#include "tests/unit/protocol/help.h"

#define MANUAL "protocol/zhanqun-protocol.7"

static const struct { const char *name; unsigned long long value; } limits[] =
{
#define LIMIT(name) { #name, name }
	LIMIT(LIMIT_URL), LIMIT(LIMIT_ID), LIMIT(LIMIT_TEXT),
	LIMIT(LIMIT_LONG_TEXT), LIMIT(LIMIT_LINKS), LIMIT(LIMIT_UNKNOWN),
	LIMIT(LIMIT_CHANGE), LIMIT(LIMIT_BATCH), LIMIT(LIMIT_BODY),
	LIMIT(LIMIT_ANSWER), LIMIT(LIMIT_LETTER), LIMIT(LIMIT_DEPTH),
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
		"answer-bad.xml", "letters.xml" };
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
		buf_text(&file, ".Ed\n");
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
}

int
main(void)
{
	return help_main("manual", fill);
}
