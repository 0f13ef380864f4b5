// SPDX-License-Identifier: GPL-2.0-or-later
#include "conf_cmd.h"

#include <string.h>

#include "civil.h"
#include "conf_store.h"
#include "obscure.h"
#include "out.h"

/* Authentication of hellos and key chains. */

static const struct conf_life always = { 0, INT64_MAX };

static struct conf_chain *cur_chain(struct conf_parser *p)
{
	if (p->astray)
		return &p->spare.chain;
	return conf_get_chain(p->c, p->cur_name, p->line);
}

static struct conf_key *cur_key(struct conf_parser *p)
{
	return conf_get_key(cur_chain(p), p->cur_id);
}

/* The key of a line, in clear. */
static int take_key(struct conf_parser *p, char *to, size_t size)
{
	const struct lex_token *t = p->val[CONF_S_NAME].word;

	memset(to, 0, size);
	if (!conf_have(p, CONF_S_OBSCURED))
		return lex_copy(t, to, size);
	if (reveal(t->s, t->len, to, size))
		return 0;
	memset(to, 0, size);
	return conf_error(p, p->at[CONF_S_NAME], "this is no string of type 7",
			  "two decimal digits and two hexadecimal ones for each character");
}

static enum conf_auth kind_of(const struct conf_parser *p)
{
	if (conf_have(p, CONF_S_MD5))
		return CONF_AUTH_MD5;
	return conf_have(p, CONF_S_SHA256) ? CONF_AUTH_SHA256 : CONF_AUTH_TEXT;
}

/**
 * conf_run_auth - `[no] authentication ...`
 * @p: the parse
 *
 * Return: 0 or -EINVAL.
 */
int conf_run_auth(struct conf_parser *p)
{
	struct conf_protocol *x = conf_cur_protocol(p);
	char key[CONF_KEY_LEN] = "";
	int err = 0;

	if (!p->no && conf_have(p, CONF_S_NAME))
		err = take_key(p, key, sizeof(key));
	if (err)
		return err;
	conf_protocol_no_auth(x);
	if (p->no)
		return 0;
	x->auth = kind_of(p);
	if (x->auth == CONF_AUTH_TEXT)
		memcpy(x->auth_text, key, sizeof(x->auth_text));
	else if (conf_have(p, CONF_S_CHAIN))
		lex_copy(p->val[CONF_S_CHAIN].word, x->chain, sizeof(x->chain));
	else
		memcpy(x->key, key, sizeof(x->key));
	if (conf_have(p, CONF_S_TIMEOUT))
		x->key_timeout_s = p->val[CONF_S_TIMEOUT].num;
	return 0;
}

/**
 * conf_run_chain - `[no] key chain NAME`
 * @p: the parse
 *
 * Return: 0 or -EINVAL.
 */
int conf_run_chain(struct conf_parser *p)
{
	char name[CONF_WORD_LEN] = "";

	lex_copy(p->val[CONF_S_CHAIN].word, name, sizeof(name));
	if (p->no) {
		if (!conf_drop_chain(p->c, name))
			conf_warn(p, p->at[CONF_S_CHAIN],
				  "there is no such key chain");
		return 0;
	}
	if (!conf_get_chain(p->c, name, p->line))
		return conf_full(p, "key chains", CONF_MAX_CHAINS);
	memcpy(p->cur_name, name, sizeof(p->cur_name));
	p->astray = false;
	p->mode = CONF_MODE_CHAIN;
	return 0;
}

/**
 * conf_run_key - `[no] key N` of a key chain
 * @p: the parse
 *
 * Return: 0 or -EINVAL.
 */
int conf_run_key(struct conf_parser *p)
{
	uint32_t id = p->val[CONF_S_ID].num;

	if (p->no) {
		if (!conf_drop_key(cur_chain(p), id))
			conf_warn(p, p->at[CONF_S_ID], "there is no such key");
		return 0;
	}
	if (!conf_get_key(cur_chain(p), id))
		return conf_full(p, "keys in this chain", CONF_MAX_KEYS);
	p->cur_id = id;
	p->mode = CONF_MODE_KEY;
	return 0;
}

/**
 * conf_run_key_string - `[no] key-string [0|7] K` of a key
 * @p: the parse
 *
 * Return: 0 or -EINVAL.
 */
int conf_run_key_string(struct conf_parser *p)
{
	struct conf_key *k = cur_key(p);
	char text[CONF_KEY_LEN] = "";
	int err = p->no ? 0 : take_key(p, text, sizeof(text));

	if (!err)
		memcpy(k->text, text, sizeof(k->text));
	return err;
}

struct date {
	enum conf_slot time, day, month, year;
};

static const struct date since = { CONF_S_SINCE, CONF_S_FROM_DAY,
				   CONF_S_FROM_MONTH, CONF_S_FROM_YEAR };
static const struct date until = { CONF_S_UNTIL, CONF_S_UNTIL_DAY,
				   CONF_S_UNTIL_MONTH, CONF_S_UNTIL_YEAR };

static int take_date(struct conf_parser *p, const struct date *d, int64_t *out)
{
	uint32_t year = p->val[d->year].num, month = p->val[d->month].num;
	uint32_t day = p->val[d->day].num;

	if (day > civil_days(year, month))
		return conf_error(p, p->at[d->day],
				  "that month has not so many days", NULL);
	*out = civil_to_s(year, month, day) + p->val[d->time].num;
	return 0;
}

static int take_end(struct conf_parser *p, struct conf_life *l)
{
	if (conf_have(p, CONF_S_INFINITE)) {
		l->until = INT64_MAX;
		return 0;
	}
	if (conf_have(p, CONF_S_DURATION)) {
		l->until = l->from + p->val[CONF_S_DURATION].num;
		return 0;
	}
	return take_date(p, &until, &l->until);
}

/**
 * conf_run_lifetime - `[no] {accept|send}-lifetime BEGIN {END|infinite|duration S}`
 * @p: the parse
 *
 * Return: 0 or -EINVAL.
 */
int conf_run_lifetime(struct conf_parser *p)
{
	struct conf_key *k = cur_key(p);
	struct conf_life l = always;
	int err = 0;

	if (!p->no)
		err = take_date(p, &since, &l.from);
	if (!err && !p->no)
		err = take_end(p, &l);
	if (err)
		return err;
	if (l.until <= l.from)
		return conf_error(p, p->at[CONF_S_UNTIL],
				  "the end is not behind the beginning", NULL);
	if (conf_have(p, CONF_S_ACCEPT))
		k->accept = l;
	else
		k->send = l;
	return 0;
}
