/*
 * Parsers that are used again; see xml_parser.h.
 *
 * The shelf is one list for each thread: the last one given is the first one
 * taken. No document leaves anything on it but names in a dictionary, which
 * nobody can ask for.
 */
#include "protocol/xml_parser.h"

#include "contrib/base/err.h"
#include "contrib/base/mem.h"

#include <stdlib.h>

struct known {		/* names of the table, as libxml2 interned them */
	const xmlChar *ns, *local;
};

struct xml_parser {
	xmlParserCtxtPtr context;
	const struct xml_name *names;
	struct known *known;
	size_t count, hint;
	unsigned documents;
	struct xml_parser *next;	/* on the shelf */
};

static _Thread_local struct {
	struct xml_parser *first;
	size_t count;
} shelf;

/* --- a new one ------------------------------------------------------------ */

static const xmlChar *
intern(struct xml_parser *p, const char *s)
{
	return xmlDictLookup(p->context->dict, (const xmlChar *)s, -1);
}

static struct xml_parser *
make(const struct xml_name *names, size_t count, const xmlSAXHandler *sax)
{
	struct xml_parser *p = mem_new(sizeof(*p));
	xmlSAXHandler copy = *sax;

	p->context = xmlCreatePushParserCtxt(&copy, NULL, NULL, 0, NULL);
	if (p->context == NULL)
		fatal("xml: no memory for a parser");
	xmlCtxtUseOptions(p->context, XML_PARSE_NOENT | XML_PARSE_NONET);
	p->names = names;
	p->count = count;
	p->known = mem_grow(NULL, count, sizeof(*p->known));
	for (size_t i = 0; i < count; i++)
		p->known[i] = (struct known){
			.ns = intern(p, names[i].ns),
			.local = intern(p, names[i].local),
		};
	return p;
}

static void
destroy(struct xml_parser *p)
{
	xmlFreeDoc(p->context->myDoc);	/* a DTD's: not freed with it */
	xmlFreeParserCtxt(p->context);
	free(p->known);
	free(p);
}

/* --- as new --------------------------------------------------------------- */

/* xmlCtxtReset() of 2.9 keeps the namespaces in scope and the name of a DTD,
 * and loses the catalogs that a processing instruction named: such a parser
 * isn't used again. */
static bool
is_at_rest(xmlParserCtxtPtr c)
{
	return c->wellFormed && c->nsWellFormed && !c->disableSAX &&
	    c->errNo == XML_ERR_OK && c->lastError.code == XML_ERR_OK &&
	    c->instate == XML_PARSER_EOF && c->nameNr == 0 && c->nsNr == 0 &&
	    c->myDoc == NULL && c->intSubName == NULL && c->catalogs == NULL &&
	    c->attsDefault == NULL && c->attsSpecial == NULL;
}

static bool
is_small(xmlParserCtxtPtr c)
{
	return c->nameMax <= XML_PARSER_DEPTH &&
	    c->spaceMax <= XML_PARSER_DEPTH &&
	    xmlDictSize(c->dict) <= XML_PARSER_NAMES &&
	    xmlDictGetUsage(c->dict) <= XML_PARSER_NAME_BYTES;
}

static bool
made_new(struct xml_parser *p)
{
	xmlParserCtxtPtr c = p->context;

	if (xmlCtxtResetPush(c, NULL, 0, NULL, NULL) != 0)
		return false;
	/* What it leaves behind: without a first chunk, a new one looks for
	 * a byte order mark. */
	c->charset = XML_CHAR_ENCODING_NONE;
	c->progressive = 0;
	c->_private = NULL;
	p->hint = 0;
	return true;
}

/* --- the shelf ------------------------------------------------------------ */

struct xml_parser *
xml_parser_take(const struct xml_name *names, size_t count,
    const xmlSAXHandler *sax)
{
	for (struct xml_parser **at = &shelf.first; *at != NULL;
	    at = &(*at)->next) {
		struct xml_parser *p = *at;

		if (p->names != names || p->count != count)
			continue;
		*at = p->next;
		shelf.count--;
		*p->context->sax = *sax;
		return p;
	}
	return make(names, count, sax);
}

void
xml_parser_give(struct xml_parser *p, bool fine)
{
	if (p == NULL)
		return;
	if (!fine || shelf.count == XML_PARSERS ||
	    ++p->documents == XML_PARSER_DOCUMENTS ||
	    !is_at_rest(p->context) || !is_small(p->context) || !made_new(p)) {
		destroy(p);
		return;
	}
	p->next = shelf.first;
	shelf.first = p;
	shelf.count++;
}

/* --- what the reader asks ------------------------------------------------- */

xmlParserCtxtPtr
xml_parser_context(const struct xml_parser *p)
{
	return p->context;
}

int
xml_parser_index(struct xml_parser *p, const xmlChar *ns,
    const xmlChar *local)
{
	for (size_t i = 0; i < p->count; i++) {
		size_t at = p->hint + i;

		if (at >= p->count)
			at -= p->count;
		if (p->known[at].local == local && p->known[at].ns == ns) {
			p->hint = at;
			return (int)at;
		}
	}
	return XML_UNKNOWN;
}
