/*
 * What the hub finds outside: every name leads to one address, and a home
 * page is there, 20 KB long. In a network of its own, so as root only.
 */
#ifndef ZQ_LOAD_OUTSIDE_H
#define ZQ_LOAD_OUTSIDE_H

#include <stdbool.h>

/* This process, and what it starts from now on, is in that network; what
 * answers there is a process of its own, which ends with this one. False: it
 * can't be had here. Before anything else is opened. */
bool outside_open(void);

#endif
