/*
 * Three kinds of trouble, never mixed.
 *
 * We are wrong: must(). The machine failed (memory, disk, our own files):
 * fatal(). Somebody else is wrong (a peer, a page, an operator's file): a
 * return code and a counter, and life goes on; those two words have no place
 * there. Nothing that a stranger can reach ends the process.
 */
#ifndef ZQ_BASE_ERR_H
#define ZQ_BASE_ERR_H

/* What must be true; always on. Says where, dumps core. */
#define must(cond)							\
	((cond) ? (void)0 : err_must(__FILE__, __LINE__, __func__, #cond))

/* One line on stderr and in the log, exit 1. Starting again is recovery. */
_Noreturn void fatal(const char *fmt, ...)
    __attribute__((format(printf, 1, 2)));

_Noreturn void err_must(const char *file, int line, const char *func,
    const char *cond);

#endif
