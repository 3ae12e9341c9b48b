/*
 * Mail talk: what a mail server said to whom, read along while libcurl sends
 * a mail. libcurl itself tells one number of it all, and its own words; here
 * is each address with the server's line about it, and the server's last word
 * against the mail.
 */
#ifndef ZQ_HUB_MAIL_TALK_H
#define ZQ_HUB_MAIL_TALK_H

#include <stdbool.h>
#include <stddef.h>

#include "contrib/base/span.h"

#define MAIL_TALK_LINE 120	/* bytes of a line that are kept, and a NUL */

struct mail_word {
	int code;		/* RFC 5321 §4.2: 250, 450, 550; 0: none */
	char line[MAIL_TALK_LINE];	/* "550 5.1.1 no such user" */
};

struct mail_talk {
	struct mail_word *to;	/* by place in the list of addresses */
	size_t count, asked;	/* … of which so many were named */
	bool naming;		/* what comes next is about the last of them */
	struct mail_word no;	/* the last of 400 or more, about no address */
};

void mail_talk_init(struct mail_talk *t, size_t count);
void mail_talk_clear(struct mail_talk *t);
/* A command that was sent; a line that came. */
void mail_talk_said(struct mail_talk *t, struct span command);
void mail_talk_heard(struct mail_talk *t, struct span line);

static inline bool
mail_word_is_later(const struct mail_word *w)
{
	return w->code >= 400 && w->code < 500;
}

static inline bool
mail_word_is_never(const struct mail_word *w)
{
	return w->code >= 500 && w->code < 600;
}

#endif
