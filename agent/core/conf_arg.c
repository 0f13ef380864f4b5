// SPDX-License-Identifier: GPL-2.0-or-later
#include "conf_gram.h"

#include <string.h>

/* As the kernel's dev_valid_name(), and printable. */
static bool take_ifname(const struct lex_token *t)
{
	if (t->len >= CONF_IF_LEN || memchr(t->s, '/', t->len) ||
	    memchr(t->s, ':', t->len))
		return false;
	return !lex_is(t, ".") && !lex_is(t, "..");
}

static bool is_standard_list(uint32_t n)
{
	return (n >= 1 && n <= 99) || (n >= 1300 && n <= 1999);
}

static bool take_list(const struct lex_token *t, bool number,
		      struct conf_val *v)
{
	if (lex_digits(t))
		return !lex_u32(t, &v->num) && is_standard_list(v->num);
	return !number && t->len < CONF_WORD_LEN;
}

static bool take_group(const struct lex_token *t, struct conf_val *v)
{
	if (lex_digits(t))
		return !lex_u32(t, &v->num) && v->num >= 1 &&
		       v->num <= CONF_MAX_GROUPS;
	v->num = 0;
	return t->len < CONF_ALIAS_LEN;
}

static bool take_addr(const struct lex_token *t, uint8_t family,
		      struct conf_val *v)
{
	if (addr_parse(t->s, t->len, &v->addr))
		return false;
	v->prefix.addr = v->addr;
	v->prefix.len = (uint8_t)addr_bits(&v->addr);
	return family == RG_NONE || v->addr.family == family;
}

static bool take_prefix(const struct lex_token *t, uint8_t family,
			struct conf_val *v)
{
	if (addr_parse_prefix(t->s, t->len, &v->prefix))
		return false;
	v->addr = v->prefix.addr;
	return family == RG_NONE || v->addr.family == family;
}

/* The length goes into num. */
static bool take_mask(const struct lex_token *t, bool wildcard,
		      struct conf_val *v)
{
	int len;

	if (!take_addr(t, RG_V4, v))
		return false;
	len = wildcard ? addr_wildcard_len(&v->addr)
		       : addr_netmask_len(&v->addr);
	if (len < 0)
		return false;
	v->num = (uint32_t)len;
	return true;
}

static bool two_digits(const char *s, uint32_t max, uint32_t *out)
{
	if (s[0] < '0' || s[0] > '9' || s[1] < '0' || s[1] > '9')
		return false;
	*out = (uint32_t)((s[0] - '0') * 10 + s[1] - '0');
	return *out <= max;
}

static bool take_time(const struct lex_token *t, struct conf_val *v)
{
	uint32_t h, m, s;

	if (t->len != 8 || t->s[2] != ':' || t->s[5] != ':' ||
	    !two_digits(t->s, 23, &h) || !two_digits(t->s + 3, 59, &m) ||
	    !two_digits(t->s + 6, 59, &s))
		return false;
	v->num = (h * 60 + m) * 60 + s;
	return true;
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Cisco's three groups of four digits, or six of two. */
static bool take_mac(const struct lex_token *t, struct conf_val *v)
{
	size_t every = t->len == 14 ? 4 : 2, n = 0, k;
	char sep = every == 4 ? '.' : ':';

	if (t->len != 14 && t->len != 17)
		return false;
	for (k = 0; k < t->len; k++) {
		int d = hex_digit(t->s[k]);

		if (k % (every + 1) == every) {
			if (t->s[k] != sep)
				return false;
			continue;
		}
		if (d < 0)
			return false;
		v->mac[n / 2] = (uint8_t)(v->mac[n / 2] << 4 | d);
		n++;
	}
	return true;
}

static bool take_month(const struct lex_token *t, struct conf_val *v)
{
	static const char *const names[12] = {
		"january", "february", "march", "april", "may", "june", "july",
		"august", "september", "october", "november", "december",
	};

	for (v->num = 1; t->len >= 3 && v->num <= 12; v->num++)
		if (lex_abbreviates(t, names[v->num - 1]))
			return true;
	return false;
}

/**
 * conf_arg_take - does an argument take this word?
 * @n: the argument
 * @t: the word
 * @v: its value; addresses fill both addr and prefix, masks fill num with the
 *	prefix length
 *
 * Return: false when it is of another type or out of range.
 */
bool conf_arg_take(const struct conf_node *n, const struct lex_token *t,
		   struct conf_val *v)
{
	memset(v, 0, sizeof(*v));
	v->word = t;
	switch (n->type) {
	case CONF_ARG_NUMBER:
		return !lex_u32(t, &v->num) && v->num >= n->min &&
		       v->num <= n->max;
	case CONF_ARG_WORD:
		return t->len <= n->max;
	case CONF_ARG_ALIAS:
		return t->len <= n->max && !lex_digits(t);
	case CONF_ARG_IFNAME:
		return take_ifname(t);
	case CONF_ARG_LIST:
		return take_list(t, false, v);
	case CONF_ARG_LISTNUM:
		return take_list(t, true, v);
	case CONF_ARG_GROUP:
		return take_group(t, v);
	case CONF_ARG_ADDR4:
		return take_addr(t, RG_V4, v);
	case CONF_ARG_ADDR6:
		return take_addr(t, RG_V6, v);
	case CONF_ARG_ADDR:
		return take_addr(t, RG_NONE, v);
	case CONF_ARG_NETMASK:
		return take_mask(t, false, v);
	case CONF_ARG_WILDCARD:
		return take_mask(t, true, v);
	case CONF_ARG_PREFIX:
		return take_prefix(t, RG_NONE, v);
	case CONF_ARG_PREFIX4:
		return take_prefix(t, RG_V4, v);
	case CONF_ARG_PREFIX6:
		return take_prefix(t, RG_V6, v);
	case CONF_ARG_TIME:
		return take_time(t, v);
	case CONF_ARG_MAC:
		return take_mac(t, v);
	case CONF_ARG_MONTH:
		return take_month(t, v);
	case CONF_ARG_KEYWORD:
	case CONF_ARG_END:
		break;
	}
	return false;
}

/**
 * conf_arg_describe - say in words what a node takes
 * @n: keyword or argument
 * @o: where to
 */
void conf_arg_describe(const struct conf_node *n, struct out *o)
{
	switch (n->type) {
	case CONF_ARG_KEYWORD:
		out_fmt(o, "\"%s\"", n->word);
		break;
	case CONF_ARG_NUMBER:
		out_fmt(o, "a number from %u to %u", n->min, n->max);
		break;
	case CONF_ARG_WORD:
		out_fmt(o, "a word of 1 to %u characters", n->max);
		break;
	case CONF_ARG_ALIAS:
		out_fmt(o, "a name of 1 to %u characters, not a number",
			n->max);
		break;
	case CONF_ARG_IFNAME:
		out_str(o, "a Linux interface name (1 to 15 characters, no '/' or ':')");
		break;
	case CONF_ARG_LIST:
		out_str(o, "the name of an access list or a number (1-99, 1300-1999)");
		break;
	case CONF_ARG_LISTNUM:
		out_str(o, "the number of a standard access list (1-99, 1300-1999)");
		break;
	case CONF_ARG_GROUP:
		out_str(o, "the number (1-255) or the name of a group");
		break;
	case CONF_ARG_ADDR4:
		out_str(o, "an IPv4 address");
		break;
	case CONF_ARG_ADDR6:
		out_str(o, "an IPv6 address");
		break;
	case CONF_ARG_ADDR:
		out_str(o, "an address");
		break;
	case CONF_ARG_NETMASK:
		out_str(o, "a netmask such as 255.255.255.0");
		break;
	case CONF_ARG_WILDCARD:
		out_str(o, "a wildcard such as 0.0.0.255");
		break;
	case CONF_ARG_PREFIX:
		out_str(o, "a prefix such as 10.0.0.0/24");
		break;
	case CONF_ARG_PREFIX4:
		out_str(o, "an IPv4 prefix such as 10.0.0.0/24");
		break;
	case CONF_ARG_PREFIX6:
		out_str(o, "an IPv6 address with its length, such as fd00::1/64");
		break;
	case CONF_ARG_TIME:
		out_str(o, "a time of the day such as 23:59:59");
		break;
	case CONF_ARG_MAC:
		out_str(o, "a MAC address such as 0252.4701.0028");
		break;
	case CONF_ARG_MONTH:
		out_str(o, "a month such as Jan");
		break;
	case CONF_ARG_END:
		break;
	}
}
