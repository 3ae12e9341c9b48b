/*
 * Tasks and answers of a look from elsewhere; see vantage.h.
 */
#include "protocol/vantage.h"

#include "contrib/base/clock.h"
#include "protocol/attributes.h"
#include "protocol/namespaces.h"

/* --- tasks ----------------------------------------------------------------- */

static const struct xml_name look = { NS_ZQ, "look" };

void
vantage_task_put(struct buf *b, const struct vantage_task *t)
{
	buf_text(b, "<zq:look xmlns:zq=\"" NS_ZQ "\"");
	xml_put_number(b, "task", t->number);
	xml_put_time(b, "until", t->until);
	buf_text(b, "/>");
}

static void
on_start(void *arg, struct xml *x, int name)
{
	struct vantage_task *t = arg;

	if (xml_depth(x) > 1)
		return;
	t->until = CLOCK_NONE;
	if (name != 0)
		xml_fail(x, "expected <zq:look xmlns:zq=\"" NS_ZQ "\">");
	else if (attributes_number(x, "task", 1, UINT64_MAX, &t->number) &&
	    attributes_time(x, "until", &t->until) && t->until == CLOCK_NONE)
		xml_fail(x, "until: expected a time such as "
		    "2026-11-21T08:00:00Z");
}

static void
on_text(void *arg, struct xml *x, struct span s)
{
	(void)arg;
	(void)x;
	(void)s;
}

static void
on_end(void *arg, struct xml *x, int name)
{
	(void)arg;
	(void)x;
	(void)name;
}

bool
vantage_task_read(struct vantage_task *t, const struct letter *l,
    struct buf *why)
{
	static const struct xml_events events = { on_start, on_text, on_end };
	struct xml *x = xml_new(&look, 1, &events, t);
	bool good = xml_feed(x, l->body.at, l->body.n) && xml_finish(x);

	if (!good)
		buf_text(why, xml_error(x));
	xml_free(x);
	t->url = l->about;
	return good;
}

/* --- answers --------------------------------------------------------------- */

bool
vantage_is_well(const struct vantage_answer *a)
{
	return a->status >= 200 && a->status < 400;
}

void
vantage_answer_put(struct buf *b, const struct vantage_answer *a)
{
	if (a->task == 0)
		return;
	buf_text(b, "<zq:looked");
	xml_put_number(b, "task", a->task);
	if (a->status != 0)
		xml_put_number(b, "status", a->status);
	else
		xml_put_attribute(b, "error",
		    span_of(health_error_name(a->error)));
	xml_put_number(b, "ms", a->ms);
	buf_text(b, "/>\n");
}

bool
vantage_answer_take(struct vantage_answer *a, struct xml *x)
{
	uint64_t ms = 0, status = 0;

	*a = (struct vantage_answer){ .task = 0 };
	if (!attributes_number(x, "task", 1, UINT64_MAX, &a->task) ||
	    !attributes_count(x, "ms", HEALTH_HOME_MS, &ms))
		return false;
	if (xml_attribute(x, NULL, "status").at == NULL)
		a->error = health_error_parse(xml_attribute(x, NULL,
		    "error"));
	else if (!attributes_number(x, "status", 100, 999, &status))
		return false;
	a->status = (uint16_t)status;
	a->ms = (uint32_t)ms;
	return true;
}

/* --- the row --------------------------------------------------------------- */

void
vantage_answer_write(struct buf *b, const struct vantage_answer *a)
{
	write_u64(b, a->task);
	if (a->task == 0)
		return;
	write_u16(b, a->status);
	write_u8(b, (uint8_t)a->error);
	write_u32(b, a->ms);
}

void
vantage_answer_read(struct vantage_answer *a, struct reader *r)
{
	uint8_t error;

	*a = (struct vantage_answer){ .task = read_u64(r) };
	if (a->task == 0)
		return;
	a->status = read_u16(r);
	error = read_u8(r);
	if (error >= HEALTH_ERRORS)
		r->bad = true;
	else
		a->error = (enum health_error)error;
	a->ms = read_u32(r);
}
