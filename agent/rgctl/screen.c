// SPDX-License-Identifier: GPL-2.0-or-later
/* For open_memstream() */
#define _GNU_SOURCE
#include "screen.h"

#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include <jansson.h>

#include "client.h"
#include "term.h"

#define EXIT_NO_AGENT	3
#define EVERY_MS	1000
#define FINISH_MS	1000
#define EVENTS		8	/* the last ones are shown */
#define GROUPS		255
#define LINE_LEN	512

/* Another screen, without a cursor, and back. */
#define ENTER		"\033[?1049h\033[?25l\033[H\033[2J"
#define LEAVE		"\033[?25h\033[?1049l"

/* What a group had sent and received when it was last looked at. */
struct before {
	bool known;
	json_int_t tx, rx;
};

/**
 * struct screen - what is shown
 * @c: connection
 * @rows, @cols: of the terminal
 * @now_ms, @last_ms: of this look and of the one before, 0: none
 * @next_ms: when to look next
 * @asked: an answer is due
 * @groups: the last one
 * @before: by number of the group
 * @event: the last lines, a ring
 * @n_events: how many there were
 * @late: how often it was not there when the next one was due
 * @skipped: pictures that were not drawn since the terminal did not take the one before
 */
struct screen {
	struct client *c;
	unsigned int rows, cols;
	int64_t now_ms, last_ms, next_ms;
	bool asked;
	json_t *groups;
	struct before before[GROUPS + 1];
	char event[EVENTS][LINE_LEN];
	uint64_t n_events;
	uint64_t late;
	uint64_t skipped;
};

static int64_t clock_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

static void get_size(struct screen *s)
{
	struct winsize w;

	s->rows = 24;
	s->cols = 80;
	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &w) || !w.ws_row || !w.ws_col)
		return;
	s->rows = w.ws_row;
	s->cols = w.ws_col < LINE_LEN ? w.ws_col : LINE_LEN - 1;
}

/* A row that fits; whatever stood there goes. */
static void __attribute__((format(printf, 3, 4)))
row(const struct screen *s, FILE *f, const char *fmt, ...)
{
	char line[LINE_LEN];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	/* In the last column a terminal may begin a new row. */
	fprintf(f, "%.*s\033[K\r\n", (int)s->cols - 1, line);
}

static const char *word(json_t *g, const char *key)
{
	const char *w = json_string_value(json_object_get(g, key));

	return w ? w : "-";
}

static json_int_t number(json_t *g, const char *key)
{
	return json_integer_value(json_object_get(g, key));
}

/* A second, since the look before; "-" at first, and after a restart of the counters. */
static void rate(const struct screen *s, const struct before *b, json_int_t was, json_int_t now,
		 char *to, size_t size)
{
	int64_t ms = s->now_ms - s->last_ms;

	if (!b->known || !s->last_ms || ms <= 0 || now < was)
		snprintf(to, size, "-");
	else
		snprintf(to, size, "%lld", (long long)((now - was) * 1000 / ms));
}

static void faults(json_t *g, char *to, size_t size)
{
	json_t *list = json_object_get(json_object_get(g, "faults"), "active"), *x;
	size_t i, n = 0;

	*to = '\0';
	json_array_foreach(list, i, x) {
		n += (size_t)snprintf(to + n, size - n, "%s%s", n ? "," : "", word(x, "name"));
		if (n >= size)
			return;
	}
}

static void put_group(struct screen *s, FILE *f, json_t *g)
{
	json_int_t id = number(g, "id");
	struct before *b = &s->before[id > 0 && id <= GROUPS ? id : 0];
	json_t *sync = json_object_get(g, "sync");
	json_int_t tx = number(sync, "records_tx"), rx = number(sync, "records_rx");
	char sent[24], received[24], fault[128];

	rate(s, b, b->tx, tx, sent, sizeof(sent));
	rate(s, b, b->rx, rx, received, sizeof(received));
	faults(g, fault, sizeof(fault));
	row(s, f, "%3lld %-10.10s %-8s %-17s %-8s %4lld %4lld %8lld %7lld %7lld %8s %8s %s",
	    (long long)id, word(g, "name"), word(g, "role"), word(g, "rf_state"),
	    word(g, "peer_role"), (long long)number(g, "runtime_priority"),
	    (long long)number(g, "peer_priority"), (long long)number(sync, "entries"),
	    (long long)number(sync, "lag_ms"),
	    (long long)(number(sync, "pending") + number(sync, "inflight")), sent, received, fault);
	*b = (struct before){ true, tx, rx };
}

static void put_events(const struct screen *s, FILE *f, unsigned int room)
{
	uint64_t n = s->n_events < EVENTS ? s->n_events : EVENTS;

	n = n < room ? n : room;
	for (uint64_t i = s->n_events - n; i < s->n_events; i++)
		row(s, f, "%s", s->event[i % EVENTS]);
}

static void put_all(struct screen *s, FILE *f)
{
	char host[64] = "", when[32], late[96] = "";
	time_t now = time(NULL);
	unsigned int left;
	json_t *g;
	size_t i;

	gethostname(host, sizeof(host) - 1);
	strftime(when, sizeof(when), "%Y-%m-%d %H:%M:%S UTC", gmtime(&now));
	if (s->late)
		snprintf(late, sizeof(late), "  the agent has not answered for %llu s",
			 (unsigned long long)s->late);
	else if (s->skipped)
		snprintf(late, sizeof(late), "  slow terminal: %llu pictures left out",
			 (unsigned long long)s->skipped);
	fputs("\033[H", f);
	row(s, f, "%s  %s  q: quit%s", host, when, late);
	row(s, f, "%3s %-10s %-8s %-17s %-8s %4s %4s %8s %7s %7s %8s %8s %s", "RG", "Name", "Role",
	    "State", "Peer", "Prio", "Peer", "Entries", "Lag ms", "Waiting", "Sent/s", "Recv/s",
	    "Faults");
	left = s->rows > 4 ? s->rows - 4 : 1;
	json_array_foreach(s->groups, i, g) {
		if (!left)
			break;
		put_group(s, f, g);
		left--;
	}
	row(s, f, "%s", "");
	put_events(s, f, left ? left - 1 : 0);
	fputs("\033[J", f);
}

/* Would the terminal take another picture now? */
static bool takes(void)
{
	struct pollfd p = { .fd = STDOUT_FILENO, .events = POLLOUT };

	return poll(&p, 1, 0) == 1 && p.revents & POLLOUT;
}

static int draw(struct screen *s)
{
	char *text = NULL;
	size_t len;
	FILE *f;
	int err;

	if (!takes()) {
		s->skipped++;
		return 0;
	}
	if (term_resized())
		get_size(s);
	f = open_memstream(&text, &len);
	if (!f)
		return -ENOMEM;
	put_all(s, f);
	err = fclose(f) ? -ENOMEM : term_write(text, len);
	free(text);
	return err == -EINTR ? 0 : err;
}

static void on_event(void *arg, const char *text, const char *json)
{
	struct screen *s = arg;

	snprintf(s->event[s->n_events++ % EVENTS], LINE_LEN, "%s", text);
}

static void take_answer(struct screen *s, const struct answer *a)
{
	json_t *root = a->json ? json_loads(a->json, 0, NULL) : NULL;

	s->asked = false;
	s->late = 0;
	s->last_ms = s->now_ms;
	s->now_ms = clock_ms();
	json_decref(s->groups);
	s->groups = json_incref(json_object_get(root, "groups"));
	json_decref(root);
}

/* Asks, if it is time to. */
static int ask(struct screen *s)
{
	static const char *const words[] = { "show", "redundancy", "application", "group", "all" };
	int64_t now = clock_ms();

	if (now < s->next_ms)
		return 0;
	s->next_ms = now + EVERY_MS;
	/* The last question was not answered yet: shown as it is. */
	if (s->asked) {
		s->late++;
		return draw(s);
	}
	s->asked = true;
	return client_send(s->c, words, sizeof(words) / sizeof(words[0]), true);
}

static int hear(struct screen *s)
{
	struct answer a;
	int got = client_take(s->c, s->asked ? &a : NULL);

	if (got <= 0)
		return got;
	take_answer(s, &a);
	answer_free(&a);
	return draw(s);
}

static int loop(struct screen *s, const struct term *t)
{
	bool readable;
	int err = 0;

	while (!err) {
		int64_t wait = s->next_ms - clock_ms();

		err = ask(s);
		if (err || !term_wait(t, s->c->fd, wait > 0 ? (int)wait : 0, &readable))
			break;
		if (readable)
			err = hear(s);
	}
	return err;
}

/* What was asked must not be taken for the answer to the next question. */
static int finish(struct screen *s)
{
	struct pollfd p = { .fd = s->c->fd, .events = POLLIN };
	struct answer a;
	int got = 0;

	while (s->asked && !got) {
		if (poll(&p, 1, FINISH_MS) <= 0) {
			client_close(s->c);
			return 0;
		}
		got = client_take(s->c, &a);
	}
	if (got > 0)
		answer_free(&a);
	return got < 0 ? got : 0;
}

/**
 * screen_run() - show it all, until q, ^C or ^D, or another end
 * @c: connection, of a session that watches events
 *
 * The terminal is as before afterwards, whatever ended it.
 *
 * Return: exit status: 0, 1: there is no terminal, 3: the agent has gone.
 */
int screen_run(struct client *c)
{
	void (*before)(void *arg, const char *text, const char *json) = c->watch;
	struct screen s = { .c = c };
	void *arg = c->arg;
	struct term t;
	int err;

	if (!isatty(STDOUT_FILENO)) {
		fprintf(stderr, "rgctl: standard output is no terminal\n");
		return 1;
	}
	fflush(stdout);
	get_size(&s);
	term_begin(&t);
	c->watch = on_event;
	c->arg = &s;
	err = term_write(ENTER, strlen(ENTER));
	err = err ? err : loop(&s, &t);
	c->watch = before;
	c->arg = arg;
	/* Also when it is over, which term_write() heeds. */
	if (write(STDOUT_FILENO, LEAVE, strlen(LEAVE)) < 0 && !err)
		err = -errno;
	term_end(&t);
	json_decref(s.groups);
	err = err ? err : finish(&s);
	if (err)
		fprintf(stderr, "rgctl: %s\n",
			err == -ECONNRESET ? "the agent has closed the connection" :
					     strerror(-err));
	return err ? EXIT_NO_AGENT : 0;
}
