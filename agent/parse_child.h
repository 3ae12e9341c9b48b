/*
 * The parse child's side of parse.h, and what goes between the two.
 *
 * Questions are datagrams of a SOCK_SEQPACKET pair: two spans (url, name)
 * and the file's descriptor beside them. Answers are a stream: u32 length of
 * what follows, u8 kind, bytes. The first is the hello.
 */
#ifndef ZQ_AGENT_PARSE_CHILD_H
#define ZQ_AGENT_PARSE_CHILD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "agent/record.h"
#include "protocol/limits.h"

enum parse_answer {
	PARSE_HELLO = 1,	/* what sandbox_enter() got, as text */
	PARSE_RECORD = 2,	/* a record row */
};

#define PARSE_HEAD 5		/* length and kind */
#define PARSE_QUESTION_MAX (LIMIT_URL + LIMIT_ID + 16)
#define PARSE_ANSWER_MAX (RECORD_ROW_MAX + PARSE_HEAD)

struct parse_child {
	int questions, answers;
	size_t page, memory;
	int zone;
	bool behind;
};

/* Until the questions end. Other descriptors are closed already. */
_Noreturn void parse_child_run(const struct parse_child *c);

#endif
