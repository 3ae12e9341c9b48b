/*
 * Thrift: memory that isn't needed now goes back to the system.
 */
#ifndef ZQ_AGENT_THRIFT_H
#define ZQ_AGENT_THRIFT_H

/* Free heap, and pages of programs and libraries that are as they are on
 * disk: what is needed of them comes back by itself. For a process that will
 * mostly sleep now. */
void thrift(void);

#endif
