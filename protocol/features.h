/*
 * Features: the words by which two versions tell each other what they can do
 * (R25). An agent names its own in each batch, a hub in the greeting and in
 * each answer; a side uses only what the other has named.
 *
 * A word is never given another meaning. What everybody has had from the
 * first version on (change lists, answers, letters) needs none, and is named
 * for people.
 */
#ifndef ZQ_PROTOCOL_FEATURES_H
#define ZQ_PROTOCOL_FEATURES_H

#define FEATURE_CHANGES "changes"
#define FEATURE_LETTERS "letters"
#define FEATURE_CMP "cmp"
#define FEATURE_CHUNKED "chunked"
#define FEATURE_RECONCILE "reconcile"	/* POST /v1/reconcile, WANT_PROVE */
#define FEATURE_INSTANCE "instance"	/* the attribute, and its judging */
#define FEATURE_WANT "want"		/* WANT_RETELL, WANT_RENEW */
#define FEATURE_GATE "gate"		/* `held`, letters release and refuse */
#define FEATURE_TRUST "trust"		/* the letter */
#define FEATURE_MOVES "moves"		/* WORD_FORMER, replies, covers; moves
					 * are acted on, letters `links` and
					 * the map (movemap.h) come of them */
#define FEATURE_HEALTH "health"		/* zq:health before a batch */
#define FEATURE_LOOK "look"		/* letters of that kind, in passing, and
					 * zq:looked before a batch. An agent
					 * names it only if its settings say
					 * that it looks for others */

#define FEATURES_AGENT FEATURE_CHANGES " " FEATURE_LETTERS " " \
	FEATURE_RECONCILE " " FEATURE_INSTANCE " " FEATURE_WANT " " \
	FEATURE_GATE " " FEATURE_TRUST " " FEATURE_MOVES " " FEATURE_HEALTH
#define FEATURES_HUB FEATURE_CHANGES " " FEATURE_LETTERS " " FEATURE_CMP " " \
	FEATURE_CHUNKED " " FEATURE_RECONCILE " " FEATURE_INSTANCE " " \
	FEATURE_WANT " " FEATURE_GATE " " FEATURE_TRUST " " FEATURE_MOVES \
	" " FEATURE_HEALTH " " FEATURE_LOOK

#endif
