/*
 * What may be asked for on the page can be: of each act that the table allows
 * there is a form on some page, for who has the role and for nobody below it,
 * with every field that the act takes and no other. And of a field all is
 * read, or nothing.
 */
#include "hub/permission.h"

#include "hub/again.h"
#include "hub/dash.h"
#include "hub/dash_alert.h"
#include "hub/dash_notice.h"
#include "hub/home_json.h"
#include "hub/pulse.h"
#include "tests/unit/hub/homekit.h"
#include "tests/unit/hub/web_bed.h"

#define KEY(first) \
	first "112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
#define REF "01020304050607080%u0a"	/* of a site's ticket */

static struct bed bed;
static enum user_role role;

/* --- a hub in which there is something of everything to be done ------------- */

__attribute__((format(printf, 1, 2)))
static void
do_it(const char *fmt, ...)
{
	char text[1024], json[1100];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	for (char *c = text; *c != '\0'; c++)
		if (*c == '\'')
			*c = '"';
	snprintf(json, sizeof(json), "{%s,\"actor\":\"t\",\"reason\":\"r\"}",
	    text);
	kit_act(&bed.kit, "%s", json);
}

static void
enrol(uint32_t site, const char *key)
{
	do_it("'do':'ticket','site':%u,'ref':'" REF "','expires':"
	    "1899999999999", site, site);
	do_it("'do':'enroll','site':%u,'ref':'" REF "','key':'%s'", site,
	    site, key);
}

/* 1: its gate is closed; 2: its home page is a casino. */
static void
gate_and_home(void)
{
	struct home_look l = well;
	json_t *o;
	char *json;

	do_it("'do':'gate','site':1,'count':60,'of':100");
	be_casino(&l);
	o = home_json(&l);
	json = json_dumps(o, JSON_COMPACT);
	kit_act(&bed.kit, "{\"do\":\"home\",\"site\":2,\"look\":%s,"
	    "\"verdict\":\"danger\",\"why\":\"words\",\"detail\":\"x\"}",
	    json);
	free(json);
	json_decref(o);
}

/* 3: blocked; 4: two agents; 5: in quarantine. */
static void
agents(void)
{
	do_it("'do':'block','site':3");
	enrol(4, KEY("04"));
	do_it("'do':'fork','site':4,'cause':'instance','seq':1,'before':0,"
	    "'instance_before':'00000000000000aa','address':'192.0.2.1:5',"
	    "'instance':'00000000000000bb','since_before':1700000000000,"
	    "'since':1700000000001,'speaker':1");
	enrol(5, KEY("05"));
	do_it("'do':'renew','site':5,'key':'" KEY("ff") "','old':'" KEY("05")
	    "','quarantine':true");
}

/* An alert, a silence, a notice, a move that another contradicts. */
static void
the_rest(void)
{
	struct change c = kit_change(CHANGE_MOVE, "https://s1.gov.cn/o/", "");

	do_it("'do':'alert-fire','alert':1,'rule':'silent','class':'state',"
	    "'severity':'warning','level':1,'group':'','members':[{'subject':"
	    "'4100000001','site':1,'since':1700000000000,'detail':''}]");
	do_it("'do':'alert-silence','rule':'down','site':0,'until':"
	    "1899999999999");
	do_it("'do':'notice-announce','site':1,'kind':'outage'");
	do_it("'do':'move-announce','site':1,'old':'https://s1.gov.cn/o/',"
	    "'new':'https://s1.gov.cn/a/','scope':'prefix','from':"
	    "1899999999999");
	c.word[WORD_SUCCESSOR] = SPAN("https://s1.gov.cn/b/");
	c.word[WORD_SCOPE] = SPAN("prefix");
	c.from = 1899999999999;
	kit_say(&bed.kit, 1, &c);
}

static void
set_up(void)
{
	bed_open(&bed);
	pulse_open(NULL);
	clock_set(KIT_NOW, 0);
	pulse_begin(KIT_NOW);
	for (uint32_t n = 1; n <= 5; n++)
		kit_site(&bed.kit, n);
	gate_and_home();
	agents();
	the_rest();
	bed_show(&bed);
}

static void
tear_down(void)
{
	pulse_close();
	bed_close(&bed);
}

/* --- where its form is -------------------------------------------------------- */

typedef void maker_fn(struct visit *v);

static const struct {
	const char *act;
	maker_fn *make;
	const char *path;
} pages[] = {
	{ "alert-ack", dash_alert, "1" },
	{ "alert-ack", dash_alerts, "" },
	{ "alert-silence", dash_alerts, "" },
	{ "alert-unsilence", dash_alerts, "" },
	{ "notice-announce", dash_notices, "" },
	{ "notice-end", dash_notices, "" },
	{ "move-agree", dash_move, "2" },
	{ "move-withdraw", dash_move, "2" },
	{ "release", dash_site, "4100000001" },
	{ "refuse", dash_site, "4100000001" },
	{ "block", dash_site, "4100000001" },
	{ "home-accept", dash_site, "4100000002" },
	{ "unblock", dash_site, "4100000003" },
	{ "settle", dash_site, "4100000004" },
	{ "admit", dash_site, "4100000005" },
};
#define PAGES (sizeof(pages) / sizeof(pages[0]))

static maker_fn *make;
static struct again *again;	/* the form that comes back, or NULL */

static void
make_as(struct visit *v)
{
	v->who.role = role;
	snprintf(v->who.form, sizeof(v->who.form), "0123456789abcdef");
	v->again = again;
	make(v);
}

/* The form of an act on a page as one with this role sees it, to its end;
 * empty: there is none. */
static struct span
form_of(size_t page, enum user_role r)
{
	char head[80];
	const char *from, *to;

	make = pages[page].make;
	role = r;
	from = bed_page(&bed, make_as, pages[page].path, "");
	ck_assert_int_eq(bed.v.status, 200);
	snprintf(head, sizeof(head), "<form class=\"act\" method=\"post\" "
	    "action=\"/act/%s\">", pages[page].act);
	from = strstr(from, head);
	if (from == NULL)
		return SPAN_NONE;
	to = strstr(from, "</form>");
	ck_assert_ptr_nonnull(to);
	return (struct span){ from, (size_t)(to - from) };
}

static bool
form_has(struct span form, const char *field)
{
	char name[64];

	snprintf(name, sizeof(name), " name=\"%s\"", field);
	return memmem(form.at, form.n, name, strlen(name)) != NULL;
}

static size_t
form_fields(struct span form)
{
	size_t n = 0;

	for (const char *at = form.at; (at = memmem(at, form.n -
	    (size_t)(at - form.at), " name=\"", 7)) != NULL; at++)
		n++;
	return n;
}

START_TEST(test_form)
{
	const struct permission *p = permission_of(pages[_i].act);
	size_t fields = 2;	/* "form", which shows that it is ours; "next" */
	struct span form;

	ck_assert_msg(p != NULL, "%s isn't allowed", pages[_i].act);
	form = form_of((size_t)_i, p->least);
	ck_assert_msg(form.n > 0, "%s has no form", p->act);
	ck_assert(form_has(form, "form") && form_has(form, "next"));
	for (const struct permission_field *f = p->field; f->name != NULL;
	    f++, fields++)
		ck_assert_msg(form_has(form, f->name), "%s: no field %s",
		    p->act, f->name);
	ck_assert_msg(form_fields(form) == fields, "%s: fields that are not "
	    "read: %.*s", p->act, SPAN_ARGS(form));
	form = form_of((size_t)_i, (enum user_role)(p->least - 1));
	ck_assert_msg(form.n == 0, "%s has a form for who may not", p->act);
}
END_TEST

START_TEST(test_all)
{
	size_t acts = 0;

	for (const struct permission *p = NULL;
	    (p = permission_next(p)) != NULL; acts++) {
		bool found = false;

		for (size_t i = 0; i < PAGES; i++)
			found = found || strcmp(pages[i].act, p->act) == 0;
		ck_assert_msg(found, "on which page is the form of %s?",
		    p->act);
	}
	ck_assert_uint_gt(acts, 10);
}
END_TEST

/* In Shanghai: see bed_open(). */
START_TEST(test_times)
{
	static const struct {
		const char *said;
		int64_t is;	/* ms; 0: it is no time */
	} times[] = {
		{ "2026-11-22T03:00", INT64_C(1795287600000) },
		{ "+2026-11-22T03%3A00+", INT64_C(1795287600000) },
		{ "2026-11-21T19:00:00Z", INT64_C(1795287600000) },
		{ "2026-11-22T03:00%00", 0 },
		{ "2026-11-22T03:00%00x", 0 },
		{ "2026-11-22T03:00x", 0 },
		{ "2026-11-22T03:00%0*", 0 },
		{ "%", 0 },
		{ "2026-11-22T25:00", 0 },
	};
	const char *field = "", *why = "";

	for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
		char form[128];
		json_t *o;

		snprintf(form, sizeof(form), "code=1&kind=outage&from=%s"
		    "&reason=r", times[i].said);
		o = permission_read(permission_of("notice-announce"),
		    span_of(form), &field, &why);
		ck_assert_msg((o != NULL) == (times[i].is != 0), "%s",
		    times[i].said);
		ck_assert_int_eq(json_integer_value(json_object_get(o,
		    "from")), times[i].is);
		json_decref(o);
	}
	ck_assert_str_eq(field, "from");
	ck_assert_ptr_nonnull(strstr(why, "expected a date"));
}
END_TEST

/* As an input method leaves it; what people only read stays as it is. */
START_TEST(test_wide)
{
	const char *field = "", *why = "";
	json_t *o = permission_read(permission_of("notice-announce"),
	    SPAN("code=３３０２－000012&kind=outage&until=２０３０－０１－０２Ｔ０３：０４"
	    "&recurs=ｓｕｎ　０２：００－０４：００&reason=１２３"), &field, &why);

	ck_assert_msg(o != NULL, "%s: %s", field, why);
	ck_assert_str_eq(json_string_value(json_object_get(o, "code")),
	    "3302-000012");
	ck_assert_str_eq(json_string_value(json_object_get(o, "recurs")),
	    "sun 02:00-04:00");
	ck_assert_str_eq(json_string_value(json_object_get(o, "reason")),
	    "１２３");
	ck_assert_int_eq(json_integer_value(json_object_get(o, "until")),
	    INT64_C(1893524640000));
	json_decref(o);
	o = permission_read(permission_of("alert-silence"), SPAN("rule=down&"
	    "code=&until=８ｈ&reason=r"), &field, &why);
	ck_assert_msg(o != NULL, "%s: %s", field, why);
	json_decref(o);
	ck_assert_ptr_null(permission_read(permission_of("block"),
	    SPAN("code=%E2%80%8B&reason=r"), &field, &why));
	ck_assert_str_eq(field, "code");
}
END_TEST

/* --- refused ------------------------------------------------------------------- */

#define TYPED_SAID "%22'%3E%3Cb%3Ex%3C/b%3E%26amp;%E6%94%BF"
#define TYPED_SHOWN "&quot;&#39;&gt;&lt;b&gt;x&lt;/b&gt;&amp;amp;政"
#define TIME_SAID "2031-01-02T03:04"

/* What its hidden field says, or what is typed into one that is seen. */
static void
put_said(struct buf *body, struct span form, const struct permission_field *f)
{
	char head[80];
	const char *at;

	snprintf(head, sizeof(head), "<input type=\"hidden\" name=\"%s\" "
	    "value=\"", f->name);
	at = memmem(form.at, form.n, head, strlen(head));
	buf_printf(body, "&%s=", f->name);
	if (at != NULL)
		buf_put(body, at + strlen(head),
		    strcspn(at + strlen(head), "\""));
	else if (f->kind == FIELD_TIME)
		buf_text(body, TIME_SAID);
	else if (f->kind == FIELD_DURATION)
		buf_text(body, "24h");
	else if (strcmp(f->name, "kind") == 0)
		buf_text(body, "closing");
	else if (strcmp(f->name, "rule") == 0)
		buf_text(body, "gate");
	else
		buf_text(body, TYPED_SAID);
}

static void
comes_back(struct span form, const char *all)
{
	static const char wrong[] = " value=\"" TYPED_SHOWN "\" "
	    "id=\"again\" aria-invalid=\"true\" aria-describedby="
	    "\"again-why\" autofocus></label><p class=\"wrong\" "
	    "id=\"again-why\">&lt;why&gt;</p>";

	ck_assert_ptr_nonnull(strstr(all, "<b>Refused</b><br><a "
	    "href=\"#again\">"));
	ck_assert_ptr_nonnull(strstr(all, "</a>: &lt;why&gt;<br>so"));
	ck_assert_uint_eq(bed_count(all, "id=\"again\""), 1);
	ck_assert_uint_eq(bed_count(all, "id=\"again-why\""), 1);
	ck_assert_uint_eq(bed_count(all, " autofocus"), 1);
	ck_assert_msg(memmem(form.at, form.n, wrong, strlen(wrong)) != NULL,
	    "%.*s", SPAN_ARGS(form));
}

/* Each of its fields is as it was sent; of others none is. */
static void
is_filled(struct span form, const struct permission *p)
{
	for (const struct permission_field *f = p->field; f->name != NULL;
	    f++) {
		const char *like = f->kind == FIELD_TIME ?
		    "value=\"" TIME_SAID "\"" : f->kind == FIELD_DURATION ?
		    "<option value=\"24h\" selected>" :
		    strcmp(f->name, "kind") == 0 ?
		    "<option value=\"closing\" selected>" :
		    strcmp(f->name, "rule") == 0 ?
		    "<option value=\"gate\" selected>" : "value=\"";

		ck_assert_msg(memmem(form.at, form.n, like, strlen(like)) !=
		    NULL, "%s: %s: %.*s", p->act, f->name, SPAN_ARGS(form));
	}
}

/* What was refused comes back as it was, open, and is seen where it is wrong. */
START_TEST(test_comes_back)
{
	const struct permission *p = permission_of(pages[_i].act);
	struct again a = { .act = p->act, .title = "Refused",
		.why = "<why>", .hint = "so", .field = "reason" };
	struct span form = form_of((size_t)_i, p->least);
	bool folds = memcmp(form.at - 11, "</summary>\n", 11) == 0;
	struct buf body;

	buf_init(&body, 4096);
	buf_text(&body, "form=x&next=/");
	for (const struct permission_field *f = p->field; f->name != NULL; f++)
		put_said(&body, form, f);
	a.body = buf_look(&body);
	buf_init(&a.label, AGAIN_VALUE);
	again = &a;
	form = form_of((size_t)_i, p->least);
	ck_assert(form.n > 0 && a.found);
	ck_assert_ptr_null(strstr(buf_cstr(&bed.out), "data-live"));
	comes_back(form, buf_cstr(&bed.out));
	is_filled(form, p);
	ck_assert_uint_eq(bed_count(buf_cstr(&bed.out), "<details open>"),
	    folds ? 1 : 0);
	again = NULL;
	buf_clear(&a.label);
	buf_clear(&body);
}
END_TEST

/* Of a field that isn't known the first one has the focus, and none is said to
 * be wrong. */
START_TEST(test_comes_back_whole)
{
	struct again a = { .act = "alert-silence", .title = "Refused",
		.why = "<why>", .body = SPAN("rule=down&code=&until=2h&"
		"reason=x") };
	struct span form;

	buf_init(&a.label, AGAIN_VALUE);
	again = &a;
	form = form_of(2, USER_EDITOR);
	again = NULL;
	ck_assert_ptr_nonnull(memmem(form.at, form.n, "name=\"rule\" "
	    "id=\"again\" autofocus>", 32));
	ck_assert_ptr_null(strstr(buf_cstr(&bed.out), "aria-invalid"));
	ck_assert_ptr_nonnull(strstr(buf_cstr(&bed.out),
	    "<b>Refused</b><br>&lt;why&gt;</p>"));
	buf_clear(&a.label);
}
END_TEST

static void
fill(TCase *t)
{
	tcase_add_checked_fixture(t, set_up, tear_down);
	tcase_add_loop_test(t, test_form, 0, (int)PAGES);
	tcase_add_test(t, test_all);
	tcase_add_test(t, test_times);
	tcase_add_test(t, test_wide);
	tcase_add_loop_test(t, test_comes_back, 0, (int)PAGES);
	tcase_add_test(t, test_comes_back_whole);
}

int
main(void)
{
	return bed_run("permission", fill);
}
