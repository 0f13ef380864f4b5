/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RG_IO_BUFEV_H
#define RG_IO_BUFEV_H

struct bufferevent;

void bufev_flush(struct bufferevent *bev);

#endif
