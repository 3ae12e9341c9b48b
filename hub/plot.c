#include "hub/plot.h"

#include <inttypes.h>
#include <stdio.h>
#include <time.h>

#include "contrib/base/clock.h"
#include "hub/markup.h"
#include "hub/monitor_state.h"

#define WIDTH 720
#define STRIP 26		/* and the days below it */
#define STRIP_ALL 44
#define TIMES 150
#define TIMES_ALL 172
#define LEFT 36			/* room for the numbers at the axis */
#define WORD 34			/* … and for a day or an hour below it */
#define DAY INT64_C(86400000)
#define HOUR INT64_C(3600000)

static double
x_of(const struct plot *p, int64_t at)
{
	double part = (double)(at - p->from) / (double)(p->to - p->from);

	return LEFT + (WIDTH - LEFT) * (part < 0 ? 0 : part > 1 ? 1 : part);
}

static double
y_of(const struct plot *p, uint32_t ms)
{
	double part = (double)ms / (double)p->most;

	return TIMES - (TIMES - 10) * (part > 1 ? 1 : part);
}

static void
begin(struct plot *p, int height, const char *title)
{
	buf_printf(p->out, "<svg class=\"plot\" viewBox=\"0 0 %d %d\" "
	    "role=\"img\" aria-label=\"", WIDTH, height);
	markup_text(p->out, span_of(title));
	buf_text(p->out, "\">\n");
}

/* Midnights, or each sixth hour if it is two days or less; local time. */
static void
put_days(const struct plot *p, int y, int top)
{
	int64_t step = p->to - p->from > 3 * DAY ? DAY : DAY / 4;
	time_t first = (time_t)(p->from / 1000);
	struct tm tm;
	int64_t zone = localtime_r(&first, &tm) != NULL ?
	    tm.tm_gmtoff * INT64_C(1000) : 0;

	for (int64_t at = (p->from + zone) / step * step + step - zone;
	    at < p->to; at += step) {
		time_t t = (time_t)(at / 1000);
		char text[32];

		if (localtime_r(&t, &tm) == NULL || strftime(text,
		    sizeof(text), step == DAY ? "%m-%d" : "%H:%M", &tm) == 0)
			return;
		buf_printf(p->out, "<path class=\"axis\" d=\"M%.1f %dV%d\"/>",
		    x_of(p, at), top, y);
		if (x_of(p, at) + WORD <= WIDTH)
			buf_printf(p->out, "<text x=\"%.1f\" y=\"%d\">%s"
			    "</text>", x_of(p, at) + 3, y + 13, text);
		buf_byte(p->out, '\n');
	}
}

/* --- states ------------------------------------------------------------------- */

void
plot_strip_begin(struct plot *p, struct buf *out, int64_t from, int64_t to,
    const char *title)
{
	*p = (struct plot){ .out = out, .from = from, .to = to, .end = to };
	begin(p, STRIP_ALL, title);
	buf_printf(out, "<rect class=\"s-unknown\" x=\"%d\" y=\"2\" "
	    "width=\"%d\" height=\"%d\"/>\n", LEFT, WIDTH - LEFT, STRIP - 2);
}

/* What is wrong is as high as the strip, what is not is half of it: it reads
 * without colours, too. */
bool
plot_strip_state(struct plot *p, const struct history *h)
{
	int64_t since = h->since < p->from ? p->from : h->since;
	int height = monitor_is_bad(h->state) ? STRIP - 2 : (STRIP - 2) / 2;
	double x = x_of(p, since), width = x_of(p, p->end) - x;

	if (since < p->end && h->state != MONITOR_UNKNOWN)
		buf_printf(p->out, "<rect class=\"s-%s\" x=\"%.1f\" "
		    "y=\"%d\" width=\"%.1f\" height=\"%d\"><title>%s</title>"
		    "</rect>\n", monitor_state_name(h->state), x,
		    STRIP - height, width < 1 ? 1 : width, height,
		    monitor_state_word(h->state));
	if (since < p->end)
		p->end = since;
	return h->since > p->from && !p->out->bad;
}

void
plot_strip_end(struct plot *p)
{
	put_days(p, STRIP, STRIP);
	buf_text(p->out, "</svg>\n");
}

/* --- answer times -------------------------------------------------------------- */

static void
put_level(const struct plot *p, const char *class, uint32_t ms)
{
	double y = y_of(p, ms);

	buf_printf(p->out, "<path class=\"%s\" d=\"M%d %.1fH%d\"/>"
	    "<text x=\"0\" y=\"%.1f\">%g s</text>\n", class, LEFT, y, WIDTH,
	    y + 4, (double)ms / 1000);
}

void
plot_times_begin(struct plot *p, struct buf *out, int64_t from, int64_t to,
    uint32_t most, uint32_t limit, const char *title)
{
	*p = (struct plot){ .out = out, .from = from, .to = to,
		.most = most };
	begin(p, TIMES_ALL, title);
	put_level(p, "axis", 0);
	put_level(p, "axis", most / 2);
	put_level(p, most >= limit ? "limit" : "axis", most);
	put_days(p, TIMES, 10);
}

void
plot_times_look(struct plot *p, const struct home_sample *s)
{
	double x = x_of(p, s->at), y;

	if (s->outcome == HOME_UNKNOWN || p->out->bad)
		return;
	if (home_is_there(s->outcome)) {
		y = y_of(p, s->ms);
		buf_printf(p->out, "<circle class=\"dot\" cx=\"%.1f\" "
		    "cy=\"%.1f\" r=\"1.8\"/>\n", x, y);
	} else {
		buf_printf(p->out, "<path class=\"bad\" d=\"M%.1f 2l5 0l-2.5 "
		    "8z\"/>\n", x - 2.5);
	}
}

void
plot_times_end(struct plot *p)
{
	buf_text(p->out, "</svg>\n");
}
