/*
 * The elements that a reader of XML knows: a table of names, each called by
 * its index from then on.
 */
#ifndef ZQ_PROTOCOL_XML_NAME_H
#define ZQ_PROTOCOL_XML_NAME_H

#define XML_UNKNOWN (-1)	/* the index of what stands in no table */

struct xml_name {
	const char *ns, *local;
};

#endif
