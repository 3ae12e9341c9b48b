/*
 * Change lists. Numbers come without holes; what is handed out is sane, and
 * written as a list of its own it reads as the same change, behind the same
 * health.
 */
#include "contrib/base/buf.h"
#include "contrib/base/err.h"
#include "protocol/changelist.h"
#include "protocol/limits.h"

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t n);

struct seen {
	uint64_t next;
	bool again;		/* reading what we wrote */
	uint8_t hash[32];	/* of what was written */
	struct health health;
	struct vantage_answer looked;
	unsigned count;
};

static void
same(const struct health *a, const struct health *b)
{
	struct buf one, two;

	buf_init(&one, 100);
	buf_init(&two, 100);
	health_write(&one, a);
	health_write(&two, b);
	must(one.n == two.n && memcmp(one.at, two.at, one.n) == 0);
	buf_clear(&one);
	buf_clear(&two);
}

static void
on_head(void *arg, const struct batch *h)
{
	struct seen *s = arg;

	must(s->next == 0 && h->first > 0 && h->incarnation > 0);
	s->next = h->first;
	if (s->again)
		same(&s->health, &h->health);
	s->health = h->health;
	must(!s->again || h->looked.task == s->looked.task);
	s->looked = h->looked;
}

static void on_change(void *arg, uint64_t seq, const struct change *c,
    const char *why);

static void
write_and_read(const struct change *c, const struct health *health,
    const struct vantage_answer *looked)
{
	struct seen s = { .again = true, .health = *health,
		.looked = *looked };
	struct changelist *l = changelist_new(on_head, on_change, &s);
	struct buf b;

	change_hash(c, s.hash);
	buf_init(&b, 8u << 20);
	changelist_begin(&b, &(struct batch){ .incarnation = 1, .first = 1,
	    .head = 1, .now = c->when, .health = *health,
	    .looked = *looked });
	changelist_put(&b, c);
	changelist_end(&b);
	must(!b.bad);
	must(changelist_feed(l, b.at, b.n) && changelist_finish(l));
	must(s.count == 1);
	changelist_free(l);
	buf_clear(&b);
}

static void
on_change(void *arg, uint64_t seq, const struct change *c, const char *why)
{
	struct seen *s = arg;
	uint8_t hash[32];

	must(seq == s->next && seq > 0);
	must((c == NULL) == (why != NULL));
	s->next++;
	s->count++;
	if (c == NULL) {
		must(!s->again && why[0] != '\0');
		return;
	}
	must(c->seq == seq && change_is_sane(c, NULL));
	if (s->again) {
		change_hash(c, hash);
		must(memcmp(hash, s->hash, 32) == 0);
	} else {
		write_and_read(c, &s->health, &s->looked);
	}
}

/* The first byte says how large the pieces are. */
int
LLVMFuzzerTestOneInput(const uint8_t *at, size_t n)
{
	struct seen s = { .next = 0 };
	struct changelist *l = changelist_new(on_head, on_change, &s);
	size_t piece = n > 0 && at[0] < 128 ? at[0] + 1u : n + 1;
	bool good = true;

	for (size_t i = 1; i < n && good; i += piece)
		good = changelist_feed(l, at + i, n - i < piece ? n - i :
		    piece);
	good = changelist_finish(l) && good;
	must(good == (changelist_error(l)[0] == '\0'));
	must(s.count <= LIMIT_BATCH + 1);
	changelist_free(l);
	return 0;
}
