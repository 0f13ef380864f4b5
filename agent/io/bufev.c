// SPDX-License-Identifier: GPL-2.0-or-later
#include "bufev.h"

#include <event2/buffer.h>
#include <event2/bufferevent.h>

/**
 * bufev_flush() - write what is queued, as far as the kernel takes it now
 * @bev: a socket that is about to be closed
 *
 * libevent keeps the front of the queue frozen while it does not write itself, and evbuffer_write()
 * of a frozen one fails.
 */
void bufev_flush(struct bufferevent *bev)
{
	struct evbuffer *out = bufferevent_get_output(bev);

	evbuffer_unfreeze(out, 1);
	while (evbuffer_get_length(out) && evbuffer_write(out, bufferevent_getfd(bev)) > 0)
		;
	evbuffer_freeze(out, 1);
}
