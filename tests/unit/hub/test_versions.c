/*
 * The journal of a hub of an older version is opened by this one, holds what
 * it held (each entry, each site's position), and comes to the index that it
 * came to then. Then it is written on. And what an older agent posted is
 * decoded, and taken, as the edge and the core do it; its request for a
 * certificate is understood by the CA of then. See
 * tests/golden/versions/README.
 */
#include "certs/enroll.h"
#include "tests/unit/hub/storekit.h"
#include "tests/unit/versions.h"

static struct buf text;		/* what was understood */

/* --- the journal -------------------------------------------------------------- */

static bool
on_entry(void *arg, const struct entry *e)
{
	struct change c;

	(void)arg;
	buf_printf(&text, "%llu site %u ", (unsigned long long)e->place,
	    e->site);
	versions_put_time(&text, "at", e->at);
	if (e->site == 0) {
		buf_printf(&text, " %.*s\n", SPAN_ARGS(e->body));
		return true;
	}
	buf_printf(&text, " %llu/%llu ", (unsigned long long)e->incarnation,
	    (unsigned long long)e->seq);
	ck_assert(change_read(&c, e->body));
	ck_assert_uint_eq(c.seq, e->seq);
	versions_put_change(&text, &c);
	return true;
}

static void
put_position(struct journal *j, uint32_t site)
{
	struct position p;

	if (!journal_position(j, site, &p))
		return;
	buf_printf(&text, "position of %u: %llu/%llu head=%llu place=%llu "
	    "before=%llu instance=%llu,%llu held=%llu skew=%lld agent=%s "
	    "features=[%s]", site, (unsigned long long)p.incarnation,
	    (unsigned long long)p.last, (unsigned long long)p.head,
	    (unsigned long long)p.place, (unsigned long long)p.before,
	    (unsigned long long)p.instance,
	    (unsigned long long)p.instance_before,
	    (unsigned long long)p.held, (long long)p.skew, p.agent,
	    p.features);
	versions_put_time(&text, "heard", p.heard);
	buf_text(&text, " recent=");
	for (uint64_t i = 0; i < LIMIT_RECENT && i < p.last; i++)
		text_hex(&text, p.recent[(p.last - i) % LIMIT_RECENT], 4);
	buf_byte(&text, '\n');
}

static void
put_journal(struct journal *j)
{
	uint64_t at = 1;

	ck_assert_uint_eq(journal_verify(j), 0);
	while (at <= journal_last(j))
		at = journal_read(j, at, 1000, on_entry, NULL);
	for (uint32_t site = 1; site < 10; site++)
		put_position(j, site);
}

/* --- what it comes to ----------------------------------------------------------- */

static bool
on_site(void *arg, const struct site_info *s)
{
	(void)arg;
	buf_printf(&text, "site %u %s", s->number, s->code);
	versions_put(&text, "name", s->name);
	versions_put(&text, "domain", s->domain);
	buf_printf(&text, " taken=%llu items=%llu withdrawn=%llu held=%llu "
	    "letters=%llu,%llu%s%s key=", (unsigned long long)s->taken,
	    (unsigned long long)s->items, (unsigned long long)s->withdrawn,
	    (unsigned long long)s->held, (unsigned long long)s->letters,
	    (unsigned long long)s->confirmed,
	    s->state == SITE_BLOCKED ? " blocked" : "",
	    s->retired ? " retired" : "");
	text_hex(&text, s->key, s->has_key ? 32 : 0);
	versions_put_time(&text, "proven", s->synced);
	buf_byte(&text, '\n');
	return true;
}

static bool
on_item(void *arg, const struct item_info *i)
{
	(void)arg;
	buf_printf(&text, "item %llu of %u", (unsigned long long)i->number,
	    i->site);
	versions_put(&text, "url", i->said.url);
	versions_put(&text, "title", i->said.word[WORD_TITLE]);
	buf_printf(&text, " changes=%llu%s\n", (unsigned long long)i->changes,
	    i->withdrawn ? " withdrawn" : "");
	return true;
}

static bool
on_held(void *arg, const struct held *h)
{
	(void)arg;
	/* An act that can't be followed is held as one of site 0. */
	ck_assert_uint_ne(h->site, 0);
	buf_printf(&text, "held %llu of %u\n", (unsigned long long)h->place,
	    h->site);
	return true;
}

static void
put_index(struct kit *k)
{
	struct query_spec spec = kit_spec("");
	struct store *s = kit_store(k);
	struct query_page page;
	struct query *q;

	/* After it was recorded: what is yet to come isn't believed. */
	clock_set(KIT_NOW + INT64_C(365) * 86400000, 0);
	q = query_begin(s);
	spec.limit = QUERY_LIMIT;
	spec.by_taken = true;
	query_sites(q, on_site, NULL);
	query_items(q, &spec, on_item, NULL, &page);
	query_held(q, 0, 1000, on_held, NULL);
	query_end(q);
	store_close(s);
	clock_set(KIT_NOW, 0);
}

static void
open_old(struct kit *k, const char *version)
{
	kit_open(k, &journal_lmdb);
	view_close(k->view);
	journal_close(k->journal);
	kit_wipe(k->journal_dir);
	kit_wipe(k->view_dir);
	versions_load(version, "hub-journal.dump", k->journal_dir);
	k->journal = journal_open(&journal_lmdb, k->journal_dir, true,
	    KIT_MOST, &k->why);
	ck_assert_msg(k->journal != NULL, "%s", buf_cstr(&k->why));
	kit_open_view(k);
}

/* The site of the old agent goes on where it was, and is shown. */
static void
write_on(struct kit *k)
{
	struct position p;
	struct change c = kit_change(CHANGE_CREATED,
	    "https://www.zhengzhou.gov.cn/later.html", "later");
	struct journal_verdict v;
	uint64_t last = journal_last(k->journal);

	ck_assert(journal_position(k->journal, 1, &p));
	v = kit_post(k, 1, p.incarnation, p.last + 1, &c, 1);
	ck_assert_int_eq(v.verdict, VERDICT_TAKEN);
	ck_assert_uint_eq(v.taken, p.last + 1);
	ck_assert_uint_eq(journal_last(k->journal), last + 1);
	ck_assert_uint_eq(journal_verify(k->journal), 0);
	kit_show(k, 10);
	ck_assert(journal_position(k->journal, 1, &p));
	ck_assert_uint_eq(p.last, v.taken);
}

START_TEST(journals)
{
	size_t count = versions_list();
	struct kit k;

	for (size_t i = 0; i < count; i++) {
		buf_init(&text, 1u << 20);
		open_old(&k, versions_name[i]);
		put_journal(k.journal);
		kit_show(&k, 7);
		put_index(&k);
		versions_means(versions_name[i], "hub-journal.txt", &text);
		write_on(&k);
		kit_close(&k);
		buf_clear(&text);
	}
}
END_TEST

/* --- requests for certificates ----------------------------------------------------- */

struct desk {
	struct enroll *enroll;
	struct ticket ticket;
	uint8_t key[CA_KEY_HASH];	/* that was last asked for */
	unsigned requests, renewals;
};

/* The ticket's, with its secret; then one signed with the certificate before,
 * for a new key. */
static void
on_request(void *arg, const char *name, struct span der)
{
	struct desk *d = arg;
	struct enroll_request r;
	const char *why = "";

	ck_assert_msg(enroll_read(d->enroll, der, &r, &why), "%s: %s", name,
	    why);
	if (r.is_confirm)
		return;
	if (r.is_renewal) {
		ck_assert_uint_eq(r.site, 1);
		ck_assert_mem_eq(r.old_key_hash, d->key, CA_KEY_HASH);
		ck_assert_mem_ne(r.key_hash, d->key, CA_KEY_HASH);
		d->renewals++;
	} else {
		ck_assert(r.has_ref && r.mac_good);
		ck_assert_mem_eq(r.ref, d->ticket.ref, TICKET_REF);
	}
	memcpy(d->key, r.key_hash, CA_KEY_HASH);
	d->requests++;
}

static void
read_ticket(const char *version, const struct ca *ca, struct ticket *t)
{
	uint8_t secret[TICKET_SECRET];
	char path[200];
	struct buf b;
	const char *why = "";

	snprintf(path, sizeof(path), VERSIONS "/%s/ticket.txt", version);
	buf_init(&b, 1000);
	help_file(&b, path);
	ck_assert_msg(ticket_parse(t, text_trim(buf_look(&b)), &why), "%s",
	    why);
	ck_assert_mem_eq(t->pin, ca->pin, TICKET_PIN);
	ticket_secret(secret, ca->ticket_key, t->ref);
	ck_assert_mem_eq(t->secret, secret, TICKET_SECRET);
	buf_clear(&b);
}

/* Keys must be readable by nobody else, and git doesn't know of that. */
static void
open_ca(const char *version, struct ca *ca, struct ca *next)
{
	char dir[] = "/tmp/zq-ca-XXXXXX", command[400], key[64], cert[64];
	struct buf why;

	ck_assert(mkdtemp(dir) != NULL);
	snprintf(command, sizeof(command), "cp " VERSIONS "/%s/hub-ca/* %s && "
	    "chmod 600 %s/*.key", version, dir, dir);
	ck_assert(system(command) == 0);
	buf_init(&why, 1000);
	ck_assert_msg(ca_open(ca, dir, &why), "%s", buf_cstr(&why));
	snprintf(key, sizeof(key), "%s/next.key", dir);
	snprintf(cert, sizeof(cert), "%s/next.pem", dir);
	if (access(key, F_OK) == 0)	/* it was being rolled over */
		ck_assert_msg(ca_read(next, key, cert, &why), "%s",
		    buf_cstr(&why));
	buf_clear(&why);
	kit_wipe(dir);
}

START_TEST(requests)
{
	size_t count = versions_list();

	for (size_t i = 0; i < count; i++) {
		struct desk d = { .requests = 0 };
		struct ca ca, next = { .key = NULL };

		open_ca(versions_name[i], &ca, &next);
		read_ticket(versions_name[i], &ca, &d.ticket);
		d.enroll = enroll_new(&ca, CA_LEAF_DAYS);
		enroll_roll(d.enroll, next.key != NULL ? &next : NULL);
		ck_assert_uint_ge(versions_each(versions_name[i],
		    "-cmp.request.der", on_request, &d), 1);
		ck_assert_uint_ge(d.requests, 1);
		if (i > 0)	/* since 0.1 they renew when the hub wants */
			ck_assert_uint_ge(d.renewals, 1);
		enroll_free(d.enroll);
		ca_close(&ca);
		if (next.key != NULL)
			ca_close(&next);
	}
}
END_TEST

static void
fill(TCase *t)
{
	tcase_add_test(t, requests);
	tcase_add_test(t, journals);
}

int
main(void)
{
	return help_main("versions", fill);
}
