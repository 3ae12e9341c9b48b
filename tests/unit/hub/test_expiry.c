/*
 * When a site's domains run out: said, corrected, gone with the domain, and
 * put back from the register.
 */
#include "tests/unit/hub/viewkit.h"

#include <jansson.h>

#include "hub/expiry.h"
#include "hub/register.h"

#define MARCH INT64_C(1803859200000)
#define MAY INT64_C(1809129600000)

static void
expires(uint32_t number, const char *domain, int64_t at)
{
	kit_act(&k, "{\"do\":\"domain-expires\",\"site\":%u,\"domain\":"
	    "\"%s\",\"expires\":%lld,\"actor\":\"wang\",\"reason\":\"\"}",
	    number, domain, (long long)at);
}

static void
domain(const char *what, const char *host)
{
	kit_act(&k, "{\"do\":\"%s\",\"site\":1,\"domain\":\"%s\","
	    "\"actor\":\"wang\",\"reason\":\"x\"}", what, host);
}

static int64_t
until(const char *host)
{
	struct db_txn *t;
	int64_t ms;

	(void)look();
	t = view_read(k.view);
	ms = expiry_of(t, span_of(host));
	db_abort(t);
	return ms;
}

START_TEST(said_and_corrected)
{
	ck_assert_int_eq(site(1).expires, CLOCK_NONE);
	domain("domain-add", "new.gov.cn");
	expires(1, "New.gov.cn.", MAY);
	ck_assert_int_eq(site(1).expires, MAY);
	expires(1, "s1.gov.cn", MARCH);
	ck_assert_int_eq(site(1).expires, MARCH);
	ck_assert(span_is(site(1).expiring, SPAN("s1.gov.cn")));
	ck_assert_int_eq(site(2).expires, CLOCK_NONE);
	expires(1, "s1.gov.cn", MAY + 1);
	ck_assert(span_is(site(1).expiring, SPAN("new.gov.cn")));
	expires(1, "new.gov.cn", 0);
	ck_assert_int_eq(site(1).expires, MAY + 1);
	ck_same_again(3);
}
END_TEST

/* Another's, none's, and what makes no sense: held, and nothing changes. */
START_TEST(of_its_own_alone)
{
	expires(2, "s1.gov.cn", MARCH);
	expires(1, "nobody.gov.cn", MARCH);
	expires(1, "s1.gov.cn", -1);
	expires(99, "s1.gov.cn", MARCH);
	ck_assert_int_eq(until("s1.gov.cn"), CLOCK_NONE);
	ck_assert_int_eq(until("nobody.gov.cn"), CLOCK_NONE);
}
END_TEST

START_TEST(it_goes_with_the_domain)
{
	domain("domain-add", "new.gov.cn");
	expires(1, "new.gov.cn", MAY);
	expires(1, "s1.gov.cn", MARCH);
	domain("domain-remove", "new.gov.cn");
	ck_assert_int_eq(until("new.gov.cn"), CLOCK_NONE);
	domain("domain-add", "new.gov.cn");
	ck_assert_int_eq(until("new.gov.cn"), CLOCK_NONE);
	domain("retire", "");
	ck_assert_int_eq(until("s1.gov.cn"), CLOCK_NONE);
}
END_TEST

/* Out and in again, in another hub; of a host that is not the site's it isn't
 * believed. */
START_TEST(in_the_register)
{
	struct db_txn *t;
	json_t *list, *row;
	struct buf why;
	char *text;

	expires(1, "s1.gov.cn", MARCH);
	(void)look();
	t = view_read(k.view);
	list = register_of(t);
	db_abort(t);
	buf_init(&why, 1000);
	ck_assert(register_check(list, &why));
	row = json_array_get(list, 0);
	ck_assert_int_eq(json_integer_value(json_object_get(json_object_get(
	    row, "expires"), "s1.gov.cn")), MARCH);
	ck_assert_ptr_null(json_object_get(json_array_get(list, 1),
	    "expires"));
	json_object_set_new(row, "number", json_integer(77));
	json_object_set_new(row, "code", json_string("4100000077"));
	json_object_set_new(row, "domains", json_pack("[s]", "s77.gov.cn"));
	json_object_set_new(row, "expires", json_pack("{s:I, s:I, s:I}",
	    "s77.gov.cn", (json_int_t)MAY, "s2.gov.cn", (json_int_t)MAY,
	    "-", (json_int_t)MAY));
	ck_assert(register_check(list, &why));
	text = json_dumps(row, JSON_COMPACT);
	kit_act(&k, "{\"do\":\"site-restore\",\"row\":%s,\"actor\":\"t\","
	    "\"reason\":\"\"}", text);
	ck_assert_int_eq(until("s77.gov.cn"), MAY);
	ck_assert_int_eq(until("s2.gov.cn"), CLOCK_NONE);
	json_object_set_new(row, "expires", json_pack("{s:s}", "s77.gov.cn",
	    "2027"));
	ck_assert(!register_check(list, &why));
	ck_assert_ptr_nonnull(strstr(buf_cstr(&why), "expires"));
	free(text);
	json_decref(list);
	buf_clear(&why);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("expiry");
	TCase *c = tcase_create("expiry");
	SRunner *r;
	int failed;

	tcase_add_checked_fixture(c, viewkit_open_two, viewkit_close);
	tcase_add_test(c, said_and_corrected);
	tcase_add_test(c, of_its_own_alone);
	tcase_add_test(c, it_goes_with_the_domain);
	tcase_add_test(c, in_the_register);
	suite_add_tcase(s, c);
	r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? 0 : 1;
}
