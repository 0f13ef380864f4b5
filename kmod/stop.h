/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _NF_RG_STOP_H
#define _NF_RG_STOP_H

#include <linux/types.h>

struct nf_rg_mapping;

void nf_rg_stop_set(struct nf_rg_mapping *m, bool stopped);

#endif /* _NF_RG_STOP_H */
