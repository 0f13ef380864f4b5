// SPDX-License-Identifier: GPL-2.0-or-later
/* Answers to operations of `ip sla`, as anybody may send them. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "core/slapkt.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char name[] = "www.example.com";
	uint8_t question[SLAPKT_DNS_MAX];
	uint16_t id;

	if (size < 2)
		return 0;
	id = (uint16_t)(data[0] << 8 | data[1]);
	slapkt_echo_answer(false, id, 1, data, size);
	slapkt_echo_answer(true, id, 1, data, size);
	/* One that says yes is as long as its question, at least. */
	if (slapkt_dns_answer(id, name, data, size) == SLAPKT_OK &&
	    size < slapkt_dns(id, name, question))
		abort();
	if (slapkt_http_answer((const char *)data, size) == SLAPKT_OK && size < 13)
		abort();
	return 0;
}
