// SPDX-License-Identifier: GPL-2.0-or-later
#include "tls.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
#include <openssl/ssl.h>

#include "io/clock.h"

#define PSK_BYTES 32
#define PSK_SALT "nf_rg data link, pre-shared key 1"

/* The key that belongs to SHA-256, as is the derivation. */
#define SUITES "TLS_AES_128_GCM_SHA256"
static const unsigned char suite_id[2] = { 0x13, 0x01 };

/* What our sessions are for: who verifies must say so, and both ends ask for it. */
static const unsigned char purpose[] = "nf_rg";

/* AES-GCM wears out after 2^24.5 records (RFC 8446, 5.5). */
#define REKEY_RECORDS (UINT64_C(1) << 23)

struct tls {
	SSL *ssl;
	const struct hello_ring *ring;
	struct opening want;
	uint64_t attempt; /* server: of the identity that was accepted */
	enum opening_verdict verdict;
	uint64_t records; /* written under the present key */
	bool half_written; /* the last write has to be repeated */
	int id_len;
	uint8_t id[OPENING_MAX_BYTES]; /* client: kept until the handshake is over */
};

/**
 * tls_derive() - the pre-shared key of an identity
 * @key: of the control protocol
 * @identity: as sent
 * @len: its length in bytes
 * @out: gets 32 bytes
 *
 * Return: false when the library refuses.
 */
bool tls_derive(const struct hello_key *key, const uint8_t *identity, size_t len, uint8_t out[32])
{
	EVP_KDF *kdf = EVP_KDF_fetch(NULL, OSSL_KDF_NAME_HKDF, NULL);
	EVP_KDF_CTX *c = kdf ? EVP_KDF_CTX_new(kdf) : NULL;
	OSSL_PARAM p[] = {
		OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, (char *)"SHA256", 0),
		OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_KEY, (void *)key->secret,
						  key->len),
		OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_SALT, (void *)PSK_SALT,
						  strlen(PSK_SALT)),
		OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_INFO, (void *)identity, len),
		OSSL_PARAM_construct_end(),
	};
	bool ok = c && EVP_KDF_derive(c, out, PSK_BYTES, p) > 0;

	EVP_KDF_CTX_free(c);
	EVP_KDF_free(kdf);
	return ok;
}

static SSL_SESSION *make_session(struct tls *t, const struct hello_key *key, const uint8_t *id,
				 size_t len)
{
	const SSL_CIPHER *suite = SSL_CIPHER_find(t->ssl, suite_id);
	SSL_SESSION *s = suite ? SSL_SESSION_new() : NULL;
	uint8_t psk[PSK_BYTES];
	bool ok;

	ok = s && tls_derive(key, id, len, psk) &&
	     SSL_SESSION_set1_id_context(s, purpose, sizeof(purpose)) &&
	     SSL_SESSION_set1_master_key(s, psk, sizeof(psk)) &&
	     SSL_SESSION_set_cipher(s, suite) &&
	     SSL_SESSION_set_protocol_version(s, TLS1_3_VERSION);
	explicit_bzero(psk, sizeof(psk));
	if (ok)
		return s;
	SSL_SESSION_free(s);
	return NULL;
}

/* Client: the key that we offer. */
static int use_session(SSL *ssl, const EVP_MD *md, const unsigned char **id, size_t *len,
		       SSL_SESSION **out)
{
	struct tls *t = SSL_get_app_data(ssl);
	const struct hello_key *key = hello_ring_signer(t->ring, clock_wall_s(), clock_now());
	int n;

	/* A second ClientHello must offer the same as the first one. */
	n = t->id_len ? t->id_len :
			opening_put(&t->want, t->ring, clock_wall_s(), clock_now(), t->id,
				    sizeof(t->id));
	*id = NULL;
	*len = 0;
	*out = NULL;
	if (n < 0 || (md && !EVP_MD_is_a(md, "SHA256")))
		return 0;
	t->id_len = n;
	*out = make_session(t, key, t->id, (size_t)n);
	*id = t->id;
	*len = (size_t)n;
	return !!*out;
}

/* Server: the key that is offered. Without one there is nothing to agree upon. */
static int find_session(SSL *ssl, const unsigned char *id, size_t len, SSL_SESSION **out)
{
	struct tls *t = SSL_get_app_data(ssl);
	const struct hello_key *key = NULL;
	struct opening got;

	*out = NULL;
	t->verdict = opening_check(&t->want, t->ring, clock_wall_s(), clock_now(), id, len, &got,
				   &key);
	if (t->verdict != OPENING_OK)
		return 1;
	t->attempt = got.attempt;
	/* What goes wrong from here on goes wrong in the handshake. */
	t->verdict = OPENING_TLS;
	*out = make_session(t, key, id, len);
	return !!*out;
}

static SSL_CTX *make_context(void)
{
	SSL_CTX *c = SSL_CTX_new(TLS_method());

	if (!c)
		return NULL;
	SSL_CTX_set_options(c, SSL_OP_NO_TICKET | SSL_OP_NO_COMPRESSION |
				       SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_QUERY_MTU);
	SSL_CTX_set_mode(c, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
	SSL_CTX_set_session_cache_mode(c, SSL_SESS_CACHE_OFF);
	/* No certificate of a server is ever believed: there is the key, or nothing. */
	SSL_CTX_set_verify(c, SSL_VERIFY_PEER, NULL);
	SSL_CTX_set_psk_use_session_callback(c, use_session);
	SSL_CTX_set_psk_find_session_callback(c, find_session);
	if (SSL_CTX_set_min_proto_version(c, TLS1_3_VERSION) &&
	    SSL_CTX_set_max_proto_version(c, TLS1_3_VERSION) && SSL_CTX_set_num_tickets(c, 0) &&
	    SSL_CTX_set_session_id_context(c, purpose, sizeof(purpose)) &&
	    SSL_CTX_set_max_early_data(c, 0) && SSL_CTX_set_ciphersuites(c, SUITES))
		return c;
	SSL_CTX_free(c);
	return NULL;
}

/* Made once: it holds no key. */
static SSL_CTX *context(void)
{
	static SSL_CTX *c;

	if (!c)
		c = make_context();
	return c;
}

/**
 * tls_new() - TLS over a connection, its handshake not begun
 * @fd: the socket, outlives it
 * @server: we have accepted it; else we have connected
 * @ring: keys, at least one; outlive it
 * @o: what the connection is for
 * @out: gets it
 *
 * Return: 0 or -ENOMEM.
 */
int tls_new(int fd, bool server, const struct hello_ring *ring, const struct opening *o,
	    struct tls **out)
{
	struct tls *t = calloc(1, sizeof(*t));
	SSL_CTX *c = context();

	if (!t)
		return -ENOMEM;
	t->ring = ring;
	t->want = *o;
	t->verdict = server ? OPENING_NO_IDENTITY : OPENING_TLS;
	t->ssl = c ? SSL_new(c) : NULL;
	if (!t->ssl || !SSL_set_fd(t->ssl, fd)) {
		tls_free(t);
		return -ENOMEM;
	}
	SSL_set_app_data(t->ssl, t);
	if (server)
		SSL_set_accept_state(t->ssl);
	else
		SSL_set_connect_state(t->ssl);
	*out = t;
	return 0;
}

/**
 * tls_free() - forget the keys; the socket is left as it is
 * @t: may be NULL
 */
void tls_free(struct tls *t)
{
	if (!t)
		return;
	SSL_free(t->ssl);
	explicit_bzero(t, sizeof(*t));
	free(t);
}

/* What the library says, as one of our names; OPENING_OK: it says nothing of use. */
static enum opening_verdict what_failed(void)
{
	unsigned long e = ERR_peek_error();

	if (ERR_GET_LIB(e) != ERR_LIB_SSL)
		return OPENING_OK;
	switch (ERR_GET_REASON(e)) {
	case SSL_R_UNSUPPORTED_PROTOCOL:
	case SSL_R_WRONG_VERSION_NUMBER:
	case SSL_R_BAD_PROTOCOL_VERSION_NUMBER:
	case SSL_R_UNKNOWN_PROTOCOL:
	case SSL_R_VERSION_TOO_LOW:
		return OPENING_TLS_VERSION;
	case SSL_R_PACKET_LENGTH_TOO_LONG:
	case SSL_R_ENCRYPTED_LENGTH_TOO_LONG:
	case SSL_R_DATA_LENGTH_TOO_LONG:
	case SSL_R_EXCESSIVE_MESSAGE_SIZE:
		return OPENING_TOO_LONG;
	default:
		/* Alerts of the peer. */
		return ERR_GET_REASON(e) > SSL_AD_REASON_OFFSET ? OPENING_BY_PEER : OPENING_OK;
	}
}

static enum tls_step failed(struct tls *t, int ssl_error)
{
	enum opening_verdict v = what_failed();

	if (v != OPENING_OK)
		t->verdict = v;
	else if (ssl_error == SSL_ERROR_SYSCALL || ssl_error == SSL_ERROR_ZERO_RETURN ||
		 ERR_GET_REASON(ERR_peek_error()) == SSL_R_UNEXPECTED_EOF_WHILE_READING)
		t->verdict = OPENING_GONE;
	ERR_clear_error();
	return TLS_STEP_FAILED;
}

/**
 * tls_handshake() - as far as the socket lets it
 * @t: TLS
 *
 * Return: what to wait for, TLS_STEP_DONE, or TLS_STEP_FAILED: see tls_verdict().
 */
enum tls_step tls_handshake(struct tls *t)
{
	int ret, err;

	ERR_clear_error();
	ret = SSL_do_handshake(t->ssl);
	if (ret != 1) {
		err = SSL_get_error(t->ssl, ret);
		if (err == SSL_ERROR_WANT_READ)
			return TLS_STEP_READ;
		if (err == SSL_ERROR_WANT_WRITE)
			return TLS_STEP_WRITE;
		return failed(t, err);
	}
	/* Belt and braces: without the key there is no certificate that would do. */
	if (!SSL_session_reused(t->ssl) || SSL_version(t->ssl) != TLS1_3_VERSION) {
		t->verdict = OPENING_TLS;
		return TLS_STEP_FAILED;
	}
	t->verdict = OPENING_OK;
	return TLS_STEP_DONE;
}

/**
 * tls_verdict() - why the handshake failed
 * @t: TLS
 */
enum opening_verdict tls_verdict(const struct tls *t)
{
	return t->verdict;
}

/**
 * tls_attempt() - server: number of the client's attempt
 * @t: TLS whose handshake is done
 */
uint64_t tls_attempt(const struct tls *t)
{
	return t->attempt;
}

static ssize_t io_error(struct tls *t, int ret)
{
	int saved = errno, err = SSL_get_error(t->ssl, ret);

	if (err == SSL_ERROR_WANT_READ || err == SSL_ERROR_WANT_WRITE)
		return -EAGAIN;
	if (err == SSL_ERROR_ZERO_RETURN)
		return 0;
	ERR_clear_error();
	/* An end without a farewell may have been made by anybody: an error, not an end. */
	return err == SSL_ERROR_SYSCALL && saved ? -saved : -EPROTO;
}

/**
 * tls_read() - take what has come
 * @t: TLS
 * @buf: destination
 * @room: its size
 *
 * Return: bytes, 0: the peer has ended it, -EAGAIN: nothing has come, -EPROTO: what has come is
 * not the peer's, or another -errno.
 */
ssize_t tls_read(struct tls *t, void *buf, size_t room)
{
	uint8_t *p = buf;
	size_t done = 0, n;

	while (done < room) {
		ERR_clear_error();
		errno = 0;
		if (SSL_read_ex(t->ssl, p + done, room - done, &n) != 1)
			break;
		done += n;
	}
	/* An end or an error comes again with the next call. */
	return done ? (ssize_t)done : io_error(t, 0);
}

/**
 * tls_write() - one record
 * @t: TLS
 * @buf: bytes
 * @len: how many; after -EAGAIN the same again
 *
 * Return: how many of them are gone, -EAGAIN, -EPROTO, or another -errno.
 */
ssize_t tls_write(struct tls *t, const void *buf, size_t len)
{
	ssize_t ret;
	size_t n;

	if (t->records >= REKEY_RECORDS && !t->half_written &&
	    SSL_key_update(t->ssl, SSL_KEY_UPDATE_NOT_REQUESTED))
		t->records = 0;
	ERR_clear_error();
	errno = 0;
	if (SSL_write_ex(t->ssl, buf, len < TLS_RECORD_MAX ? len : TLS_RECORD_MAX, &n) == 1) {
		t->half_written = false;
		t->records++;
		return (ssize_t)n;
	}
	ret = io_error(t, 0);
	t->half_written = ret == -EAGAIN;
	return ret ? ret : -EPIPE;
}

/**
 * tls_pending() - has the peer, and nobody else, sent something that was not read?
 * @t: TLS
 */
bool tls_pending(struct tls *t)
{
	uint8_t b;

	ERR_clear_error();
	return SSL_peek(t->ssl, &b, 1) == 1;
}

/**
 * tls_shut() - tell the peer that nothing more comes, if the socket takes it
 * @t: TLS
 */
void tls_shut(struct tls *t)
{
	ERR_clear_error();
	if (!t->half_written)
		(void)SSL_shutdown(t->ssl);
	ERR_clear_error();
}
