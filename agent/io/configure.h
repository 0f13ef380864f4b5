/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Sessions of `configure`, as the control socket sees them: the first word is CONFIGURE_WORD.
 *
 *	begin KIND WHO NAME	KIND: "terminal", "batch"; WHO: for whom is refused meanwhile;
 *				NAME: of the lines, in findings
 *	line TEXT		one more line
 *	help TEXT		what may stand at the end of TEXT
 *	commit [force]		carry all lines out
 *	abort			forget them
 *
 * There is one session at a time.  It belongs to a connection and ends with it, without effect.
 * The answer's JSON is {"state":..., "prompt":..., "findings":[{"severity", "line", "column",
 * "text"}...]}; "state" is "open", "end": the line leaves the mode, "ignored": the line belongs to
 * a command that was refused, "confirm": nothing was done yet, ask for it with `commit force`, or
 * "closed".  "prompt" is what stands between parentheses.
 */
#ifndef RG_IO_CONFIGURE_H
#define RG_IO_CONFIGURE_H

#include <stddef.h>

struct configure;
struct show_answer;
struct show_ops;

#define CONFIGURE_WORD	"configure-session"

int configure_open(const struct show_ops *ops, void *arg, struct configure **out);
void configure_close(struct configure *c);
int configure_run(struct configure *c, void *ctx, const char *const *args, size_t n,
		  struct show_answer *out);
void configure_cancel(struct configure *c, void *ctx);

#endif
