/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * TLS 1.3 with a pre-shared key (RFC 8446, psk_dhe_ke) over a connected socket, by OpenSSL.
 *
 * There are no certificates, no tickets, no early data. The pre-shared key is HKDF-SHA-256
 * (RFC 5869) of the secret of the control protocol, with the identity that core/opening.h makes
 * as its info. The socket does not block and belongs to the caller.
 */
#ifndef RG_IO_TLS_H
#define RG_IO_TLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "core/opening.h"

struct tls;

#define TLS_RECORD_MAX 16384 /* bytes that one record takes */

enum tls_step { TLS_STEP_DONE, TLS_STEP_READ, TLS_STEP_WRITE, TLS_STEP_FAILED };

int tls_new(int fd, bool server, const struct hello_ring *ring, const struct opening *o,
	    struct tls **out);
void tls_free(struct tls *t);

enum tls_step tls_handshake(struct tls *t);
enum opening_verdict tls_verdict(const struct tls *t);
uint64_t tls_attempt(const struct tls *t);

ssize_t tls_read(struct tls *t, void *buf, size_t room);
ssize_t tls_write(struct tls *t, const void *buf, size_t len);
bool tls_pending(struct tls *t);
void tls_shut(struct tls *t);

bool tls_derive(const struct hello_key *key, const uint8_t *identity, size_t len, uint8_t out[32]);

#endif
