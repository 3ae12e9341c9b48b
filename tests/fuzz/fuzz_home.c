/*
 * What core and check say to each other about home pages: the first byte
 * chooses the frame. What is read and written again reads the same; what was
 * seen is judged, beside itself and beside nothing, whatever it is.
 */
#include <stdint.h>
#include <string.h>

#include "contrib/base/err.h"
#include "hub/home_frame.h"
#include "hub/home_json.h"
#include "hub/home_judge.h"
#include "hub/trail.h"

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t n);

static void
ask(struct span body)
{
	struct home_frame_ask f, g;
	struct buf b;

	if (!home_frame_ask_read(&f, body))
		return;
	buf_init(&b, HOME_FRAME_MAX);
	home_frame_ask_write(&b, &f);
	must(home_frame_ask_read(&g, buf_look(&b)));
	must(span_is(f.host, g.host) && f.ways == g.ways &&
	    f.missing == g.missing && span_is(f.etag, g.etag));
	buf_clear(&b);
}

static void
judge(const struct home_look *l)
{
	const struct home_own own = { .host = "www.zz.gov.cn",
	    .code = "4101000001" };
	const struct home_pace pace = { .slow = 5000, .limit = HOME_LIMIT };
	struct home_judgement j;

	home_judge(&j, NULL, l, &own);
	must(j.verdict < HOME_VERDICTS && strlen(j.detail) < HOME_DETAIL);
	home_judge(&j, l, l, &own);
	must(home_judge_outcome(l, &j, &pace) < HOME_OUTCOMES);
}

static void
seen(struct span body)
{
	struct home_look look, again;
	struct home_frame_seen f = { .look = &look };
	json_t *o, *p;

	if (!home_frame_seen_read(&f, body))
		return;
	o = home_json(&look);
	must(home_json_read(&again, o));
	p = home_json(&again);
	must(json_equal(o, p));
	json_decref(o);
	json_decref(p);
	judge(&look);
}

int
LLVMFuzzerTestOneInput(const uint8_t *at, size_t n)
{
	struct span body = { (const char *)at + 1, n - 1 };

	if (n == 0)
		return 0;
	if (at[0] == 'a')
		ask(body);
	else
		seen(body);
	return 0;
}
