/*
 * What an operator decides by on a site's page: all that was seen of its home
 * page, beside what it was when it was well, what differs marked; and what
 * became of the site's domains.
 */
#include "hub/dash.h"
#include "hub/home_json.h"
#include "hub/pulse.h"
#include "tests/unit/hub/homekit.h"
#include "tests/unit/hub/web_bed.h"

static struct bed bed;
static const char *text;		/* the page */
static enum user_role role;

static void
set_up(void)
{
	bed_open(&bed);
	pulse_open(NULL);
	kit_act(&bed.kit, "{\"do\":\"site-add\",\"site\":1,\"code\":\"" CODE
	    "\",\"name\":\"Zhengzhou\",\"domains\":[\"" OWN "\"],\"kind\":"
	    "\"portal\",\"parent\":\"\",\"actor\":\"wang\",\"reason\":"
	    "\"<b>new\"}");
	clock_set(KIT_NOW, 0);
	pulse_begin(KIT_NOW);
	role = USER_NONE;
}

static void
tear_down(void)
{
	pulse_close();
	bed_close(&bed);
}

static void
site_as(struct visit *v)
{
	v->who.role = role;
	dash_site(v);
}

static void
look(void)
{
	bed_show(&bed);
	text = bed_page(&bed, site_as, CODE, "");
}

#define HAS(part) ck_assert_msg(bed_has(text, part), "no %s", part)
#define LACKS(part) ck_assert_msg(!bed_has(text, part), "there is %s", part)

static void
see(const struct home_look *l, const char *verdict, const char *why)
{
	json_t *o = home_json(l);
	char *json = json_dumps(o, JSON_COMPACT);

	kit_act(&bed.kit, "{\"do\":\"home\",\"site\":1,\"look\":%s,"
	    "\"verdict\":\"%s\",\"why\":\"%s\",\"detail\":\"x\"}", json,
	    verdict, why);
	free(json);
	json_decref(o);
}

#define ROW(label) "<tr><th scope=\"row\">" label "</th>"
#define OTHER "<td><b class=\"tag\">differs</b> "

/* A page that has all there is to be seen of one. */
static void
make_full(struct home_look *l)
{
	struct webcert *c = &l->hop[0].cert;

	*l = well;
	l->hop[0].has_cert = true;
	c->from = KIT_NOW - DAY;
	c->until = KIT_NOW + 30 * DAY;
	SET(c->issuer, "A <CA>");
	SET(c->subject, OWN);
	SET(c->names, OWN " zz.gov.cn");
	SET(l->dns[1], "2001:db8::7");
	l->dns_count = 2;
}

START_TEST(test_all_that_was_seen)
{
	struct home_look l;

	make_full(&l);
	see(&l, "same", "none");
	look();
	HAS("<h2 id=\"home\">Its home page, as the hub saw it</h2>\n"
	    "<table class=\"facing\"><thead><tr><th scope=\"col\">What</th>"
	    "<th scope=\"col\">Seen</th></tr></thead>");
	HAS(ROW("Looked at") "<td><time datetime=\"2026-11-18T11:06:40.000Z\">");
	HAS(ROW("Took") "<td>0.30 s</td>");
	HAS(ROW("Its name leads to") "<td>203.0.113.7<br>2001:db8::7</td>");
	HAS(ROW("1. Asked for") "<td>https://" OWN "/<br>HTTP 200 · "
	    "203.0.113.7</td>");
	HAS(ROW("1. Certificate") "<td>" OWN "<br>issued by A &lt;CA&gt;<br><time "
	    "datetime=\"2026-11-17");
	HAS("<br>its names: " OWN " zz.gov.cn</td>");
	HAS(ROW("Domain it ended at") "<td>zz.gov.cn</td>");
	HAS(ROW("Title") "<td>郑州市人民政府</td>");
	HAS(ROW("Language") "<td>Chinese characters</td>");
	HAS(ROW("Says its code is") "<td>" CODE "</td>");
	HAS(ROW("Says its domain is") "<td>" OWN "</td>");
	HAS(ROW("A path that can't exist") "<td>does not give this page</td>");
	LACKS("When it was well");
	LACKS("differs");
	LACKS("Trouble");
	LACKS("Suspicious words");
}
END_TEST

START_TEST(test_nothing_was_seen)
{
	look();
	LACKS("id=\"home\"");
}
END_TEST

/* A casino: now beside then, and what is the same isn't marked. */
START_TEST(test_beside_each_other)
{
	struct home_look l;

	make_full(&l);
	see(&l, "same", "none");
	be_casino(&l);
	l.at += 5000;
	l.ms = 900;
	l.is_missing = true;
	SET(l.hop[1].cert.issuer, "Others");
	see(&l, "danger", "other-domain");
	look();
	HAS("<th scope=\"col\">When it was well</th><th scope=\"col\">Now</th>");
	HAS(ROW("Took") "<td>0.30 s</td><td>0.90 s (0.30 s + 0.30 s)</td>");
	HAS(ROW("Its name leads to") "<td>203.0.113.7<br>2001:db8::7</td>"
	    "<td>203.0.113.7<br>2001:db8::7</td>");
	HAS(ROW("1. Asked for") "<td>https://" OWN "/<br>HTTP 200 · "
	    "203.0.113.7</td>" OTHER "https://" OWN "/<br>HTTP 302 · sends on "
	    "for now · 203.0.113.7</td>");
	HAS(ROW("2. Asked for") "<td>–</td>" OTHER
	    "https://casino.example.com/<br>HTTP 200");
	HAS(ROW("2. Certificate") "<td>–</td>" OTHER OWN "<br>issued by Others<br>");
	HAS(ROW("Domain it ended at") "<td>zz.gov.cn</td>" OTHER
	    "example.com</td>");
	HAS(ROW("Title") "<td>郑州市人民政府</td>" OTHER
	    "Best casino 2026</td>");
	HAS(ROW("Says its code is") "<td>" CODE "</td>" OTHER "–</td>");
	HAS(ROW("Says its domain is") "<td>" OWN "</td><td>" OWN "</td>");
	HAS(ROW("Suspicious words") "<td>–</td>" OTHER "casino, jackpot</td>");
	HAS(OTHER "gives the same page</td>");
	/* Times are others each time; the first certificate is the same. */
	ck_assert_uint_eq(bed_count(text, OTHER), 9);
}
END_TEST

/* It didn't come: why, and there is nothing of a page. */
START_TEST(test_trouble)
{
	struct home_look l = well;

	see(&l, "same", "none");
	be_anothers(&l);
	SET(l.detail, "no alternative <name>");
	l.hop[0].status = 0;
	see(&l, "note", "certificate");
	look();
	HAS("<br>no answer · 203.0.113.7</td>");
	HAS(ROW("Trouble") "<td>–</td>" OTHER);
	HAS("no alternative &lt;name&gt;");
	HAS(ROW("1. Certificate") "<td>–</td>" OTHER
	    "shop.example.com *.example.net<br>issued by ");
	HAS(ROW("Title") "<td>郑州市人民政府</td>" OTHER "–</td>");
}
END_TEST

START_TEST(test_candidate)
{
	struct home_look l = well;

	see(&l, "same", "none");
	be_sent_on_once(&l);
	see(&l, "candidate", "redirect");
	for (int i = 0; i < 3; i++)
		kit_act(&bed.kit, "{\"do\":\"homes\",\"at\":%lld,\"rows\":"
		    "[[1,0,%d,200,300,0]]}", (long long)KIT_NOW,
		    (int)HOME_MOVED);
	look();
	HAS("<p>Sent on for good to <b>www.zhengzhou.gov.cn</b> · 3 times since "
	    "<time ");
	HAS("sends on for good");
}
END_TEST

/* Another word of what its domain is: it may be accepted as well. */
START_TEST(test_says_another_domain)
{
	struct home_look l = well;

	role = USER_ADMIN;
	see(&l, "same", "none");
	be_said_elsewhere(&l);
	see(&l, "candidate", "says-domain");
	look();
	HAS("<p>Says for some time that its domain is <b>www.new-zz.gov.cn</b> "
	    "· ");
	HAS(ROW("Says its domain is") "<td>" OWN "</td>" OTHER
	    "http://WWW.new-zz.gov.cn/</td>");
	HAS("<a href=\"#home\">");
	HAS("action=\"/act/home-accept\"");
}
END_TEST

/* Who may accept it is led to what it is decided by; nobody else is. */
START_TEST(test_way_from_the_form)
{
	struct home_look l = well;

	see(&l, "same", "none");
	role = USER_ADMIN;
	look();
	LACKS("href=\"#home\"");
	LACKS("/act/home-accept");
	be_casino(&l);
	see(&l, "danger", "other-domain");
	look();
	HAS("<a href=\"#home\">");
	HAS("action=\"/act/home-accept\"");
	role = USER_EDITOR;
	look();
	LACKS("href=\"#home\"");
	LACKS("/act/home-accept");
}
END_TEST

START_TEST(test_says_that_it_is_done)
{
	role = USER_ADMIN;
	bed_show(&bed);
	text = bed_page(&bed, site_as, CODE, "done=block");
	HAS("<p class=\"done\" role=\"status\">");
}
END_TEST

/* --- domains ---------------------------------------------------------------- */

static void
domain(const char *act, const char *name)
{
	kit_act(&bed.kit, "{\"do\":\"%s\",\"site\":1,\"domain\":\"%s\","
	    "\"actor\":\"li\",\"reason\":\"\"}", act, name);
}

START_TEST(test_domains)
{
	domain("domain-add", "two.gov.cn");
	domain("domain-remove", "two.gov.cn");
	look();
	HAS("<h2>What became of its domains</h2>\n<table");
	HAS("</time></td><th scope=\"row\">" OWN "<br>given</th><td>wang: "
	    "&lt;b&gt;new</td></tr>");
	HAS("two.gov.cn<br>given</th><td>li</td>");
	HAS("two.gov.cn<br>taken away</th><td>li</td>");
	LACKS("older: zqhub site domains");
}
END_TEST

/* Of many the newest, and where there are all. */
START_TEST(test_many_domains)
{
	for (int i = 0; i < 30; i++) {
		domain("domain-add", "two.gov.cn");
		domain("domain-remove", "two.gov.cn");
	}
	domain("domain-add", "last.gov.cn");
	look();
	ck_assert_uint_eq(bed_count(text, "<br>given</th>") +
	    bed_count(text, "<br>taken away</th>"), 50);
	HAS("12 lines more are older: zqhub site domains " CODE);
	HAS("last.gov.cn<br>given");
	LACKS("wang: ");
}
END_TEST

static void
fill(TCase *t)
{
	tcase_add_checked_fixture(t, set_up, tear_down);
	tcase_add_test(t, test_all_that_was_seen);
	tcase_add_test(t, test_nothing_was_seen);
	tcase_add_test(t, test_beside_each_other);
	tcase_add_test(t, test_trouble);
	tcase_add_test(t, test_candidate);
	tcase_add_test(t, test_says_another_domain);
	tcase_add_test(t, test_way_from_the_form);
	tcase_add_test(t, test_says_that_it_is_done);
	tcase_add_test(t, test_domains);
	tcase_add_test(t, test_many_domains);
}

int
main(void)
{
	return bed_run("dash_evidence", fill);
}
