/*
 * Acts about keys: tickets are given, a key is bound by one, and renewed by
 * the key before it.
 */
#ifndef ZQ_HUB_ACT_TICKET_H
#define ZQ_HUB_ACT_TICKET_H

#include <stdbool.h>
#include <stdint.h>

#include "certs/ca.h"
#include "certs/ticket.h"
#include "contrib/base/db.h"
#include "hub/act_read.h"

act_read_fn act_ticket_give, act_ticket_enroll, act_ticket_renew,
    act_ticket_adopt;

struct act_ticket {
	uint32_t site;
	int64_t expires;	/* ms */
	bool used;
	uint8_t key_hash[CA_KEY_HASH];
};
bool act_ticket(struct db_txn *t, const uint8_t ref[TICKET_REF],
    struct act_ticket *ticket);

#endif
