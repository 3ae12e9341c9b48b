/*
 * Letters, as a document and as a row. What reads can be written and reads
 * the same: agents keep what they got.
 */
#include "contrib/base/err.h"
#include "protocol/letter.h"
#include "protocol/limits.h"
#include "protocol/vantage.h"

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t n);

static void
same(void *arg, const struct letter *l)
{
	const struct letter *first = arg;

	must(l->number == first->number && l->when == first->when);
	must(span_is(l->kind, first->kind) && span_is(l->text, first->text));
	must(span_is(l->about, first->about));
	must(span_is(l->body, first->body));
}

/* Said in passing: a task, or a sentence why not. */
static void
task(const struct letter *l)
{
	struct vantage_task t = { .number = 0 }, again = { .number = 0 };
	struct letter copy = *l;
	struct buf body, why;

	must(span_is(l->kind, SPAN(LETTER_LOOK)));
	buf_init(&body, 1000);
	buf_init(&why, 4096);
	if (!vantage_task_read(&t, l, &why)) {
		must(why.n > 0);
	} else {
		must(t.number > 0);
		vantage_task_put(&body, &t);
		copy.body = buf_look(&body);
		must(vantage_task_read(&again, &copy, &why));
		must(again.number == t.number && again.until == t.until);
	}
	buf_clear(&body);
	buf_clear(&why);
}

static void
on_letter(void *arg, const struct letter *l)
{
	struct buf b;
	struct letter row, copy = *l;
	struct letters_head head;

	(void)arg;
	buf_init(&b, 4u << 20);
	letter_write(&b, l);
	must(letter_read(&row, buf_look(&b)) == (l->number > 0));
	if (l->number > 0)
		same(&copy, &row);
	else
		task(l);
	buf_reset(&b);
	letters_begin(&b, &(struct letters_head){ .last = l->number });
	letters_put(&b, l);
	letters_end(&b);
	must(letters_read(buf_look(&b), &head, NULL, same, &copy, NULL));
	buf_clear(&b);
}

int
LLVMFuzzerTestOneInput(const uint8_t *at, size_t n)
{
	struct span s = { (const char *)at, n };
	struct letter l;
	struct letters_head head;
	const char *why = NULL;
	struct buf want;

	(void)letter_read(&l, s);
	buf_init(&want, LIMIT_TEXT);
	if (!letters_read(s, &head, &want, on_letter, NULL, &why))
		must(why != NULL && why[0] != '\0');
	must(want.n <= n);
	buf_clear(&want);
	return 0;
}
