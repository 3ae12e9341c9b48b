/*
 * Who signed for whom, while the CA is replaced: the letters that go out,
 * and the book's word on certificates that have expired.
 */
#include "hub/issued.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "contrib/base/clock.h"
#include "hub/errand.h"
#include "hub/grant.h"
#include "hub/init.h"
#include "hub/outbox.h"
#include "tests/scratch.h"

#define DAY (INT64_C(1000) * 24 * 3600)
#define GRACE (30 * DAY)
#define OLD "11111111111111111111111111111111"
#define NEW "22222222222222222222222222222222"

static struct bed {
	char dir[64];
	struct conf *file;
	struct errand e;
	struct buf why, hint, refusal;
	unsigned trust;		/* letters seen */
	unsigned others;
	char body[256];		/* of the last of them */
} bed;

static void
act(const char *json)
{
	struct acts acts;
	json_t *o = json_loads(json, 0, NULL);

	ck_assert_msg(o != NULL, "%s", json);
	acts_init(&acts);
	acts_put(&acts, o, "tester", "");
	ck_assert(writer_act(&bed.e.writer, &acts));
	acts_clear(&acts);
}

static void
add(unsigned site)
{
	char json[512];

	snprintf(json, sizeof(json), "{\"do\":\"site-restore\",\"row\":"
	    "{\"number\":%u,\"code\":\"410100000%u\",\"name\":\"n\","
	    "\"domains\":[\"d%u.gov.cn\"],\"added\":1,\"enrolled\":1,"
	    "\"key\":\"%064u\",\"ca\":\"" OLD "\"}}", site, site, site,
	    site);
	act(json);
}

static void
renew(unsigned site, unsigned key, unsigned old, const char *ca)
{
	char json[512];

	snprintf(json, sizeof(json), "{\"do\":\"renew\",\"site\":%u,"
	    "\"key\":\"%064u\",\"old\":\"%064u\",\"until\":9,\"ca\":\"%s\"}",
	    site, key, old, ca);
	act(json);
}

static void
set_up(void)
{
	char path[CONFIG_PATH_MAX];
	const struct config *c;

	memset(&bed, 0, sizeof(bed));
	buf_init(&bed.why, 65536);
	buf_init(&bed.hint, 65536);
	buf_init(&bed.refusal, 65536);
	snprintf(bed.dir, sizeof(bed.dir), "/tmp/zq-issued-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(bed.dir));
	ck_assert(init_hub(&(struct init){ .dir = bed.dir, .name = "测试",
	    .listen = "127.0.0.1:1", .web = "" }, &bed.why));
	c = config_read(config_path(path, bed.dir, CONFIG_FILE), &bed.file,
	    &bed.why);
	ck_assert_msg(errand_open(&bed.e, c, &bed.why, &bed.hint), "%s",
	    buf_cstr(&bed.why));
	for (unsigned n = 1; n <= 3; n++)
		add(n);
	ck_assert_uint_eq(view_held_count(bed.e.writer.view, 0, 10), 0);
}

static void
tear_down(void)
{
	errand_close(&bed.e);
	conf_free(bed.file);
	buf_clear(&bed.why);
	buf_clear(&bed.hint);
	buf_clear(&bed.refusal);
	ck_assert_int_eq(scratch_remove(bed.dir), 0);
}

static void
on_letter(void *arg, const struct letter *l)
{
	(void)arg;
	if (!span_is(l->kind, SPAN(LETTER_TRUST))) {
		bed.others++;
		return;
	}
	bed.trust++;
	snprintf(bed.body, sizeof(bed.body), "%.*s", SPAN_ARGS(l->body));
}

/* How many letters about trust there are for this site. */
static unsigned
letters(uint32_t site)
{
	bed.trust = bed.others = 0;
	view_letters(bed.e.writer.view, site, 0, SIZE_MAX, on_letter,
	    NULL);
	return bed.trust;
}

static void
begin(void)
{
	act("{\"do\":\"ca-roll\",\"ca\":\"" NEW "\",\"trust\":\"<both/>\"}");
}

static bool
is_of(uint32_t site, const char *ca)
{
	struct view_site s;
	struct buf hex;
	bool same;

	ck_assert(view_site(bed.e.writer.view, site, &s));
	buf_init(&hex, 2 * TICKET_PIN + 1);
	for (int i = 0; i < TICKET_PIN; i++)
		buf_printf(&hex, "%02x", s.ca[i]);
	same = strcmp(buf_cstr(&hex), ca) == 0;
	buf_clear(&hex);
	return same;
}

START_TEST(test_roll)
{
	ck_assert_uint_eq(letters(1), 0);
	begin();
	for (uint32_t n = 1; n <= 3; n++) {
		ck_assert_uint_eq(letters(n), 1);
		ck_assert_str_eq(bed.body, "<both/>");
		ck_assert(is_of(n, OLD));
	}
	/* Who follows, and who renews without: neither is told again. */
	renew(1, 11, 1, NEW);
	renew(2, 12, 2, OLD);
	ck_assert(is_of(1, NEW) && is_of(2, OLD));
	ck_assert_uint_eq(letters(1), 1);
	ck_assert_uint_eq(letters(2), 1);
	act("{\"do\":\"ca-rolled\",\"ca\":\"" NEW "\","
	    "\"trust\":\"<new/>\"}");
	ck_assert_uint_eq(letters(1), 2);
	ck_assert_str_eq(bed.body, "<new/>");
}
END_TEST

/* One that enrols meanwhile, with a ticket of the old CA. */
START_TEST(test_enrols_meanwhile)
{
	begin();
	act("{\"do\":\"ticket\",\"site\":3,\"ref\":\"00112233445566778899\","
	    "\"expires\":99}");
	act("{\"do\":\"enroll\",\"site\":3,\"ref\":\"00112233445566778899\","
	    "\"key\":\"3333333333333333333333333333333333333333333333333333"
	    "333333333333\",\"until\":9,\"ca\":\"" OLD "\"}");
	ck_assert_uint_eq(view_held_count(bed.e.writer.view, 0, 10), 0);
	ck_assert_uint_eq(letters(3), 2);
	ck_assert_str_eq(bed.body, "<both/>");
}
END_TEST

/* A site with very many letters waiting gets this one all the same. */
START_TEST(test_never_dropped)
{
	struct acts acts;
	unsigned n = 0;

	begin();
	while (n <= OUTBOX_WAITING) {
		acts_init(&acts);	/* a disk takes its time for each */
		do {
			acts_put(&acts, json_pack("{s:s, s:s, s:s}", "do",
			    "ca-roll", "ca", NEW, "trust", "<new/>"),
			    "tester", "");
		} while (++n % 500 != 0);
		ck_assert(writer_act(&bed.e.writer, &acts));
		acts_clear(&acts);
	}
	ck_assert_uint_eq(letters(1), n + 1);
}
END_TEST

START_TEST(test_odd_acts)
{
	act("{\"do\":\"ca-roll\",\"ca\":\"xx\",\"trust\":\"<both/>\"}");
	act("{\"do\":\"ca-roll\",\"ca\":\"" NEW "\"}");
	act("{\"do\":\"ca-rolled\",\"trust\":\"<both/>\"}");
	act("{\"do\":\"site-restore\"}");
	act("{\"do\":\"site-restore\",\"row\":{\"number\":1}}");
	ck_assert_uint_eq(view_held_count(bed.e.writer.view, 0, 10), 5);
	ck_assert_uint_eq(letters(1), 0);
}
END_TEST

/* --- the book -------------------------------------------------------------- */

static struct frame_ask
asked(uint32_t site, uint8_t key, uint8_t old)
{
	struct frame_ask a = { .is_renewal = true, .mac_good = true,
	    .site = site, .until = clock_wall() + 90 * DAY };

	/* As "%064u" has it: the last byte. */
	a.key_hash[CA_KEY_HASH - 1] = key;
	a.old_key_hash[CA_KEY_HASH - 1] = old;
	memset(a.ca, 0x22, sizeof(a.ca));
	return a;
}

static enum grant
judge(const struct frame_ask *a, struct acts *acts)
{
	struct view_site s;

	acts_init(acts);
	buf_reset(&bed.refusal);
	return grant_judge(bed.e.writer.view, a, clock_wall(), GRACE, &s,
	    acts, &bed.refusal);
}

static bool
says(const struct acts *acts, const char *what)
{
	ck_assert_uint_eq(acts->count, 1);
	return strstr(acts->text[0], what) != NULL;
}

START_TEST(test_grace)
{
	struct frame_ask a = asked(1, 7, 1);
	struct view_site s;
	struct acts acts;

	ck_assert_int_eq(judge(&a, &acts), GRANT_NEW);
	ck_assert(!says(&acts, "quarantine"));
	ck_assert(says(&acts, "\"ca\":\"" NEW "\""));
	ck_assert(says(&acts, "\"until\":"));
	acts_clear(&acts);

	a.expired = clock_wall() - GRACE + 1000;
	ck_assert_int_eq(judge(&a, &acts), GRANT_NEW);
	ck_assert(says(&acts, "\"quarantine\":true"));
	act(acts_get(&acts, 0).at);
	acts_clear(&acts);
	ck_assert(view_site(bed.e.writer.view, 1, &s) && s.quarantined);
	ck_assert(is_of(1, NEW));
	/* An answer that was lost: again, and no way out of quarantine. */
	ck_assert_int_eq(judge(&a, &acts), GRANT_NEW);
	ck_assert(says(&acts, "\"quarantine\":true"));
	acts_clear(&acts);
	a = asked(1, 8, 7);
	ck_assert_int_eq(judge(&a, &acts), GRANT_NEW);
	act(acts_get(&acts, 0).at);
	acts_clear(&acts);
	ck_assert(view_site(bed.e.writer.view, 1, &s) && s.quarantined);

	a = asked(2, 9, 2);
	a.expired = clock_wall() - GRACE - 1000;
	ck_assert_int_eq(judge(&a, &acts), GRANT_NO);
	ck_assert_uint_eq(acts.count, 0);
	ck_assert_ptr_nonnull(strstr(buf_cstr(&bed.refusal),
	    "zqhub site reissue 4101000002"));
	acts_clear(&acts);
}
END_TEST

/* Another CA's certificate for the same key is news; the same is not. */
START_TEST(test_again)
{
	struct frame_ask a = asked(1, 7, 1);
	struct acts acts;

	ck_assert_int_eq(judge(&a, &acts), GRANT_NEW);
	act(acts_get(&acts, 0).at);
	acts_clear(&acts);
	ck_assert_int_eq(judge(&a, &acts), GRANT_AGAIN);
	acts_clear(&acts);
	memset(a.ca, 0x33, sizeof(a.ca));
	ck_assert_int_eq(judge(&a, &acts), GRANT_NEW);
	acts_clear(&acts);
	a = asked(1, 9, 5);
	ck_assert_int_eq(judge(&a, &acts), GRANT_NO);
	ck_assert_ptr_nonnull(strstr(buf_cstr(&bed.refusal),
	    "not the one of site"));
	acts_clear(&acts);
}
END_TEST

/* Two had the key; the kept one's new key can't be taken by the other, and
 * the kept one may ask again for the same. */
START_TEST(test_settle)
{
	struct frame_ask kept = asked(1, 7, 1), copy = asked(1, 8, 1);
	struct acts acts;

	act("{\"do\":\"fork\",\"site\":1,\"cause\":\"instance\"}");
	ck_assert_int_eq(judge(&copy, &acts), GRANT_NO);
	ck_assert_ptr_nonnull(strstr(buf_cstr(&bed.refusal),
	    "which is kept"));
	acts_clear(&acts);
	act("{\"do\":\"settle\",\"site\":1,\"keep\":1}");
	ck_assert_int_eq(judge(&copy, &acts), GRANT_NO);
	acts_clear(&acts);
	act("{\"do\":\"begun\",\"site\":1}");
	ck_assert_int_eq(judge(&kept, &acts), GRANT_NEW);
	act(acts_get(&acts, 0).at);
	acts_clear(&acts);
	ck_assert_int_eq(judge(&copy, &acts), GRANT_NO);
	ck_assert_ptr_nonnull(strstr(buf_cstr(&bed.refusal),
	    "this is the other"));
	acts_clear(&acts);
	ck_assert_int_eq(judge(&kept, &acts), GRANT_AGAIN);
	acts_clear(&acts);
}
END_TEST

START_TEST(test_retired)
{
	struct frame_ask a = asked(1, 7, 1);
	struct acts acts;

	act("{\"do\":\"retire\",\"site\":1,\"reason\":\"x\"}");
	ck_assert_int_eq(judge(&a, &acts), GRANT_NO);
	ck_assert_ptr_nonnull(strstr(buf_cstr(&bed.refusal), "is retired"));
	acts_clear(&acts);
	begin();
	ck_assert_uint_eq(letters(1), 0);
	ck_assert_uint_eq(letters(2), 1);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("issued");
	TCase *c = tcase_create("issued");
	SRunner *r;
	int failed;

	tcase_add_checked_fixture(c, set_up, tear_down);
	tcase_set_timeout(c, 120);
	tcase_add_test(c, test_roll);
	tcase_add_test(c, test_enrols_meanwhile);
	tcase_add_test(c, test_never_dropped);
	tcase_add_test(c, test_odd_acts);
	tcase_add_test(c, test_grace);
	tcase_add_test(c, test_again);
	tcase_add_test(c, test_settle);
	tcase_add_test(c, test_retired);
	suite_add_tcase(s, c);
	r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed > 0;
}
