/*
 * The XML namespaces of the protocol. The number in ours changes only if an
 * old reader would misunderstand: see zhanqun-protocol(7), VERSIONS.
 */
#ifndef ZQ_PROTOCOL_NAMESPACES_H
#define ZQ_PROTOCOL_NAMESPACES_H

#define NS_SITEMAP "http://www.sitemaps.org/schemas/sitemap/0.9"
#define NS_RS "http://www.openarchives.org/rs/terms/"
#define NS_DCTERMS "http://purl.org/dc/terms/"
#define NS_ZQ "urn:zhanqun:1"

#endif
