// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Any bytes as a batch of records, as the standby's kernel gets them. What decodes must be written
 * again as the same bytes; what does not must be told apart into "more to come" and "bad".
 */
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "record.h"

static void must(int holds)
{
	if (!holds)
		abort();
}

/* What stands in a record has room in the decoded one, and is there at all. */
static int within(unsigned int timeouts)
{
	return timeouts && timeouts <= NF_RG_REC_TIMEOUTS;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct nf_rg_record rec;
	uint8_t buf[NF_RG_REC_MAX];
	size_t at = 0;
	int len, again;

	while (at < size) {
		memset(&rec, 0xa5, sizeof(rec));
		len = nf_rg_record_decode(&rec, data + at, (unsigned int)(size - at));
		if (len < 0) {
			must(len == -ENODATA || len == -EBADMSG);
			return 0;
		}
		must(len > 0 && (size_t)len <= size - at && len <= NF_RG_REC_MAX);
		must(rec.type != NF_RG_REC_STATE || !(rec.sections & NF_RG_SEC_TIMEOUTS) ||
		     within(nf_rg_record_timeouts(rec.l4)));
		again = nf_rg_record_encode(&rec, buf, sizeof(buf));
		must(again == len && !memcmp(buf, data + at, (size_t)len));
		must(nf_rg_record_encode(&rec, buf, (unsigned int)len - 1) == -ENOSPC);
		at += (size_t)len;
	}
	return 0;
}
