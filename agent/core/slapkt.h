/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RG_SLAPKT_H
#define RG_SLAPKT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * DOC: what operations of `ip sla` ask, and what counts as an answer
 *
 * Bytes only: an ICMP echo (RFC 792, RFC 4443), a question for an address
 * (RFC 1035), a GET of HTTP/1.0 (RFC 1945). Whoever asks gives each question an
 * identity that its answer has to repeat.
 */
enum slapkt_verdict {
	SLAPKT_OK = 0,
	SLAPKT_OTHER,		/* not the answer: somebody else's, or an older one */
	SLAPKT_MORE,		/* not all of it yet */
	SLAPKT_REFUSED,		/* an answer that says no: DNS error, HTTP status */
	SLAPKT_MALFORMED,
};

#define SLAPKT_ECHO		16	/* bytes of an echo */
#define SLAPKT_DNS_MAX		160	/* of a question: 12 + 129 + 4, rounded up */
#define SLAPKT_HTTP_MAX		320	/* of a request */

size_t slapkt_echo(bool six, uint16_t id, uint16_t seq,
		   uint8_t out[SLAPKT_ECHO]);
enum slapkt_verdict slapkt_echo_answer(bool six, uint16_t id, uint16_t seq,
				       const uint8_t *p, size_t len);
size_t slapkt_dns(uint16_t id, const char *name, uint8_t out[SLAPKT_DNS_MAX]);
enum slapkt_verdict slapkt_dns_answer(uint16_t id, const char *name,
				      const uint8_t *p, size_t len);
size_t slapkt_http(const char *path, const char *host,
		   char out[SLAPKT_HTTP_MAX]);
enum slapkt_verdict slapkt_http_answer(const char *p, size_t len);

#endif /* RG_SLAPKT_H */
