/*
 * The hub's counters: one table that the parts add to, /metrics prints and
 * zqhub status reads. A new counter is a line here and nothing else.
 */
#ifndef ZQ_HUB_COUNTERS_H
#define ZQ_HUB_COUNTERS_H

#include "contrib/base/stats.h"

#define COUNTERS(X)							\
X(EDGE_CONNECTIONS, "zq_edge_connections", 0, GAUGE,			\
    "Connections open at the edge")					\
X(EDGE_HANDSHAKES, "zq_edge_handshakes_total", 0, COUNTER,		\
    "TLS handshakes completed")						\
X(EDGE_RESUMED, "zq_edge_resumed_total", 0, COUNTER,			\
    "TLS handshakes that resumed a session, at a quarter of the cost")	\
X(EDGE_HANDSHAKE_FAILED, "zq_edge_handshakes_failed_total", 0, COUNTER,	\
    "TLS handshakes that failed")					\
X(EDGE_REQUESTS, "zq_edge_requests_total", 0, COUNTER,			\
    "Requests that reached the edge")					\
X(EDGE_REFUSED, "zq_edge_refused_total", 0, COUNTER,			\
    "Requests refused at the edge: malformed, no certificate, too large")	\
X(EDGE_TURNED_AWAY, "zq_edge_turned_away_total", 0, COUNTER,		\
    "Connections closed at once: their address had its share")		\
X(EDGE_BYTES, "zq_edge_received_bytes_total", 0, COUNTER,		\
    "Bytes of request bodies received")					\
X(EDGE_BODY_MEMORY, "zq_edge_body_bytes", 0, GAUGE,			\
    "Bytes of bodies held at the edge now")				\
X(EDGE_BODIES_WAITING, "zq_edge_bodies_waiting", 0, GAUGE,		\
    "Large batches that wait for room before they are read")		\
X(EDGE_CPU, "zq_part_cpu_microseconds_total", "part=\"edge\"", COUNTER,	\
    "CPU time used by a part")						\
X(CORE_CPU, "zq_part_cpu_microseconds_total", "part=\"core\"", COUNTER,	\
    "CPU time used by a part")						\
X(CORE_TAKE_CPU, "zq_core_take_cpu_microseconds_total", 0, COUNTER,	\
    "CPU time of core spent taking batches into the journal")		\
X(CORE_APPLY_CPU, "zq_core_apply_cpu_microseconds_total", 0, COUNTER,	\
    "CPU time of core spent applying the journal to the view")		\
X(TAKEN_BATCHES, "zq_taken_batches_total", 0, COUNTER,			\
    "Batches taken into the journal")					\
X(TAKEN_CHANGES, "zq_taken_changes_total", 0, COUNTER,			\
    "Changes taken into the journal")					\
X(TAKEN_GROUPS, "zq_taken_groups_total", 0, COUNTER,			\
    "Journal transactions, one fsync each")				\
X(KNOWN_CHANGES, "zq_known_changes_total", 0, COUNTER,			\
    "Changes that came again and had been taken before")		\
X(EARLY_BATCHES, "zq_early_batches_total", 0, COUNTER,			\
    "Batches refused for a hole before them")				\
X(FORKED_BATCHES, "zq_forked_batches_total", 0, COUNTER,		\
    "Batches with a number that had other content before")		\
X(HELD_CHANGES, "zq_held_changes_total", 0, COUNTER,			\
    "Changes kept and not applied")					\
X(REFUSED_CHANGES, "zq_refused_changes_total", 0, COUNTER,		\
    "Changes that could not be decoded")				\
X(APPLIED_ENTRIES, "zq_applied_entries_total", 0, COUNTER,		\
    "Journal entries applied to the view")				\
X(APPLIED_GROUPS, "zq_applied_groups_total", 0, COUNTER,		\
    "View transactions")						\
X(JOURNAL_PLACE, "zq_journal_place", 0, GAUGE,				\
    "Place of the newest journal entry")				\
X(VIEW_PLACE, "zq_view_place", 0, GAUGE,				\
    "Place that the view stands at")					\
X(SHOW_LAG, "zq_show_lag_milliseconds", 0, HISTOGRAM,			\
    "From taken (durable) to shown (searchable)")			\
X(TAKE_TIME, "zq_take_milliseconds", 0, HISTOGRAM,			\
    "From the last byte of a batch to its answer")			\
X(LETTERS_SENT, "zq_letters_sent_total", 0, COUNTER,			\
    "Letters handed to agents")						\
X(LETTERS_WAITING, "zq_letters_waiting", 0, GAUGE,			\
    "Long polls being held")						\
X(RECONCILE_SAME, "zq_reconciles_total", "outcome=\"same\"", COUNTER,	\
    "Comparisons of the index with what a site has, by their outcome")	\
X(RECONCILE_DIFFERS, "zq_reconciles_total", "outcome=\"differs\"", COUNTER, \
    "Comparisons of the index with what a site has, by their outcome")	\
X(RECONCILE_LATER, "zq_reconciles_total", "outcome=\"later\"", COUNTER,	\
    "Comparisons of the index with what a site has, by their outcome")	\
X(RECONCILE_REFUSED, "zq_reconciles_total", "outcome=\"refused\"", COUNTER, \
    "Comparisons of the index with what a site has, by their outcome")	\
X(RECONCILE_MISSED, "zq_reconcile_missed_changes_total", 0, COUNTER,	\
    "Changes that push did not bring and comparing found")		\
X(CHECK_LOOKED, "zq_check_looked_total", 0, COUNTER,			\
    "Looks at addresses outside of the cluster")			\
X(CHECK_BAD, "zq_check_bad_total", 0, COUNTER,				\
    "Looks that found gone, soft-404 or suspicious")			\
X(CHECK_DANGER, "zq_check_danger_total", 0, COUNTER,			\
    "Looks that found something suspicious: tell the referrers")	\
X(CHECK_UNDER_WAY, "zq_check_under_way", 0, GAUGE,			\
    "Addresses given to the check part and not answered yet")		\
X(HOME_LOOKED, "zq_home_looked_total", 0, COUNTER,			\
    "Looks at home pages of sites")					\
X(HOME_FAILED, "zq_home_failed_total", 0, COUNTER,			\
    "Looks at home pages that failed, or took 15 s")			\
X(HOME_DANGER, "zq_home_danger_total", 0, COUNTER,			\
    "Looks that found a stranger's page in a home page's place")	\
X(HOME_NAMES, "zq_home_names_total", 0, COUNTER,			\
    "Names of home pages that were seen to lead elsewhere between looks") \
X(HOME_UNDER_WAY, "zq_home_under_way", 0, GAUGE,			\
    "Home pages that are being looked at now")				\
X(RECONCILE_CPU, "zq_core_reconcile_cpu_microseconds_total", 0, COUNTER, \
    "CPU time of core spent comparing")					\
X(ENROLLED, "zq_enrolled_total", 0, COUNTER,				\
    "Certificates issued to sites")					\
X(ENROLL_REFUSED, "zq_enroll_refused_total", 0, COUNTER,		\
    "Enrolments refused")						\
X(CA_EXPIRY, "zq_certificate_expiry_timestamp_seconds", "of=\"ca\"",	\
    GAUGE, "When a certificate of the hub's own runs out")		\
X(HUB_EXPIRY, "zq_certificate_expiry_timestamp_seconds", "of=\"hub\"",	\
    GAUGE, "When a certificate of the hub's own runs out")		\
X(WEB_REQUESTS, "zq_web_requests_total", 0, COUNTER,			\
    "Requests answered by the web part")				\
X(WEB_CONNECTIONS, "zq_web_connections", 0, GAUGE,			\
    "Connections open at the web part")					\
X(WEB_TURNED_AWAY, "zq_web_turned_away_total", 0, COUNTER,		\
    "Connections to the web part closed at once: their address had its " \
    "share")								\
X(WEB_LIVE, "zq_web_live", 0, GAUGE,					\
    "Pages that are told at once what changes")				\
X(WEB_LIVE_REFUSED, "zq_web_live_refused_total", 0, COUNTER,		\
    "Pages that asked to be told at once when as many were as may be")	\
X(WEB_TIME, "zq_web_milliseconds", 0, HISTOGRAM,			\
    "Time to make a web answer")					\
X(FORMER_MOVED, "zq_web_former_total", "status=\"308\"", COUNTER,	\
    "Requests for former domains that are pointed at the hub")		\
X(FORMER_GONE, "zq_web_former_total", "status=\"410\"", COUNTER,	\
    "Requests for former domains that are pointed at the hub")		\
X(FORMER_NEVER, "zq_web_former_total", "status=\"404\"", COUNTER,	\
    "Requests for former domains that are pointed at the hub")		\
X(PART_STARTS_EDGE, "zq_part_starts_total", "part=\"edge\"", COUNTER,	\
    "Times a part was started")						\
X(PART_STARTS_CORE, "zq_part_starts_total", "part=\"core\"", COUNTER,	\
    "Times a part was started")						\
X(PART_STARTS_CA, "zq_part_starts_total", "part=\"ca\"", COUNTER,	\
    "Times a part was started")						\
X(PART_STARTS_WEB, "zq_part_starts_total", "part=\"web\"", COUNTER,	\
    "Times a part was started")

enum counter {
#define X(id, name, labels, kind, help) COUNTER_##id,
	COUNTERS(X)
#undef X
	COUNTER_COUNT
};

/* Opens the shared block with the table above; before the first fork. */
void counters_open(void);
extern const struct stats_def counters_table[COUNTER_COUNT];

#endif
