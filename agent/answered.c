/* See answered.h. */
#include "agent/answered.h"

bool
answered_is(const struct fetch_answer *a)
{
	return a->status >= 100 && a->status <= 999 &&
	    (a->code == CURLE_OK || a->too_long);
}

enum health_error
answered_why(const struct fetch_answer *a)
{
	if (answered_is(a))
		return HEALTH_FINE;
	switch (a->code) {
	case CURLE_COULDNT_RESOLVE_HOST:
		return HEALTH_NAME;
	case CURLE_COULDNT_CONNECT:
		return HEALTH_REFUSED;
	case CURLE_OPERATION_TIMEDOUT:
		return HEALTH_TIMEOUT;
	case CURLE_SSL_CONNECT_ERROR:
	case CURLE_SSL_CERTPROBLEM:
	case CURLE_SSL_CIPHER:
	case CURLE_PEER_FAILED_VERIFICATION:
		return HEALTH_TLS;
	case CURLE_GOT_NOTHING:
	case CURLE_PARTIAL_FILE:
	case CURLE_RECV_ERROR:
	case CURLE_SEND_ERROR:
		return HEALTH_CUT;
	default:
		return HEALTH_OTHER;
	}
}
