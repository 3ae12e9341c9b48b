/*
 * What the acts about home pages do to the view.
 *
 *	{"do":"homes","at":MS,"rows":[[SITE,OFFSET,OUTCOME,STATUS,MS,FLAGS,
 *	 CAUSE],…]}	looks, in the order they were made: so many ms after
 *		"at", the outcome by its number (home.h); flags: 1 between the
 *		regular ones, 2 within an announced window; the cause by name,
 *		and only if there is one
 *	{"do":"home","site":N,"look":{…},"verdict":V,"why":W,"detail":D}	one
 *		that said something new, with its evidence (home_json.h); it
 *		stands in a "homes" of its own as well, behind this
 *	{"do":"home-accept","site":N}	a person: the page is right as it is
 *		now
 */
#ifndef ZQ_HUB_HOME_ACT_H
#define ZQ_HUB_HOME_ACT_H

#include "hub/act_read.h"

#define HOME_ACT_ROWS 500	/* of one "homes" */
#define HOME_ACT_EXTRA 1u
#define HOME_ACT_EXCLUDED 2u

act_read_fn home_act_homes, home_act_home, home_act_accept;

#endif
