/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Operations of `ip sla`: questions to hosts, asked again and again.
 *
 * Each has one question under way at most, by a socket of its own that never blocks; what is
 * asked and what counts as an answer is in core/slapkt.h. Nothing is looked up by name: hosts are
 * given by address. A question ends with an answer, an error of the socket, or the timeout; one
 * that is still open when the next one is due has timed out.
 */
#ifndef RG_IO_SLA_H
#define RG_IO_SLA_H

#include <stdbool.h>
#include <stdint.h>

struct conf;
struct event_base;
struct slas;

enum sla_code {
	SLA_NONE = 0,		/* nothing known yet */
	SLA_OK,
	SLA_OVER,		/* answered, later than the threshold */
	SLA_TIMEOUT,
	SLA_NO_CONNECTION,	/* the socket says so: refused, unreachable, no such address */
	SLA_BAD_ANSWER,		/* an answer that says no, or none at all */
	SLA_CODES,
};

/**
 * struct sla_state - where an operation stands
 * @code: of the last question
 * @err: SLA_NO_CONNECTION: -errno
 * @rtt_us: of the last answer
 * @asked: questions, also those under way
 * @answered: in time or late
 * @late: of these, over the threshold
 * @timeouts, @failed: without an answer, and with a wrong one or an error
 */
struct sla_state {
	enum sla_code code;
	int err;
	uint64_t rtt_us;
	uint64_t asked, answered, late, timeouts, failed;
};

/**
 * typedef sla_fn - a question has ended
 * @arg: of slas_open()
 * @id: the operation
 * @code: how
 */
typedef void (*sla_fn)(void *arg, uint32_t id, enum sla_code code);

int slas_open(struct event_base *base, sla_fn fn, void *arg, struct slas **out);
void slas_close(struct slas *ss);
int slas_configure(struct slas *ss, const struct conf *c);
bool slas_get(const struct slas *ss, uint32_t id, struct sla_state *out);

#endif
