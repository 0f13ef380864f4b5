// SPDX-License-Identifier: GPL-2.0-or-later
#include "conf_cmd.h"

#include <errno.h>
#include <string.h>

#include "conf_store.h"

/* Questions that are asked again and again. */

static struct conf_sla *cur_sla(struct conf_parser *p)
{
	if (p->astray)
		return &p->spare.sla;
	return conf_get_sla(p->c, p->cur_id, p->line);
}

/**
 * conf_run_sla - `[no] ip sla N`
 * @p: the parse
 *
 * Return: 0 or -EINVAL.
 */
int conf_run_sla(struct conf_parser *p)
{
	uint32_t id = p->val[CONF_S_ID].num;

	if (p->no) {
		if (!conf_drop_sla(p->c, id))
			conf_warn(p, p->at[CONF_S_ID],
				  "there is no such operation");
		return 0;
	}
	if (!conf_get_sla(p->c, id, p->line))
		return conf_full(p, "operations", CONF_MAX_SLAS);
	p->cur_id = id;
	p->mode = CONF_MODE_SLA;
	return 0;
}

/**
 * conf_run_sla_schedule - `[no] ip sla schedule N ...`
 * @p: the parse
 *
 * Return: 0 or -EINVAL: no such operation.
 */
int conf_run_sla_schedule(struct conf_parser *p)
{
	uint32_t id = p->val[CONF_S_ID].num;

	p->mode = CONF_MODE_GLOBAL;
	if (!conf_sla(p->c, id))
		return conf_error(p, p->at[CONF_S_ID],
				  "there is no such operation",
				  "the number of an \"ip sla\" above");
	conf_get_sla(p->c, id, p->line)->scheduled = !p->no;
	return 0;
}

static void take(struct conf_parser *p, enum conf_sla_kind kind,
		 const struct rg_addr *dst, uint16_t port, const char *name,
		 size_t len)
{
	struct conf_sla *s = cur_sla(p);

	s->kind = kind;
	s->dst = *dst;
	s->port = port;
	memset(s->name, 0, sizeof(s->name));
	memcpy(s->name, name, len);
	memset(&s->source, 0, sizeof(s->source));
	if (conf_have(p, CONF_S_FROM))
		s->source = p->val[CONF_S_FROM].addr;
}

/* Labels of 1 to 63 letters, digits, '-' and '_', with dots in between. */
static bool is_name(const struct lex_token *t)
{
	size_t i, label = 0;

	for (i = 0; i < t->len; i++) {
		char c = t->s[i];

		if (c == '.' ? !label :
		    !(c >= 'a' && c <= 'z') && !(c >= 'A' && c <= 'Z') &&
		    !(c >= '0' && c <= '9') && c != '-' && c != '_')
			return false;
		label = c == '.' ? 0 : label + 1;
		if (label > 63)
			return false;
	}
	return true;
}

/**
 * conf_run_sla_what - `icmp-echo A`, `tcp-connect A PORT`, `dns NAME
 *	name-server A`, all with `[source-ip A]`
 * @p: the parse
 *
 * Return: 0 or -EINVAL.
 */
int conf_run_sla_what(struct conf_parser *p)
{
	const struct lex_token *t = p->at[CONF_S_NAME];
	bool dns = conf_have(p, CONF_S_DNS), tcp = conf_have(p, CONF_S_TCP);

	if (dns && !is_name(t))
		return conf_error(p, t, "not the name of a host",
				  "for instance www.example.com");
	take(p, dns ? CONF_SLA_DNS : tcp ? CONF_SLA_TCP : CONF_SLA_ICMP,
	     &p->val[CONF_S_ADDR].addr,
	     tcp ? (uint16_t)p->val[CONF_S_PORT].num : 0, dns ? t->s : "",
	     dns ? t->len : 0);
	return 0;
}

static size_t until(const char *s, size_t len, const char *stop)
{
	size_t i = 0;

	while (i < len && !strchr(stop, s[i]))
		i++;
	return i;
}

/* Digits of a port, 1-65535. */
static bool take_port(const char *s, size_t len, uint16_t *port)
{
	uint32_t v = 0;
	size_t i;

	for (i = 0; i < len; i++) {
		if (s[i] < '0' || s[i] > '9' || v > 65535)
			return false;
		v = v * 10 + (uint32_t)(s[i] - '0');
	}
	*port = (uint16_t)v;
	return len && v && v <= 65535;
}

/* @path: from where on, in @s */
static bool take_url(const char *s, size_t len, struct rg_addr *dst,
		     uint16_t *port, size_t *path)
{
	static const char scheme[] = "http://";
	size_t at = sizeof(scheme) - 1, n;
	bool six;

	if (len < at || memcmp(s, scheme, at))
		return false;
	six = at < len && s[at] == '[';
	at += six;
	n = until(s + at, len - at, six ? "]" : ":/");
	if (addr_parse(s + at, n, dst) ||
	    dst->family != (six ? RG_V6 : RG_V4))
		return false;
	at += n;
	if (six && at++ == len)
		return false;
	*port = 80;
	if (at < len && s[at] == ':') {
		at++;
		n = until(s + at, len - at, "/");
		if (!take_port(s + at, n, port))
			return false;
		at += n;
	}
	*path = at;
	return at == len || s[at] == '/';
}

/**
 * conf_run_sla_http - `http get URL [source-ip A]`
 * @p: the parse
 *
 * Return: 0 or -EINVAL.
 */
int conf_run_sla_http(struct conf_parser *p)
{
	const struct lex_token *t = p->at[CONF_S_NAME];
	struct rg_addr dst;
	uint16_t port;
	size_t path;

	if (!take_url(t->s, t->len, &dst, &port, &path))
		return conf_error(p, t, "not a URL with an address",
				  "for instance http://192.0.2.9:8080/health");
	if (path == t->len)
		take(p, CONF_SLA_HTTP, &dst, port, "/", 1);
	else
		take(p, CONF_SLA_HTTP, &dst, port, t->s + path, t->len - path);
	return 0;
}

/**
 * conf_run_sla_times - `[no] frequency S`, `timeout MS`, `threshold MS`
 * @p: the parse
 *
 * Return: 0.
 */
int conf_run_sla_times(struct conf_parser *p)
{
	struct conf_sla *s = cur_sla(p);

	if (conf_have(p, CONF_S_UP))
		s->frequency_s = p->no ? CONF_DEF_SLA_FREQUENCY :
					 p->val[CONF_S_INTERVAL].num;
	else if (conf_have(p, CONF_S_DOWN))
		s->timeout_ms = p->no ? CONF_DEF_SLA_TIMEOUT :
					p->val[CONF_S_TIMEOUT].num;
	else
		s->threshold_ms = p->no ? CONF_DEF_SLA_THRESHOLD :
					  p->val[CONF_S_THRESHOLD].num;
	return 0;
}
