/*
 * The overview: every site one cell, by region and kind, in the worse of what
 * the monitor and the index say; kept while nothing changes, and quick with
 * 10,000 sites.
 */
#include "hub/overview.h"

#include "contrib/base/stats.h"
#include "hub/counters.h"
#include "hub/dash.h"
#include "hub/dash_notice.h"
#include "hub/home_json.h"
#include "hub/markup.h"
#include "hub/monitor_state.h"
#include "hub/query_inside.h"
#include "hub/query_notice.h"
#include "tests/unit/hub/homekit.h"
#include "tests/unit/hub/web_bed.h"

#define MANY 10000
#define REFERENCE 200		/* ms, p95 of the overview with that many */

static struct bed bed;
static struct overview *overview;

static void
set_up(void)
{
	bed_open(&bed);
	pulse_open(NULL);
	overview = overview_new();
}

static void
tear_down(void)
{
	overview_free(overview);
	pulse_close();
	bed_close(&bed);
}

static void
add(uint32_t number, const char *code, const char *name, const char *kind)
{
	kit_act(&bed.kit, "{\"do\":\"site-add\",\"site\":%u,\"code\":\"%s\","
	    "\"name\":\"%s\",\"domains\":[\"s%u.gov.cn\"],\"kind\":\"%s\","
	    "\"parent\":\"\",\"actor\":\"test\",\"reason\":\"\"}", number,
	    code, name, number, kind);
}

static void
three_sites(void)
{
	add(1, "4102000002", "Kaifeng schools", "department");
	add(2, "4102000001", "Kaifeng", "portal");
	add(3, "4101000001", "Zhengzhou", "portal");
	bed_show(&bed);
	pulse_begin(KIT_NOW);
	overview_look(overview, bed.query);
}

/* Later by so much: what may be kept that long is looked at again. */
static void
wait_ms(int64_t ms)
{
	clock_set(bed.kit.now, clock_mono() + ms);
}

START_TEST(test_order)
{
	three_sites();
	ck_assert_uint_eq(overview->count, 3);
	ck_assert_uint_eq(overview->digits, 4);
	ck_assert_str_eq(overview->site[0].code, "4101000001");
	ck_assert_str_eq(overview->site[1].code, "4102000001");
	ck_assert_str_eq(overview->site[2].code, "4102000002");
	ck_assert_uint_eq(overview_region(overview, 0), 1);
	ck_assert_uint_eq(overview_region(overview, 1), 3);
	ck_assert_str_eq(overview_region_name(overview, 1), "Kaifeng");
	ck_assert_uint_eq(overview->by_state[CELL_NEW], 3);
}
END_TEST

START_TEST(test_provinces)
{
	add(1, "4101000001", "Zhengzhou", "portal");
	add(2, "4201000001", "Wuhan", "portal");
	bed_show(&bed);
	overview_look(overview, bed.query);
	ck_assert_uint_eq(overview->digits, 2);
}
END_TEST

/* The pulse alone: no store is asked. */
START_TEST(test_follows_pulse)
{
	uint64_t before;

	three_sites();
	before = overview->version;
	overview_look(overview, NULL);
	ck_assert_uint_eq(overview->version, before);
	pulse_state(2, MONITOR_DOWN, MONITOR_CAUSE_BOTH, KIT_NOW);
	overview_look(overview, NULL);
	ck_assert_uint_gt(overview->version, before);
	ck_assert_int_eq(overview->site[1].cell, CELL_DOWN);
	ck_assert_uint_eq(overview->site[1].changed, overview->version);
	ck_assert_uint_le(overview->site[0].changed, before);
	ck_assert_uint_eq(overview->by_state[CELL_DOWN], 1);
	ck_assert_uint_eq(overview_wrong(overview), 1);
	pulse_state(2, MONITOR_UP, MONITOR_CAUSE_FINE, KIT_NOW + 1);
	overview_look(overview, NULL);
	ck_assert_uint_eq(overview->by_state[CELL_UP], 1);
	ck_assert_uint_eq(overview_wrong(overview), 0);
	/* the core starts again: green is gone */
	pulse_begin(KIT_NOW + 2);
	overview_look(overview, NULL);
	ck_assert_uint_eq(overview->by_state[CELL_UP], 0);
}
END_TEST

START_TEST(test_follows_store)
{
	uint64_t epoch;

	three_sites();
	epoch = overview->epoch;
	kit_act(&bed.kit, "{\"do\":\"block\",\"site\":3,\"actor\":\"test\","
	    "\"reason\":\"x\"}");
	bed_show(&bed);
	wait_ms(10000);
	overview_look(overview, bed.query);
	ck_assert_int_eq(overview->site[0].cell, CELL_BLOCKED);
	ck_assert_uint_eq(overview->epoch, epoch);
	add(4, "4103000001", "Luoyang", "portal");
	bed_show(&bed);
	wait_ms(10000);
	overview_look(overview, bed.query);
	ck_assert_uint_eq(overview->count, 4);
	ck_assert_uint_gt(overview->epoch, epoch);
	ck_assert_int_eq(overview->site[0].cell, CELL_BLOCKED);
}
END_TEST

static const struct {
	enum site_state index;
	uint8_t monitor, outcome;
	enum cell_state cell;
	bool moved;
} worse[] = {
	{ SITE_SYNC, MONITOR_UP, HOME_OK, CELL_UP, false },
	{ SITE_SYNC, MONITOR_UNKNOWN, HOME_UNKNOWN, CELL_UNKNOWN, false },
	{ SITE_SYNC, MONITOR_SLOW, HOME_SLOW, CELL_SLOW, false },
	{ SITE_HELD, MONITOR_UP, HOME_OK, CELL_HELD, false },
	{ SITE_HELD, MONITOR_DOWN, HOME_FAILED, CELL_DOWN, false },
	{ SITE_QUARANTINED, MONITOR_UNKNOWN, HOME_UNKNOWN, CELL_HELD, false },
	{ SITE_BLOCKED, MONITOR_UP, HOME_OK, CELL_BLOCKED, false },
	{ SITE_BLOCKED, MONITOR_UNREACHABLE, HOME_FAILED,
	  CELL_UNREACHABLE, false },
	{ SITE_NEW, MONITOR_UNKNOWN, HOME_UNKNOWN, CELL_NEW, false },
	{ SITE_NEW, MONITOR_UP, HOME_OK, CELL_UP, false },
	{ SITE_NEW, MONITOR_DOWN, HOME_FAILED, CELL_DOWN, false },
	{ SITE_SYNC, MONITOR_UP, HOME_DANGER, CELL_DANGER, false },
	{ SITE_BLOCKED, MONITOR_UP, HOME_DANGER, CELL_DANGER, false },
	{ SITE_SYNC, MONITOR_OUTAGE, HOME_FAILED, CELL_OUTAGE, false },
	{ SITE_SYNC, MONITOR_OVERRUN, HOME_FAILED, CELL_OVERRUN, false },
	{ SITE_SYNC, 200, HOME_OK, CELL_UNKNOWN, false },
	{ SITE_SYNC, MONITOR_UP, HOME_MOVED, CELL_UP, false },
	{ SITE_SYNC, MONITOR_UP, HOME_MOVED, CELL_MOVED, true },
	{ SITE_SYNC, MONITOR_SLOW, HOME_OK, CELL_MOVED, true },
	{ SITE_SYNC, MONITOR_OUTAGE, HOME_FAILED, CELL_MOVED, true },
	{ SITE_NEW, MONITOR_UNKNOWN, HOME_MOVED, CELL_MOVED, true },
	{ SITE_HELD, MONITOR_UP, HOME_MOVED, CELL_HELD, true },
	{ SITE_SYNC, MONITOR_DOWN, HOME_FAILED, CELL_DOWN, true },
	{ SITE_SYNC, MONITOR_UP, HOME_DANGER, CELL_DANGER, true },
};

START_TEST(test_cell)
{
	const struct pulse_row p = { .state = worse[_i].monitor,
		.outcome = worse[_i].outcome };

	ck_assert_int_eq(cell_of(worse[_i].index, worse[_i].moved, &p),
	    worse[_i].cell);
}
END_TEST

/* Ten times in seven days: then it is believed, until it is announced. */
START_TEST(test_moved)
{
	struct home_look l = well;
	uint64_t before;
	json_t *o;
	char *json;

	three_sites();
	pulse_state(3, MONITOR_UP, MONITOR_CAUSE_FINE, KIT_NOW);
	be_sent_on_once(&l);
	l.at = KIT_NOW - 7 * DAY;
	o = home_json(&l);
	json = json_dumps(o, JSON_COMPACT);
	kit_act(&bed.kit, "{\"do\":\"home\",\"site\":3,\"look\":%s,"
	    "\"verdict\":\"candidate\",\"why\":\"redirect\",\"detail\":"
	    "\"\"}", json);
	free(json);
	json_decref(o);
	for (int i = 9; i >= 0; i--) {
		bed_show(&bed);
		wait_ms(10000);
		overview_look(overview, bed.query);
		ck_assert_int_eq(overview->site[0].cell, CELL_UP);
		before = overview->version;
		kit_act(&bed.kit, "{\"do\":\"homes\",\"at\":%lld,\"rows\":"
		    "[[3,0,%d,301,300,0]]}", (long long)(KIT_NOW - i),
		    (int)HOME_MOVED);
	}
	bed_show(&bed);
	wait_ms(10000);
	overview_look(overview, bed.query);
	ck_assert_int_eq(overview->site[0].cell, CELL_MOVED);
	ck_assert_uint_gt(overview->site[0].changed, before);
	ck_assert_uint_eq(overview_wrong(overview), 1);
	kit_act(&bed.kit, "{\"do\":\"domain-add\",\"site\":3,\"domain\":"
	    "\"www.zhengzhou.gov.cn\",\"actor\":\"t\",\"reason\":\"\"}");
	bed_show(&bed);
	wait_ms(10000);
	overview_look(overview, bed.query);
	ck_assert_int_eq(overview->site[0].cell, CELL_UP);
}
END_TEST

START_TEST(test_page)
{
	const char *text;
	struct buf why;

	buf_init(&why, 1024);
	markup_text(&why, span_of(monitor_sentence(MONITOR_CAUSE_BOTH)));
	three_sites();
	pulse_state(2, MONITOR_DOWN, MONITOR_CAUSE_BOTH, KIT_NOW);
	text = bed_get(&bed, dash_home, "", "");
	bed_html(&bed);
	ck_assert_ptr_nonnull(strstr(text, "<a class=\"down portal\" href="
	    "\"/site/4102000001\" aria-label=\"Kaifeng: down\"></a>"));
	ck_assert_ptr_nonnull(strstr(text, "<b data-sum=\"down\">1</b>"));
	ck_assert_ptr_nonnull(strstr(text, buf_cstr(&why)));
	buf_clear(&why);
	text = bed_get(&bed, dash_now, "", "state=new&lang=en");
	bed_html(&bed);
	ck_assert_uint_eq(bed_count(text, "href=\"/site/"), 2);
	ck_assert_ptr_nonnull(strstr(text, "/site/4101000001?lang=en"));
}
END_TEST

static void
figure_is(const char *text, const char *name, unsigned n)
{
	char figure[64];

	snprintf(figure, sizeof(figure), "<b data-sum=\"%s\">%u</b>", name, n);
	ck_assert_msg(strstr(text, figure) != NULL, "%s isn't %u", name, n);
}

/* What stands above the cells, and beside them what is announced. */
START_TEST(test_figures)
{
	const char *text, *announced;

	three_sites();
	stats_set(COUNTER_JOURNAL_PLACE, 27);
	stats_set(COUNTER_VIEW_PLACE, 20);
	pulse_state(1, MONITOR_UP, MONITOR_CAUSE_FINE, KIT_NOW);
	pulse_state(2, MONITOR_DOWN, MONITOR_CAUSE_BOTH, KIT_NOW);
	text = bed_get(&bed, dash_home, "", "lang=en");
	figure_is(text, "sites", 3);
	figure_is(text, "up", 1);
	figure_is(text, "wrong", 1);
	figure_is(text, "lag", 7);
	ck_assert_ptr_nonnull(strstr(text, "changes taken in a minute"));
	announced = strstr(text, "id=\"h-announced\"");
	ck_assert_ptr_nonnull(announced);
	ck_assert_ptr_nonnull(strstr(announced, "<p>Nothing.</p>"));
	kit_act(&bed.kit, "{\"do\":\"notice-announce\",\"site\":3,\"kind\":"
	    "\"maintenance\",\"service\":\"\",\"from\":%lld,\"until\":%lld,"
	    "\"actor\":\"li\",\"reason\":\"new disks\"}",
	    (long long)bed.kit.now + 3600000,
	    (long long)bed.kit.now + 7200000);
	bed_show(&bed);
	announced = strstr(bed_get(&bed, dash_home, "", "lang=en"),
	    "id=\"h-announced\"");
	bed_html(&bed);
	ck_assert_ptr_nonnull(announced);
	ck_assert_ptr_nonnull(strstr(announced, "new disks"));
	ck_assert_ptr_nonnull(strstr(announced, "/site/4101000001"));
	ck_assert_ptr_null(strstr(announced, "<p>Nothing.</p>"));
}
END_TEST

/* An outage that nobody ended, of a site that is well, is no overrun. */
START_TEST(test_unsaid)
{
	struct notice_info i;
	const char *text;
	json_t *o;

	three_sites();
	for (int site = 1; site <= 2; site++)
		kit_act(&bed.kit, "{\"do\":\"notice-announce\",\"site\":%d,"
		    "\"kind\":\"outage\",\"service\":\"%s\",\"from\":%lld,"
		    "\"until\":%lld,\"actor\":\"li\",\"reason\":\"work\"}",
		    2, site == 1 ? "" : "hall", (long long)bed.kit.now,
		    (long long)bed.kit.now + 1);
	bed.kit.now += 1000;
	kit_act(&bed.kit, "{\"do\":\"notice-time\",\"most\":10,\"actor\":"
	    "\"hub\",\"reason\":\"\"}");
	bed_show(&bed);
	bed.query->now = bed.kit.now;
	pulse_state(2, MONITOR_DOWN, MONITOR_CAUSE_BOTH, KIT_NOW);
	ck_assert(query_notice(bed.query, 1, &i));
	ck_assert_int_eq(i.notice.state, NOTICE_OVERRUN);
	ck_assert_int_eq(i.phase, NOTICE_LATE);
	pulse_state(2, MONITOR_UP, MONITOR_CAUSE_FINE, KIT_NOW + 60000);
	ck_assert(query_notice(bed.query, 2, &i));
	ck_assert_int_eq(i.phase, NOTICE_LATE);	/* nobody looks at a part */
	ck_assert(query_notice(bed.query, 1, &i));
	ck_assert_int_eq(i.phase, NOTICE_UNSAID);
	ck_assert_int_eq(i.well, KIT_NOW + 60000);
	o = json_notice(&i);
	ck_assert_str_eq(json_string_value(json_object_get(o, "phase")),
	    "unsaid");
	ck_assert_ptr_nonnull(json_object_get(o, "well_since"));
	json_decref(o);
	text = bed_get(&bed, dash_notices, "", "lang=en");
	bed_html(&bed);
	ck_assert_ptr_nonnull(strstr(text, "ended without a word"));
	ck_assert_ptr_nonnull(strstr(text, "the site is well since"));
}
END_TEST

START_TEST(test_isolated)
{
	three_sites();
	ck_assert_ptr_null(strstr(bed_get(&bed, dash_home, "", ""),
	    "isolated"));
	pulse_isolated(true, KIT_NOW);
	ck_assert_ptr_nonnull(strstr(bed_get(&bed, dash_home, "", ""),
	    "The hub is isolated."));
}
END_TEST

static int
by_size(const void *a, const void *b)
{
	const int64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static void
open_page(void)
{
	const char *why = "";

	asked_clear(&bed.asked);
	asked_init(&bed.asked);
	buf_reset(&bed.out);
	bed.v = (struct visit){ .query = bed.query, .config = &bed.config,
		.out = &bed.out, .status = 200, .overview = overview };
	ck_assert(asked_read(&bed.asked, SPAN("/"), SPAN_NONE, &bed.v,
	    &why));
	dash_home(&bed.v);
}

/* Each time a site has changed its state before. Clocks of their own: the
 * bed's stand still. */
START_TEST(test_many)
{
	int64_t took[40];
	char code[16], name[64];

	for (uint32_t i = 1; i <= MANY; i++) {
		snprintf(code, sizeof(code), "41%02u%06u", i % 18 + 1, i);
		snprintf(name, sizeof(name), "site %u", i);
		add(i, code, name, i <= 18 ? "portal" : "department");
	}
	bed_show(&bed);
	pulse_begin(KIT_NOW);
	for (uint32_t i = 1; i <= MANY; i++)
		pulse_state(i, MONITOR_UP, MONITOR_CAUSE_FINE, KIT_NOW);
	for (int i = 0; i < 40; i++) {
		uint64_t began = clock_cpu();

		pulse_state((uint32_t)i + 1, MONITOR_DOWN,
		    MONITOR_CAUSE_BOTH, KIT_NOW + i);
		if (i % 10 == 0)
			wait_ms(10000);	/* the store is walked again */
		open_page();
		took[i] = (int64_t)(clock_cpu() - began);
	}
	ck_assert_uint_eq(bed_count(buf_cstr(&bed.out), " href=\"/site/41"),
	    MANY + 12);
	ck_assert_uint_eq(overview->by_state[CELL_DOWN], 40);
	qsort(took, 40, sizeof(*took), by_size);
	fprintf(stderr, "overview of %d sites: p50 %.1f ms, p95 %.1f ms, "
	    "%zu KiB\n", MANY, (double)took[20] / 1000,
	    (double)took[38] / 1000, bed.out.n / 1024);
#ifdef __OPTIMIZE__
	ck_assert_int_lt(took[38], REFERENCE * 10 * 1000);
#endif
}
END_TEST

static void
fill(TCase *t)
{
	tcase_add_checked_fixture(t, set_up, tear_down);
	tcase_add_test(t, test_order);
	tcase_add_test(t, test_provinces);
	tcase_add_test(t, test_follows_pulse);
	tcase_add_test(t, test_follows_store);
	tcase_add_loop_test(t, test_cell, 0,
	    (int)(sizeof(worse) / sizeof(*worse)));
	tcase_add_test(t, test_moved);
	tcase_add_test(t, test_page);
	tcase_add_test(t, test_figures);
	tcase_add_test(t, test_unsaid);
	tcase_add_test(t, test_isolated);
	tcase_add_test(t, test_many);
}

int
main(void)
{
	return bed_run("overview", fill);
}
