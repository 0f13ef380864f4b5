/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RG_TEXTOUT_H
#define RG_TEXTOUT_H

#include <stdbool.h>
#include <stdint.h>

#include "addr.h"
#include "out.h"

/*
 * DOC: small writers above out.h
 *
 * Numbers of 64 bits, columns, addresses; and JSON text, where a struct jout
 * remembers only whether a comma is due. Keys are literals of ours; strings
 * are escaped, and bytes that are not ASCII become U+FFFD, so that the result
 * is valid JSON whatever is in a name.
 */
void text_u64(struct out *o, uint64_t v);
void text_pad(struct out *o, const char *s, size_t width);
void text_addr(struct out *o, const struct rg_addr *a);
void text_mac_dotted(struct out *o, const uint8_t mac[6]);

struct jout {
	struct out *o;
	bool comma;
};

void jout_open(struct jout *j, const char *key, char bracket);
void jout_close(struct jout *j, char bracket);
void jout_str(struct jout *j, const char *key, const char *s);
void jout_u64(struct jout *j, const char *key, uint64_t v);
void jout_bool(struct jout *j, const char *key, bool v);
void jout_null(struct jout *j, const char *key);
void jout_addr(struct jout *j, const char *key, const struct rg_addr *a);
void jout_mac(struct jout *j, const char *key, const uint8_t mac[6]);

#endif /* RG_TEXTOUT_H */
