/*
 * Homes: what the hub sees of its sites' home pages from outside.
 *
 * A look is one GET of a home page, with what was seen at each hop: names
 * asked, addresses, certificates, redirects, and what the page says of itself
 * (home_look). What it comes to as an answer is an outcome: does the page
 * come, and how fast? Beside that stands a judgement (home_judge.h): is it
 * still the site's own page, or has its domain changed hands?
 *
 * A struct home_seen is one look in short, as the monitor takes it; the acts
 * {"do":"homes"} and {"do":"home"} keep looks in the journal (home_act.h),
 * and the view has the last one, the baseline, the days and the samples
 * (home_row.h, home_days.h).
 */
#ifndef ZQ_HUB_HOME_H
#define ZQ_HUB_HOME_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "contrib/base/buf.h"
#include "contrib/base/span.h"
#include "hub/glance.h"
#include "hub/outcome.h"
#include "hub/registrable.h"
#include "hub/trail.h"
#include "hub/webcert.h"

#define HOME_LIMIT 15000	/* ms; a visit that takes so long has failed, by
				 * 国办秘函〔2019〕19号; home_limit may be less */
#define HOME_URL 512		/* bytes that are kept of an address */
#define HOME_HOST 256		/* … of a host */
#define HOME_DETAIL 256
#define HOME_ADDRESSES 8	/* of one host that are kept */
#define HOME_HOPS 11		/* TRAIL_HOPS and the end */
#define HOME_CODE 16		/* bytes of a SiteIDCode that are kept */

/* Did the page come? In the journal and in rows by number: add at the end. */
enum home_outcome {
	HOME_UNKNOWN,		/* nothing can be said: not asked, a wall
				 * against robots, or the hub is cut off */
	HOME_OK,
	HOME_SLOW,		/* it came, late */
	HOME_FAILED,		/* it didn't, or after home_limit; see cause */
	HOME_MOVED,		/* it came, from elsewhere for good */
	HOME_DANGER,		/* something came that isn't the site's page */
	HOME_OUTCOMES
};
const char *home_outcome_name(enum home_outcome o);	/* "slow" */
bool home_outcome_parse(enum home_outcome *o, struct span name);
const char *home_outcome_word(enum home_outcome o);	/* translated */
/* Is the page there for who visits it? Of HOME_UNKNOWN nobody knows. */
bool home_is_there(enum home_outcome o);

/* Is it the site's own? In rows by number: add at the end. */
enum home_verdict {
	HOME_SAME,		/* as it was */
	HOME_NOTE,		/* something changed that is worth a line */
	HOME_CANDIDATE,		/* it may have moved: announced by nobody */
	HOME_HIJACKED,		/* danger: another's page in its place */
	HOME_VERDICTS
};
const char *home_verdict_name(enum home_verdict v);
bool home_verdict_parse(enum home_verdict *v, struct span name);

/* Why a verdict; in rows by number: add at the end. */
enum home_why {
	HOME_WHY_NONE,
	HOME_WHY_ADDRESS,	/* note: other IP addresses */
	HOME_WHY_TITLE,		/* note: another title */
	HOME_WHY_SECURE,	/* note: https is gone, or new */
	HOME_WHY_ELSEWHERE,	/* note: sent elsewhere for now (302) */
	HOME_WHY_ANNOUNCED,	/* note: sent where a move says */
	HOME_WHY_NO_CODE,	/* note: SiteIDCode is another, at first sight */
	HOME_WHY_REDIRECT,	/* candidate: sent elsewhere for good */
	HOME_WHY_SAYS_DOMAIN,	/* candidate: SiteDomain names another */
	HOME_WHY_OTHER_DOMAIN,	/* danger: ends at a stranger's domain */
	HOME_WHY_LANGUAGE,	/* danger: another language, another title */
	HOME_WHY_WORDS,		/* danger: gambling and the like */
	HOME_WHY_PARKED,	/* danger: a domain that is for sale */
	HOME_WHY_MISSING,	/* danger: what a random path gives */
	HOME_WHY_OTHER_CODE,	/* danger: SiteIDCode of another site */
	HOME_WHY_CERTIFICATE,	/* note: its server has a certificate for
				 * others alone */
	HOME_WHYS
};
const char *home_why_name(enum home_why w);	/* "other-domain" */
bool home_why_parse(enum home_why *w, struct span name);
/* A sentence for people, translated. detail: what was seen, a stranger's. */
void home_why_sentence(struct buf *out, enum home_why w, struct span detail);

/* One look in short: what the monitor is told. */
struct home_seen {
	uint32_t site;
	int64_t at;		/* ms, when it ended */
	enum home_outcome outcome;
	enum cause cause;	/* why it failed, or is not known; else FINE:
				 * cause_name(), cause_evidence() */
	uint16_t status;	/* HTTP, of the last answer; 0: none */
	uint32_t ms;		/* all hops together */
	enum home_verdict verdict;
	enum home_why why;
	char address[INET6_ADDRSTRLEN];	/* that answered last, or was tried */
	char host[HOME_HOST];	/* where it ended */
	char detail[HOME_DETAIL];	/* of the cause, or of the verdict */
	int64_t cert_until;	/* ms, of its own host; or CLOCK_NONE */
};

/* --- a look, with its evidence ---------------------------------------------- */

struct home_hop {
	char url[HOME_URL];
	long status;		/* 0: no answer */
	enum hop_kind kind;	/* not of the last one */
	uint32_t ms;
	char address[INET6_ADDRSTRLEN];	/* "" */
	bool has_cert;
	struct webcert cert;
};

struct home_look {
	int64_t at;		/* ms, when it ended */
	enum cause cause;	/* FINE, UNCHANGED (304: no page below), … */
	char detail[HOME_DETAIL];
	uint32_t ms;
	struct home_hop hop[HOME_HOPS];	/* the last is where it ended */
	size_t hops;		/* 1 at least */
	/* DNS, of its own host. */
	char dns[HOME_ADDRESSES][INET6_ADDRSTRLEN];
	size_t dns_count;
	/* https was asked first, and had this trouble; FINE: none. */
	enum cause secure;
	/* The page. */
	bool has_page;
	char title[GLANCE_TITLE];
	enum glance_language language;
	char bad[GLANCE_SIGN], parked[GLANCE_SIGN];
	char code[HOME_CODE];	/* its SiteIDCode; "" */
	char domain[HOME_HOST];	/* its SiteDomain; "" */
	/* A path that can't exist gives the same page? */
	bool asked_missing;	/* it was asked for */
	bool is_missing;
};

/* How a hop sends its visitors on: translated. */
const char *home_hop_word(enum hop_kind k);
/* Where it ended. */
const struct home_hop *home_end(const struct home_look *l);
/* Its registrable domain: whose that is; "" if the address has no host. */
void home_end_domain(char out[REGISTRABLE_MAX], const struct home_look *l);
/* The host of an address, in normal form, cut to what is kept. */
void home_host(char out[HOME_HOST], const char *url);

#endif
