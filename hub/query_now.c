#include "hub/query_now.h"

#include "hub/alert.h"
#include "hub/notice.h"
#include "hub/query_inside.h"
#include "hub/silence.h"

struct news {
	uint64_t sum;
};

static void
mix(struct news *n, uint64_t x)
{
	n->sum = (n->sum ^ x) * UINT64_C(0x9e3779b97f4a7c15);
	n->sum ^= n->sum >> 29;
}

static bool
mix_alert(void *arg, const struct alert *a)
{
	mix(arg, a->number);
	mix(arg, (uint64_t)a->ended);
	mix(arg, (uint64_t)a->acked ^ ((uint64_t)a->active << 8 |
	    (uint64_t)a->level));
	return true;
}

static bool
mix_notice(void *arg, const struct notice *n)
{
	mix(arg, n->number);
	mix(arg, (uint64_t)n->changed);
	return true;
}

uint64_t
query_now_news(struct query *q)
{
	struct news n = { .sum = 1 };

	alert_each_open(q->txn, mix_alert, &n);
	notice_each_open(q->txn, 0, mix_notice, &n);
	mix(&n, alert_last(q->txn));
	mix(&n, silence_last(q->txn));
	mix(&n, notice_last(q->txn));
	return n.sum;
}
