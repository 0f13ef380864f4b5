/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RG_IO_HELLO_MAC_H
#define RG_IO_HELLO_MAC_H

#include "core/bfd_auth.h"
#include "core/hello_key.h"

bool hello_mac(enum hello_auth_type type, const struct hello_key *key, const uint8_t *buf,
	       size_t len, uint8_t out[HELLO_MAC_MAX]);
bool hello_mac_usable(enum hello_auth_type type);
bool hello_sha1(const uint8_t *buf, size_t len, uint8_t out[BFD_KEY_BYTES]);

#endif
