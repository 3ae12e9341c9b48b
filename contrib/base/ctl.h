/*
 * The control socket: one JSON object a line, asked and answered.
 *
 * {"do": "site-add", …} is answered by any number of {"progress": …} lines
 * and one {"ok": …} or {"error": "…", "hint": "…"}. Who may speak is a
 * matter of the socket file's permissions (0660, its directory's group); the
 * peer's uid (SO_PEERCRED) is handed on for the audit.
 */
#ifndef ZQ_BASE_CTL_H
#define ZQ_BASE_CTL_H

#include <event2/event.h>
#include <jansson.h>
#include <stdbool.h>
#include <sys/types.h>

#define CTL_LINE_MAX (4u << 20)		/* bytes of one request or answer */
#define CTL_PEERS_MAX 32		/* connections at a time */

struct ctl;
struct ctl_peer;

/* The asked object lives until the callback returns. The answer may come
 * later: keep peer, and check ctl_peer_gone() by way of on_gone. */
typedef void ctl_ask_fn(void *arg, struct ctl_peer *peer, json_t *ask,
    uid_t uid);
typedef void ctl_gone_fn(void *arg, struct ctl_peer *peer);

/* Makes the socket (replacing a dead one), NULL and errno if it can't. */
struct ctl *ctl_open(struct event_base *base, const char *path,
    ctl_ask_fn *on_ask, ctl_gone_fn *on_gone, void *arg);
void ctl_close(struct ctl *c);

void ctl_progress(struct ctl_peer *peer, json_t *what);	/* takes what */
void ctl_ok(struct ctl_peer *peer, json_t *result);	/* takes result */
void ctl_fail(struct ctl_peer *peer, const char *hint, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* The asking side, blocking. NULL: nobody listens (errno), else the last
 * answer, an object of the caller's; who listens and keeps silent, without
 * even a progress line, for `patience` ms has not answered, which is an
 * {"error": …} too, and so is an ask of NULL. Takes ask. */
#define CTL_PATIENCE 30000	/* ms: what ctl_ask() waits */
#define CTL_PATIENCE_QUICK 5000	/* ms: for what is answered at once */
typedef void ctl_progress_fn(void *arg, json_t *what);
json_t *ctl_ask_within(const char *path, json_t *ask, int patience,
    ctl_progress_fn *on_progress, void *arg);
json_t *ctl_ask(const char *path, json_t *ask, ctl_progress_fn *on_progress,
    void *arg);

#endif
