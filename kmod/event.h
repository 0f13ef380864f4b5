/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _NF_RG_EVENT_H
#define _NF_RG_EVENT_H

struct nf_rg_net;

int nf_rg_event_pin(void);
void nf_rg_event_unpin(void);
void nf_rg_event_register(struct nf_rg_net *rn);
void nf_rg_event_unregister(struct nf_rg_net *rn);

#endif /* _NF_RG_EVENT_H */
