/*
 * Questions about links, for zqhub, the web and the API: what links.h says,
 * with pages, sites and words.
 */
#ifndef ZQ_HUB_QUERY_LINKS_H
#define ZQ_HUB_QUERY_LINKS_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "hub/checked.h"
#include "hub/cover.h"
#include "hub/links.h"
#include "hub/query.h"

/* Spans live until the callback returns. */
struct target_info {
	struct span url;
	enum target_state state;
	bool broken;
	struct span now;	/* where it is now, if that is known */
	bool looked;		/* no agent judges it (seen.h), and it was
				 * looked at or pinned */
	struct checked seen;	/* … what was seen; until the query ends */
	int64_t asked;		/* ms, when this was asked */
	uint32_t move;		/* by which; 0: none */
	char code[CODE_MAX + 1];	/* of the site it is of; or "" */
};

/* "here" …; of what no agent judges what was seen, if it was: "gone" … */
const char *query_links_state(const struct target_info *t);
/* Who says so: "agent", "announcement", "check", "person"; "": nobody. */
const char *query_links_judge(const struct target_info *t);

struct link_info {
	uint64_t item;		/* the page … */
	struct span page, title;	/* … its address, its title */
	uint32_t site;
	char code[CODE_MAX + 1];	/* … and its site's */
	uint64_t more;		/* pages of the site that are alike; not in
				 * query_links_from() */
	enum link_kind kind;
	uint32_t line;		/* 0: not known */
	struct span to;		/* as the page has it, in normal form */
	struct span text;
	const struct target_info *target;
	uint64_t folded;		/* > 0: no page, but so many more of
					 * this site that link there, too */
	uint64_t folded_links;		/* > 0: no more pages, but so many more
					 * links on those that were named */
};
typedef bool query_link_fn(void *arg, const struct link_info *l);

const char *link_kind_name(enum link_kind k);		/* "anchor" … */

/* What somebody typed: a host name alone is a domain with all below it; what
 * ends in a slash, all below that; else an address. False: why. */
bool query_links_scope(struct span typed, bool exact,
    enum rewrite_scope *scope, struct buf *url, const char **why);

struct link_spec {
	enum rewrite_scope scope;
	struct span url;	/* normal form */
	bool only;		/* of an address: to this page, and not what
				 * servers may answer alike */
	uint32_t site;		/* only links from there; 0: from all */
	bool others;		/* … from all but the site that url is of */
	uint64_t skip;		/* links of pages before */
	size_t limit;
	size_t of_site;		/* links of one site to one target, the others
				 * are folded; 0: all */
	int64_t steps;		/* that it may cost (links.h); 0: as many as
				 * an operator may wait for */
};
#define QUERY_LINKS_WEB INT64_C(2000000)	/* for a reader of the web */
#define QUERY_LINKS_LINE INT64_C(250000)	/* … of one line of a page */

struct link_page {
	uint64_t shown;		/* with those that were folded */
	bool more;		/* skip += shown gives the next page */
	bool cut;		/* it would have been too much to read */
};

/* Of an address those first that are spelled as it is; then what a server
 * answers alike. */
void query_links_to(struct query *q, const struct link_spec *spec,
    query_link_fn *each, void *arg, struct link_page *page);
void query_links_count(struct query *q, const struct link_spec *spec,
    struct link_count *n);
/* How many other sites link to this one, and pages of theirs. */
void query_links_inbound(struct query *q, uint32_t site, int64_t steps,
    struct link_count *n);
/* Links of an item as query_item() gave it, in the order of the page. */
void query_links_from(struct query *q, const struct item_info *i,
    query_link_fn *each, void *arg);
/* A part of them, by `skip` and `limit`, the rarest first (rarest.h); only
 * these are judged. How many links the page has. */
uint64_t query_links_from_part(struct query *q, const struct item_info *i,
    const struct link_spec *spec, query_link_fn *each, void *arg);

/* --- what is broken ------------------------------------------------------- */

struct broken_info {
	struct target_info target;
	struct link_count links;	/* to it, from the site asked for */
};
typedef bool query_broken_fn(void *arg, const struct broken_info *b);

struct broken_spec {
	uint32_t site;		/* that links there; 0: all */
	struct span after;	/* the url of the last one; or empty */
	size_t limit;
	int64_t steps;		/* as above */
};
/* Linked to from a site or from all. False: there may be more. */
bool query_links_broken(struct query *q, const struct broken_spec *spec,
    query_broken_fn *each, void *arg);

/* --- do portal and members link to each other? ---------------------------- */

struct reciprocal {
	struct site_info portal, member;
	bool to, back;		/* the portal to the member; the other way */
};
typedef bool query_reciprocal_fn(void *arg, const struct reciprocal *r);
/* Sites of the kind "portal", and for each the sites that have it as their
 * parent, or none. */
void query_links_reciprocal(struct query *q, query_reciprocal_fn *each,
    void *arg);

/* --- what a site's sources cover ------------------------------------------ */

/* Its spans live until the query ends. */
void query_covers(struct query *q, uint32_t site, cover_fn *each, void *arg);

/* --- as JSON -------------------------------------------------------------- */

json_t *json_link(const struct link_info *l);		/* the caller's */
json_t *json_target(const struct target_info *t);
json_t *json_broken(const struct broken_info *b);
json_t *json_reciprocal(const struct reciprocal *r);

#endif
