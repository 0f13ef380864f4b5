// SPDX-License-Identifier: GPL-2.0-or-later
/* HMAC of hellos (RFC 2104) and the hash of BFD (RFC 5880, 6.7.4), by OpenSSL. */
#include "hello_mac.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/sha.h>

static const EVP_MD *digest_of(enum hello_auth_type type)
{
	switch (type) {
	case HELLO_AUTH_MD5:
		return EVP_md5();
	case HELLO_AUTH_SHA256:
		return EVP_sha256();
	case HELLO_AUTH_NONE:
	case HELLO_AUTH_TEXT:
		break;
	}
	return NULL;
}

/**
 * hello_mac() - the HMAC of some bytes
 * @type: HELLO_AUTH_MD5 or _SHA256
 * @key: the key
 * @buf: the bytes
 * @len: how many
 * @out: hello_mac_len() bytes
 *
 * Return: false when the library does not have it (MD5 in some policies).
 */
bool hello_mac(enum hello_auth_type type, const struct hello_key *key, const uint8_t *buf,
	       size_t len, uint8_t out[HELLO_MAC_MAX])
{
	const EVP_MD *md = digest_of(type);

	return md && HMAC(md, key->secret, (int)key->len, buf, len, out, NULL);
}

/**
 * hello_mac_usable() - does this system compute it?
 * @type: kind of authentication
 *
 * Return: true also for a kind that has no HMAC.
 */
bool hello_mac_usable(enum hello_auth_type type)
{
	static const struct hello_key key = { .len = 1, .secret = { 'x' } };
	uint8_t out[HELLO_MAC_MAX];

	return !hello_mac_len(type) || hello_mac(type, &key, key.secret, 1, out);
}

/**
 * hello_sha1() - the SHA-1 of some bytes
 * @buf: the bytes
 * @len: how many
 * @out: 20 bytes
 *
 * Return: false when the library does not have it.
 */
bool hello_sha1(const uint8_t *buf, size_t len, uint8_t out[BFD_KEY_BYTES])
{
	return SHA1(buf, len, out);
}
