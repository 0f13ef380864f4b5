// SPDX-License-Identifier: GPL-2.0-or-later
#include "slapkt.h"

#include <string.h>

#include "out.h"

#define ECHO4		8
#define ECHO4_REPLY	0
#define ECHO6		128
#define ECHO6_REPLY	129

#define DNS_HEAD	12
#define DNS_RESPONSE	0x80	/* of byte 2 */
#define DNS_RECURSE	0x01
#define DNS_RCODE	0x0f	/* of byte 3 */

static void put16(uint8_t *p, uint16_t v)
{
	p[0] = (uint8_t)(v >> 8);
	p[1] = (uint8_t)v;
}

static uint16_t get16(const uint8_t *p)
{
	return (uint16_t)(p[0] << 8 | p[1]);
}

static uint16_t checksum(const uint8_t *p, size_t len)
{
	uint32_t sum = 0;
	size_t i;

	for (i = 0; i + 1 < len; i += 2)
		sum += get16(p + i);
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)~sum;
}

/**
 * slapkt_echo - ask for an echo
 * @six: by ICMPv6, whose checksum the kernel makes
 * @id: identifier
 * @seq: sequence number
 * @out: gets the message
 *
 * Return: its length.
 */
size_t slapkt_echo(bool six, uint16_t id, uint16_t seq,
		   uint8_t out[SLAPKT_ECHO])
{
	memset(out, 0, SLAPKT_ECHO);
	out[0] = six ? ECHO6 : ECHO4;
	put16(out + 4, id);
	put16(out + 6, seq);
	if (!six)
		put16(out + 2, checksum(out, SLAPKT_ECHO));
	return SLAPKT_ECHO;
}

/**
 * slapkt_echo_answer - is this the echo
 * @six: ICMPv6
 * @id: identifier of the question
 * @seq: its sequence number
 * @p: what a raw socket got: over IPv4 with the header of IP
 * @len: its length
 *
 * The kernel has verified the checksum of IP, and of ICMPv6.
 *
 * Return: SLAPKT_OK or SLAPKT_OTHER.
 */
enum slapkt_verdict slapkt_echo_answer(bool six, uint16_t id, uint16_t seq,
				       const uint8_t *p, size_t len)
{
	size_t head = 0;

	if (!six) {
		if (len < 20)
			return SLAPKT_OTHER;
		head = (size_t)(p[0] & 15) * 4;
	}
	if (len < head + 8)
		return SLAPKT_OTHER;
	p += head;
	if (p[0] != (six ? ECHO6_REPLY : ECHO4_REPLY) || p[1] ||
	    get16(p + 4) != id || get16(p + 6) != seq)
		return SLAPKT_OTHER;
	if (!six && checksum(p, (len - head) & ~(size_t)1))
		return SLAPKT_OTHER;
	return SLAPKT_OK;
}

/* The name as labels, with the end; returns the length. */
static size_t put_name(const char *name, uint8_t *out)
{
	size_t at = 0, n;

	while (*name) {
		n = strcspn(name, ".");
		out[at++] = (uint8_t)n;
		memcpy(out + at, name, n);
		at += n;
		name += n;
		name += *name == '.';
	}
	out[at++] = 0;
	return at;
}

/**
 * slapkt_dns - ask for the IPv4 address of a name
 * @id: identity
 * @name: at most 127 characters, labels of 1 to 63
 * @out: gets the message
 *
 * Return: its length.
 */
size_t slapkt_dns(uint16_t id, const char *name, uint8_t out[SLAPKT_DNS_MAX])
{
	size_t at = DNS_HEAD;

	memset(out, 0, SLAPKT_DNS_MAX);
	put16(out, id);
	out[2] = DNS_RECURSE;
	put16(out + 4, 1);
	at += put_name(name, out + at);
	put16(out + at, 1);		/* A */
	put16(out + at + 2, 1);		/* IN */
	return at + 4;
}

static uint8_t lower(uint8_t c)
{
	return c >= 'A' && c <= 'Z' ? (uint8_t)(c - 'A' + 'a') : c;
}

/**
 * slapkt_dns_answer - is this the answer
 * @id: identity of the question
 * @name: of the question
 * @p: what came from the name server
 * @len: its length
 *
 * Return: SLAPKT_OK if it has at least one record, SLAPKT_OTHER: of another
 * question, SLAPKT_REFUSED: an error, or no such record.
 */
enum slapkt_verdict slapkt_dns_answer(uint16_t id, const char *name,
				      const uint8_t *p, size_t len)
{
	uint8_t asked[SLAPKT_DNS_MAX];
	size_t n = slapkt_dns(id, name, asked), i;

	if (len < DNS_HEAD || get16(p) != id || !(p[2] & DNS_RESPONSE))
		return SLAPKT_OTHER;
	/* A server that cannot read the question does not repeat it. */
	if (p[3] & DNS_RCODE)
		return SLAPKT_REFUSED;
	if (len < n || get16(p + 4) != 1)
		return SLAPKT_OTHER;
	for (i = DNS_HEAD; i < n; i++) {
		if (lower(p[i]) != lower(asked[i]))
			return SLAPKT_OTHER;
	}
	return get16(p + 6) ? SLAPKT_OK : SLAPKT_REFUSED;
}

/**
 * slapkt_http - ask for a page
 * @path: at most 127 characters
 * @host: for the header, at most 64 characters
 * @out: gets the request
 *
 * Return: its length.
 */
size_t slapkt_http(const char *path, const char *host,
		   char out[SLAPKT_HTTP_MAX])
{
	struct out o;

	out_init(&o, out, SLAPKT_HTTP_MAX);
	out_fmt(&o, "GET %s HTTP/1.0\r\nHost: %s\r\nUser-Agent: rgd\r\nConnection: close\r\n\r\n",
		path, host);
	return o.len;
}

/**
 * slapkt_http_answer - what does the server say
 * @p: what came so far
 * @len: its length
 *
 * Return: SLAPKT_OK for a status from 200 to 399, SLAPKT_REFUSED for another,
 * SLAPKT_MORE: the first line is not complete, SLAPKT_MALFORMED: no HTTP.
 */
enum slapkt_verdict slapkt_http_answer(const char *p, size_t len)
{
	static const char head[] = "HTTP/1.";
	size_t n = sizeof(head) - 1, i;

	if (memcmp(p, head, len < n ? len : n))
		return SLAPKT_MALFORMED;
	/* "HTTP/1.x NNN", and what ends the number */
	if (len < n + 6)
		return SLAPKT_MORE;
	p += n + 1;
	if (p[0] != ' ' || (p[4] != ' ' && p[4] != '\r' && p[4] != '\n'))
		return SLAPKT_MALFORMED;
	for (i = 1; i <= 3; i++) {
		if (p[i] < '0' || p[i] > '9')
			return SLAPKT_MALFORMED;
	}
	return p[1] == '2' || p[1] == '3' ? SLAPKT_OK : SLAPKT_REFUSED;
}
