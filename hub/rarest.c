#include "hub/rarest.h"

#include "hub/links.h"
#include "hub/run.h"

enum rarity { OWN, OF_A_FEW, OF_A_TEMPLATE, RARITIES };

static enum rarity
rarity_of(uint64_t pages)
{
	return pages <= 1 ? OWN : pages <= LINKS_ALIKE ? OF_A_FEW :
	    OF_A_TEMPLATE;
}

struct handing {
	const struct rarest *what;
	rarest_fn *each;
	void *arg;
	uint64_t n;		/* links so far, with those left out */
};

static void
hand_out(struct handing *h, const struct run_piece *p, uint64_t pages)
{
	for (size_t i = 0; i < p->n; i++, h->n++)
		if (h->n >= h->what->skip &&
		    h->n - h->what->skip < h->what->limit)
			h->each(h->arg, &p->link[i], pages);
}

/* Each piece of the page is a run of its site. */
static void
hand_out_those(struct handing *h, struct db_txn *t, enum rarity rarity)
{
	struct span rows = h->what->links;
	struct run_piece piece;
	struct run run;

	while (run_cut(&rows, &piece)) {
		uint64_t pages = run_find(t, h->what->site, &piece, &run) ?
		    run.pages : 1;

		if (rarity_of(pages) == rarity)
			hand_out(h, &piece, pages);
	}
}

uint64_t
rarest_each(struct db_txn *t, const struct rarest *r, rarest_fn *each,
    void *arg)
{
	struct handing h = { .what = r, .each = each, .arg = arg };

	for (int rarity = OWN; rarity < RARITIES; rarity++)
		hand_out_those(&h, t, (enum rarity)rarity);
	return h.n;
}
