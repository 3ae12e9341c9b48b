/*
 * Memory that isn't needed now goes back to the system.
 */
#ifndef ZQ_AGENT_MEMORY_TRIM_H
#define ZQ_AGENT_MEMORY_TRIM_H

/* Free heap, and pages of programs and libraries that are as they are on
 * disk: what is needed of them comes back by itself. For a process that will
 * mostly sleep now. */
void memory_trim(void);

#endif
