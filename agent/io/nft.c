// SPDX-License-Identifier: GPL-2.0-or-later
#include "nft.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <nftables/libnftables.h>

struct nft {
	struct nft_ctx *ctx;
};

/**
 * nft_open() - a context for scripts
 * @out: gets it
 *
 * Return: 0 or -ENOMEM.
 */
int nft_open(struct nft **out)
{
	struct nft *n = calloc(1, sizeof(*n));

	if (!n)
		return -ENOMEM;
	n->ctx = nft_ctx_new(NFT_CTX_DEFAULT);
	/* Otherwise it writes to the standard output of the daemon. */
	if (!n->ctx || nft_ctx_buffer_output(n->ctx) || nft_ctx_buffer_error(n->ctx)) {
		nft_close(n);
		return -ENOMEM;
	}
	*out = n;
	return 0;
}

/**
 * nft_close() - free it
 * @n: may be NULL
 */
void nft_close(struct nft *n)
{
	if (!n)
		return;
	if (n->ctx)
		nft_ctx_free(n->ctx);
	free(n);
}

/**
 * nft_run() - carry a script out, as one transaction
 * @n: context
 * @script: what to do
 * @err: gets the first line of what is wrong, empty if nothing is
 * @size: room there
 *
 * Return: 0, or -EINVAL and nothing was done.
 */
int nft_run(struct nft *n, const char *script, char *err, size_t size)
{
	int ret = nft_run_cmd_from_buffer(n->ctx, script);

	if (size) {
		snprintf(err, size, "%s", ret ? nft_ctx_get_error_buffer(n->ctx) : "");
		err[strcspn(err, "\n")] = '\0';
	}
	/* The buffer would grow by what was listed before. */
	nft_ctx_get_output_buffer(n->ctx);
	return ret ? -EINVAL : 0;
}

/**
 * nft_list() - what is in the kernel
 * @n: context
 * @command: for example "list table inet rg"
 * @json: as JSON with the values of counters; otherwise as text without them, which is the same for
 *	the same rules
 * @out: gets the malloced answer
 *
 * Return: 0, -ENOENT when the kernel has no such thing or does not say, -ENOMEM.
 */
int nft_list(struct nft *n, const char *command, bool json, char **out)
{
	unsigned int flags = nft_ctx_output_get_flags(n->ctx);
	int ret;

	nft_ctx_output_set_flags(n->ctx, json ? NFT_CTX_OUTPUT_JSON : NFT_CTX_OUTPUT_STATELESS);
	ret = nft_run_cmd_from_buffer(n->ctx, command);
	nft_ctx_output_set_flags(n->ctx, flags);
	if (ret) {
		nft_ctx_get_error_buffer(n->ctx);
		nft_ctx_get_output_buffer(n->ctx);
		return -ENOENT;
	}
	*out = strdup(nft_ctx_get_output_buffer(n->ctx));
	return *out ? 0 : -ENOMEM;
}
