// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Two lists of a configuration, both from anywhere, and what a peer may do with the machine that
 * asks for them. What is accepted must compare the same from either side; what is named must be
 * readable, and bounded.
 *
 * The first two bytes are the length of the first list, the rest of it and the other one follow.
 */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "core/peerconf.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct peerconf_result ab, ba, aa;

static void check_text(const char *text)
{
	size_t len = strnlen(text, PEERCONF_TEXT_MAX + 1);

	assert(len && len <= PEERCONF_TEXT_MAX);
	for (size_t i = 0; i < len; i++)
		assert(text[i] >= 0x20 && text[i] <= 0x7e);
}

static void check_diff(const struct peerconf_diff *d, const struct peerconf_diff *other)
{
	static const enum peerconf_where swap[] = {
		[PEERCONF_BOTH] = PEERCONF_BOTH,
		[PEERCONF_HERE] = PEERCONF_THERE,
		[PEERCONF_THERE] = PEERCONF_HERE,
	};

	assert(d->kind == other->kind && d->id && d->id == other->id);
	assert(d->where == swap[other->where] && d->field == other->field);
	if (d->where != PEERCONF_BOTH)
		return;
	assert(peerconf_field_name(d->kind, d->field)[0] != '?');
	check_text(d->here);
	check_text(d->there);
	assert(strcmp(d->here, d->there));
	assert(!strcmp(d->here, other->there) && !strcmp(d->there, other->here));
}

static void compare(const uint8_t *a, size_t a_len, const uint8_t *b, size_t b_len)
{
	uint64_t digest;

	if (peerconf_compare(a, a_len, b, b_len, &digest, &ab)) {
		assert(peerconf_compare(b, b_len, a, a_len, &digest, &ba));
		return;
	}
	assert(!peerconf_compare(b, b_len, a, a_len, &digest, &ba));
	assert(!peerconf_compare(a, a_len, a, a_len, &digest, &aa) && !aa.n && !aa.n_stopped);
	assert(ab.n == ba.n && ab.n_diffs == ba.n_diffs && ab.maps == ba.maps);
	assert(ab.n_diffs <= PEERCONF_DIFFS_MAX && ab.n_diffs <= ab.n);
	assert(ab.n_stopped <= CONF_MAX_MAPS);
	for (uint32_t i = 0; i < ab.n_diffs; i++)
		check_diff(&ab.diff[i], &ba.diff[i]);
	for (uint32_t i = 1; i < ab.n_stopped; i++)
		assert(ab.stopped[i - 1] < ab.stopped[i]);
}

/* Each byte is something that happens, and how long after the one before. */
static void machine(const uint8_t *data, size_t size, const uint8_t *own, size_t own_len)
{
	static struct peerconf m;
	struct peerconf_actions out;
	int64_t now = 1000, asks = 0, answers = 0;

	peerconf_init(&m);
	for (size_t i = 0; i < size; i++) {
		struct peerconf_event ev = { .type = data[i] % 6, .own_list = own,
					     .own_len = own_len };

		now += data[i] & 0x30;
		ev.receiver = data[i] & 0x40;
		if (ev.type == PEERCONF_EV_LIST) {
			ev.list.data = data + i;
			ev.list.len = size - i;
		} else if (ev.type == PEERCONF_EV_LINK) {
			ev.link.up = data[i] & 0x80;
			ev.link.speaks = !(data[i] & 0x08);
		} else {
			ev.digest = 1 + data[i] / 128;
		}
		peerconf_step(&m, &ev, mono_from_ms(now), &out);
		asks += out.ask;
		answers += out.answer;
		assert(!(out.ask || out.answer) || m.up);
	}
	/* Whoever wants answers all the time gets no more than this. */
	assert(answers <= 1 + (now - 1000) / PEERCONF_ANSWER_MS);
	assert((uint64_t)asks == m.counters[PEERCONF_N_ASKED]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t first;

	if (size < 2)
		return 0;
	first = (size_t)data[0] << 8 | data[1];
	data += 2;
	size -= 2;
	if (first > size)
		return 0;
	compare(data, first, data + first, size - first);
	machine(data + first, size - first, data, first);
	return 0;
}
