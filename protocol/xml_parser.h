/*
 * A parser of libxml2, set up for one table of names, and the shelf on which
 * parsers wait for the next document.
 *
 * To make one costs as much as to read a small document: a dictionary, the
 * table's names put into it, a dozen of stacks. So one that has read its
 * document to the end without any complaint is made as new and put on the
 * shelf. What strangers could make grow in it, the dictionary above all,
 * which forgets no name, has its ceiling; one that got over it is freed.
 */
#ifndef ZQ_PROTOCOL_XML_PARSER_H
#define ZQ_PROTOCOL_XML_PARSER_H

#include <libxml/parser.h>
#include <stdbool.h>
#include <stddef.h>

#include "protocol/xml_name.h"

#define XML_PARSERS 8		/* on the shelf at most */
#define XML_PARSER_DOCUMENTS 1000 /* then it is freed */
#define XML_PARSER_BYTES 65536	/* of a document; a larger one gains little */
#define XML_PARSER_NAMES 1024	/* in its dictionary */
#define XML_PARSER_NAME_BYTES 32768
#define XML_PARSER_DEPTH 256	/* entries of its stacks */

struct xml_parser;

/* As if it were new, whoever had it before. Keeps names. */
struct xml_parser *xml_parser_take(const struct xml_name *names,
    size_t count, const xmlSAXHandler *sax);
/* fine: its document came to an orderly end, and wasn't too long. NULL is
 * taken, too. */
void xml_parser_give(struct xml_parser *p, bool fine);

xmlParserCtxtPtr xml_parser_context(const struct xml_parser *p);
/* Where a name that libxml2 tells stands in the table, or XML_UNKNOWN. */
int xml_parser_index(struct xml_parser *p, const xmlChar *ns,
    const xmlChar *local);

#endif
