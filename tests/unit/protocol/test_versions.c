/*
 * What agents and hubs of older versions said is read by this one, and means
 * what it meant: an old agent's documents as a hub reads them, an old hub's
 * as an agent does. See tests/golden/versions/README.
 */
#include "protocol/answer.h"
#include "protocol/changelist.h"
#include "protocol/letter.h"
#include "protocol/reconcile.h"

#include "tests/unit/versions.h"

static struct buf text;		/* what was understood */

static void
put_number(const char *name, uint64_t n)
{
	if (n != 0)
		buf_printf(&text, " %s=%llu", name, (unsigned long long)n);
}

static void
put_hash(const char *name, const uint8_t *at, size_t n)
{
	buf_printf(&text, " %s=", name);
	text_hex(&text, at, n);
}

static void
put_health(const struct health *h)
{
	if (!h->told)
		return;
	buf_text(&text, " health:");
	put_number("beat", h->beat);
	put_number("sources", h->sources);
	put_number("troubled", h->troubled);
	put_number("spool", h->spool);
	put_number("until", (uint64_t)h->until);
	put_number("home_status", h->home_status);
	put_number("home_error", h->home_error);
}

static void
put_looked(const struct vantage_answer *a)
{
	if (a->task == 0)
		return;
	put_number("looked", a->task);
	put_number("status", a->status);
	put_number("error", a->error);
	put_number("ms", a->ms);
}

/* --- an agent's batches ------------------------------------------------------ */

static void
on_head(void *arg, const struct batch *h)
{
	(void)arg;
	buf_text(&text, "batch");
	put_number("incarnation", h->incarnation);
	put_number("first", h->first);
	put_number("head", h->head);
	put_number("instance", h->instance);
	put_number("held", h->held);
	versions_put_time(&text, "now", h->now);
	versions_put(&text, "agent", h->agent);
	versions_put(&text, "features", h->features);
	versions_put(&text, "trouble", h->trouble);
	put_health(&h->health);
	put_looked(&h->looked);
	buf_text(&text, h->needs_snapshot ? " needs snapshot\n" : "\n");
}

static void
on_change(void *arg, uint64_t seq, const struct change *c, const char *why)
{
	(void)arg;
	(void)why;	/* wording may change */
	if (c != NULL)
		versions_put_change(&text, c);
	else
		buf_printf(&text, "%llu is spoilt\n", (unsigned long long)seq);
}

static void
read_changes(struct span xml)
{
	struct changelist *l = changelist_new(on_head, on_change, NULL);

	if (!changelist_feed(l, xml.at, xml.n) || !changelist_finish(l))
		buf_text(&text, "refused\n");
	changelist_free(l);
}

/* --- … and its comparing ------------------------------------------------------ */

static void
on_reconcile(void *arg, const struct reconcile *r)
{
	(void)arg;
	buf_printf(&text, "compare %s", reconcile_round_name(r->round));
	put_number("incarnation", r->incarnation);
	put_number("seq", r->seq);
	put_number("instance", r->instance);
	put_number("items", r->items);
	versions_put_time(&text, "now", r->now);
	put_hash("sum", r->sum, sizeof(r->sum));
	buf_text(&text, r->more ? " more\n" : "\n");
}

static void
on_bucket(void *arg, unsigned bucket, uint64_t high, uint64_t low)
{
	(void)arg;
	if ((high | low) != 0)
		buf_printf(&text, "bucket %u %016llx%016llx\n", bucket,
		    (unsigned long long)high, (unsigned long long)low);
}

static void
on_hashes(void *arg, unsigned bucket, const uint8_t *hashes, size_t count)
{
	(void)arg;
	buf_printf(&text, "in bucket %u:", bucket);
	for (size_t i = 0; i < count; i++)
		put_hash("", hashes + i * RECONCILE_HASH, RECONCILE_HASH);
	buf_byte(&text, '\n');
}

static void
on_name(void *arg, const uint8_t hash[RECONCILE_HASH], struct span id,
    struct span url)
{
	(void)arg;
	put_hash("item", hash, RECONCILE_HASH);
	versions_put(&text, "id", id);
	versions_put(&text, "url", url);
	buf_byte(&text, '\n');
}

static void
read_reconcile(struct span xml)
{
	static const struct reconcile_reader to = { on_reconcile, on_bucket,
		on_hashes, on_name };

	if (!reconcile_read(xml, &to, NULL, NULL))
		buf_text(&text, "refused\n");
}

/* --- a hub's answers ----------------------------------------------------------- */

static void
on_complaint(void *arg, const struct complaint *c)
{
	(void)arg;
	buf_printf(&text, "complaint %llu", (unsigned long long)c->seq);
	versions_put(&text, "url", c->url);
	versions_put(&text, "why", c->why);
	buf_byte(&text, '\n');
}

static void
read_answer(struct span xml)
{
	struct buf keep, complaints;
	struct answer a;
	size_t at = text.n;

	buf_init(&keep, LIMIT_ANSWER);
	buf_init(&complaints, LIMIT_ANSWER);
	if (!answer_read(&a, &keep, xml, on_complaint, NULL, NULL)) {
		buf_text(&text, "refused\n");
	} else {
		buf_put(&complaints, text.at + at, text.n - at);
		buf_cut(&text, at);
		buf_printf(&text, "answer %s", verdict_name(a.verdict));
		put_number("incarnation", a.incarnation);
		put_number("taken", a.taken);
		put_number("expected", a.expected);
		put_number("credit", a.credit);
		put_number("after", a.after);
		put_number("letters", a.letters);
		versions_put_time(&text, "now", a.now);
		versions_put(&text, "cause", a.cause);
		versions_put(&text, "want", a.want);
		versions_put(&text, "features", a.features);
		versions_put(&text, "reason", a.reason);
		buf_byte(&text, '\n');
		buf_span(&text, buf_look(&complaints));
	}
	buf_clear(&keep);
	buf_clear(&complaints);
}

static void
on_letter(void *arg, const struct letter *l)
{
	(void)arg;
	buf_printf(&text, "letter %llu", (unsigned long long)l->number);
	versions_put_time(&text, "when", l->when);
	versions_put(&text, "kind", l->kind);
	versions_put(&text, "about", l->about);
	versions_put(&text, "text", l->text);
	versions_put(&text, "body", l->body);
	buf_byte(&text, '\n');
}

static void
read_letters(struct span xml)
{
	struct letters_head head = { .now = CLOCK_NONE };
	struct buf want;

	buf_init(&want, LIMIT_TEXT);
	if (!letters_read(xml, &head, &want, on_letter, NULL, NULL))
		buf_text(&text, "refused\n");
	buf_text(&text, "letters");
	put_number("last", head.last);
	versions_put_time(&text, "now", head.now);
	versions_put(&text, "want", buf_look(&want));
	buf_byte(&text, '\n');
	buf_clear(&want);
}

static void
on_differs(void *arg, unsigned bucket)
{
	(void)arg;
	buf_printf(&text, "differs: bucket %u\n", bucket);
}

static void
on_missing(void *arg, const uint8_t hash[RECONCILE_HASH])
{
	(void)arg;
	put_hash("missing", hash, RECONCILE_HASH);
	buf_byte(&text, '\n');
}

static void
on_extra(void *arg, const uint8_t hash[RECONCILE_HASH],
    const uint8_t *rest, struct span id, struct span url)
{
	buf_text(&text, rest != NULL ? "whole extra" : "extra");
	on_name(arg, hash, id, url);
}

static void
on_held(void *arg, struct span id, struct span url, struct span why)
{
	(void)arg;
	buf_text(&text, "held");
	versions_put(&text, "id", id);
	versions_put(&text, "url", url);
	versions_put(&text, "why", why);
	buf_byte(&text, '\n');
}

static void
read_reconciled(struct span xml)
{
	static const struct reconcile_answer_reader to = { on_differs,
		on_missing, on_extra, on_held };
	struct reconcile_answer a;
	struct buf keep;

	buf_init(&keep, LIMIT_BODY);
	if (!reconcile_answer_read(&a, &keep, xml, &to, NULL, NULL)) {
		buf_text(&text, "refused\n");
	} else {
		buf_printf(&text, "compared: %s",
		    reconcile_outcome_name(a.outcome));
		if (a.outcome == RECONCILE_REFUSED)
			buf_printf(&text, " %s", verdict_name(a.verdict));
		put_number("seq", a.seq);
		put_number("items", a.items);
		put_number("after", a.after);
		versions_put_time(&text, "now", a.now);
		versions_put(&text, "cause", a.cause);
		versions_put(&text, "reason", a.reason);
		buf_text(&text, a.cut ? " cut\n" : "\n");
	}
	buf_clear(&keep);
}

/* --- all of them ----------------------------------------------------------------- */

static const struct {
	const char *ending;
	void (*read)(struct span xml);
} readers[] = {
	{ "-changes.xml", read_changes },
	{ "-answer.xml", read_answer },
	{ "-letters.xml", read_letters },
	{ "-reconcile.xml", read_reconcile },
	{ "-reconciled.xml", read_reconciled },
};
#define READERS (sizeof(readers) / sizeof(readers[0]))

static void
on_file(void *arg, const char *name, struct span bytes)
{
	size_t i = 0;

	(void)arg;
	while (i < READERS && strstr(name, readers[i].ending) == NULL)
		i++;
	if (i == READERS)	/* a greeting: no agent reads it */
		return;
	buf_printf(&text, "--- %s\n", name);
	readers[i].read(bytes);
}

static bool
understood(const char *what)
{
	return strstr(buf_cstr(&text), what) != NULL;
}

/* A version whose recording lost something would prove nothing. */
static void
has_all(const char *version)
{
	static const char *const always[] = { "\nbatch ", " created ",
		" updated ", " deleted ", " move ", " notice ", " unknown=[",
		" critical=[", "answer taken", "answer known", "answer early",
		"answer forked", "answer blocked", "answer bad", "complaint ",
		" kind=[held]" };
	static const char *const since_0_1[] = { " instance=", " held=",
		" cause=[content]", " cause=[blocked]", " want=[",
		" features=[", " kind=[release]", " kind=[refuse]",
		"compare sum", "compare buckets", "compare hashes",
		"compared: same", "compared: differs", "differs: bucket ",
		"in bucket ", "extra item=" };
	static const char *const since_0_2[] = { " cover ", " former=[",
		" link=", " reply ", " health: beat=", " kind=[links]",
		" kind=[trust]", " cause=[settled]" };
	static const char *const since_0_3[] = { " home_error=",
		" looked=13835058055282163712 error=", " links are cut",
		" kind=[move]" };

	for (size_t i = 0; i < sizeof(always) / sizeof(always[0]); i++)
		ck_assert_msg(understood(always[i]), "%s: nothing with \"%s\"",
		    version, always[i]);
	for (size_t i = 0; strcmp(version, "0.0") != 0 &&
	    i < sizeof(since_0_1) / sizeof(since_0_1[0]); i++)
		ck_assert_msg(understood(since_0_1[i]),
		    "%s: nothing with \"%s\"", version, since_0_1[i]);
	for (size_t i = 0; strcmp(version, "0.1") > 0 &&
	    i < sizeof(since_0_2) / sizeof(since_0_2[0]); i++)
		ck_assert_msg(understood(since_0_2[i]),
		    "%s: nothing with \"%s\"", version, since_0_2[i]);
	for (size_t i = 0; strcmp(version, "0.2") > 0 &&
	    i < sizeof(since_0_3) / sizeof(since_0_3[0]); i++)
		ck_assert_msg(understood(since_0_3[i]),
		    "%s: nothing with \"%s\"", version, since_0_3[i]);
}

START_TEST(documents)
{
	size_t count = versions_list();

	for (size_t i = 0; i < count; i++) {
		buf_init(&text, 1u << 20);
		ck_assert_uint_gt(versions_each(versions_name[i], ".xml",
		    on_file, NULL), 20);
		has_all(versions_name[i]);
		versions_means(versions_name[i], "documents.txt", &text);
		buf_clear(&text);
	}
}
END_TEST

static void
fill(TCase *t)
{
	tcase_add_test(t, documents);
}

int
main(void)
{
	return help_main("versions", fill);
}
