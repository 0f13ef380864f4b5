/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * BFD on the paths of a control link: one session for each path, with the router whose hellos are
 * believed there. Only agent/io/link.c calls this.
 */
#ifndef RG_IO_LINKBFD_H
#define RG_IO_LINKBFD_H

#include "io/link.h"

void linkbfd_heard(struct link *l, enum link_path_id id, const struct rg_addr *from);
void linkbfd_drop(struct link *l, enum link_path_id id);
void linkbfd_conf(struct link *l);
bool linkbfd_uses(const struct link *l, const struct bfdsess *s);
bool linkbfd_says(const struct link_path *p, bool *alive);
void linkbfd_sum(const struct link *l, const struct bfdsess *s, mono_t now, struct link_bfd *out);

#endif
