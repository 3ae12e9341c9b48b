/*
 * Commands that read a table: sites, and moves. What is wrong is named by its
 * line, and then nothing of it is done.
 */
#include "tests/unit/hub/cmdkit.h"

START_TEST(test_import)
{
	char path[96];
	FILE *f;

	set_up();
	make_hub();
	snprintf(path, sizeof(path), "%s/sites.csv", dir);
	f = fopen(path, "w");
	fputs("4101000002,开封,www.kaifeng.gov.cn,,\n"
	    "4101000003,洛阳,gov.cn,,\n", f);
	fclose(f);
	ck_assert_int_eq(run("site", "import", path, NULL), 1);
	says(err, "sites.csv:2: 4101000003: domain: gov.cn");
	ck_assert_int_eq(run("site", "list", NULL), 0);
	ck_assert_ptr_null(strstr(out, "4101000002"));
	f = fopen(path, "w");
	fputs("4101000002,开封,www.kaifeng.gov.cn,,\n", f);
	fclose(f);
	ck_assert_int_eq(run("site", "import", path, "--dry-run", NULL), 0);
	says(err, "nothing was added");
	ck_assert_int_eq(run("site", "import", path, NULL), 0);
	says(out, "code,name,domain,what,enroll\n");
	says(out, "4101000002,开封,www.kaifeng.gov.cn,added,zqagent enroll ");
	ck_assert_int_eq(run("site", "import", path, "--bom", NULL), 0);
	ck_assert_int_eq(strncmp(out, "\xef\xbb\xbf" "code,", 8), 0);
	f = fopen(path, "w");
	fclose(f);
	ck_assert_int_eq(run("site", "import", path, NULL), 1);
	says(err, "sites.csv: no site in this file");
	ck_assert_int_eq(run("site", "import", "/nonexistent", NULL), 1);
	tear_down();
}
END_TEST

/* --- moves ---------------------------------------------------------------- */

static char table[96];

static void
write_table(const char *text)
{
	FILE *f;

	snprintf(table, sizeof(table), "%s/moves.csv", dir);
	f = fopen(table, "w");
	ck_assert_ptr_nonnull(f);
	fputs(text, f);
	fclose(f);
}

#define ANNOUNCE "move", "announce", "4101000001"
#define WHY "--reason", "x"

static size_t
announced(void)
{
	json_t *j;
	size_t n;

	ck_assert_int_eq(run("move", "list", "--json", NULL), 0);
	j = json();
	n = json_array_size(json_object_get(j, "moves"));
	json_decref(j);
	return n;
}

START_TEST(test_moves_odd)
{
	set_up();
	make_hub();
	write_table("/a,/b\n");
	ck_assert_int_eq(run(ANNOUNCE, WHY, NULL), 2);
	says(err, "expected CODE OLD NEW, or CODE and a file");
	ck_assert_int_eq(run(ANNOUNCE, "/a", "/b", "--csv", table, WHY,
	    NULL), 2);
	ck_assert_int_eq(run(ANNOUNCE, "--csv", table, "--nginx-map", table,
	    WHY, NULL), 2);
	ck_assert_int_eq(run(ANNOUNCE, "/a", "/b", "--base", "http://a.cn",
	    WHY, NULL), 2);
	says(err, "paths in a file");
	ck_assert_int_eq(run(ANNOUNCE, "--csv", table, "--base", "nowhere",
	    WHY, NULL), 1);
	says(err, "--base nowhere: expected an address");
	ck_assert_int_eq(run(ANNOUNCE, "--csv", "/nonexistent", WHY, NULL),
	    1);
	says(err, "/nonexistent: ");
	ck_assert_int_eq(run("move", "announce", "4101000009", "--csv",
	    table, WHY, NULL), 1);
	says(err, "no site with the code 4101000009");
	tear_down();
}
END_TEST

START_TEST(test_moves)
{
	set_up();
	make_hub();
	ck_assert_int_eq(run("rebuild", NULL), 0);
	write_table("/a,/b,,\"2026\n");
	ck_assert_int_eq(run(ANNOUNCE, "--csv", table, WHY, NULL), 1);
	says(err, "moves.csv:1: a quote is opened and never closed");
	write_table("/a,/b\n/c,www.zhengzhou.gov.cn/d,栏目\n/e,f\n"
	    "/g,/h,,soon\n");
	ck_assert_int_eq(run(ANNOUNCE, "--csv", table, WHY, NULL), 1);
	says(err, "moves.csv:3: f: ");
	says(err, "moves.csv:4: soon: expected a date");
	says(err, "nothing was announced");
	ck_assert_uint_eq(announced(), 0);
	write_table("/a,/b\n/c,www.zhengzhou.gov.cn/d,栏目,2030-12-01\n"
	    "/e,www.xn--0zwm56d.cn/f\n");
	ck_assert_int_eq(run(ANNOUNCE, "--csv", table, WHY, "--dry-run",
	    NULL), 0);
	says(out, "3 moves would be announced; nothing was said\n");
	ck_assert_uint_eq(announced(), 0);
	ck_assert_int_eq(run(ANNOUNCE, "--csv", table, WHY, "--at",
	    "2031-01-01", NULL), 0);
	says(out, "3 moves announced\n");
	says(out, "  1: https://www.zhengzhou.gov.cn/a → "
	    "https://www.zhengzhou.gov.cn/b (address), announced, from "
	    "2031-01-01 00:00");
	says(out, "gov.cn/c/ → https://www.zhengzhou.gov.cn/d/ (prefix), "
	    "announced, from 2030-12-01 00:00");
	says(out, "gov.cn/e → https://www.测试.cn/f (address), announced");
	ck_assert_uint_eq(announced(), 3);
	tear_down();
}
END_TEST

/* The flags say what lines without a scope are; a map has paths, too. */
START_TEST(test_moves_of_nginx)
{
	json_t *j, *m;

	set_up();
	make_hub();
	ck_assert_int_eq(run("rebuild", NULL), 0);
	write_table("map $uri $new {\n\tdefault \"\";\n\t/a/ /b/;\n"
	    "\t~^/c/(.*)$ /d/$1;\n}\n");
	ck_assert_int_eq(run(ANNOUNCE, "--nginx-map", table, WHY, "--prefix",
	    "--base", "http://www.zhengzhou.gov.cn/x", "--json", NULL), 0);
	j = json();
	m = json_array_get(json_object_get(j, "moves"), 0);
	ck_assert_str_eq(json_string_value(json_object_get(m, "old")),
	    "http://www.zhengzhou.gov.cn/a/");
	ck_assert_str_eq(json_string_value(json_object_get(m, "scope")),
	    "prefix");
	ck_assert_int_eq(json_integer_value(json_object_get(m, "line")), 3);
	json_decref(j);
	ck_assert_uint_eq(announced(), 2);
	ck_assert_int_eq(run(ANNOUNCE, "--nginx-map", table, WHY, "--json",
	    "--base", "http://www.kaifeng.gov.cn", NULL), 1);
	j = json();
	ck_assert_uint_eq(json_array_size(json_object_get(j, "errors")), 2);
	json_decref(j);
	tear_down();
}
END_TEST

static void
add(TCase *t)
{
	tcase_add_test(t, test_import);
	tcase_add_test(t, test_moves_odd);
	tcase_add_test(t, test_moves);
	tcase_add_test(t, test_moves_of_nginx);
}

int
main(void)
{
	return core_run_suite("cmd_table", add);
}
