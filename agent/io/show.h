/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The commands of the control socket: finds the command (words may be shortened to what is
 * unambiguous), asks the daemon for a snapshot or to do something, and renders the answer.
 */
#ifndef RG_IO_SHOW_H
#define RG_IO_SHOW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/access.h"
#include "core/view.h"

struct conf;
struct health;
struct conf_standing;
struct event_base;
struct show;

/* Longer than a hand-over may take (rule 7 and the retry of the election). */
#define SHOW_WAIT_MS	15000

/* In place of a group, for show_complete(): the configuration file was written, or not. */
#define SHOW_SAVING	256

enum show_side {
	SHOW_SELF,
	SHOW_PEER,
};

/**
 * struct show_ops - what the daemon does for the commands
 * @snapshot: fill @v, which is all zero.  Its groups must be sorted by number.
 * @config: the configuration that runs
 * @reload_group: `redundancy application reload group`
 * @reload_config: read the configuration file again
 * @stop: end the daemon; @purge: and remove all that it set up
 * @check: `check`: judge the settings of the machine
 * @clear_counters: `clear redundancy application counters`
 * @clear_damping: `clear redundancy application damping`
 * @configure: let this configuration run, as a difference; copied.  @who asks for it.
 * @standing: how each group stands, by number, up to CONF_MAX_GROUPS; all zero before
 * @save: `write memory`: write what runs to the configuration file
 * @config_file: its name
 *
 * Those that return int answer 0 or -errno, and may say why in @text (of @size bytes, a sentence
 * without a newline), which is shown in both cases.  reload_group() may also answer -EINPROGRESS:
 * the client waits until show_complete() is called for the group, or SHOW_WAIT_MS have passed.
 * save() does the same with SHOW_SAVING.
 * stop() must let the answer go out before the daemon ends.
 */
struct show_ops {
	int (*snapshot)(void *arg, struct view *v);
	const struct conf *(*config)(void *arg);
	int (*reload_group)(void *arg, uint32_t group, enum show_side side, bool force, char *text,
			    size_t size);
	int (*reload_config)(void *arg, char *text, size_t size);
	int (*stop)(void *arg, bool purge, char *text, size_t size);
	int (*check)(void *arg, struct health *h);
	int (*clear_counters)(void *arg, char *text, size_t size);
	int (*clear_damping)(void *arg, char *text, size_t size);
	int (*configure)(void *arg, const struct conf *c, const char *who, char *text, size_t size);
	void (*standing)(void *arg, struct conf_standing *out);
	int (*save)(void *arg, bool force, char *text, size_t size);
	const char *(*config_file)(void *arg);
};

/**
 * struct show_answer - the answer to one command
 * @status: 0 done, 1 refused, 2 not a command, 4 done, and what was found is not as wanted
 * @text: malloced, for people, ends in a newline unless it is empty
 * @json: malloced JSON text, NULL when there is none
 * @forbidden: refused because of who asked
 */
struct show_answer {
	int status;
	bool forbidden;
	char *text;
	char *json;
};

typedef void (*show_done_fn)(void *ctx, struct show_answer *a);

int show_open(struct event_base *base, const struct show_ops *ops, void *arg, struct show **out);
void show_close(struct show *s);
int show_run(struct show *s, enum access_level level, const char *const *args, size_t n, bool json,
	     struct show_answer *out, show_done_fn fn, void *ctx);
void show_cancel(struct show *s, void *ctx);
void show_complete(struct show *s, uint32_t group, int err, const char *text);
void show_answer_free(struct show_answer *a);

#endif
