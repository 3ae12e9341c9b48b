/*
 * Looks from elsewhere: the letter that asks for one, said in passing, and
 * the answer in front of a batch; there and back again, and what is neither.
 */
#include "protocol/vantage.h"

#include "protocol/changelist.h"
#include "protocol/features.h"
#include "tests/unit/protocol/help.h"

#define NOW 1795219212000
#define TASK UINT64_C(13835058055282163712)
#define URL "https://www.xinxiang.gov.cn/"
#define BODY "<look xmlns=\"urn:zhanqun:1\" task=\"13835058055282163712\" " \
	"until=\"2026-11-21T00:00:32.000Z\"></look>"

static unsigned letters;
static struct letter last;
static struct vantage_task task;
static struct batch head;
static char error[600];

static void
on_letter(void *arg, const struct letter *l)
{
	struct buf *why = arg;

	letters++;
	last = *l;
	if (why != NULL && !vantage_task_read(&task, l, why))
		task.number = 0;
}

/* How many letters; the last of them is read as a task. */
static unsigned
reads(struct span xml, struct buf *why)
{
	struct letters_head h;
	const char *wrong = "";

	letters = 0;
	task = (struct vantage_task){ .number = 0 };
	error[0] = '\0';
	if (!letters_read(xml, &h, NULL, on_letter, why, &wrong))
		snprintf(error, sizeof(error), "%s", wrong);
	return letters;
}

START_TEST(asked)
{
	const struct vantage_task t = { .number = TASK,
		.until = NOW + 20000 };
	struct buf b, body, why;

	buf_init(&b, 10000);
	buf_init(&body, 1000);
	buf_init(&why, 1000);
	letters_begin(&b, &(struct letters_head){ .last = 17, .now = NOW });
	/* As a reader copies it, so that copies of copies are the same. */
	letters_put(&b, &(struct letter){ .when = NOW,
	    .kind = SPAN(LETTER_LOOK), .about = SPAN(URL),
	    .text = SPAN("does this page come where you are?"),
	    .body = SPAN(BODY) });
	letters_end(&b);
	help_golden(GOLDEN "letters-look.xml", buf_look(&b));
	ck_assert_uint_eq(reads(buf_look(&b), &why), 1);
	ck_assert_uint_eq(last.number, 0);
	ck_assert_int_eq(last.when, NOW);
	ck_assert_uint_eq(task.number, TASK);
	ck_assert_int_eq(task.until, NOW + 20000);
	/* What the hub writes is the same. */
	buf_reset(&b);
	letters_begin(&b, &(struct letters_head){ .last = 17, .now = NOW });
	vantage_task_put(&body, &t);
	letters_put(&b, &(struct letter){ .when = NOW,
	    .kind = SPAN(LETTER_LOOK), .about = SPAN(URL),
	    .body = buf_look(&body) });
	letters_end(&b);
	ck_assert_uint_eq(reads(buf_look(&b), &why), 1);
	ck_assert_uint_eq(task.number, TASK);
	ck_assert_int_eq(task.until, NOW + 20000);
	buf_clear(&b);
	buf_clear(&body);
	buf_clear(&why);
}
END_TEST

#define HEAD "<zq:letters xmlns:zq='" NS_ZQ "' last='3' " \
	"now='2026-11-21T00:00:00Z'>"
#define LOOK(number, body) HEAD "<zq:letter " number " kind='look' " \
	"when='2026-11-21T00:00:00Z'><zq:text/><zq:body>" body \
	"</zq:body></zq:letter></zq:letters>"

START_TEST(no_task)
{
	static const char *const bodies[] = {
		LOOK("", "<zq:look/>"),
		LOOK("", "<zq:look task='0' until='2026-11-21T00:00:00Z'/>"),
		LOOK("", "<zq:look task='7'/>"),
		LOOK("", "<zq:look task='7' until='soon'/>"),
		LOOK("", "<zq:gaze task='7' until='2026-11-21T00:00:00Z'/>"),
		LOOK("", ""),
	};
	struct buf why;

	buf_init(&why, 1000);
	for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
		buf_reset(&why);
		ck_assert_uint_eq(reads(span_of(bodies[i]), &why), 1);
		ck_assert_msg(task.number == 0 && why.n > 0, "%s",
		    bodies[i]);
	}
	buf_clear(&why);
}
END_TEST

/* Nothing else goes without a number, and a number of nothing is none; nor is
 * there a row of what was said in passing. */
START_TEST(numbers)
{
	struct letter l = { .kind = SPAN(LETTER_LOOK), .about = SPAN(URL) };
	struct buf b;

	ck_assert_uint_eq(reads(SPAN(LOOK("", "")), NULL), 1);
	ck_assert_uint_eq(reads(SPAN(LOOK("number='4'", "")), NULL), 1);
	ck_assert_uint_eq(last.number, 4);
	ck_assert_uint_eq(reads(SPAN(LOOK("number='0'", "")), NULL), 0);
	ck_assert(strstr(error, "number: expected a number from 1") != NULL);
	ck_assert_uint_eq(reads(SPAN(HEAD "<zq:letter kind='held' "
	    "when='2026-11-21T00:00:00Z'/></zq:letters>"), NULL), 0);
	ck_assert(strstr(error, "number: expected a number from 1") != NULL);
	buf_init(&b, 1000);
	letter_write(&b, &l);
	ck_assert(!letter_read(&last, buf_look(&b)));
	buf_clear(&b);
}
END_TEST

/* --- answers --------------------------------------------------------------- */

static void
on_head(void *arg, const struct batch *h)
{
	(void)arg;
	head = *h;
}

static void
on_change(void *arg, uint64_t seq, const struct change *c, const char *why)
{
	(void)arg;
	(void)seq;
	(void)c;
	(void)why;
}

static bool
reads_list(struct span xml)
{
	struct changelist *l = changelist_new(on_head, on_change, NULL);
	bool good;

	head = (struct batch){ .first = 0 };
	good = changelist_feed(l, xml.at, xml.n) && changelist_finish(l);
	snprintf(error, sizeof(error), "%s", changelist_error(l));
	changelist_free(l);
	return good;
}

static void
same(const struct vantage_answer *a, const struct vantage_answer *b)
{
	ck_assert_uint_eq(a->task, b->task);
	ck_assert_uint_eq(a->status, b->status);
	ck_assert_int_eq(a->error, b->error);
	ck_assert_uint_eq(a->ms, b->ms);
}

START_TEST(answered)
{
	struct vantage_answer a = { .task = TASK, .error = HEALTH_REFUSED,
		.ms = 12 };
	struct batch h = { .incarnation = UINT64_C(6148914691236517205),
		.first = 4715, .head = 4714, .now = NOW + 1000,
		.features = SPAN(FEATURES_AGENT " " FEATURE_LOOK),
		.agent = SPAN("zqagentd/0.1.0"),
		.instance = UINT64_C(12297829382473034410),
		.health = { .told = true, .beat = 5000, .sources = 2 } };
	struct buf b;

	buf_init(&b, 10000);
	for (int e = HEALTH_FINE + 1; e < HEALTH_ERRORS; e++) {
		a.error = (enum health_error)e;
		h.looked = a;
		buf_reset(&b);
		changelist_begin(&b, &h);
		changelist_end(&b);
		if (e == HEALTH_REFUSED)
			help_golden(GOLDEN "beat-looked.xml", buf_look(&b));
		ck_assert(reads_list(buf_look(&b)));
		same(&head.looked, &a);
		ck_assert(head.health.told);
	}
	a = (struct vantage_answer){ .task = 1, .status = 301,
		.ms = HEALTH_HOME_MS };
	h.looked = a;
	buf_reset(&b);
	changelist_begin(&b, &h);
	changelist_end(&b);
	ck_assert(reads_list(buf_look(&b)));
	same(&head.looked, &a);
	buf_clear(&b);
}
END_TEST

#define LIST "<urlset xmlns='" NS_SITEMAP "' xmlns:rs='" NS_RS "' "	\
	"xmlns:zq='" NS_ZQ "'><rs:md capability='changelist'/>"
#define BATCH "<zq:batch incarnation='1' first='1' head='1' " \
	"now='2026-11-21'/>"

START_TEST(no_answer)
{
	static const struct { const char *xml, *error; } wrong[] = {
		{ LIST "<zq:looked/>", "task: expected a number from 1" },
		{ LIST "<zq:looked task='0' status='200'/>", "task:" },
		{ LIST "<zq:looked task='1' status='99'/>",
		    "status: expected a number from 100 to 999" },
		{ LIST "<zq:looked task='1' status='200' ms='600001'/>",
		    "ms: expected" },
		{ LIST "<zq:looked task='1'/><zq:looked task='2'/>",
		    "a second <zq:looked>" },
		{ LIST BATCH "<zq:looked task='1'/>",
		    "<zq:looked> after <zq:batch>" },
		{ LIST BATCH "<zq:health/>", "<zq:health> after <zq:batch>" },
	};

	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		ck_assert_msg(!reads_list(span_of(wrong[i].xml)), "%s",
		    wrong[i].xml);
		ck_assert_msg(strstr(error, wrong[i].error) != NULL,
		    "%s: %s", wrong[i].xml, error);
	}
	ck_assert(reads_list(SPAN(LIST "<zq:looked task='1' error='fog'/>"
	    BATCH "</urlset>")));
	ck_assert_int_eq(head.looked.error, HEALTH_OTHER);
	ck_assert(!vantage_is_well(&head.looked));
	ck_assert(reads_list(SPAN(LIST BATCH "</urlset>")));
	ck_assert_uint_eq(head.looked.task, 0);
}
END_TEST

START_TEST(well)
{
	static const struct { uint16_t status; bool well; } is[] = {
		{ 0, false }, { 100, false }, { 199, false }, { 200, true },
		{ 302, true }, { 399, true }, { 400, false }, { 503, false },
	};

	for (size_t i = 0; i < sizeof(is) / sizeof(is[0]); i++)
		ck_assert(vantage_is_well(&(struct vantage_answer){
		    .task = 1, .status = is[i].status }) == is[i].well);
}
END_TEST

START_TEST(rows)
{
	struct vantage_answer a = { .task = TASK, .error = HEALTH_TLS,
		.ms = 7 }, got;
	struct reader r;
	struct buf b;

	buf_init(&b, 100);
	vantage_answer_write(&b, &a);
	r = reader_of(buf_look(&b));
	vantage_answer_read(&got, &r);
	ck_assert(reader_done(&r));
	same(&got, &a);
	for (size_t n = 0; n < b.n; n++) {
		r = reader_of((struct span){ b.at, n });
		vantage_answer_read(&got, &r);
		ck_assert(!reader_done(&r));
	}
	b.at[10] = HEALTH_ERRORS;
	r = reader_of(buf_look(&b));
	vantage_answer_read(&got, &r);
	ck_assert(!reader_done(&r));
	buf_reset(&b);
	vantage_answer_write(&b, &(struct vantage_answer){ .task = 0 });
	ck_assert_uint_eq(b.n, 8);
	buf_clear(&b);
}
END_TEST

static void
fill(TCase *t)
{
	tcase_add_test(t, asked);
	tcase_add_test(t, no_task);
	tcase_add_test(t, numbers);
	tcase_add_test(t, answered);
	tcase_add_test(t, no_answer);
	tcase_add_test(t, well);
	tcase_add_test(t, rows);
}

int
main(void)
{
	return help_main("vantage", fill);
}
