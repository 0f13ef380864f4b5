// SPDX-License-Identifier: GPL-2.0-or-later
#include "watch.h"

#include "civil.h"
#include "out.h"
#include "textout.h"

static const struct {
	const char *word;
	const char *mark;	/* as it stands in a line */
} topics[WATCH_TOPICS] = {
	[WATCH_CONFIG] = { "config", "RG-CONFIG" },
	[WATCH_FAULTS] = { "faults", "RG-FAULTS" },
	[WATCH_MEDIA] = { "media", "RG-MEDIA" },
	[WATCH_PROTOCOL] = { "protocol", "RG-PROTOCOL" },
	[WATCH_RII] = { "rii", "RG-RII" },
	[WATCH_TRANSPORT] = { "transport", "RG-TRANSPORT" },
	[WATCH_VP] = { "vp", "RG-VP" },
	[WATCH_EVENTS] = { "monitor", "" },
};

/**
 * watch_word - a topic, as it is typed
 * @topic: the topic
 *
 * Return: the word.
 */
const char *watch_word(enum watch_topic topic)
{
	return topic < WATCH_TOPICS ? topics[topic].word : "?";
}

/**
 * watch_push - something happened
 * @r: ring of a session
 * @l: what
 *
 * Return: false when the oldest line had to be given up for it.
 */
bool watch_push(struct watch_ring *r, const struct watch_line *l)
{
	bool full = r->n == WATCH_RING;

	if (full) {
		r->first = (r->first + 1) % WATCH_RING;
		r->n--;
		r->lost++;
	}
	r->v[(r->first + r->n++) % WATCH_RING] = *l;
	return !full;
}

/**
 * watch_pop - what the session is to be told next
 * @r: its ring
 * @l: gets the oldest line
 * @lost: gets how many were lost before it
 *
 * Return: false when there is none.
 */
bool watch_pop(struct watch_ring *r, struct watch_line *l, uint64_t *lost)
{
	if (!r->n)
		return false;
	*l = r->v[r->first];
	*lost = r->lost;
	r->first = (r->first + 1) % WATCH_RING;
	r->n--;
	r->lost = 0;
	return true;
}

/**
 * watch_copy - text that a terminal may be given
 * @to: gets it, cut to what fits
 * @size: of @to, not 0
 * @from: the text
 */
void watch_copy(char *to, size_t size, const char *from)
{
	size_t n;

	for (n = 0; from[n] && n + 1 < size; n++)
		to[n] = from[n] >= ' ' && from[n] < 0x7f ? from[n] : '.';
	to[n] = '\0';
}

static void put_digits(struct out *o, uint32_t v, uint32_t width)
{
	uint32_t unit = 1;

	while (--width)
		unit *= 10;
	for (; unit; unit /= 10)
		out_char(o, (char)('0' + v / unit % 10));
}

static void put_time(struct out *o, int64_t wall_ms)
{
	struct civil c = civil_of(wall_ms / 1000);
	const uint32_t part[] = { c.month, c.day, c.hour, c.minute, c.second };
	size_t i;

	put_digits(o, c.year, 4);
	for (i = 0; i < sizeof(part) / sizeof(part[0]); i++) {
		out_char(o, "-- ::"[i]);
		put_digits(o, part[i], 2);
	}
	out_char(o, '.');
	put_digits(o, (uint32_t)(wall_ms % 1000), 3);
}

/* For people; TEXT of an event names its group by itself, as in the log. */
static void put_text(struct jout *j, const struct watch_line *l, const char *when)
{
	const char *mark = l->topic == WATCH_EVENTS ? l->kind : topics[l->topic].mark;
	char text[sizeof(l->text) + 64];
	struct out o;

	out_init(&o, text, sizeof(text));
	out_fmt(&o, "%s %s: %s", when, mark, l->text);
	jout_str(j, "text", text);
}

/**
 * watch_json - a line for a client of the control socket
 * @l: the line
 * @buf: gets it, with a newline at the end
 * @size: of @buf; WATCH_JSON is enough
 *
 * Return: its length without the NUL; @size or more: it was cut.
 */
size_t watch_json(const struct watch_line *l, char *buf, size_t size)
{
	char when[32];
	struct out o, t;
	struct jout j = { .o = &o };

	out_init(&t, when, sizeof(when));
	put_time(&t, l->wall_ms);
	out_init(&o, buf, size);
	jout_open(&j, NULL, '{');
	jout_str(&j, "watch", topics[l->topic].word);
	put_text(&j, l, when);
	jout_open(&j, "json", '{');
	jout_str(&j, "topic", topics[l->topic].word);
	jout_str(&j, "time", when);
	jout_u64(&j, "monotonic_ms", l->mono_ms);
	jout_u64(&j, "group", l->group);
	if (l->topic == WATCH_EVENTS) {
		jout_u64(&j, "sequence", l->sequence);
		jout_str(&j, "kind", l->kind);
	}
	jout_str(&j, "text", l->text);
	jout_close(&j, '}');
	jout_close(&j, '}');
	out_char(&o, '\n');
	return o.len;
}

/**
 * watch_json_lost - the same about lines that are not there
 * @lost: how many
 * @buf: gets it, with a newline at the end
 * @size: of @buf; WATCH_JSON is enough
 *
 * Return: its length without the NUL; @size or more: it was cut.
 */
size_t watch_json_lost(uint64_t lost, char *buf, size_t size)
{
	char text[64];
	struct out o;
	struct jout j = { .o = &o };

	out_init(&o, text, sizeof(text));
	out_str(&o, "% ");
	text_u64(&o, lost);
	out_str(&o, lost == 1 ? " line" : " lines");
	out_str(&o, " lost here: not read in time");
	out_init(&o, buf, size);
	jout_open(&j, NULL, '{');
	jout_str(&j, "watch", "lost");
	jout_str(&j, "text", text);
	jout_open(&j, "json", '{');
	jout_str(&j, "topic", "lost");
	jout_u64(&j, "lost", lost);
	jout_close(&j, '}');
	jout_close(&j, '}');
	out_char(&o, '\n');
	return o.len;
}
