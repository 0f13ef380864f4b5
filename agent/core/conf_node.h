/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RG_CONF_NODE_H
#define RG_CONF_NODE_H

#include "conf_gram.h"

/* Shorthand for the tables; further fields may follow by name. */

#define KW(w, h, ...) \
	{ .type = CONF_ARG_KEYWORD, .word = (w), .help = (h), __VA_ARGS__ }

#define ARG(t, w, h, s, ...) \
	{ .type = (t), .word = (w), .help = (h), .slot = (s), __VA_ARGS__ }

#define NUM(w, h, lo, hi, s, ...)					\
	{ .type = CONF_ARG_NUMBER, .word = (w), .help = (h),		\
	  .min = (lo), .max = (hi), .slot = (s), __VA_ARGS__ }

#define WORD(w, h, longest, s, ...)					\
	{ .type = CONF_ARG_WORD, .word = (w), .help = (h),		\
	  .max = (longest), .slot = (s), __VA_ARGS__ }

#define ALIAS(w, h, longest, ...)					\
	{ .type = CONF_ARG_ALIAS, .word = (w), .help = (h),		\
	  .max = (longest), .slot = CONF_S_NAME, __VA_ARGS__ }

/* Recognised, and refused by name with all that follows on the line */
#define REFUSED(w, what)						\
	{ .type = CONF_ARG_KEYWORD, .word = (w),			\
	  .help = "not supported yet", .flags = CONF_HIDDEN,		\
	  .refused = (what) }

/* The same, and the lines of the block below it are refused as well */
#define REFUSED_BLOCK(w, what)						\
	{ .type = CONF_ARG_KEYWORD, .word = (w),			\
	  .help = "not supported yet", .flags = CONF_HIDDEN,		\
	  .refused = (what), .enters = CONF_MODE_REFUSED }

/* Will never be supported; the reason is a sentence of its own */
#define REFUSED_BECAUSE(w, why)						\
	{ .type = CONF_ARG_KEYWORD, .word = (w), .help = "refused",	\
	  .flags = CONF_HIDDEN | CONF_REASON, .refused = (why) }

#define END	{ .type = CONF_ARG_END }

#endif /* RG_CONF_NODE_H */
