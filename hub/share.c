#include "hub/share.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "contrib/base/backoff.h"
#include "contrib/base/err.h"
#include "contrib/base/mem.h"

struct holder {
	struct holder *next;
	uint64_t who;
	size_t count;
};

struct share {
	size_t most, taken;
	size_t slots;		/* a power of two */
	uint64_t salt;		/* so that nobody can aim at one slot */
	struct holder **slot;
};

struct share *
share_new(size_t most)
{
	struct share *s = mem_new(sizeof(*s));

	s->most = most;
	for (s->slots = 64; s->slots < most; s->slots *= 2)
		;
	s->salt = (uint64_t)backoff_random(UINT32_MAX) << 32 |
	    backoff_random(UINT32_MAX);
	s->slot = mem_new(s->slots * sizeof(struct holder *));
	return s;
}

void
share_free(struct share *s)
{
	if (s == NULL)
		return;
	for (size_t i = 0; i < s->slots; i++) {
		while (s->slot[i] != NULL) {
			struct holder *h = s->slot[i];

			s->slot[i] = h->next;
			free(h);
		}
	}
	free(s->slot);
	free(s);
}

/* Where who is, or would be linked in. */
static struct holder **
place(struct share *s, uint64_t who)
{
	uint64_t mixed = (who ^ s->salt) * 0x9e3779b97f4a7c15u;
	struct holder **h = &s->slot[(mixed >> 32) & (s->slots - 1)];

	while (*h != NULL && (*h)->who != who)
		h = &(*h)->next;
	return h;
}

bool
share_take(struct share *s, uint64_t who)
{
	struct holder **h = place(s, who);
	size_t has = *h != NULL ? (*h)->count : 0;

	if (has >= s->most - s->taken)
		return false;
	if (*h == NULL) {
		*h = mem_new(sizeof(**h));
		(*h)->who = who;
	}
	(*h)->count++;
	s->taken++;
	return true;
}

void
share_give(struct share *s, uint64_t who)
{
	struct holder **h = place(s, who), *mine = *h;

	must(mine != NULL);
	must(s->taken > 0);
	s->taken--;
	if (--mine->count > 0)
		return;
	*h = mine->next;
	free(mine);
}

size_t
share_taken(const struct share *s)
{
	return s->taken;
}

uint64_t
share_who(const struct sockaddr *a)
{
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
	uint64_t who = 0;
	uint32_t mapped;

	if (a->sa_family == AF_INET) {
		memcpy(&v4, a, sizeof(v4));
		return ntohl(v4.sin_addr.s_addr);
	}
	if (a->sa_family != AF_INET6)
		return 0;
	memcpy(&v6, a, sizeof(v6));
	if (IN6_IS_ADDR_V4MAPPED(&v6.sin6_addr)) {
		memcpy(&mapped, &v6.sin6_addr.s6_addr[12], sizeof(mapped));
		return ntohl(mapped);
	}
	memcpy(&who, v6.sin6_addr.s6_addr, sizeof(who));
	return who;
}

uint64_t
share_who_said(struct span address)
{
	struct sockaddr_in v4 = { .sin_family = AF_INET };
	struct sockaddr_in6 v6 = { .sin6_family = AF_INET6 };
	char text[INET6_ADDRSTRLEN] = "";

	if (address.n > 0 && address.n < sizeof(text))
		memcpy(text, address.at, address.n);
	if (inet_pton(AF_INET, text, &v4.sin_addr) == 1)
		return share_who((const struct sockaddr *)&v4);
	if (inet_pton(AF_INET6, text, &v6.sin6_addr) == 1)
		return share_who((const struct sockaddr *)&v6);
	return 0;
}
