// SPDX-License-Identifier: GPL-2.0-or-later
/* A file of its own: <linux/tcp.h> has more in its struct tcp_info, and no place beside libc's. */
#include "tcpstall.h"

#include <linux/tcp.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "core/stall.h"

#define CLOSED 7 /* the kernel's TCP_CLOSE, which it does not export */
#define TIMESTAMPS 12 /* bytes, with what fills them up */

/**
 * tcpstall() - does a connection end because of packets that do not arrive?
 * @fd: its socket, not closed yet
 *
 * Return: bytes of such an IPv4 packet, 0: it does not, or nobody knows.
 */
uint32_t tcpstall(int fd)
{
	struct tcp_info i = { 0 };
	socklen_t len = sizeof(i);
	struct stall_end end;

	if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &i, &len))
		return 0;
	end = (struct stall_end){
		.closed = i.tcpi_state == CLOSED,
		.unacked = i.tcpi_unacked,
		.repeats = i.tcpi_retransmits,
		.repeated = i.tcpi_total_retrans,
		.repeated_bytes = i.tcpi_bytes_retrans,
		.mss = i.tcpi_snd_mss,
		.options = i.tcpi_options & TCPI_OPT_TIMESTAMPS ? TIMESTAMPS : 0,
	};
	return stall_packet(&end);
}
