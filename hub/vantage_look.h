/*
 * What one agent saw of another site's home page, when the hub couldn't get
 * it and asked; as it stands in the pulse.
 */
#ifndef ZQ_HUB_VANTAGE_LOOK_H
#define ZQ_HUB_VANTAGE_LOOK_H

#include <stdint.h>

#define VANTAGE_ASKED 3		/* agents, at most, of one page at a time */

enum vantage_said {
	VANTAGE_WAITS,		/* it was asked */
	VANTAGE_WELL,		/* the page comes there */
	VANTAGE_FAILED,		/* it doesn't either */
	VANTAGE_MUTE,		/* no answer in time */
};

struct vantage_look {
	uint32_t by;		/* the agent's site; 0: none */
	uint32_t ms;
	uint16_t status;	/* HTTP; 0: no answer, and … */
	uint8_t error;		/* … enum health_error says why */
	uint8_t said;		/* enum vantage_said */
};

#endif
