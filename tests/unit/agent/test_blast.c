/*
 * What the hub answers of an address that is to move, and what is none of it.
 */
#include <check.h>
#include <string.h>

#include "agent/blast.h"

#define NS " xmlns:zq=\"urn:zhanqun:1\""

static bool
reads(const char *text, struct blast *b)
{
	memset(b, 0, sizeof(*b));
	return blast_read(b, span_of(text));
}

START_TEST(test_good)
{
	struct blast b;

	ck_assert(reads("<zq:links" NS " sites=\"7\" pages=\"497\"/>", &b));
	ck_assert_uint_eq(b.sites, 7);
	ck_assert_uint_eq(b.pages, 497);
	ck_assert(!b.least);
	ck_assert(reads("<zq:links" NS " pages=\"1\" sites=\"1\" least=\"true\" "
	    "more=\"x\"><zq:new/></zq:links>", &b));
	ck_assert(b.least);
}
END_TEST

START_TEST(test_wrong)
{
	static const char *const odd[] = { "", "<", "<html/>",
		"<zq:links" NS "/>", "<zq:links" NS " sites=\"7\"/>",
		"<zq:links" NS " sites=\"-1\" pages=\"2\"/>",
		"<zq:links" NS " sites=\"x\" pages=\"2\"/>",
		"<zq:x" NS "><zq:links sites=\"1\" pages=\"2\"/></zq:x>",
		"<zq:links" NS " sites=\"1\" pages=\"2\">",
		"<links sites=\"1\" pages=\"2\"/>" };
	struct blast b;

	for (size_t i = 0; i < sizeof(odd) / sizeof(odd[0]); i++)
		ck_assert_msg(!reads(odd[i], &b), "%s", odd[i]);
}
END_TEST

int
main(void)
{
	TCase *t = tcase_create("blast");
	Suite *s = suite_create("agent/blast");
	SRunner *r;
	int failed;

	tcase_add_test(t, test_good);
	tcase_add_test(t, test_wrong);
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed > 0;
}
