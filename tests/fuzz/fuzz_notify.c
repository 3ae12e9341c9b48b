/*
 * Notices: the first byte chooses. 0, 1: frames of deliveries; what is read
 * and written again is the same bytes. Else: a notice's JSON, whose names
 * and evidence are strangers', becomes text: a subject of one line, plain
 * text and HTML without anything that drives a terminal or begins an
 * element, the same each time.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "contrib/base/err.h"
#include "contrib/base/text.h"
#include "hub/notify_frame.h"
#include "hub/notify_text.h"

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t n);

static void
frames(bool done, struct span s)
{
	struct notify_frame_job j;
	struct notify_frame_done d;
	struct buf again;

	buf_init(&again, NOTIFY_FRAME_MAX);
	if (!done && notify_frame_job_read(&j, s)) {
		notify_frame_job_write(&again, &j);
		must(again.bad || span_is(buf_look(&again), s));
	}
	if (done && notify_frame_done_read(&d, s)) {
		notify_frame_done_write(&again, &d);
		must(again.bad || span_is(buf_look(&again), s));
	}
	buf_clear(&again);
}

static void
is_tame(const struct buf *b, bool lines)
{
	must(text_is_utf8(buf_look(b)));
	for (size_t i = 0; i < b->n; i++)
		must((unsigned char)b->at[i] >= 0x20 ||
		    (lines && b->at[i] == '\n'));
}

static void
texts(const struct sink_job *job, const char *language)
{
	struct notify_text one, two;

	notify_text_make(&one, job, language);
	notify_text_make(&two, job, language);
	must(span_is(buf_look(&one.plain), buf_look(&two.plain)));
	is_tame(&one.subject, false);
	is_tame(&one.plain, true);
	is_tame(&one.html, true);
	must(strstr(buf_cstr(&one.html), "<script") == NULL);
	notify_text_clear(&one);
	notify_text_clear(&two);
	free(notify_text_json(job, language));
}

int
LLVMFuzzerTestOneInput(const uint8_t *at, size_t n)
{
	static const char *const languages[] = { "zh", "en", "both" };
	struct span s = { .at = (const char *)at + 1, .n = n - 1 };
	struct sink_job job = { .delivery = 1 };

	if (n < 2)
		return 0;
	if (at[0] < 2) {
		frames(at[0] == 1, s);
		return 0;
	}
	job.event = (enum alert_event)(at[0] % ALERT_EVENTS);
	job.text = s;
	job.notice = json_loadb(s.at, s.n, 0, NULL);
	if (json_is_object(job.notice))
		texts(&job, languages[at[0] / ALERT_EVENTS % 3]);
	json_decref(job.notice);
	return 0;
}
