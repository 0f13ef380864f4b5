// SPDX-License-Identifier: GPL-2.0-or-later
/* The last words of a connection in clear: what is queued goes out before it is closed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>

#include "io/bufev.h"

static struct event_base *base;
static struct bufferevent *bev;
static int fd[2];

static int setup(void **state)
{
	base = event_base_new();
	if (!base || socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fd))
		return -1;
	bev = bufferevent_socket_new(base, fd[0], BEV_OPT_CLOSE_ON_FREE);
	return bev ? 0 : -1;
}

static int teardown(void **state)
{
	if (bev)
		bufferevent_free(bev);
	close(fd[1]);
	event_base_free(base);
	return 0;
}

static void last_words(void **state)
{
	char got[16] = "";

	assert_int_equal(evbuffer_add(bufferevent_get_output(bev), "batch,", 6), 0);
	assert_int_equal(evbuffer_add(bufferevent_get_output(bev), "close", 5), 0);
	bufev_flush(bev);
	bufferevent_free(bev);
	bev = NULL;
	assert_int_equal(read(fd[1], got, sizeof(got) - 1), 11);
	assert_string_equal(got, "batch,close");
	/* It is closed in the loop. */
	event_base_loop(base, EVLOOP_NONBLOCK);
	assert_int_equal(read(fd[1], got, sizeof(got)), 0);
}

/* More than the kernel takes: it does not wait, and what was written is the beginning. */
static void too_much(void **state)
{
	static uint8_t many[1 << 22], got[1 << 16];
	size_t left;
	ssize_t n, k;
	uint8_t next = 0;

	for (size_t i = 0; i < sizeof(many); i++)
		many[i] = (uint8_t)i;
	evbuffer_add(bufferevent_get_output(bev), many, sizeof(many));
	bufev_flush(bev);
	left = evbuffer_get_length(bufferevent_get_output(bev));
	assert_in_range(left, 1, sizeof(many) - 1);
	while ((n = read(fd[1], got, sizeof(got))) > 0)
		for (k = 0; k < n; k++)
			assert_int_equal(got[k], next++);
	bufev_flush(bev);
	assert_true(evbuffer_get_length(bufferevent_get_output(bev)) < left);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(last_words, setup, teardown),
		cmocka_unit_test_setup_teardown(too_much, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
