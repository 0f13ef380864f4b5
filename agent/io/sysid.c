// SPDX-License-Identifier: GPL-2.0-or-later
#include "sysid.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#include <openssl/evp.h>
#include <openssl/sha.h>

#define MACHINE_ID "/etc/machine-id"
#define MACHINE_ID_LEN 32

static size_t machine_id(char *buf, size_t size)
{
	int fd = open(MACHINE_ID, O_RDONLY | O_CLOEXEC);
	ssize_t n;

	if (fd < 0)
		return 0;
	n = read(fd, buf, size);
	close(fd);
	return n > 0 ? (size_t)n : 0;
}

static int compute(const uint8_t mac[6], uint64_t *out)
{
	uint8_t text[MACHINE_ID_LEN + 6] = { 0 };
	uint8_t sum[SHA256_DIGEST_LENGTH];
	uint64_t id = 0;

	machine_id((char *)text, MACHINE_ID_LEN);
	memcpy(text + MACHINE_ID_LEN, mac, 6);
	if (!EVP_Digest(text, sizeof(text), sum, NULL, EVP_sha256(), NULL))
		return -EIO;
	for (int i = 0; i < 8; i++)
		id = id << 8 | sum[i];
	*out = id ? id : 1;
	return 0;
}

static bool read_file(const char *file, uint64_t *out)
{
	FILE *f = fopen(file, "re");
	unsigned long long id = 0;
	bool ok = f && fscanf(f, "%16llx", &id) == 1 && id;

	if (f)
		fclose(f);
	*out = id;
	return ok;
}

static int write_file(const char *file, uint64_t id)
{
	FILE *f = fopen(file, "we");
	int err = 0;

	if (!f)
		return -errno;
	if (fprintf(f, "%016llx\n", (unsigned long long)id) < 0)
		err = -EIO;
	if (fclose(f) && !err)
		err = -errno;
	return err;
}

/**
 * sysid_system() - the identity of this router
 * @file: where it is kept while the system is up
 * @mac: address of the control interface, all zero if it is not there
 * @out: the identity, never 0
 *
 * The same after each start.  The interface's address goes in because routers in containers or
 * network namespaces may share a file system and so the machine ID; the machine ID because two
 * routers may have been given the same locally administered address.  It is kept because the
 * interface may be missing, or have another address, when the agent is started again.
 *
 * Return: 0, -EIO if SHA-256 is not to be had, or the -errno of writing @file.
 */
int sysid_system(const char *file, const uint8_t mac[6], uint64_t *out)
{
	int err;

	if (read_file(file, out))
		return 0;
	err = compute(mac, out);
	return err ? err : write_file(file, *out);
}

/**
 * sysid_random() - a number that was never used before
 * @out: the number, never 0
 *
 * Return: 0 or -errno.
 */
int sysid_random(uint64_t *out)
{
	do {
		if (getrandom(out, sizeof(*out), 0) != sizeof(*out))
			return errno ? -errno : -EIO;
	} while (!*out);
	return 0;
}

/**
 * sysid_uptime_ms() - how long the system has been up
 * @out: ms
 *
 * Return: false if the system does not tell.
 */
bool sysid_uptime_ms(uint64_t *out)
{
	struct timespec ts;

	if (clock_gettime(CLOCK_BOOTTIME, &ts))
		return false;
	*out = (uint64_t)ts.tv_sec * 1000 + (uint64_t)ts.tv_nsec / 1000000;
	return true;
}
