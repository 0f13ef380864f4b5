/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _NF_RG_ADOPT_H
#define _NF_RG_ADOPT_H

#include "net.h"

void nf_rg_adopt_net_init(struct nf_rg_net *rn);
void nf_rg_adopt_net_exit(struct nf_rg_net *rn);

#endif /* _NF_RG_ADOPT_H */
