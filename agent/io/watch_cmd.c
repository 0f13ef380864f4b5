// SPDX-License-Identifier: GPL-2.0-or-later
#include "watch_cmd.h"

#include <stdlib.h>

#include "core/out.h"
#include "core/textout.h"
#include "io/watchers.h"

#define TEXT_SIZE	1024	/* more than all topics need */

/**
 * watch_cmd_set() - a session watches more, or less
 * @session: the session
 * @on: topics that are added, WATCH_BIT()s
 * @off: topics that are taken away
 *
 * Return: 0, -ENOSPC: too many sessions watch, -ENOMEM.
 */
int watch_cmd_set(void *session, uint32_t on, uint32_t off)
{
	return watchers_set(session, (watchers_get(session) | on) & ~off);
}

/**
 * watch_cmd_text() - `show debugging`
 * @session: the session
 *
 * Return: the answer, malloced; NULL: no memory.
 */
char *watch_cmd_text(const void *session)
{
	uint32_t topics = watchers_get(session) & WATCH_DEBUG;
	char *text = malloc(TEXT_SIZE);
	struct out o;

	if (!text)
		return NULL;
	out_init(&o, text, TEXT_SIZE);
	out_str(&o, topics ? "Redundancy application group:\n" : "No debugging in this session\n");
	for (unsigned int t = 0; t < WATCH_TOPICS; t++)
		if (topics & WATCH_BIT(t))
			out_fmt(&o, "  %s debugging is on\n", watch_word((enum watch_topic)t));
	return text;
}

/**
 * watch_cmd_json() - what a session watches, for programs
 * @session: the session
 *
 * Return: JSON, malloced; NULL: no memory.
 */
char *watch_cmd_json(const void *session)
{
	uint32_t topics = watchers_get(session);
	char *text = malloc(TEXT_SIZE);
	struct out o;
	struct jout j = { .o = &o };

	if (!text)
		return NULL;
	out_init(&o, text, TEXT_SIZE);
	jout_open(&j, NULL, '{');
	jout_open(&j, "watching", '[');
	for (unsigned int t = 0; t < WATCH_TOPICS; t++)
		if (topics & WATCH_BIT(t))
			jout_str(&j, NULL, watch_word((enum watch_topic)t));
	jout_close(&j, ']');
	jout_close(&j, '}');
	return text;
}
