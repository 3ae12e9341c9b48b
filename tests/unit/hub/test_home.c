/*
 * Looks at home pages: in JSON and in frames; what acts make of them in the
 * view: rows, the baseline, a candidate that has to be seen ten times in a
 * week; and which domains a site has had.
 */
#include "hub/domains.h"
#include "hub/home_frame.h"
#include "hub/home_json.h"
#include "hub/home_row.h"
#include "hub/query_home.h"
#include "tests/unit/hub/homekit.h"

/* --- as JSON -------------------------------------------------------------------- */

static void
make_full(struct home_look *l)
{
	struct webcert *c = &l->hop[0].cert;

	*l = well;
	send_on(l, HOP_TEMPORARY, "https://" OWN "/index.html");
	l->hop[0].has_cert = true;
	c->from = KIT_NOW - DAY;
	c->until = KIT_NOW + 90 * DAY;
	SET(c->issuer, "CA \"quoted\"");
	SET(c->subject, OWN);
	SET(c->names, OWN " zz.gov.cn");
	memset(c->digest, 0x5a, WEBCERT_DIGEST);
	l->secure = CAUSE_TIME;
	l->is_missing = true;
	SET(l->detail, "细节");
	SET(l->bad, "b");
	SET(l->parked, "p");
}

START_TEST(test_json)
{
	struct home_look l, back;
	json_t *o;

	make_full(&l);
	o = home_json(&l);
	ck_assert(home_json_read(&back, o));
	ck_assert_mem_eq(&l.at, &back.at, sizeof(l.at));
	json_t *again = home_json(&back);
	ck_assert_msg(json_equal(o, again), "%s", json_dumps(again, 0));
	ck_assert_str_eq(back.hop[0].cert.names, OWN " zz.gov.cn");
	ck_assert(back.hop[0].kind == HOP_TEMPORARY && back.is_missing &&
	    back.secure == CAUSE_TIME && back.dns_count == 1);
	json_decref(again);
	json_decref(o);
}
END_TEST

/* From the check part anything may come. */
START_TEST(test_json_hostile)
{
	static const char *const bad[] = {
		"null", "[]", "{}", "{\"ms\":1,\"hops\":[],\"dns\":[]}",
		"{\"ms\":-1,\"hops\":[{\"url\":\"a\",\"ms\":1}]}",
		"{\"ms\":1,\"hops\":[{\"url\":\"\",\"ms\":1}]}",
		"{\"ms\":1,\"hops\":[{\"url\":\"a\",\"ms\":1,\"status\":1000}]}",
		"{\"ms\":1,\"hops\":[{\"url\":\"a\",\"ms\":1,\"kind\":\"x\"}]}",
		"{\"ms\":1,\"hops\":[{\"url\":\"a\",\"ms\":1,\"cert\":{}}]}",
		"{\"ms\":1,\"hops\":[{\"url\":\"a\",\"ms\":1}],\"dns\":[1]}",
		"{\"ms\":1,\"hops\":[{\"url\":\"a\",\"ms\":1}],\"cause\":\"x\"}",
		"{\"ms\":1,\"hops\":[{\"url\":\"a\",\"ms\":1}],\"at\":\"x\"}",
		"{\"ms\":1,\"hops\":[{\"url\":\"a\",\"ms\":1}],\"page\":{}}",
		("{\"ms\":1,\"hops\":[{\"url\":\"a\",\"ms\":1}],\"page\":"
		    "{\"language\":\"Han\",\"code\":\"12345678901234567\"}}"),
	};
	struct home_look l;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		json_t *o = json_loads(bad[i], JSON_DECODE_ANY, NULL);

		ck_assert_ptr_nonnull(o);
		ck_assert_msg(!home_json_read(&l, o), "%s", bad[i]);
		json_decref(o);
	}
}
END_TEST

START_TEST(test_frames)
{
	struct home_frame_ask ask = { .host = SPAN(OWN), .etag = SPAN("\"e\""),
	    .ways = HOME_SECURE }, got;
	struct home_look l, back;
	struct home_frame_seen seen = { .look = &l, .etag = SPAN("e"),
	    .modified = SPAN("m") }, read = { .look = &back };
	struct buf b;

	buf_init(&b, HOME_FRAME_MAX);
	home_frame_ask_write(&b, &ask);
	ck_assert(home_frame_ask_read(&got, buf_look(&b)));
	ck_assert(span_is(got.host, ask.host) && got.ways == HOME_SECURE &&
	    !got.missing);
	for (size_t n = 0; n < b.n; n++)
		ck_assert(!home_frame_ask_read(&got,
		    (struct span){ b.at, n }));
	buf_reset(&b);
	ask.host = SPAN("a b");
	home_frame_ask_write(&b, &ask);
	ck_assert(!home_frame_ask_read(&got, buf_look(&b)));
	make_full(&l);
	buf_reset(&b);
	home_frame_seen_write(&b, &seen);
	ck_assert(!b.bad && home_frame_seen_read(&read, buf_look(&b)));
	ck_assert(span_is(read.modified, SPAN("m")));
	ck_assert_str_eq(back.title, l.title);
	for (size_t n = 0; n < b.n; n++)
		ck_assert(!home_frame_seen_read(&read,
		    (struct span){ b.at, n }));
	buf_clear(&b);
}
END_TEST

/* --- in the view ------------------------------------------------------------------ */

static void
see(const struct home_look *l, const char *verdict, const char *why)
{
	json_t *o = home_json(l);
	char *text = json_dumps(o, JSON_COMPACT);

	kit_act(&kit, "{\"do\":\"home\",\"site\":1,\"look\":%s,\"verdict\":"
	    "\"%s\",\"why\":\"%s\",\"detail\":\"d\"}", text, verdict, why);
	free(text);
	json_decref(o);
	kit_show(&kit, 100);
}

/* The row's spans are gone; what they said is asked for by `with`. */
static void
get(struct home_row *r, struct home_look *before)
{
	struct db_txn *t = view_read(kit.view);

	ck_assert(home_row_get(t, 1, r));
	if (before != NULL)
		ck_assert(home_row_look(r->before, before));
	db_abort(t);
}

START_TEST(test_row)
{
	struct home_look l = well, before;
	struct home_row r;

	see(&l, "same", "none");
	row(HOME_OK, 300, 0);
	get(&r, &before);
	ck_assert(r.outcome == HOME_OK && r.ms == 300 && r.at == kit.now);
	ck_assert_str_eq(before.title, well.title);
	/* Danger stays beside what was well, … */
	kit.now += 60000;
	be_casino(&l);
	see(&l, "danger", "words");
	row(HOME_DANGER, 300, 0);
	get(&r, &before);
	ck_assert(r.verdict == HOME_HIJACKED && r.why == HOME_WHY_WORDS);
	ck_assert_str_eq(before.title, well.title);
	ck_assert_int_eq(r.since, kit.now);
	/* … a failure doesn't touch it, … */
	l = well;
	l.cause = CAUSE_SERVER;
	l.has_page = false;
	see(&l, "danger", "words");
	get(&r, &before);
	ck_assert(r.verdict == HOME_HIJACKED && before.has_page);
	/* … and a person may say that it is right so. */
	be_casino(&l);
	l.has_page = true;
	see(&l, "danger", "words");
	kit_act(&kit, "{\"do\":\"home-accept\",\"site\":1}");
	kit_show(&kit, 100);
	get(&r, &before);
	ck_assert(r.verdict == HOME_SAME && before.bad[0] != '\0');
	ck_assert_uint_eq(view_held_count(kit.view, 0, 10), 0);
	kit_act(&kit, "{\"do\":\"home-accept\",\"site\":2}");
	kit_act(&kit, "{\"do\":\"home\",\"site\":1,\"look\":{}}");
	kit_act(&kit, "{\"do\":\"homes\",\"at\":1,\"rows\":[[1]]}");
	kit_act(&kit, "{\"do\":\"homes\",\"rows\":[]}");
	kit_show(&kit, 100);
	ck_assert_uint_eq(view_held_count(kit.view, 0, 10), 4);
}
END_TEST

/* Sent where nobody is: it is that host, and not the site's own name. */
START_TEST(test_sent_to)
{
	static const struct {
		const char *to;
		enum cause cause;
		enum home_outcome outcome;
		const char *host;
	} t[] = {
		{ "https://dead.example/", CAUSE_NO_NAME, HOME_FAILED,
		  "dead.example" },
		{ "https://dead.example/", CAUSE_TIME, HOME_FAILED,
		  "dead.example" },
		{ "http://" OWN "/", CAUSE_NO_CONNECTION, HOME_FAILED, "" },
		{ NULL, CAUSE_NO_NAME, HOME_FAILED, "" },
	};
	char host[HOME_HOST];
	struct db_txn *txn;
	struct buf b;

	for (size_t i = 0; i < sizeof(t) / sizeof(*t); i++) {
		struct home_look l = well;

		if (t[i].to != NULL)
			send_on(&l, HOP_PERMANENT, t[i].to);
		l.cause = t[i].cause;
		l.has_page = false;
		l.hop[l.hops - 1].status = 0;
		see(&l, "same", "none");
		row(t[i].outcome, 300, 0);
		txn = view_read(kit.view);
		home_row_sent_to(txn, 1, host);
		db_abort(txn);
		ck_assert_str_eq(host, t[i].host);
		buf_init(&b, 4096);
		home_look_evidence(&b, &l);
		ck_assert_int_eq(strstr(buf_cstr(&b), "the home page leads to "
		    "dead.example, which can't be reached") != NULL,
		    host[0] != '\0');
		buf_clear(&b);
	}
}
END_TEST

static const char *
registrable_in(const json_t *o, const char *name)
{
	return json_string_value(json_object_get(json_object_get(o, name),
	    "registrable"));
}

/* Whose the domain is where it ended is worked out for who asks, and kept
 * nowhere: another day's list says otherwise. */
START_TEST(test_domain_it_ended_at)
{
	struct home_look l = well;
	struct home_row r;
	struct store *s;
	struct query *q;
	json_t *o;

	see(&l, "same", "none");
	be_casino(&l);
	see(&l, "danger", "words");
	s = kit_store(&kit);
	q = query_begin(s);
	ck_assert(query_home(q, 1, &r));
	o = query_home_json(q, &r);
	ck_assert_str_eq(registrable_in(o, "evidence"), "example.com");
	ck_assert_str_eq(registrable_in(o, "baseline"), "zz.gov.cn");
	ck_assert_str_eq(json_string_value(json_object_get(json_object_get(
	    json_object_get(o, "evidence"), "page"), "title")), l.title);
	ck_assert_ptr_null(memmem(r.now.at, r.now.n, "registrable", 11));
	json_decref(o);
	query_end(q);
	store_close(s);
}
END_TEST

/* Long enough, but not often enough. */
START_TEST(test_candidate_seldom)
{
	struct home_look l = well;
	struct home_row r;

	be_sent_on_once(&l);
	see(&l, "candidate", "redirect");
	for (int i = 0; i < 10; i++) {
		get(&r, NULL);
		ck_assert(!home_row_has_moved(&r, 10, 7 * DAY));
		kit.now += 2 * DAY;
		row(HOME_MOVED, 100, 0);
	}
	get(&r, NULL);
	ck_assert(home_row_has_moved(&r, 10, 7 * DAY));
}
END_TEST

/* R5: ten times over seven days, and a day at home forgets it all. */
START_TEST(test_candidate)
{
	struct home_look l = well;
	struct home_row r;

	see(&l, "same", "none");
	be_sent_on_once(&l);
	l.at = kit.now;
	see(&l, "candidate", "redirect");
	for (int i = 0; i < 12; i++) {
		row(HOME_MOVED, 100, 0);
		get(&r, NULL);
		ck_assert(!home_row_has_moved(&r, 10, 7 * DAY));
		kit.now += DAY / 2;
	}
	kit.now += DAY + 1;
	row(HOME_MOVED, 100, 0);
	get(&r, NULL);
	ck_assert_uint_eq(r.times, 13);
	ck_assert(home_row_has_moved(&r, 10, 7 * DAY));
	ck_assert(home_row_has_moved(&r, 13, 7 * DAY));
	ck_assert(!home_row_has_moved(&r, 14, 7 * DAY));
	ck_assert(!home_row_has_moved(&r, 10, 8 * DAY));
	row(HOME_OK, 100, 0);
	get(&r, NULL);
	ck_assert(!home_row_has_moved(&r, 10, 7 * DAY) && r.candidate.n == 0);
}
END_TEST

/* What a page says of itself counts as well; a look that fails takes nothing
 * away, and home again under another title is home. */
START_TEST(test_candidate_said)
{
	struct home_look l = well, down = well;
	struct home_row r;

	see(&l, "same", "none");
	be_said_elsewhere(&l);
	l.at = kit.now;
	see(&l, "candidate", "says-domain");
	row(HOME_OK, 100, 0);
	kit.now += 7 * DAY;
	down.at = kit.now;
	down.cause = CAUSE_TIME;
	down.has_page = false;
	see(&down, "candidate", "says-domain");
	row(HOME_FAILED, 100, 0);
	row(HOME_SLOW, 100, 0);
	get(&r, NULL);
	ck_assert_uint_eq(r.times, 2);
	ck_assert(home_row_has_moved(&r, 2, 7 * DAY));
	be_redesigned(&l);
	SET(l.domain, OWN);
	see(&l, "note", "title");
	row(HOME_OK, 100, 0);
	get(&r, NULL);
	ck_assert(r.candidate.n == 0 && r.times == 0);
}
END_TEST

/* --- its domains ---------------------------------------------------------- */

static bool
note_line(void *arg, const struct domains_line *l)
{
	struct buf *b = arg;

	buf_printf(b, "%s %.*s by %.*s;", domains_event_name(l->event),
	    SPAN_ARGS(l->domain), SPAN_ARGS(l->by));
	return true;
}

START_TEST(test_domains)
{
	struct db_txn *t;
	struct buf b;

	kit_act(&kit, "{\"do\":\"site-add\",\"site\":3,\"code\":"
	    "\"4100000003\",\"name\":\"3\",\"domains\":[\"a.gov.cn\","
	    "\"b.gov.cn\"],\"kind\":\"\",\"parent\":\"\",\"actor\":"
	    "\"li\",\"reason\":\"\"}");
	kit_act(&kit, "{\"do\":\"domain-add\",\"site\":1,\"domain\":"
	    "\"www.New.gov.cn\",\"actor\":\"li\",\"reason\":\"r\"}");
	kit_act(&kit, "{\"do\":\"domain-add\",\"site\":1,\"domain\":"
	    "\"s2.gov.cn\",\"actor\":\"li\",\"reason\":\"taken\"}");
	kit_act(&kit, "{\"do\":\"domain-remove\",\"site\":1,\"domain\":"
	    "\"s1.gov.cn\",\"actor\":\"wang\",\"reason\":\"\"}");
	kit_show(&kit, 100);
	buf_init(&b, 4096);
	t = view_read(kit.view);
	domains_each(t, 1, note_line, &b);
	domains_each(t, 3, note_line, &b);
	db_abort(t);
	ck_assert_str_eq(buf_cstr(&b), "given s1.gov.cn by test;"
	    "given www.new.gov.cn by li;taken s1.gov.cn by wang;"
	    "given a.gov.cn by li;given b.gov.cn by li;");
	buf_clear(&b);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("home");
	TCase *c = tcase_create("home");
	SRunner *r;
	int failed;

	tcase_add_checked_fixture(c, homekit_open, homekit_close);
	tcase_set_timeout(c, 60);
	tcase_add_test(c, test_json);
	tcase_add_test(c, test_json_hostile);
	tcase_add_test(c, test_frames);
	tcase_add_test(c, test_row);
	tcase_add_test(c, test_sent_to);
	tcase_add_test(c, test_domain_it_ended_at);
	tcase_add_test(c, test_candidate_seldom);
	tcase_add_test(c, test_candidate);
	tcase_add_test(c, test_candidate_said);
	tcase_add_test(c, test_domains);
	suite_add_tcase(s, c);
	r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}
