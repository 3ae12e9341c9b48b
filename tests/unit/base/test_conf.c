/* conf: settings as operators write them, right and wrong. */
#include "contrib/base/conf.h"

#include <check.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct top {
	char *name;
	char *dir;
	char **words;
	uint64_t number, size, time;
	bool on;
};

struct source {
	char *root;
};

static const struct conf_section sections[] = {
	{ "", sizeof(struct top), false },
	{ "source", sizeof(struct source), true },
};

#define TOP(field) offsetof(struct top, field)

static const struct conf_def defs[] = {
	{ "", "name", CONF_TEXT, TOP(name), NULL, 0, 0, NULL, "The name." },
	{ "", "dir", CONF_PATH, TOP(dir), ".", 0, 0, NULL, ".dot first" },
	{ "", "words", CONF_LIST, TOP(words), "a b", 0, 0, NULL, "Words." },
	{ "", "number", CONF_NUMBER, TOP(number), "5", 1, 10, "items", "N." },
	{ "", "size", CONF_BYTES, TOP(size), "64k", 1, 0, NULL, "S." },
	{ "", "time", CONF_TIME, TOP(time), "5s", 1000, 60000, NULL, "T." },
	{ "", "on", CONF_BOOL, TOP(on), "yes", 0, 0, NULL, "O." },
	{ "source", "root", CONF_PATH, offsetof(struct source, root), NULL,
	    0, 0, NULL, "R." },
};
#define DEFS (sizeof(defs) / sizeof(defs[0]))

static char path[] = "/tmp/zq-conf-XXXXXX";
static struct buf why;
static struct conf *conf;

static void
set_up(void)
{
	int fd = mkstemp(path);

	ck_assert_int_ge(fd, 0);
	close(fd);
	buf_init(&why, 1 << 20);
}

static void
tear_down(void)
{
	unlink(path);
	conf_free(conf);
	buf_clear(&why);
}

static const struct top *
read_text(struct span text)
{
	FILE *f = fopen(path, "w");

	fwrite(text.at, 1, text.n, f);
	fclose(f);
	buf_reset(&why);
	conf_free(conf);
	conf = conf_read(path, sections, 2, defs, DEFS, &why);
	return conf != NULL ? conf_get(conf, "", 0, NULL) : NULL;
}

static bool
says(const char *what)
{
	return strstr(buf_cstr(&why), what) != NULL;
}

START_TEST(a_good_file_is_read)
{
	const struct top *t = read_text(SPAN("# hub\n name = 河南 = x # y\r\n"
	    "dir = data\nwords = p  q\tr\nsize=1G\ntime = 1m\non = no\n"
	    "[source b]\nroot = /srv\n[ source  a b ]\nroot = r"));
	const struct source *s;
	const char *label;

	ck_assert_msg(t != NULL, "%s", buf_cstr(&why));
	ck_assert_str_eq(t->name, "河南 = x # y");
	ck_assert_str_eq(t->dir, "/tmp/data");
	ck_assert_str_eq(t->words[2], "r");
	ck_assert(t->words[3] == NULL);
	ck_assert(t->number == 5 && t->size == 1u << 30 && t->time == 60000);
	ck_assert(!t->on);
	s = conf_get(conf, "source", 1, &label);
	ck_assert_str_eq(label, "a b");
	ck_assert_str_eq(s->root, "/tmp/r");
	ck_assert(conf_get(conf, "source", 2, NULL) == NULL);
}
END_TEST

/* As Notepad saves it. */
START_TEST(a_byte_order_mark_is_passed_over)
{
	const struct top *t = read_text(SPAN("\xef\xbb\xbfname = x\r\n"));

	ck_assert_msg(t != NULL, "%s", buf_cstr(&why));
	ck_assert_str_eq(t->name, "x");
	ck_assert_ptr_nonnull(read_text(SPAN("\xef\xbb\xbf# c\nname = x\n")));
	read_text(SPAN("\xef\xbb\xbf[source a]\nroot = /a\n"));
	ck_assert(!conf_add_section(path, "source", "a", "", &why));
	ck_assert(conf_remove_section(path, "source", "a", &why));
}
END_TEST

START_TEST(presets_fill_in)
{
	const struct top *t = read_text(SPAN("name = x"));

	ck_assert(t != NULL);
	ck_assert_str_eq(t->dir, "/tmp");
	ck_assert_str_eq(t->words[1], "b");
	ck_assert(t->on && t->size == 65536);
}
END_TEST

START_TEST(a_plus_keeps_the_preset)
{
	const struct top *t = read_text(SPAN("name = x\nwords = + c d\n"));

	ck_assert_msg(t != NULL, "%s", buf_cstr(&why));
	ck_assert_str_eq(t->words[0], "a");
	ck_assert_str_eq(t->words[1], "b");
	ck_assert_str_eq(t->words[2], "c");
	ck_assert_str_eq(t->words[3], "d");
	ck_assert(t->words[4] == NULL);
	t = read_text(SPAN("name = x\nwords = +\n"));
	ck_assert_str_eq(t->words[1], "b");
	ck_assert(t->words[2] == NULL);
	t = read_text(SPAN("name = x\nwords = c + +d\n"));
	ck_assert_str_eq(t->words[0], "c");
	ck_assert_str_eq(t->words[1], "+");
	ck_assert_str_eq(t->words[2], "+d");
	ck_assert(t->words[3] == NULL);
}
END_TEST

START_TEST(a_value_has_an_end)
{
	const struct top *t;
	struct buf b;

	buf_init(&b, 1 << 20);
	buf_text(&b, "# c\nname = ");
	for (int i = 0; i < CONF_VALUE_MAX; i++)
		buf_byte(&b, 'a');
	t = read_text(buf_look(&b));
	ck_assert_msg(t != NULL, "%s", buf_cstr(&why));
	ck_assert_uint_eq(strlen(t->name), CONF_VALUE_MAX);
	buf_byte(&b, 'a');
	ck_assert(read_text(buf_look(&b)) == NULL);
	ck_assert(says(":2: name: the value has 8193 bytes, expected 8192 at "
	    "most\n"));
	ck_assert(!says("missing"));
	buf_clear(&b);
}
END_TEST

START_TEST(all_errors_are_told)
{
	ck_assert(read_text(SPAN("numbr = 3\nnumber = 11\ntime = 5\non = 1\n"
	    "number = 2\nnonsense\n[source]\nroot = x\n[sauce a]\nq = 1\n"
	    "[source k]\n[source k]\n[source l]\nnumber = 3\nroots = /\n"
	    "[nothing like it]\n")) == NULL);
	ck_assert(says(":1: numbr: there is no such setting; did you mean "
	    "\"number\"?"));
	ck_assert(says(":2: number: found \"11\", expected a number, at least "
	    "1 and at most 10"));
	ck_assert(says(":3: time: found \"5\", expected a time"));
	ck_assert(says(":4: on: found \"1\", expected yes or no"));
	ck_assert(says(":5: number: found a second time"));
	ck_assert(says(":6: expected name = value"));
	ck_assert(says(":7: [source]: expected a name"));
	ck_assert(says(":9: [sauce]: there is no such section; did you mean "
	    "[source]?"));
	ck_assert(says(":14: number: belongs above the first [section], not "
	    "into [source]"));
	ck_assert(says(":15: roots: there is no such setting; did you mean "
	    "\"root\"?"));
	ck_assert(says(":16: [nothing]: there is no such section\n"));
	ck_assert(says(":11: [source k]: root is missing"));
	ck_assert(says(":12: [source]: found a second time"));
	ck_assert(says("name is missing"));
}
END_TEST

START_TEST(hostile_files_are_refused)
{
	char *big = malloc(2 << 20);

	ck_assert(read_text(SPAN("name = x\n\xff\xfe = y\n")) == NULL);
	ck_assert(says(":2: "));
	ck_assert(read_text(SPAN("name = a\0b\n")) == NULL);
	ck_assert_ptr_nonnull(strstr(buf_cstr(&why), "control"));
	ck_assert(read_text(SPAN("name = a\033[1mb\n")) == NULL);
	ck_assert(read_text(SPAN("# \x7f\nname = b\n")) == NULL);
	memset(big, 'x', 2 << 20);
	ck_assert(read_text((struct span){ big, 2 << 20 }) == NULL);
	ck_assert(says("is larger than 1048576 bytes"));
	ck_assert(read_text((struct span){ big, 100000 }) == NULL);
	for (size_t i = 0; i < 100000; i++)
		big[i] = i % 2 ? '\n' : 'y';
	ck_assert(read_text((struct span){ big, 100000 }) == NULL);
	ck_assert(says("and 49951 more"));
	free(big);
	ck_assert(conf_read("/tmp", sections, 2, defs, DEFS, &why) == NULL);
	ck_assert(conf_read("/nonexistent/x", sections, 2, defs, DEFS,
	    &why) == NULL);
	ck_assert(says("/nonexistent/x: can't read it"));
	ck_assert(read_text(SPAN("name = x\nsize = 99999999999999T\n")) ==
	    NULL);
	ck_assert(read_text(SPAN("name = x\n[source a\x01]\nroot=/\n")) ==
	    NULL);
}
END_TEST

static const char *
file_text(void)
{
	static char text[4096];
	FILE *f = fopen(path, "r");
	size_t n = fread(text, 1, sizeof(text) - 1, f);

	fclose(f);
	text[n] = '\0';
	return text;
}

START_TEST(sections_come_and_go_and_the_rest_stays)
{
	read_text(SPAN("# top\nname = x\n\n# about a\n[source a]\n# in a\n"
	    "root = /a\n\n# about b\n[source b]\nroot = /b"));
	ck_assert(conf_add_section(path, "source", "c", "root = /c", &why));
	ck_assert(!conf_add_section(path, "source", "c", "root = /c", &why));
	ck_assert(says("[source c] is there already"));
	ck_assert(!conf_add_section(path, "source", "d]\n[x", "", &why));
	ck_assert(conf_remove_section(path, "source", "a", &why));
	ck_assert(!conf_remove_section(path, "source", "a", &why));
	ck_assert_str_eq(file_text(), "# top\nname = x\n\n# about a\n"
	    "# about b\n[source b]\nroot = /b\n\n[source c]\nroot = /c\n");
}
END_TEST

START_TEST(the_table_writes_the_manual)
{
	buf_reset(&why);
	conf_manual(&why, defs, DEFS, "");
	ck_assert(says(".It Ic number No = Ar number\nN.\nFrom 1 to 10 items."
	    "\nIf not given:\n.Ql 5 .\n"));
	ck_assert(says("\\&.dot first\n"));
	ck_assert(!says("root"));
	buf_reset(&why);
	conf_example(&why, defs, DEFS, "");
	ck_assert(says("# The name.\nname =\n\n"));
	ck_assert(says("# S.\n#size = 64k\n\n"));
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("conf");
	TCase *t = tcase_create("conf");
	SRunner *r;
	int failed;

	tcase_add_checked_fixture(t, set_up, tear_down);
	tcase_add_test(t, a_good_file_is_read);
	tcase_add_test(t, a_byte_order_mark_is_passed_over);
	tcase_add_test(t, presets_fill_in);
	tcase_add_test(t, a_plus_keeps_the_preset);
	tcase_add_test(t, a_value_has_an_end);
	tcase_add_test(t, all_errors_are_told);
	tcase_add_test(t, hostile_files_are_refused);
	tcase_add_test(t, sections_come_and_go_and_the_rest_stays);
	tcase_add_test(t, the_table_writes_the_manual);
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}
