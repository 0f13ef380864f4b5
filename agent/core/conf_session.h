/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RG_CONF_SESSION_H
#define RG_CONF_SESSION_H

#include "conf_parse.h"

/*
 * DOC: a change of the configuration that runs
 *
 * Lines are read on top of a copy of the configuration that runs, and nothing
 * but the copy changes. At the end all of them are read once more, on top of
 * what runs by then (it may have been read from its file in between), the
 * result is checked as a whole, and whoever asked takes it over as a
 * difference.
 *
 * IOS carries out line by line. Here the lines of a session take effect
 * together, because between two of them a pair would often be in a state that
 * nobody wants: a pool that is taken away and given again with another range
 * costs its connections, an interface in a group without its RII is an error,
 * a protocol with its new key and not yet its new timers is one more change
 * for the peer. A line that is wrong by itself is refused as it comes, as in
 * IOS.
 */

#define CONF_SESSION_TEXT	(256 * 1024)	/* bytes of all lines */

/**
 * enum conf_session_end - what a line means to the session
 * @CONF_SESSION_GOES_ON: nothing
 * @CONF_SESSION_END: it was `end`, or `exit` at the top
 */
enum conf_session_end {
	CONF_SESSION_GOES_ON,
	CONF_SESSION_END,
};

/**
 * struct conf_session - lines so far
 * @c: what they make
 * @p: where they stand
 * @text: the lines, each with its newline
 * @len: how long @text is
 * @refused: how many lines were wrong
 */
struct conf_session {
	struct conf c;
	struct conf_parser p;
	char text[CONF_SESSION_TEXT];
	size_t len;
	size_t refused;
};

void conf_session_begin(struct conf_session *s, const struct conf *running,
			const char *file);
int conf_session_line(struct conf_session *s, const char *line, size_t len,
		      struct conf_diags *d, enum conf_session_end *end);
int conf_session_finish(struct conf_session *s, const struct conf *running,
			struct conf_diags *d, struct conf_diags *scratch);
const char *conf_session_prompt(const struct conf_session *s);

void conf_help(const struct conf_parser *p, const char *line, size_t len,
	       struct out *o);

#endif /* RG_CONF_SESSION_H */
