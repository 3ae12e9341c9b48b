/*
 * A key that a restored hub has granted and forgotten is adopted, if its
 * certificate is newer than all that the hub remembers; no other is.
 */
#include "hub/adopt.h"

#include "hub/grant.h"
#include "hub/welcome.h"
#include "tests/unit/hub/corekit.h"

#define MADE (CORE_NOW - 100000)	/* the backup */
#define KNOWN 0x11
#define FORGOTTEN 0x22
#define LATER 0x33

static struct corekit kit;
static struct pending_queue pending;
static struct show *shows;
static struct turns *turns;
static struct adopt *adopt;

static void
restore(uint32_t n, int64_t as_of, const char *more)
{
	char key[2 * CA_KEY_HASH + 1], json[1024];

	for (int i = 0; i < CA_KEY_HASH; i++)
		snprintf(key + 2 * i, 3, "%02x", KNOWN);
	snprintf(json, sizeof(json), "{\"do\":\"site-restore\",\"as_of\":%lld,"
	    "\"row\":{\"number\":%u,\"code\":\"410100000%u\",\"name\":\"n\","
	    "\"domains\":[\"d%u.gov.cn\"],\"added\":1,\"enrolled\":1,"
	    "\"key\":\"%s\"%s}}", (long long)as_of, n, n, n, key, more);
	core_act(&kit, json_loads(json, 0, NULL));
}

static void
on_work(void *arg)
{
	(void)arg;
}

static void
set_up(void)
{
	core_open(&kit, CORE_MOST);
	pending_init(&pending);
	shows = show_new(&kit.writer);
	turns = turns_new(&pending, shows, on_work, NULL);
	adopt = adopt_new(&kit.writer, turns);
	restore(1, MADE, "");
}

static void
tear_down(void)
{
	adopt_free(adopt);
	turns_free(turns);
	show_free(shows);
	pending_clear(&pending);
	core_close(&kit);
}

static struct frame_peer
peer(uint8_t key, int64_t issued)
{
	struct frame_peer p = { .site = 1, .address = SPAN("192.0.2.1:5"),
	    .issued = issued, .until = issued + 1000000, .ca = { 7 } };

	memset(p.key_hash, key, CA_KEY_HASH);
	return p;
}

/* It comes; how many acts wait to be written then? What waits is written. */
static size_t
look(const struct frame_peer *p)
{
	struct pending *one;
	struct acts all;
	struct buf body;
	size_t n = 0;

	buf_init(&body, 1024);
	frame_peer_write(&body, p, FRAME_LINE_OPENED);
	adopt_look(adopt, buf_look(&body));
	buf_clear(&body);
	acts_init(&all);
	while ((one = pending_pop(&pending)) != NULL) {
		n += one->acts.count;
		acts_move(&all, &one->acts);
		pending_free(one);
	}
	if (n > 0)
		ck_assert(writer_act(&kit.writer, &all));
	acts_clear(&all);
	return n;
}

static const char *
refusal_of(const struct frame_peer *p, enum verdict *verdict)
{
	static char cause[32];
	struct welcome w;

	welcome_init(&w);
	snprintf(cause, sizeof(cause), "in");
	if (!welcome_peer(&w, kit.writer.view, p, 0)) {
		*verdict = w.verdict;
		snprintf(cause, sizeof(cause), "%s", w.cause);
	}
	welcome_clear(&w);
	return cause;
}

START_TEST(test_comes_back)
{
	struct frame_peer p = peer(FORGOTTEN, MADE + 1000);
	struct frame_peer before = peer(KNOWN, MADE - 1000);
	struct view_site s;
	enum verdict v;

	ck_assert_str_eq(refusal_of(&p, &v), "");
	ck_assert_int_eq(v, VERDICT_BUSY);
	ck_assert_uint_eq(look(&p), 1);
	ck_assert_str_eq(refusal_of(&p, &v), "in");
	ck_assert_str_eq(refusal_of(&before, &v), "in");
	ck_assert(view_site(kit.writer.view, 1, &s));
	ck_assert_int_eq(s.until, p.until);
	ck_assert_int_eq(s.as_of, p.issued);
	ck_assert_mem_eq(s.ca, p.ca, TICKET_PIN);
	ck_assert_uint_eq(view_held_count(kit.writer.view, 0, 10), 0);
}
END_TEST

/* The newest wins, in whatever order they come. */
START_TEST(test_newest)
{
	struct frame_peer older = peer(FORGOTTEN, MADE + 1000);
	struct frame_peer newer = peer(LATER, MADE + 2000);
	enum verdict v;

	ck_assert_uint_eq(look(&newer), 1);
	ck_assert_uint_eq(look(&older), 0);
	ck_assert_str_eq(refusal_of(&older, &v), CAUSE_REISSUED);
	ck_assert_str_eq(refusal_of(&newer, &v), "in");
}
END_TEST

static void
expect_stranger(const struct frame_peer *p)
{
	enum verdict v;

	ck_assert_uint_eq(look(p), 0);
	ck_assert_str_eq(refusal_of(p, &v), CAUSE_REISSUED);
	ck_assert_int_eq(v, VERDICT_BLOCKED);
}

START_TEST(test_not_adopted)
{
	struct frame_peer p = peer(FORGOTTEN, MADE);
	json_t *renew;

	expect_stranger(&p);		/* from before the backup */
	p.issued = CLOCK_NONE;
	expect_stranger(&p);
	p.site = 2;			/* in no backup */
	core_site(&kit, 2);
	p.issued = CORE_NOW + 1000;
	expect_stranger(&p);
	/* What the hub has granted since, it knows. */
	p.site = 1;
	p.issued = MADE + 1000;
	renew = adopt_act(1, peer(LATER, 0).key_hash, 0);
	json_object_set_new(renew, "do", json_string("renew"));
	json_object_set(renew, "old", json_object_get(renew, "key"));
	core_act(&kit, renew);
	expect_stranger(&p);
}
END_TEST

/* Blocked: by the act as well, which may have been overtaken. */
START_TEST(test_blocked)
{
	struct frame_peer p = peer(FORGOTTEN, MADE + 1000);
	enum verdict v;

	core_act(&kit, json_pack("{s:s, s:i}", "do", "block", "site", 1));
	ck_assert_uint_eq(look(&p), 0);
	ck_assert_str_eq(refusal_of(&p, &v), CAUSE_BLOCKED);
	core_act(&kit, adopt_act(1, p.key_hash, p.issued));
	ck_assert_uint_eq(view_held_count(kit.writer.view, 0, 10), 1);
}
END_TEST

/* The copy that a settle dropped is not taken back. */
START_TEST(test_spent)
{
	struct frame_peer p = peer(FORGOTTEN, MADE + 1000);
	char more[256] = ",\"old_key_spent\":true,\"old_key\":\"";
	enum verdict v;

	for (int i = 0; i < CA_KEY_HASH; i++)
		snprintf(more + strlen(more), 3, "%02x", FORGOTTEN);
	snprintf(more + strlen(more), 2, "\"");
	restore(3, MADE, more);
	p.site = 3;
	ck_assert_uint_eq(look(&p), 0);
	ck_assert_str_eq(refusal_of(&p, &v), CAUSE_SETTLED);
}
END_TEST

START_TEST(test_renews)
{
	struct frame_ask a = { .is_renewal = true, .mac_good = true,
	    .site = 1, .until = CORE_NOW + 1000000, .issued = MADE + 1000 };
	struct buf refusal;
	struct view_site s;
	struct acts acts;

	buf_init(&refusal, 1024);
	acts_init(&acts);
	memset(a.key_hash, LATER, CA_KEY_HASH);
	memset(a.old_key_hash, FORGOTTEN, CA_KEY_HASH);
	ck_assert_int_eq(grant_judge(kit.writer.view, &a, CORE_NOW, 0, &s,
	    &acts, &refusal), GRANT_NEW);
	ck_assert(writer_act(&kit.writer, &acts));
	ck_assert(view_site(kit.writer.view, 1, &s));
	ck_assert(view_site_has(&s, a.key_hash));
	ck_assert(view_site_has(&s, a.old_key_hash));
	acts_clear(&acts);
	acts_init(&acts);
	memset(a.old_key_hash, 0x44, CA_KEY_HASH);
	ck_assert_int_eq(grant_judge(kit.writer.view, &a, CORE_NOW, 0, &s,
	    &acts, &refusal), GRANT_NO);
	acts_clear(&acts);
	buf_clear(&refusal);
}
END_TEST

/* Numbers that may be out there already are not given again. */
START_TEST(test_numbers)
{
	uint32_t next = view_next_site(kit.writer.view);

	ck_assert_uint_eq(next, 1 + VIEW_SKIP + 1);
	core_act(&kit, json_pack("{s:s, s:i, s:s, s:s, s:[s], s:s, s:s}",
	    "do", "site-add", "site", (int)next, "code", "4101009999",
	    "name", "n", "domains", "new.gov.cn", "kind", "", "parent", ""));
	ck_assert_uint_eq(view_next_site(kit.writer.view), next + 1);
}
END_TEST

/* A ticket that isn't used yet keeps nobody out; a used one does. */
START_TEST(test_reissued)
{
	struct frame_peer p = peer(FORGOTTEN, MADE + 1000);
	struct frame_peer q = peer(0x44, MADE + 2000);
	char ref[] = "00112233445566778899", key[2 * CA_KEY_HASH + 1];
	enum verdict v;

	for (int i = 0; i < CA_KEY_HASH; i++)
		snprintf(key + 2 * i, 3, "%02x", LATER);
	core_act(&kit, json_pack("{s:s, s:i, s:s, s:I}", "do", "ticket",
	    "site", 1, "ref", ref, "expires", (json_int_t)CORE_NOW * 2));
	ck_assert_uint_eq(look(&p), 1);
	ck_assert_str_eq(refusal_of(&p, &v), "in");
	core_act(&kit, json_pack("{s:s, s:i, s:s, s:s}", "do", "enroll",
	    "site", 1, "ref", ref, "key", key));
	ck_assert_str_eq(refusal_of(&p, &v), CAUSE_REISSUED);
	expect_stranger(&q);
	ck_assert_uint_eq(view_held_count(kit.writer.view, 0, 10), 0);
}
END_TEST

static void
add(TCase *c)
{
	tcase_add_checked_fixture(c, set_up, tear_down);
	tcase_add_test(c, test_comes_back);
	tcase_add_test(c, test_newest);
	tcase_add_test(c, test_reissued);
	tcase_add_test(c, test_not_adopted);
	tcase_add_test(c, test_blocked);
	tcase_add_test(c, test_spent);
	tcase_add_test(c, test_renews);
	tcase_add_test(c, test_numbers);
}

int
main(void)
{
	return core_run_suite("adopt", add);
}
