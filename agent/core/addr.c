// SPDX-License-Identifier: GPL-2.0-or-later
#include "addr.h"

#include <arpa/inet.h>
#include <errno.h>
#include <string.h>

#include "out.h"

static size_t addr_bytes(const struct rg_addr *a)
{
	return a->family == RG_V4 ? 4 : 16;
}

/**
 * addr_bits - width of an address
 * @a: the address
 *
 * Return: 32 or 128.
 */
unsigned int addr_bits(const struct rg_addr *a)
{
	return a->family == RG_V4 ? 32 : 128;
}

/**
 * addr_parse - read an address
 * @s: text, need not be terminated
 * @len: its length
 * @out: the address, untouched on error
 *
 * IPv4 as four decimal numbers without leading zeros, IPv6 as RFC 4291
 * section 2.2. No zone identifiers.
 *
 * Return: 0 or -EINVAL.
 */
int addr_parse(const char *s, size_t len, struct rg_addr *out)
{
	struct rg_addr a = { 0 };
	char text[ADDR_STRLEN];

	if (!len || len >= sizeof(text) || memchr(s, '\0', len))
		return -EINVAL;
	memcpy(text, s, len);
	text[len] = '\0';
	if (memchr(s, ':', len)) {
		a.family = RG_V6;
		if (inet_pton(AF_INET6, text, a.b) != 1)
			return -EINVAL;
	} else {
		a.family = RG_V4;
		if (inet_pton(AF_INET, text, a.b) != 1)
			return -EINVAL;
	}
	*out = a;
	return 0;
}

/**
 * addr_parse_prefix - read ADDRESS/LENGTH
 * @s: text, need not be terminated
 * @len: its length
 * @out: address as written (host bits are kept) and length
 *
 * Return: 0, -EINVAL, or -ERANGE for a length that the family does not have.
 */
int addr_parse_prefix(const char *s, size_t len, struct rg_prefix *out)
{
	const char *slash = memchr(s, '/', len);
	struct rg_prefix p = { 0 };
	unsigned int bits = 0;
	const char *d;

	if (!slash || addr_parse(s, (size_t)(slash - s), &p.addr))
		return -EINVAL;
	d = slash + 1;
	if (d == s + len || s + len - d > 3)
		return -EINVAL;
	for (; d < s + len; d++) {
		if (*d < '0' || *d > '9')
			return -EINVAL;
		bits = bits * 10 + (unsigned int)(*d - '0');
	}
	if (bits > addr_bits(&p.addr))
		return -ERANGE;
	p.len = (uint8_t)bits;
	*out = p;
	return 0;
}

/**
 * addr_print - write an address as text
 * @a: the address
 * @buf: the text: what addr_parse() reads; "none" for no address
 */
void addr_print(const struct rg_addr *a, char buf[ADDR_STRLEN])
{
	int af = a->family == RG_V4 ? AF_INET : AF_INET6;
	struct out o;

	if (a->family == RG_NONE || !inet_ntop(af, a->b, buf, ADDR_STRLEN)) {
		out_init(&o, buf, ADDR_STRLEN);
		out_str(&o, "none");
	}
}

/**
 * addr_print_prefix - write ADDRESS/LENGTH as text
 * @p: the prefix
 * @buf: the text: what addr_parse_prefix() reads
 */
void addr_print_prefix(const struct rg_prefix *p, char buf[PREFIX_STRLEN])
{
	char text[ADDR_STRLEN];
	struct out o;

	addr_print(&p->addr, text);
	out_init(&o, buf, PREFIX_STRLEN);
	out_fmt(&o, "%s/%u", text, (unsigned int)p->len);
}

/**
 * addr_cmp - order of two addresses
 * @a: one
 * @b: the other
 *
 * IPv4 comes before IPv6, then they are ordered as numbers.
 *
 * Return: less than, equal to or greater than 0, as memcmp().
 */
int addr_cmp(const struct rg_addr *a, const struct rg_addr *b)
{
	if (a->family != b->family)
		return a->family < b->family ? -1 : 1;
	return memcmp(a->b, b->b, sizeof(a->b));
}

/**
 * addr_equal - are two addresses the same?
 * @a: one
 * @b: the other
 *
 * Return: true when they are.
 */
bool addr_equal(const struct rg_addr *a, const struct rg_addr *b)
{
	return !addr_cmp(a, b);
}

/**
 * addr_is_unicast - may a router hold this address?
 * @a: the address
 *
 * Return: false for no address, unspecified and "this network" (0/8, ::),
 * loopback (127/8, ::1), multicast, class E with the limited broadcast, and
 * IPv4-mapped IPv6 addresses (RFC 1122 section 3.2.1.3, RFC 4291).
 */
bool addr_is_unicast(const struct rg_addr *a)
{
	static const uint8_t zero[15];

	if (a->family == RG_V4)
		return a->b[0] && a->b[0] != 127 && a->b[0] < 224;
	if (a->family != RG_V6 || a->b[0] == 0xff)
		return false;
	if (!memcmp(a->b, zero, 15) && a->b[15] <= 1)
		return false;
	return memcmp(a->b, zero, 10) || a->b[10] != 0xff || a->b[11] != 0xff;
}

/**
 * addr_is_link_local6 - is it in fe80::/10?
 * @a: the address
 *
 * Return: true when it is.
 */
bool addr_is_link_local6(const struct rg_addr *a)
{
	return a->family == RG_V6 && a->b[0] == 0xfe && (a->b[1] & 0xc0) == 0x80;
}

/**
 * addr_next - the address that follows
 * @a: the address
 *
 * Return: false when it was the last one of its family, which wraps to zero.
 */
bool addr_next(struct rg_addr *a)
{
	size_t i = addr_bytes(a);

	while (i--) {
		if (++a->b[i])
			return true;
	}
	return false;
}

/**
 * addr_prev - the address before
 * @a: the address
 *
 * Return: false when it was zero, which wraps to the last one.
 */
bool addr_prev(struct rg_addr *a)
{
	size_t i = addr_bytes(a);

	while (i--) {
		if (a->b[i]--)
			return true;
	}
	return false;
}

/**
 * addr_mask - first address of a network
 * @a: any address in it
 * @len: its prefix length; more than the family has means all of it
 *
 * Return: @a with its host bits zero.
 */
struct rg_addr addr_mask(const struct rg_addr *a, unsigned int len)
{
	struct rg_addr r = *a;
	size_t i;

	for (i = 0; i < addr_bytes(a); i++) {
		if (len < 8 * i)
			r.b[i] = 0;
		else if (len < 8 * i + 8)
			r.b[i] &= (uint8_t)(0xff00 >> (len - 8 * i));
	}
	return r;
}

/**
 * addr_last - last address of a network
 * @a: any address in it
 * @len: its prefix length; more than the family has means all of it
 *
 * Return: @a with its host bits one.
 */
struct rg_addr addr_last(const struct rg_addr *a, unsigned int len)
{
	struct rg_addr r = *a;
	size_t i;

	for (i = 0; i < addr_bytes(a); i++) {
		if (len < 8 * i)
			r.b[i] = 0xff;
		else if (len < 8 * i + 8)
			r.b[i] |= (uint8_t)(0xff >> (len - 8 * i));
	}
	return r;
}

/**
 * addr_in_prefix - is an address in a prefix?
 * @a: the address
 * @p: the prefix; its host bits do not matter
 *
 * Return: true when it is.
 */
bool addr_in_prefix(const struct rg_addr *a, const struct rg_prefix *p)
{
	struct rg_addr x = addr_mask(a, p->len);
	struct rg_addr y = addr_mask(&p->addr, p->len);

	return a->family == p->addr.family && addr_equal(&x, &y);
}

/**
 * addr_netmask - netmask of a prefix length
 * @len: 0-32
 *
 * Return: the mask as an IPv4 address.
 */
struct rg_addr addr_netmask(unsigned int len)
{
	struct rg_addr ones = { .family = RG_V4,
				.b = { 0xff, 0xff, 0xff, 0xff } };

	return addr_mask(&ones, len);
}

/**
 * addr_netmask_len - prefix length of a netmask
 * @mask: for instance 255.255.255.0
 *
 * Return: 0-32, or -EINVAL when its ones are not all in front, or for IPv6.
 */
int addr_netmask_len(const struct rg_addr *mask)
{
	struct rg_addr m;
	unsigned int len;

	if (mask->family != RG_V4)
		return -EINVAL;
	for (len = 0; len <= 32; len++) {
		m = addr_netmask(len);
		if (addr_equal(&m, mask))
			return (int)len;
	}
	return -EINVAL;
}

/**
 * addr_wildcard_len - prefix length of a wildcard
 * @wildcard: for instance 0.0.0.255: a netmask upside down
 *
 * Return: 0-32, or -EINVAL when its ones are not all at the end, or for IPv6.
 */
int addr_wildcard_len(const struct rg_addr *wildcard)
{
	struct rg_addr m = *wildcard;
	size_t i;

	for (i = 0; i < 4; i++)
		m.b[i] = (uint8_t)~m.b[i];
	return addr_netmask_len(&m);
}
