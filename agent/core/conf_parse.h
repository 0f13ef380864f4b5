/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RG_CONF_PARSE_H
#define RG_CONF_PARSE_H

#include "conf.h"
#include "conf_gram.h"
#include "lex.h"

/**
 * struct conf_parser - where a parse stands
 * @c: what is built
 * @d: where findings go, may be NULL
 * @file: its name, for findings
 * @line: number of the line
 * @len: length of the line, so that something missing has a column
 * @mode: the mode that the line is in
 * @from: the mode that the line before left; differs from @mode when the
 *	command was found in a parent mode
 * @tok: the words of the line
 * @n_tok: how many
 * @no: the line begins with `no`
 * @secret: the line may hold a key: its words are not quoted
 * @have: by slot: filled
 * @val: the values, by slot
 * @at: the word that filled a slot, by slot
 * @cur_id: protocol, group, tracked object or operation that the mode is about
 * @cur_name: interface or list that the mode is about
 * @astray: the head of this block was wrong: what it says goes into @spare
 * @spare: an object that nobody looks at
 */
struct conf_parser {
	struct conf *c;
	struct conf_diags *d;
	const char *file;
	uint32_t line;
	size_t len;
	enum conf_mode mode;
	enum conf_mode from;
	const struct lex_token *tok;
	size_t n_tok;
	bool no;
	bool secret;
	bool have[CONF_N_SLOTS];
	struct conf_val val[CONF_N_SLOTS];
	const struct lex_token *at[CONF_N_SLOTS];
	uint32_t cur_id;
	char cur_name[CONF_WORD_LEN];
	bool astray;
	union {
		struct conf_protocol protocol;
		struct conf_chain chain;
		struct conf_group group;
		struct conf_if iface;
		struct conf_acl acl;
		struct conf_track track;
		struct conf_sla sla;
	} spare;
};

static inline bool conf_have(const struct conf_parser *p, enum conf_slot s)
{
	return p->have[s];
}

void conf_parser_init(struct conf_parser *p, struct conf *c, const char *file,
		      struct conf_diags *d);
int conf_parse_line(struct conf_parser *p, const char *line, size_t len);
void conf_resolve(struct conf *c);
unsigned int conf_pick(const struct conf_node *level,
		       const struct lex_token *t,
		       const struct conf_node **found, struct conf_val *v);

void conf_report(struct conf_diags *d, const struct conf_diag *diag);
int conf_error(struct conf_parser *p, const struct lex_token *at,
	       const char *text, const char *expected);
void conf_warn(struct conf_parser *p, const struct lex_token *at,
	       const char *text);

#endif /* RG_CONF_PARSE_H */
