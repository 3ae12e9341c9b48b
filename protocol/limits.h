/*
 * Every ceiling of the protocol, each with its reason.
 *
 * Both sides refuse what goes over one of these, by name. They are promises
 * of the specification (zhanqun-protocol(7)): raising one is a new feature,
 * lowering one breaks agents in the field.
 */
#ifndef ZQ_PROTOCOL_LIMITS_H
#define ZQ_PROTOCOL_LIMITS_H

/* One address. RFC 9110 asks for 8000 at least; real ones of government
 * sites stay under 300. LMDB keys are digests, so this is a matter of taste. */
#define LIMIT_URL 2048

/* A site-local id: a path below a document root, or a CMS's own key. */
#define LIMIT_ID 1024

/* A title, name, source, author; bytes of UTF-8. Longer ones are cut by the
 * agent at a character and refused by the hub. */
#define LIMIT_TEXT 1024

/* Keywords and description: what pages really carry, with room. */
#define LIMIT_LONG_TEXT 8192

/* Out-links of one page that are told; a site map page has about 2,000. */
#define LIMIT_LINKS 4000

/* Unknown parts of one change that are kept and passed on (R25). */
#define LIMIT_UNKNOWN 16384

/* One change as a row, all parts together. 4,000 links of 60 bytes fit. */
#define LIMIT_CHANGE (512u << 10)

/* Changes in one batch, and bytes of one body. The hub buffers a body whole
 * before it decodes it, so this times the credit is the hub's memory. */
#define LIMIT_BATCH 1000
#define LIMIT_BODY (4u << 20)

/* One answer or a set of letters; letters are paged by the hub. */
#define LIMIT_ANSWER (1u << 20)
#define LIMIT_LETTER (64u << 10)

/* The map of the cluster's moves, before it is signed: one rule for a column
 * or a domain, so 100,000 are a great many, at 200 bytes each. */
#define LIMIT_MAP_RULES 100000
#define LIMIT_MAP (20u << 20)

/* Nesting of XML elements: ours is 4; the rest is for unknown parts. */
#define LIMIT_DEPTH 16

/* Header block of a request or an answer, in bytes. */
#define LIMIT_HEADERS 16384

/* How long an agent may ask the hub to hold a letters request, ms. */
#define LIMIT_POLL 60000

/* Hashes of the last changes that the hub keeps per site to tell a resent
 * change from a fork (R4). */
#define LIMIT_RECENT 16

#endif
