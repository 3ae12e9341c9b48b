/*
 * A site's domains; see act_domain.h.
 */
#include "hub/act_domain.h"

#include "contrib/base/buf.h"
#include "contrib/base/clock.h"
#include "hub/act_move.h"
#include "hub/domains.h"
#include "hub/moved.h"
#include "hub/rule.h"
#include "protocol/url.h"
#include "protocol/wire.h"

#define HOST_MAX 256

/* Domains as site.h wants them, but for one; how many. */
static size_t
copy_domains(struct buf *to, const struct site *s, struct span but)
{
	struct span rest = s->domains, one;
	size_t n = 0;

	while (site_domain_next(&rest, &one)) {
		if (span_is(one, but))
			continue;
		write_span(to, one);
		n++;
	}
	return n;
}

static size_t
count_domains(const struct site *s)
{
	struct span rest = s->domains, one;
	size_t n = 0;

	while (site_domain_next(&rest, &one))
		n++;
	return n;
}

static const char *
add(struct group *g, const struct site *s, struct span domain)
{
	struct site now = *s;
	struct buf domains;
	uint32_t other;

	if (s->retired)
		return "the site is retired";
	if (site_by_domain(g->txn, domain, &other))
		return "the domain is a site's already";
	if (count_domains(s) >= SITE_DOMAINS)
		return "a site has up to 64 domains";
	buf_init(&domains, (SITE_DOMAINS + 1) * (HOST_MAX + 4));
	copy_domains(&domains, s, SPAN_NONE);
	write_span(&domains, domain);
	now.domains = buf_look(&domains);
	site_put(g->txn, &now);
	buf_clear(&domains);
	moved_look_host(g, domain);
	site_put_domain(g->txn, domain, s->number);
	group_stand(g, s->number)->again = 0;
	return NULL;
}

/* The proof is of the first. */
static const char *
take(struct group *g, const struct site *s, struct span domain)
{
	struct site now = *s;
	struct span rest = s->domains, first = SPAN_NONE;
	struct buf domains;
	size_t had = count_domains(s), left;

	buf_init(&domains, (SITE_DOMAINS + 1) * (HOST_MAX + 4));
	left = copy_domains(&domains, s, domain);
	(void)site_domain_next(&rest, &first);
	if (left < had && left > 0) {
		if (span_is(first, domain)) {
			now.proven = false;
			now.checked = CLOCK_NONE;
			now.evidence = SPAN_NONE;
		}
		now.domains = buf_look(&domains);
		now.cleared = 0;
		site_put(g->txn, &now);
		moved_look_host(g, domain);
		site_free_domain(g->txn, domain);
	}
	buf_clear(&domains);
	return left == had ? "the domain is not the site's" :
	    left == 0 ? "it is the site's only one" : NULL;
}

/* The site, and the domain in normal form. */
static const char *
read(struct group *g, const json_t *o, struct site *s, struct buf *host)
{
	struct span given = act_read_text(o, "domain");
	const char *why = "a domain is a text";

	if (!act_read_site(g, o, s))
		return ACT_READ_NO_SITE;
	return given.n > 0 && url_host_normal(host, given, &why) ? NULL : why;
}

static void
done(struct group *g, struct buf *host)
{
	group_forget_host(g);
	buf_clear(host);
}

const char *
act_domain_add(struct group *g, const struct entry *e, const json_t *o)
{
	const char *why;
	struct buf host;
	struct site s;

	buf_init(&host, HOST_MAX);
	why = read(g, o, &s, &host);
	if (why == NULL)
		why = add(g, &s, buf_look(&host));
	group_forget_host(g);
	if (why == NULL)
		domains_note(g, e, s.number, DOMAINS_GIVEN, buf_look(&host),
		    o);
	if (why == NULL)
		act_move_domain(g, e, s.number, buf_look(&host));
	buf_clear(&host);
	return why;
}

const char *
act_domain_remove(struct group *g, const struct entry *e, const json_t *o)
{
	const char *why;
	struct buf host;
	struct site s;

	buf_init(&host, HOST_MAX);
	why = read(g, o, &s, &host);
	if (why == NULL)
		why = take(g, &s, buf_look(&host));
	if (why == NULL)
		domains_note(g, e, s.number, DOMAINS_TAKEN, buf_look(&host),
		    o);
	done(g, &host);
	return why;
}

const char *
act_domain_again(struct group *g, const struct entry *e, const json_t *o)
{
	uint64_t most = UINT64_MAX;
	struct stand *stand;
	struct site s;

	if (!act_read_site(g, o, &s))
		return ACT_READ_NO_SITE;
	(void)act_read_number(o, "most", INT64_MAX, &most);
	stand = group_stand(g, s.number);
	stand->again = rule_look_again(g, s.number, e->at, stand->again,
	    most);
	return NULL;
}
