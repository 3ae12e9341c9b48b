/*
 * Operators import tables of sites: line by line, all or none, and however a
 * spreadsheet writes them.
 */
#include "tests/unit/hub/operatekit.h"

static json_t *
import(const char *csv, bool dry)
{
	return json_pack("{s:s, s:s, s:b}", "do", "site-import", "csv", csv,
	    "dry-run", dry);
}

static const char *
member(const char *list, size_t n, const char *name)
{
	const char *word = json_string_value(json_object_get(json_array_get(
	    json_object_get(a.result, list), n), name));

	return word != NULL ? word : "";
}

static size_t
count(const char *list)
{
	return json_array_size(json_object_get(a.result, list));
}

static int64_t
line(size_t n)
{
	return json_integer_value(json_object_get(json_array_get(
	    json_object_get(a.result, "errors"), n), "line"));
}

START_TEST(test_import)
{
	const char *csv = "\xef\xbb\xbf" "code,name,domain,parent,kind\r\n"
	    "4101000002,\"开封, 市\",www.kaifeng.gov.cn,4101000001,portal\r\n"
	    "\r\n"
	    "4101000003,教育局,jy.kaifeng.gov.cn,4101000002,department\r\n";
	json_t *said;
	uint32_t number;
	uint64_t before;

	set_up();
	before = journal_last(kit.writer.journal);
	said = import(csv, true);
	ck_assert(run(said));
	ck_assert_uint_eq(count("rows"), 2);
	ck_assert_uint_eq(journal_last(kit.writer.journal), before);
	end(said);

	said = import(csv, false);
	ck_assert(run(said));
	ck_assert_uint_eq(count("errors"), 0);
	ck_assert_str_eq(member("rows", 0, "name"), "开封, 市");
	ck_assert_str_eq(member("rows", 0, "what"), "added");
	ck_assert_str_eq(member("rows", 1, "ticket"), "zq1.ticket1");
	ck_assert(view_site_code(kit.writer.view, "4101000003", &number));
	ck_assert_uint_eq(number, 3);
	ck_assert_uint_eq(journal_last(kit.writer.journal), before + 4);
	end(said);

	/* again: nothing new but tickets for those not enrolled */
	said = import(csv, false);
	ck_assert(run(said));
	ck_assert_str_eq(member("rows", 0, "what"), "there");
	ck_assert_str_ne(member("rows", 0, "ticket"), "");
	ck_assert_uint_eq(view_sites(kit.writer.view), 3);
	end(said);

	/* … as it is called now, and whose it is */
	said = import("4101000003,教育和体育局,jy.kaifeng.gov.cn,4101000001,\n",
	    false);
	ck_assert(run(said));
	ck_assert_str_eq(member("rows", 0, "what"), "changed");
	ck_assert_str_eq(site_is(3), "教育和体育局|department|1");
	end(said);
	said = import("4101000002,开封市,www.kaifeng.gov.cn,4101000002,\n",
	    false);
	ck_assert(run(said));
	ck_assert_uint_eq(count("errors"), 1);
	end(said);
	ck_assert_str_eq(site_is(2), "开封, 市|portal|1");

	said = import("4101000001,site 1,www.s1.gov.cn,,\n", false);
	ck_assert(run(said));
	ck_assert_str_eq(member("rows", 0, "what"), "there");
	ck_assert_str_eq(member("rows", 0, "ticket"), "");
	end(said);
	tear_down();
}
END_TEST

START_TEST(test_import_names_every_bad_line)
{
	const char *csv =
	    "4101000002,one,www.one.gov.cn,,\n"
	    "4101000002,two,www.two.gov.cn,,\n"
	    "4101000003,three,WWW.one.gov.cn,,\n"
	    "4101000004,four,gov.cn,,\n"
	    "4101000005,five,www.five.gov.cn,4101000006,\n"
	    "4101000006,,www.six.gov.cn,,\n"
	    "4101000001,other,www.other.gov.cn,,\n"
	    "4101000007,good,www.seven.gov.cn,4101000002,department\n";
	uint64_t before;
	json_t *said;

	set_up();
	before = journal_last(kit.writer.journal);
	said = import(csv, false);
	ck_assert(run(said));
	ck_assert_uint_eq(count("errors"), 6);
	for (size_t i = 0; i < 6; i++)
		ck_assert_int_eq(line(i), (int64_t)i + 2);
	ck_assert_ptr_nonnull(strstr(member("errors", 0, "error"),
	    "stands above"));
	ck_assert_ptr_nonnull(strstr(member("errors", 1, "error"),
	    "stands above"));
	ck_assert_ptr_nonnull(strstr(member("errors", 5, "error"),
	    "www.s1.gov.cn"));
	ck_assert_uint_eq(journal_last(kit.writer.journal), before);
	ck_assert_uint_eq(view_sites(kit.writer.view), 1);
	end(said);

	said = import("code,nom,domain\n4101000002,x,www.x.gov.cn\n", false);
	ck_assert(run(said));
	ck_assert_ptr_nonnull(strstr(member("errors", 0, "error"),
	    "no such column"));
	end(said);
	said = import("4101000002,\"open,www.x.gov.cn\n", false);
	ck_assert(run(said));
	ck_assert_ptr_nonnull(strstr(member("errors", 0, "error"),
	    "never closed"));
	end(said);
	said = import("", false);
	ck_assert(run(said));
	ck_assert_uint_eq(count("errors"), 1);
	end(said);
	said = import("domain;code\n1;2\n", false);
	ck_assert(run(said));
	ck_assert_uint_gt(count("errors"), 0);
	end(said);
	said = import("code|name\n1|2\n", false);
	ck_assert(run(said));
	ck_assert_uint_gt(count("errors"), 0);
	end(said);
	tear_down();
}
END_TEST

/* As Excel saves it where the comma is the decimal point, as WPS copies it, and
 * with the head of a Chinese table. */
START_TEST(test_import_of_spreadsheets)
{
	json_t *said;

	set_up();
	said = import("\xef\xbb\xbf\r\n标识码;网站名称;域名;类型\r\n"
	    "4101000002;\"开封;市\";www.kaifeng.gov.cn;portal\r\n", true);
	ck_assert(run(said));
	ck_assert_uint_eq(count("errors"), 0);
	ck_assert_str_eq(member("rows", 0, "name"), "开封;市");
	ck_assert_str_eq(member("rows", 0, "domain"), "www.kaifeng.gov.cn");
	end(said);
	said = import("标识码,名称,域名,类型\n4101000003,甲,www.a.gov.cn,门户\n"
	    "4101000004,乙,www.b.gov.cn,部门网站\n", false);
	ck_assert(run(said));
	ck_assert_uint_eq(count("errors"), 0);
	ck_assert_uint_eq(a.acts.count, 4);	/* each with a ticket */
	ck_assert_ptr_nonnull(strstr(acts_get(&a.acts, 0).at,
	    "\"kind\":\"portal\""));
	ck_assert_ptr_nonnull(strstr(acts_get(&a.acts, 2).at,
	    "\"kind\":\"department\""));
	end(said);
	tear_down();
	set_up();
	said = import("域名\t名称\t标识码\nwww.a.gov.cn\t甲,乙\t４１０１０００００３\n",
	    true);
	ck_assert(run(said));
	ck_assert_uint_eq(count("errors"), 0);
	ck_assert_str_eq(member("rows", 0, "code"), "4101000003");
	ck_assert_str_eq(member("rows", 0, "name"), "甲,乙");
	end(said);
	tear_down();
}
END_TEST

static void
add(TCase *t)
{
	tcase_add_test(t, test_import);
	tcase_add_test(t, test_import_names_every_bad_line);
	tcase_add_test(t, test_import_of_spreadsheets);
}

int
main(void)
{
	return core_run_suite("operate_import", add);
}
