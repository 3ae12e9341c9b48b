/*
 * Home pages from outside: what is a change of hands and what is none, when a
 * page is there, what a look looks like in JSON, and what acts make of it in
 * the view: rows, days, the baseline, a candidate that has to be seen ten
 * times in a week.
 */
#include <check.h>
#include <stdio.h>
#include <string.h>

#include "hub/domains.h"
#include "hub/home_act.h"
#include "hub/home_days.h"
#include "hub/home_frame.h"
#include "hub/home_json.h"
#include "hub/home_keep.h"
#include "hub/home_judge.h"
#include "hub/home_row.h"
#include "tests/unit/hub/storekit.h"

#define OWN "www.zz.gov.cn"
#define CODE "4101000001"
#define DAY (24 * INT64_C(3600000))

static struct kit kit;

static void
setup(void)
{
	kit_open(&kit, &journal_lmdb);
	kit_site(&kit, 1);
	kit_site(&kit, 2);
	kit_show(&kit, 100);
}

static void
teardown(void)
{
	kit_close(&kit);
}

/* --- judging ------------------------------------------------------------------ */

static const struct home_look well = {
	.at = KIT_NOW, .cause = CAUSE_FINE, .ms = 300, .hops = 1,
	.hop = { { .url = "https://" OWN "/", .status = 200, .ms = 300,
	    .address = "203.0.113.7" } },
	.dns = { "203.0.113.7" }, .dns_count = 1,
	.has_page = true, .title = "郑州市人民政府", .language = GLANCE_HAN,
	.code = CODE, .domain = OWN, .asked_missing = true,
};

/* Sent on so often, for good or not, to there. */
static void
send_on(struct home_look *l, enum hop_kind kind, const char *to)
{
	l->hop[l->hops] = l->hop[0];
	l->hop[l->hops - 1].kind = kind;
	l->hop[l->hops - 1].status = kind == HOP_PERMANENT ? 301 : 302;
	snprintf(l->hop[l->hops++].url, HOME_URL, "%s", to);
}

static void
set_text(char *to, size_t size, const char *text)
{
	snprintf(to, size, "%s", text);
}
#define SET(field, text) set_text(field, sizeof(field), text)

static void be_same(struct home_look *l) { (void)l; }
static void be_casino(struct home_look *l)
{
	send_on(l, HOP_TEMPORARY, "https://casino.example.com/");
	SET(l->title, "Best casino 2026");
	SET(l->bad, "casino, jackpot");
	l->code[0] = '\0';
	l->language = GLANCE_LATIN;
}
static void be_stranger(struct home_look *l)
{
	send_on(l, HOP_PERMANENT, "https://shop.example.com/");
	SET(l->title, "Shoes");
	SET(l->code, "");
}
/* A copy of the page at a domain that anybody can have. */
static void be_copy(struct home_look *l)
{
	send_on(l, HOP_PERMANENT, "https://www.zz-gov.cn/");
}
static void be_parked(struct home_look *l)
{
	SET(l->title, "zz.gov.cn");
	SET(l->parked, "域名出售");
}
static void be_english(struct home_look *l)
{
	SET(l->title, "Welcome to nginx");
	l->language = GLANCE_LATIN;
	l->code[0] = l->domain[0] = '\0';
}
/* The same title: it has an English version now. */
static void be_translated(struct home_look *l)
{
	l->language = GLANCE_LATIN;
}
static void be_redesigned(struct home_look *l)
{
	SET(l->title, "郑州市人民政府门户网站");
}
static void be_counted(struct home_look *l)
{
	SET(l->title, "郑州市人民政府");
	l->ms = 900;
}
static void be_sent_on_once(struct home_look *l)
{
	send_on(l, HOP_PERMANENT, "https://www.zhengzhou.gov.cn/");
}
static void be_sent_on_for_now(struct home_look *l)
{
	send_on(l, HOP_TEMPORARY, "https://www.zhengzhou.gov.cn/");
}
static void be_sent_on_marked(struct home_look *l)
{
	be_sent_on_once(l);
	SET(l->title, "郑州市人民政府新版");	/* its code is enough */
}
static void be_sent_on_unmarked(struct home_look *l)
{
	be_sent_on_once(l);
	SET(l->title, "洛阳市人民政府");
	SET(l->code, "");
}
static void be_announced(struct home_look *l)
{
	send_on(l, HOP_PERMANENT, "https://www.new.gov.cn/");
}
static void be_neighbour(struct home_look *l)
{
	send_on(l, HOP_PERMANENT, "https://portal.zz.gov.cn/");
}
static void be_bare(struct home_look *l)
{
	send_on(l, HOP_PERMANENT, "https://zz.gov.cn/index.html");
}
static void be_other_own(struct home_look *l)
{
	send_on(l, HOP_PERMANENT, "https://www.own.gov.cn/");
}
static void be_at_cdn(struct home_look *l)
{
	SET(l->dns[0], "198.51.100.9");
	SET(l->hop[0].address, "198.51.100.9");
}
static void be_at_one_more(struct home_look *l)
{
	SET(l->dns[0], "198.51.100.9");
	SET(l->dns[1], "203.0.113.7");
	l->dns_count = 2;
}
static void be_renewed(struct home_look *l)
{
	l->hop[0].has_cert = true;
	memset(l->hop[0].cert.digest, 7, WEBCERT_DIGEST);
	SET(l->hop[0].cert.issuer, "Another CA");
}
static void be_plain(struct home_look *l)
{
	SET(l->hop[0].url, "http://" OWN "/");
}
static void be_missing(struct home_look *l)
{
	l->is_missing = true;
	SET(l->title, "Apache default page");
}
static void be_other_code(struct home_look *l)
{
	SET(l->code, "4103000001");
}
static void be_null_code(struct home_look *l)
{
	SET(l->code, "null");
}
static void be_said_elsewhere(struct home_look *l)
{
	SET(l->domain, "http://WWW.new-zz.gov.cn/");
}
static void be_said_sloppily(struct home_look *l)
{
	SET(l->domain, "http://" OWN "/");
}
static void be_down(struct home_look *l)
{
	be_casino(l);
	l->cause = CAUSE_SERVER;
	l->has_page = false;
}

static const struct {
	const char *name;
	void (*change)(struct home_look *l);
	enum home_verdict verdict;
	enum home_why why;
	enum home_outcome outcome;
} cases[] = {
	{ "as it was", be_same, HOME_SAME, HOME_WHY_NONE, HOME_OK },
	{ "slower", be_counted, HOME_SAME, HOME_WHY_NONE, HOME_OK },
	{ "casino", be_casino, HOME_HIJACKED, HOME_WHY_WORDS, HOME_DANGER },
	{ "a shop", be_stranger, HOME_HIJACKED, HOME_WHY_OTHER_DOMAIN,
	  HOME_DANGER },
	{ "a copy at a look-alike", be_copy, HOME_HIJACKED,
	  HOME_WHY_OTHER_DOMAIN, HOME_DANGER },
	{ "parked", be_parked, HOME_HIJACKED, HOME_WHY_PARKED, HOME_DANGER },
	{ "language and title jump", be_english, HOME_HIJACKED,
	  HOME_WHY_LANGUAGE, HOME_DANGER },
	{ "language alone", be_translated, HOME_SAME, HOME_WHY_NONE, HOME_OK },
	{ "title alone", be_redesigned, HOME_NOTE, HOME_WHY_TITLE, HOME_OK },
	{ "one 301", be_sent_on_once, HOME_CANDIDATE, HOME_WHY_REDIRECT,
	  HOME_MOVED },
	{ "one 302", be_sent_on_for_now, HOME_NOTE, HOME_WHY_ELSEWHERE,
	  HOME_OK },
	{ "301, marked by its code", be_sent_on_marked, HOME_CANDIDATE,
	  HOME_WHY_REDIRECT, HOME_MOVED },
	{ "301 to another body's page", be_sent_on_unmarked, HOME_HIJACKED,
	  HOME_WHY_OTHER_DOMAIN, HOME_DANGER },
	{ "301, announced", be_announced, HOME_NOTE, HOME_WHY_ANNOUNCED,
	  HOME_OK },
	{ "301 to a host next door", be_neighbour, HOME_CANDIDATE,
	  HOME_WHY_REDIRECT, HOME_MOVED },
	{ "www dropped", be_bare, HOME_SAME, HOME_WHY_NONE, HOME_OK },
	{ "another domain of its own", be_other_own, HOME_SAME,
	  HOME_WHY_NONE, HOME_OK },
	{ "other addresses", be_at_cdn, HOME_NOTE, HOME_WHY_ADDRESS, HOME_OK },
	{ "a CDN's one more", be_at_one_more, HOME_SAME, HOME_WHY_NONE,
	  HOME_OK },
	{ "certificate renewed", be_renewed, HOME_SAME, HOME_WHY_NONE,
	  HOME_OK },
	{ "https is gone", be_plain, HOME_NOTE, HOME_WHY_SECURE, HOME_OK },
	{ "as a random path", be_missing, HOME_HIJACKED, HOME_WHY_MISSING,
	  HOME_DANGER },
	{ "another's SiteIDCode", be_other_code, HOME_HIJACKED,
	  HOME_WHY_OTHER_CODE, HOME_DANGER },
	{ "SiteIDCode null", be_null_code, HOME_SAME, HOME_WHY_NONE, HOME_OK },
	{ "SiteDomain of another", be_said_elsewhere, HOME_CANDIDATE,
	  HOME_WHY_SAYS_DOMAIN, HOME_OK },
	{ "SiteDomain with scheme", be_said_sloppily, HOME_SAME,
	  HOME_WHY_NONE, HOME_OK },
	{ "an error page says nothing", be_down, HOME_SAME, HOME_WHY_NONE,
	  HOME_FAILED },
};

static bool
is_own(void *arg, struct span host)
{
	(void)arg;
	return span_is(host, SPAN("www.own.gov.cn")) ||
	    span_is(host, SPAN(OWN));
}

static bool
is_announced(void *arg, struct span host)
{
	(void)arg;
	return span_is(host, SPAN("www.new.gov.cn"));
}

static const struct home_own own = { .host = OWN, .code = CODE,
	.is_own = is_own, .is_announced = is_announced };

START_TEST(test_judge)
{
	struct home_look now = well;
	struct home_judgement j;

	cases[_i].change(&now);
	home_judge(&j, &well, &now, &own);
	ck_assert_msg(j.verdict == cases[_i].verdict &&
	    j.why == cases[_i].why, "%s: %s (%s) %s", cases[_i].name,
	    home_verdict_name(j.verdict), home_why_name(j.why), j.detail);
	ck_assert_msg(home_judge_outcome(&now, &j, 5000) ==
	    cases[_i].outcome, "%s: %s", cases[_i].name,
	    home_outcome_name(home_judge_outcome(&now, &j, 5000)));
	ck_assert((j.detail[0] != '\0') == (j.verdict != HOME_SAME));
}
END_TEST

/* At first sight there is nothing to compare with; but a casino is one. */
START_TEST(test_judge_first)
{
	struct home_look now = well;
	struct home_judgement j;

	be_other_code(&now);
	home_judge(&j, NULL, &now, &own);
	ck_assert(j.verdict == HOME_NOTE && j.why == HOME_WHY_NO_CODE);
	now = well;
	be_missing(&now);
	be_english(&now);
	home_judge(&j, NULL, &now, &own);
	ck_assert_int_eq(j.verdict, HOME_SAME);
	be_stranger(&now);
	home_judge(&j, NULL, &now, &own);
	ck_assert_int_eq(j.why, HOME_WHY_OTHER_DOMAIN);
}
END_TEST

/* Another's code that has stood there since the first look is a template's. */
START_TEST(test_judge_old_code)
{
	struct home_look before = well, now = well;
	struct home_judgement j;

	be_other_code(&before);
	be_other_code(&now);
	home_judge(&j, &before, &now, &own);
	ck_assert_int_eq(j.verdict, HOME_SAME);
	home_judge(&j, &before, &well, &own);
	ck_assert_int_eq(j.verdict, HOME_SAME);
}
END_TEST

/* A site that gives its home page for any address has always done so. */
START_TEST(test_judge_catch_all)
{
	struct home_look before = well, now = well;
	struct home_judgement j;

	before.is_missing = true;
	be_missing(&now);
	home_judge(&j, &before, &now, &own);
	ck_assert_int_eq(j.verdict, HOME_NOTE);
	before = well;
	before.asked_missing = false;
	home_judge(&j, &before, &now, &own);
	ck_assert_int_ne(j.verdict, HOME_HIJACKED);
}
END_TEST

START_TEST(test_outcomes)
{
	static const struct {
		enum cause cause;
		long status;
		uint32_t ms;
		enum home_outcome outcome;
	} all[] = {
		{ CAUSE_FINE, 200, 4999, HOME_OK },
		{ CAUSE_UNCHANGED, 304, 10, HOME_OK },
		{ CAUSE_FINE, 200, 5000, HOME_SLOW },
		{ CAUSE_FINE, 200, 14999, HOME_SLOW },
		{ CAUSE_FINE, 200, 15000, HOME_FAILED },
		{ CAUSE_TIME, 0, 15000, HOME_FAILED },
		{ CAUSE_NO_NAME, 0, 5, HOME_FAILED },
		{ CAUSE_NO_CONNECTION, 0, 5, HOME_FAILED },
		{ CAUSE_CERTIFICATE, 0, 5, HOME_FAILED },
		{ CAUSE_SERVER, 502, 5, HOME_FAILED },
		{ CAUSE_404, 404, 5, HOME_FAILED },
		{ CAUSE_REFUSED, 403, 5, HOME_FAILED },
		{ CAUSE_REFUSED, 418, 5, HOME_UNKNOWN },
		{ CAUSE_CHALLENGE, 412, 5, HOME_UNKNOWN },
		{ CAUSE_COOKIES, 302, 5, HOME_UNKNOWN },
		{ CAUSE_INWARD, 0, 5, HOME_UNKNOWN },
		{ CAUSE_ISOLATED, 0, 5, HOME_UNKNOWN },
	};
	struct home_judgement j = { .verdict = HOME_SAME };

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		struct home_look l = well;

		l.cause = all[i].cause;
		l.hop[0].status = all[i].status;
		l.ms = all[i].ms;
		ck_assert_msg(home_judge_outcome(&l, &j, 5000) ==
		    all[i].outcome, "%s %u ms", cause_name(l.cause), l.ms);
	}
}
END_TEST

START_TEST(test_words)
{
	struct buf b;

	buf_init(&b, 4096);
	for (int i = 0; i < HOME_OUTCOMES; i++) {
		enum home_outcome o;

		ck_assert(home_outcome_parse(&o, span_of(home_outcome_name(
		    (enum home_outcome)i))) && (int)o == i);
	}
	for (int i = 0; i < HOME_VERDICTS; i++) {
		enum home_verdict v;

		ck_assert(home_verdict_parse(&v, span_of(home_verdict_name(
		    (enum home_verdict)i))) && (int)v == i);
	}
	for (int i = 0; i < HOME_WHYS; i++) {
		enum home_why w;

		ck_assert(home_why_parse(&w, span_of(home_why_name(
		    (enum home_why)i))) && (int)w == i);
		buf_reset(&b);
		home_why_sentence(&b, w, SPAN("XY"));
		ck_assert(b.n > 10 && (i == 0 ||
		    strstr(buf_cstr(&b), ": XY") != NULL));
	}
	buf_clear(&b);
}
END_TEST

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

/* One look each, at kit.now. */
static void
row(enum home_outcome o, unsigned ms, unsigned flags)
{
	kit_act(&kit, "{\"do\":\"homes\",\"at\":%lld,\"rows\":[[1,0,%d,200,"
	    "%u,%u%s]]}", (long long)kit.now, (int)o, ms, flags,
	    o == HOME_FAILED ? ",\"time\"" : "");
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

/* Long enough, but not often enough. */
START_TEST(test_candidate_seldom)
{
	struct home_look l = well;
	struct home_row r;

	be_sent_on_once(&l);
	see(&l, "candidate", "redirect");
	for (int i = 0; i < 10; i++) {
		get(&r, NULL);
		ck_assert(!home_row_has_moved(&r));
		kit.now += 2 * DAY;
		row(HOME_MOVED, 100, 0);
	}
	get(&r, NULL);
	ck_assert(home_row_has_moved(&r));
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
		ck_assert(!home_row_has_moved(&r));
		kit.now += DAY / 2;
	}
	kit.now += DAY + 1;
	row(HOME_MOVED, 100, 0);
	get(&r, NULL);
	ck_assert_uint_eq(r.times, 13);
	ck_assert(home_row_has_moved(&r));
	row(HOME_OK, 100, 0);
	get(&r, NULL);
	ck_assert(!home_row_has_moved(&r) && r.candidate.n == 0);
}
END_TEST

/* --- what the core makes of a look ------------------------------------------------- */

/* Judged beside the view, and kept there if it is news. */
static bool
keep(struct home_look *l, struct home_seen *seen)
{
	struct db_txn *t = view_read(kit.view);
	struct home_kept k;
	struct site s;
	char *text;

	l->at = kit.now;
	ck_assert(site_get(t, 1, &s));
	home_keep(t, &s, l, 5000, &k);
	db_abort(t);
	*seen = k.seen;
	if (k.act != NULL) {
		text = json_dumps(k.act, JSON_COMPACT);
		kit_act(&kit, "%s", text);
		free(text);
		json_decref(k.act);
	}
	row(k.seen.outcome, l->ms, 0);
	return k.act != NULL;
}

/* As `well`, but of site 1 of the kit. */
static struct home_look
look_of_kit(void)
{
	struct home_look l = well;

	SET(l.hop[0].url, "https://s1.gov.cn/");
	SET(l.code, "4100000001");
	SET(l.domain, "s1.gov.cn");
	return l;
}

START_TEST(test_keep)
{
	struct home_look l = look_of_kit();
	struct home_seen s;

	ck_assert_msg(keep(&l, &s), "the first is news");
	ck_assert(s.outcome == HOME_OK && s.verdict == HOME_SAME &&
	    s.status == 200);
	ck_assert_str_eq(s.host, "s1.gov.cn");
	kit.now += 60000;
	l = look_of_kit();
	l.ms = 700;
	ck_assert_msg(!keep(&l, &s), "as it was is no news");
	/* Not changed: what isn't said again is as it was. */
	l = look_of_kit();
	l.cause = CAUSE_UNCHANGED;
	l.has_page = l.asked_missing = false;
	l.title[0] = '\0';
	l.hop[0].status = 304;
	ck_assert(!keep(&l, &s) && s.outcome == HOME_OK && s.status == 304);
	ck_assert(s.cause == CAUSE_FINE);
	l = look_of_kit();
	be_renewed(&l);
	ck_assert_msg(keep(&l, &s), "a renewed certificate is kept");
	ck_assert(s.verdict == HOME_SAME && s.cert_until == 0);
	ck_assert(!keep(&l, &s));
	kit.now += DAY;
	ck_assert_msg(keep(&l, &s), "evidence is a day old at most");
}
END_TEST

START_TEST(test_keep_trouble)
{
	struct home_look l = look_of_kit(), down = look_of_kit();
	struct home_seen s;

	keep(&l, &s);
	down.cause = CAUSE_TIME;
	down.has_page = false;
	down.hop[0].status = 0;
	SET(down.detail, "late");
	ck_assert(keep(&down, &s) && s.outcome == HOME_FAILED);
	ck_assert(s.cause == CAUSE_TIME && s.verdict == HOME_SAME);
	ck_assert_str_eq(s.detail, "late");
	ck_assert_msg(!keep(&down, &s), "and again is no news");
	l = look_of_kit();
	be_casino(&l);
	ck_assert(keep(&l, &s) && s.outcome == HOME_DANGER);
	ck_assert_int_eq(s.why, HOME_WHY_WORDS);
	/* A casino that is down, is a casino still. */
	ck_assert(keep(&down, &s) && s.verdict == HOME_HIJACKED);
	ck_assert(s.outcome == HOME_FAILED && s.why == HOME_WHY_WORDS);
	l = look_of_kit();
	ck_assert(keep(&l, &s) && s.verdict == HOME_SAME);
	ck_assert(s.outcome == HOME_OK);
}
END_TEST

/* What the site has told itself is no change of hands. */
START_TEST(test_keep_announced)
{
	struct home_look l = look_of_kit();
	struct home_seen s;

	keep(&l, &s);
	send_on(&l, HOP_PERMANENT, "https://s1new.gov.cn/");
	ck_assert(keep(&l, &s) && s.verdict == HOME_CANDIDATE);
	kit_act(&kit, "{\"do\":\"move-announce\",\"site\":1,\"scope\":"
	    "\"domain\",\"old\":\"https://s1.gov.cn/\",\"new\":"
	    "\"https://s1new.gov.cn/\",\"from\":%lld,\"actor\":\"li\","
	    "\"reason\":\"r\"}", (long long)(kit.now + 90 * DAY));
	kit_show(&kit, 100);
	ck_assert_uint_eq(view_held_count(kit.view, 0, 10), 0);
	l = look_of_kit();
	send_on(&l, HOP_PERMANENT, "https://s1new.gov.cn/");
	ck_assert(keep(&l, &s) && s.verdict == HOME_NOTE);
	ck_assert_int_eq(s.why, HOME_WHY_ANNOUNCED);
	kit_act(&kit, "{\"do\":\"domain-add\",\"site\":1,\"domain\":"
	    "\"s1other.gov.cn\"}");
	kit_show(&kit, 100);
	l = look_of_kit();
	send_on(&l, HOP_PERMANENT, "https://s1other.gov.cn/");
	ck_assert(keep(&l, &s) && s.verdict == HOME_SAME);
}
END_TEST

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

static bool
count_sample(void *arg, const struct home_sample *s)
{
	(void)s;
	++*(int *)arg;
	return true;
}

/* A model of the week: a list of looks, counted anew by hand each time. */
struct model {
	struct home_sample s[4000];
	size_t n;
};

static void
check_week(const struct model *m, int64_t now)
{
	struct db_txn *t = view_read(kit.view);
	uint64_t last = home_days_of(now), first = last - 6;
	uint32_t looks = 0, failed = 0, excluded = 0, extra = 0, unknown = 0;
	uint64_t sum = 0;
	struct home_day d;

	for (size_t i = 0; i < m->n; i++) {
		const struct home_sample *s = &m->s[i];
		bool there = s->outcome == HOME_OK ||
		    s->outcome == HOME_SLOW || s->outcome == HOME_MOVED;

		if (home_days_of(s->at) < first || home_days_of(s->at) > last)
			continue;
		if (s->extra)
			extra++;
		else if (s->excluded)
			excluded++;
		else if (s->outcome == HOME_UNKNOWN)
			unknown++;
		else {
			looks++;
			failed += !there;
			sum += there ? s->ms : 0;
		}
	}
	home_days_week(t, 1, now, &d);
	db_abort(t);
	ck_assert_uint_eq(d.looks, looks);
	ck_assert_uint_eq(d.failed, failed);
	ck_assert_uint_eq(d.excluded, excluded);
	ck_assert_uint_eq(d.extra, extra);
	ck_assert_uint_eq(d.unknown, unknown);
	ck_assert_uint_eq(d.sum, sum);
	if (looks > 0)
		ck_assert_int_eq(home_days_share(&d), (int)((double)failed *
		    1000 / looks + 0.5));
}

static uint32_t
chance(uint32_t *seed, uint32_t below)
{
	*seed = *seed * 1103515245u + 12345u;
	return (*seed >> 16) % below;
}

START_TEST(test_availability_model)
{
	static struct model m;
	uint32_t seed = (uint32_t)_i + 1;
	int kept = 0, should = 0;
	struct db_txn *t;

	m.n = 0;
	while (m.n < 400) {
		struct home_sample *s = &m.s[m.n++];

		kit.now += 600000 + (int64_t)chance(&seed, 480) * 60000;
		*s = (struct home_sample){ .at = kit.now,
		    .outcome = (enum home_outcome)chance(&seed,
		    HOME_OUTCOMES), .status = 200,
		    .ms = chance(&seed, 20000),
		    .extra = chance(&seed, 5) == 0,
		    .excluded = chance(&seed, 7) == 0 };
		row(s->outcome, s->ms, (s->extra ? HOME_ACT_EXTRA : 0) |
		    (s->excluded ? HOME_ACT_EXCLUDED : 0));
		if (m.n % 20 == 0)
			check_week(&m, kit.now);
	}
	for (size_t i = 0; i < m.n; i++)
		should += home_days_of(m.s[i].at) + HOME_DAYS_KEPT >
		    home_days_of(kit.now);
	t = view_read(kit.view);
	home_days_samples(t, 1, 0, kit.now, count_sample, &kept);
	db_abort(t);
	ck_assert_int_eq(kept, should);
	ck_assert_msg(should < 400, "nothing was old enough to go");
}
END_TEST

START_TEST(test_days)
{
	struct home_day d = { .looks = 1000, .failed = 49 };

	/* A day begins at midnight in Beijing. */
	ck_assert_uint_eq(home_days_of(clock_civil(2026, 11, 21, 16, 0, 0)),
	    home_days_of(clock_civil(2026, 11, 22, 15, 59, 59)));
	ck_assert_int_eq(home_days_begin(home_days_of(clock_civil(2026, 11,
	    22, 3, 0, 0))), clock_civil(2026, 11, 21, 16, 0, 0));
	ck_assert_int_eq(home_days_share(&d), 49);
	d.failed = 50;
	ck_assert_int_ge(home_days_share(&d), HOME_DAYS_FAILS);
	d.looks = d.failed = 0;
	ck_assert_int_eq(home_days_share(&d), -1);
	ck_assert_int_eq(home_days_percentile(&d, 50), -1);
	d = (struct home_day){ .looks = 10, .step = { 5, 4, 1 } };
	ck_assert_int_eq(home_days_percentile(&d, 50), 100);
	ck_assert_int_eq(home_days_percentile(&d, 90), 200);
	ck_assert_int_eq(home_days_percentile(&d, 95), 500);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("home");
	TCase *pure = tcase_create("pure"), *view = tcase_create("view");
	SRunner *r = srunner_create(s);
	int failed;

	tcase_add_loop_test(pure, test_judge, 0,
	    (int)(sizeof(cases) / sizeof(cases[0])));
	tcase_add_test(pure, test_judge_first);
	tcase_add_test(pure, test_judge_old_code);
	tcase_add_test(pure, test_judge_catch_all);
	tcase_add_test(pure, test_outcomes);
	tcase_add_test(pure, test_words);
	tcase_add_test(pure, test_json);
	tcase_add_test(pure, test_json_hostile);
	tcase_add_test(pure, test_frames);
	tcase_add_test(pure, test_days);
	tcase_add_checked_fixture(view, setup, teardown);
	tcase_set_timeout(view, 60);
	tcase_add_test(view, test_row);
	tcase_add_test(view, test_candidate);
	tcase_add_test(view, test_candidate_seldom);
	tcase_add_test(view, test_keep);
	tcase_add_test(view, test_keep_trouble);
	tcase_add_test(view, test_keep_announced);
	tcase_add_test(view, test_domains);
	tcase_add_loop_test(view, test_availability_model, 0, 3);
	suite_add_tcase(s, pure);
	suite_add_tcase(s, view);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? 0 : 1;
}
