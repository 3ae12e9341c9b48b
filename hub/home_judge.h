/*
 * Is it still the site's own page? Two looks at a home page, one from when
 * it was well and one from now, and what the hub knows of the site; out comes
 * a verdict with the fact that gave it. Pure: the same evidence gives the
 * same verdict.
 *
 * One redirect is not a move: an address that sends on for good is a
 * candidate, and so is a page that names another domain as its own. It counts
 * when it has been seen often enough, and long enough (home_row_has_moved()),
 * and even then it is a person who agrees. What a person has said to be right
 * ("home-accept") is the baseline from then on, wherever it ends.
 * But who lands at a stranger's page is told so at once, for a 200 may be a
 * casino.
 */
#ifndef ZQ_HUB_HOME_JUDGE_H
#define ZQ_HUB_HOME_JUDGE_H

#include "hub/home.h"

/* What the hub knows of the site. The questions may be NULL: no. */
struct home_own {
	const char *host;	/* the first of its domains */
	const char *code;	/* its identification code */
	struct span accepted;	/* the host that a person says it may end at,
				 * though it isn't the site's; or empty */
	/* Is this host (normal form) within a domain of the site? */
	bool (*is_own)(void *arg, struct span host);
	/* Does a move that was announced and counts lead to this host? */
	bool (*is_announced)(void *arg, struct span host);
	void *arg;
};

struct home_judgement {
	enum home_verdict verdict;
	enum home_why why;
	char detail[HOME_DETAIL];	/* "www.a.gov.cn -> casino.example" */
};

/* before: NULL if the site is looked at for the first time. A look that saw
 * no page is the same as before: that is an outcome, not a change; but for a
 * certificate that is another's, or an empty page at a stranger's domain. */
void home_judge(struct home_judgement *j, const struct home_look *before,
    const struct home_look *now, const struct home_own *own);
/* The host that a page names as its own (SiteDomain), in small letters:
 * "http://WWW.a.gov.cn/" counts as "www.a.gov.cn". Empty: it names none. */
void home_judge_said(char out[HOME_HOST], const struct home_look *l);

struct home_pace {		/* ms, as set */
	uint32_t slow;		/* from here on a page is late … */
	uint32_t limit;		/* … and from here on a visit has failed */
};

/* Did the page come, and how fast? */
enum home_outcome home_judge_outcome(const struct home_look *now,
    const struct home_judgement *j, const struct home_pace *pace);

#endif
