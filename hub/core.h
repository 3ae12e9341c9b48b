/*
 * The core: the one writer. It takes what sites say into the journal,
 * answers when that is durable, shows it in the view, holds long polls,
 * judges enrolments, and does what operators ask over the control socket.
 *
 * Born with two ends of channels: one to the edge (FRAME_BATCH … in,
 * FRAME_ANSWER, FRAME_DROP, FRAME_BLOCKED out), one to the ca (FRAME_CMP,
 * FRAME_GRANT, FRAME_MINT out, FRAME_ASK, FRAME_ANSWER, FRAME_MINTED in). A
 * FRAME_CMP is passed on to the ca with its number, and the ca's
 * FRAME_ANSWER with the same number back to the edge. It opens both stores
 * after the fork, brings the view up to the journal (that may take minutes
 * after a rebuild; frames wait in their sockets meanwhile), and serves until
 * one of its channels ends.
 */
#ifndef ZQ_HUB_CORE_H
#define ZQ_HUB_CORE_H

#include <event2/event.h>

#include "contrib/base/buf.h"
#include "hub/config.h"

struct core;

/* Takes both descriptors. Opens the stores and DIR/control; NULL: why. The
 * config is kept. When a channel ends the loop is told to break. */
struct core *core_new(struct event_base *base, const struct config *config,
    int edge_fd, int ca_fd, struct buf *why);
/* Takes fd: the check part is at its other end. When that ends the loop is
 * told to break. */
void core_watch_links(struct core *c, int fd);
/* Takes fd: the notify part is at its other end; as above. */
void core_notify(struct core *c, int fd);
/* Takes fd: the packet channel by which operators act on the page. */
void core_hear_page(struct core *c, int fd);
/* Lets go of everything; the view gets its clean mark. */
void core_free(struct core *c);

/* The part as a process: its own loop, core_new(), the sandbox, and then
 * frames until SIGTERM (0) or the end of a channel (1). check_fd: -1 if
 * nobody looks at links that leave the cluster. page_fd: -1 if there is no
 * web part. notify_fd: -1 if there is nobody to be told. */
int core_run(const struct config *config, int edge_fd, int ca_fd,
    int check_fd, int page_fd, int notify_fd);

#endif
