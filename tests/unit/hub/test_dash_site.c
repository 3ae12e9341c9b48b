/*
 * A site's page: its states over time and its answer times as plots, the
 * week against the 5 %, what is announced, its domains, its certificate, what
 * its agent watches, what is new, and its letters. Places in plots are worked
 * out by hand: 684 wide from 36, so that a day of seven is 97.7.
 */
#include "hub/dash.h"
#include "hub/home_days.h"
#include "hub/home_json.h"
#include "hub/monitor_state.h"
#include "hub/pulse.h"
#include "tests/unit/hub/homekit.h"
#include "tests/unit/hub/web_bed.h"

#define HOUR INT64_C(3600000)

static struct bed bed;
static const char *text;		/* the page */

static void
set_up(void)
{
	bed_open(&bed);
	pulse_open(NULL);
	kit_act(&bed.kit, "{\"do\":\"site-add\",\"site\":1,\"code\":\"" CODE
	    "\",\"name\":\"Zhengzhou\",\"domains\":[\"s1.gov.cn\",\"" OWN
	    "\"],\"kind\":\"portal\",\"parent\":\"\",\"actor\":\"t\","
	    "\"reason\":\"\"}");
	clock_set(KIT_NOW, 0);
	pulse_begin(KIT_NOW);
}

static void
tear_down(void)
{
	pulse_close();
	bed_close(&bed);
}

static void
look(void)
{
	bed_show(&bed);
	text = bed_page(&bed, dash_site, CODE, "");
}

#define HAS(part) ck_assert_msg(bed_has(text, part), "no %s", part)
#define LACKS(part) ck_assert_msg(!bed_has(text, part), "there is %s", part)

/* --- over time ------------------------------------------------------------------ */

static void
was(const char *state, const char *cause, int64_t ago)
{
	kit_act(&bed.kit, "{\"do\":\"states\",\"rows\":[[1,\"%s\",%lld,%lld,"
	    "\"%s\",2,1,false]]}", state, (long long)(KIT_NOW - ago),
	    (long long)(KIT_NOW - ago), cause);
}

static void
visits(int n)
{
	for (int i = 0; i < n; i++)
		kit_act(&bed.kit, "{\"do\":\"homes\",\"at\":%lld,\"rows\":"
		    "[[1,%d,%d,0,100,0,\"time\"]]}", (long long)KIT_NOW, i,
		    HOME_FAILED);
	look();
}

/* Of two visits nobody fails an inspection. */
START_TEST(test_few_looks)
{
	visits(HOME_DAYS_LEAST - 1);
	HAS("39 of 39 visits failed");
	HAS("too few to say more");
	LACKS("fails an inspection");
	visits(1);
	LACKS("too few");
	HAS("fails an inspection");
}
END_TEST

START_TEST(test_states)
{
	was("up", "fine", 8 * DAY);
	was("down", "both", 2 * DAY);
	was("up", "fine", DAY);
	look();
	HAS("<rect class=\"s-up\" x=\"36.0\" y=\"14\" width=\"488.6\" "
	    "height=\"12\"><title>");
	HAS("<rect class=\"s-down\" x=\"524.6\" y=\"2\" width=\"97.7\" "
	    "height=\"24\"><title>");
	HAS("<rect class=\"s-up\" x=\"622.3\" y=\"14\" width=\"97.7\"");
	ck_assert_uint_eq(bed_count(text, "<rect class=\"s-"), 4);
	ck_assert_uint_eq(bed_count(text, "<th scope=\"row\"><span "
	    "class=\"cell\">"), 3);
	HAS("<i class=\"down\"></i>");
	HAS(">11-18</text>");
	HAS("role=\"img\" aria-label=\"States of the last seven days;");
}
END_TEST

static void
looked(int64_t ago, enum home_outcome o, unsigned ms, unsigned flags)
{
	kit_act(&bed.kit, "{\"do\":\"homes\",\"at\":%lld,\"rows\":[[1,0,%d,"
	    "200,%u,%u%s]]}", (long long)(KIT_NOW - ago), (int)o, ms, flags,
	    o == HOME_FAILED ? ",\"time\"" : "");
}

START_TEST(test_times)
{
	looked(3 * DAY, HOME_OK, 4000, 0);	/* of before */
	looked(DAY, HOME_OK, 400, 0);
	looked(12 * HOUR, HOME_FAILED, 15000, 0);
	looked(6 * HOUR, HOME_OK, 1800, HOME_ACT_EXTRA);
	look();
	HAS("<circle class=\"dot\" cx=\"378.0\" cy=\"122.0\"");
	HAS("<path class=\"bad\" d=\"M546.5 2l5 0l-2.5 8z\"/>");
	HAS("<circle class=\"dot\" cx=\"634.5\" cy=\"24.0\"");
	ck_assert_uint_eq(bed_count(text, "<circle"), 2);
	HAS(">2 s</text>");
	LACKS("class=\"limit\"");
}
END_TEST

/* What takes as long as a visit may: the top is the limit of 15 s. */
START_TEST(test_times_limit)
{
	looked(DAY, HOME_SLOW, 9000, 0);
	look();
	HAS("<path class=\"limit\"");
	HAS(">15 s</text>");
}
END_TEST

START_TEST(test_nothing_yet)
{
	look();
	LACKS("<svg");
	LACKS("Availability of the week");
	LACKS(">Sources<");
}
END_TEST

/* --- availability ----------------------------------------------------------------- */

static const struct {
	int failed;
	const char *has, *also, *lacks;
} weeks[] = {
	{ 0, "<b>100.0 %</b>", "0 of 100 visits failed", "5 %" },
	{ 2, "<b>98.0 %</b>", "2 of 100 visits failed", "5 %" },
	{ 3, "<b>97.0 %</b>", "near the 5 % at which", "and more failed" },
	{ 4, "<b>96.0 %</b>", "near the 5 % at which", "and more failed" },
	{ 5, "<b>95.0 %</b>", "5 % and more failed: the site fails",
	  "near the 5 %" },
};

START_TEST(test_availability)
{
	for (int i = 0; i < 100; i++)
		looked(i * HOUR, i < weeks[_i].failed ? HOME_FAILED : HOME_OK,
		    300, 0);
	looked(HOUR, HOME_FAILED, 15000, HOME_ACT_EXCLUDED);
	look();
	HAS(weeks[_i].has);
	HAS(weeks[_i].also);
	LACKS(weeks[_i].lacks);
	HAS("1 more were within announced outages");
}
END_TEST

/* --- what it is ------------------------------------------------------------------- */

START_TEST(test_outage)
{
	struct change c = kit_change(CHANGE_NOTICE, "", "");

	c.word[WORD_SCOPE] = SPAN("outage");
	c.word[WORD_SERVICE] = SPAN("search");
	c.word[WORD_REASON] = SPAN("new disks");
	c.from = KIT_NOW - HOUR;
	c.until = KIT_NOW + HOUR;
	kit_say(&bed.kit, 1, &c);
	look();
	HAS("new disks");
	HAS("search");
	LACKS("Nothing is announced.");
}
END_TEST

START_TEST(test_domains)
{
	look();
	HAS("<dd>s1.gov.cn · " OWN "</dd>");
}
END_TEST

static void
see(const struct home_look *l, const char *verdict, const char *why)
{
	json_t *o = home_json(l);
	char *json = json_dumps(o, JSON_COMPACT);

	kit_act(&bed.kit, "{\"do\":\"home\",\"site\":1,\"look\":%s,"
	    "\"verdict\":\"%s\",\"why\":\"%s\",\"detail\":\"\"}", json,
	    verdict, why);
	free(json);
	json_decref(o);
}

/* Sent elsewhere for good: believed when it was seen ten times in seven days. */
START_TEST(test_moved)
{
	struct home_look l = well;

	be_sent_on_once(&l);
	l.at = KIT_NOW - 7 * DAY;
	see(&l, "candidate", "redirect");
	for (int i = 9; i > 0; i--)
		looked(i * HOUR, HOME_MOVED, 300, 0);
	look();
	HAS("visitors are sent elsewhere for good");
	LACKS("it is believed");
	LACKS("<i class=\"moved\"></i>");
	looked(0, HOME_MOVED, 300, 0);
	look();
	HAS("<b>so lastingly that it is believed</b>");
	HAS("<i class=\"moved\"></i>leads elsewhere</span>");
	HAS("another domain, lastingly and announced by nobody</p>");
	kit_act(&bed.kit, "{\"do\":\"domain-add\",\"site\":1,\"domain\":"
	    "\"www.zhengzhou.gov.cn\",\"actor\":\"t\",\"reason\":\"\"}");
	look();
	LACKS("it is believed");
	LACKS("<i class=\"moved\"></i>");
}
END_TEST

/* Its own name is well: the one it leads to isn't. As the alert says it; of
 * what was before nobody knows. */
START_TEST(test_sent_to)
{
	struct home_look l = well;
	const char *at;

	was("down", "alone", DAY);
	was("up", "fine", HOUR);
	was("down", "outside", 0);
	send_on(&l, HOP_PERMANENT, "https://dead.example/");
	l.cause = CAUSE_NO_NAME;
	l.has_page = false;
	l.hop[1].status = 0;
	see(&l, "same", "none");
	looked(0, HOME_FAILED, 300, 0);
	pulse_state(1, MONITOR_DOWN, MONITOR_CAUSE_OUTSIDE, KIT_NOW);
	look();
	at = strstr(text, "the home page leads to dead.example, which "
	    "can&#39;t be reached: look at where");
	ck_assert_ptr_nonnull(at);		/* at the top, … */
	ck_assert_ptr_nonnull(strstr(at + 1, "<td>the home page leads to "
	    "dead.example"));			/* … and of the states */
	LACKS("its name, its certificate");
	HAS("there is no agent that could say why");
	text = bed_page(&bed, dash_now, "", "");
	HAS("the home page leads to dead.example");
	looked(0, HOME_OK, 300, 0);
	look();
	LACKS("leads to dead.example, which can&#39;t be reached: look");
}
END_TEST

START_TEST(test_certificate)
{
	struct home_look l = well;

	be_renewed(&l);
	l.hop[0].cert.from = KIT_NOW - DAY;
	l.hop[0].cert.until = KIT_NOW + 30 * DAY;
	see(&l, "same", "none");
	looked(0, HOME_OK, 300, 0);
	look();
	HAS("<dt>Its web certificate ends</dt><dd><time datetime=\""
	    "2026-12-18T11:06:40.000Z\">");
	HAS("<br>HTTP 200 · 203.0.113.7</td>");
	HAS("<br>issued by Another CA<br><time datetime=\"2026-11-17");
	HAS(" – <time datetime=\"2026-12-18");
	HAS("郑州市人民政府");
}
END_TEST

/* --- what its agent watches, and what there is of it -------------------------------- */

#define REF "0102030405060708090a"
#define KEY "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"

static void
enrol(void)
{
	kit_act(&bed.kit, "{\"do\":\"ticket\",\"site\":1,\"ref\":\"" REF
	    "\",\"expires\":1899999999999,\"actor\":\"t\","
	    "\"reason\":\"\"}");
	kit_act(&bed.kit, "{\"do\":\"enroll\",\"site\":1,\"ref\":\"" REF
	    "\",\"key\":\"" KEY "\",\"actor\":\"t\",\"reason\":\"\"}");
}

static void
cover(const char *url, const char *scope, const char *exclude)
{
	struct change c = kit_change(CHANGE_COVER, url, "");

	c.word[WORD_SCOPE] = span_of(scope);
	c.word[WORD_INCLUDE] = span_of(exclude[0] == '\0' ? "" :
	    "*.html *.<b>");
	c.word[WORD_EXCLUDE] = span_of(exclude);
	kit_say(&bed.kit, 1, &c);
}

static void
agent_tells(uint32_t sources, uint32_t troubled)
{
	const struct health h = { .told = true, .sources = sources,
		.troubled = troubled };

	pulse_heard(1, KIT_NOW, "203.0.113.7:5", &h);
}

START_TEST(test_sources)
{
	enrol();
	look();
	HAS("<h2>Sources</h2>\n<p>There are none.</p>");
	agent_tells(3, 0);
	look();
	HAS("3 sources are not told in full yet");
	cover("https://s1.gov.cn/", "whole", "a/*");
	cover("https://s1.gov.cn/docs/", "whole", "");
	agent_tells(3, 1);
	look();
	HAS("<th scope=\"row\">https://s1.gov.cn/</th><td>*.html *.&lt;b&gt;"
	    "</td><td>a/*</td><td><time datetime=\"2026-11-18T11:06:40");
	HAS("<th scope=\"row\">https://s1.gov.cn/docs/</th><td>all files</td>"
	    "<td>–</td>");
	HAS("1 source is not told in full yet");
	HAS("1 source can");
	cover("https://s1.gov.cn/docs/", "gone", "");
	agent_tells(1, 0);
	look();
	LACKS("https://s1.gov.cn/docs/");
	LACKS("in full yet");
	LACKS("tell all there is");
}
END_TEST

START_TEST(test_newest)
{
	bed_item(&bed, 1, "1.html", "The <first>", "c");
	bed_item(&bed, 1, "2.html", "The second", "c");
	look();
	HAS("The &lt;first&gt;</a>");
	HAS("The second</a>");
	HAS("<a href=\"/feed?site=" CODE "\">");
}
END_TEST

START_TEST(test_letters)
{
	struct change c = kit_change(CHANGE_CREATED, "https://evil.example/",
	    "x");

	look();
	LACKS("Letters: written / fetched");
	kit_say(&bed.kit, 1, &c);	/* it is told that this is held */
	look();
	HAS("<dt>Letters: written / fetched</dt><dd>1 / 0</dd>");
	kit_act(&bed.kit, "{\"do\":\"confirm\",\"site\":1,\"letter\":1}");
	look();
	HAS("<dt>Letters: written / fetched</dt><dd>1 / 1</dd>");
}
END_TEST

static void
fill(TCase *t)
{
	tcase_add_checked_fixture(t, set_up, tear_down);
	tcase_add_test(t, test_few_looks);
	tcase_add_test(t, test_sent_to);
	tcase_add_test(t, test_states);
	tcase_add_test(t, test_times);
	tcase_add_test(t, test_times_limit);
	tcase_add_test(t, test_nothing_yet);
	tcase_add_loop_test(t, test_availability, 0,
	    (int)(sizeof(weeks) / sizeof(*weeks)));
	tcase_add_test(t, test_outage);
	tcase_add_test(t, test_domains);
	tcase_add_test(t, test_moved);
	tcase_add_test(t, test_certificate);
	tcase_add_test(t, test_sources);
	tcase_add_test(t, test_newest);
	tcase_add_test(t, test_letters);
}

int
main(void)
{
	return bed_run("dash_site", fill);
}
