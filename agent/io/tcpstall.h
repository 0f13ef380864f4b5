/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RG_IO_TCPSTALL_H
#define RG_IO_TCPSTALL_H

#include <stdint.h>

uint32_t tcpstall(int fd);

#endif
