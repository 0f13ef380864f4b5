// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim_play.h"

#include <string.h>

#include "sim.h"

#define ROUNDS	6

typedef void operation(struct node *n, int32_t a, int32_t b);

static void do_power_off(struct node *n, int32_t a, int32_t b)
{
	sim_power_off(n);
}

static void do_power_on(struct node *n, int32_t a, int32_t b)
{
	if (!n->on)
		sim_power_on(n);
}

static void do_kill(struct node *n, int32_t a, int32_t b)
{
	n->agent = false;
	n->paused = false;
	n->sync_dir = 0;
}

static void do_start(struct node *n, int32_t a, int32_t b)
{
	if (n->on && !n->agent)
		sim_start_agent(n);
}

static void do_pause(struct node *n, int32_t a, int32_t b)
{
	n->paused = n->on && n->agent;
}

static void do_resume(struct node *n, int32_t a, int32_t b)
{
	sim_resume(n);
}

static void do_stop(struct node *n, int32_t a, int32_t b)
{
	if (sim_running(n))
		sim_simple(n, ELECTION_EV_STOP);
}

/* @a: percent */
static void do_loss(struct node *n, int32_t a, int32_t b)
{
	sim.loss = a;
}

/* @a: ms at most, by which hellos overtake each other; @b: percent repeated */
static void do_delay(struct node *n, int32_t a, int32_t b)
{
	sim.delay = a;
	sim.dup = b;
}

/* @a: 0 nothing, 1 what it sends, 2 what it gets, 3 both */
static void do_cut(struct node *n, int32_t a, int32_t b)
{
	int i;

	for (i = 0; i < NODES; i++) {
		if (i == n->id)
			continue;
		sim.cut[n->id][i] = a & 1;
		sim.cut[i][n->id] = a & 2;
	}
}

static void do_data(struct node *n, int32_t a, int32_t b)
{
	if (n->id == 2)
		return;
	sim.data_cut[n->id] = a & 1;
	sim.data_cut[!n->id] = a & 2;
}

/* @a: which; @b: its decrement, 1000: `shutdown`, 0: up again */
static void do_object(struct node *n, int32_t a, int32_t b)
{
	sim_object(n, a, b != 0, b < 1000 ? (uint8_t)b : 0, b == 1000);
}

static void do_admin(struct node *n, int32_t a, int32_t b)
{
	sim_admin(n, (enum election_admin_op)a, b);
}

static void do_priority(struct node *n, int32_t a, int32_t b)
{
	n->cfg.priority = (uint8_t)a;
	n->cfg.threshold = (uint8_t)b;
	sim_config(n);
}

static void do_preempt(struct node *n, int32_t a, int32_t b)
{
	n->cfg.preempt = a;
	sim_config(n);
}

/* `timers delay`, in s */
static void do_timers(struct node *n, int32_t a, int32_t b)
{
	n->cfg.delay_s = (uint32_t)a;
	n->cfg.reload_s = (uint32_t)b;
	sim_config(n);
}

static void do_kernel(struct node *n, int32_t a, int32_t b)
{
	sim_kernel(n, a);
}

/* @a: both cables are out */
static void do_cable(struct node *n, int32_t a, int32_t b)
{
	sim_pull(a);
}

/* @a: nor do they see each other on the traffic side */
static void do_lan(struct node *n, int32_t a, int32_t b)
{
	sim.lan_cut = a;
}

static void mend(int32_t delay)
{
	int i, o;

	TRACE("%8lld   mended\n", (long long)sim.now);
	sim_power_off(&sim.n[2]);
	sim.loss = 0;
	sim.dup = 0;
	sim.delay = delay;
	memset(sim.cut, 0, sizeof(sim.cut));
	memset(sim.data_cut, 0, sizeof(sim.data_cut));
	sim.lan_cut = false;
	sim_pull(false);
	for (i = 0; i < 2; i++) {
		struct node *n = &sim.n[i];

		sim_resume(n);
		n->shutdown = false;
		if (!n->on)
			sim_power_on(n);
		else if (!n->agent)
			sim_start_agent(n);
		sim_kernel(n, false);
		/* A decrement may last, an object with `shutdown` comes back. */
		for (o = 0; o < OBJECTS; o++)
			if (n->object[o].shutdown)
				sim_object(n, o, false, 0, false);
	}
}

/* The longest wait of all: for a standby below the threshold, and after a hand-over that failed. */
static int64_t patience(void)
{
	int64_t t = sim_timers_11() + 4 * sim_detect_max() + 3000;
	int i;

	for (i = 0; i < 2; i++) {
		const struct election *e = &sim.n[i].e;

		if (!mono_is_zero(e->retry_at) || !mono_is_never(e->below_since))
			return t + ELECTION_RETRY_MS;
	}
	return t;
}

static void do_settle(struct node *n, int32_t a, int32_t b)
{
	unsigned int changes;
	int i;

	mend(a);
	/* A shutdown may be under way, and is refused to be undone until it is done. */
	sim_run(ELECTION_DRAIN_MS + 2 * sim_detect_max() + 1000);
	for (i = 0; i < 2; i++) {
		/* A stop that was under way has ended meanwhile. */
		do_start(&sim.n[i], 0, 0);
		sim_admin(&sim.n[i], ELECTION_ADMIN_NO_SHUTDOWN, false);
	}
	sim_calm(true);
	sim_run(patience());
	sim_run(patience() - sim_timers_11());
	sim_check_settled();
	/* Invariant: under constant input nothing moves. */
	changes = sim.role_changes;
	sim_run(5000);
	CHECK(sim.role_changes == changes, "flaps under constant input");
	sim_check_settled();
	sim_calm(false);
}

static bool whole(const struct node *act)
{
	const struct node *sby = sim_peer(act);

	return sim_running(act) && sim_running(sby) && sim_forwards(act) && !act->k.no_new &&
	       act->addresses && sby->e.state == ELECTION_STANDBY && act->e.peer.known &&
	       sby->e.peer.known && sby->e.peer.system == act->e.system && !sby->dec.forced_down &&
	       !sby->no_kernel && !sim.lan_cut && !sim.n[2].on;
}

/*
 * Rules 9 (c) and 15, of a pair that is well: both cables go, and the standby stays what it is.
 * @a: later the active loses its power; then the standby takes over, in time.
 */
static void do_isolate(struct node *n, int32_t a, int32_t b)
{
	struct node *act = sim_forwards(&sim.n[0]) ? &sim.n[0] : &sim.n[1], *sby = sim_peer(act);
	int64_t detect = sim_detect(sby), began;

	if (!whole(act) || !sby->cfg.probe_ms)
		return;
	sim_pull(true);
	sim_run(2 * sim_detect_max() + 2 * sim_hello_max() + 2 * sby->cfg.probe_ms);
	CHECK(sim_forwards(act) && !sim_forwards(sby), "the links went, and the role moved");
	CHECK(sby->e.faults & ELECTION_F_ISOLATED, "isolated, and not said");
	sim_run(b);
	CHECK(sim_forwards(act) && !sim_forwards(sby), "isolated, and the role moved");
	if (!a)
		return;
	/* An answer may be on its way. */
	began = sim.now;
	sim_power_off(act);
	while (!sim_forwards(sby)) {
		sim_run(1);
		CHECK(sim.now - began <= (detect > ELECTION_PROBE_WINDOW_MS ?
					  detect : ELECTION_PROBE_WINDOW_MS) +
					 sby->cfg.probe_ms + 3,
		      "isolated, and too late for the one that died");
	}
}

enum op {
	OP_POWER_OFF, OP_POWER_ON, OP_KILL, OP_START, OP_PAUSE, OP_RESUME, OP_STOP, OP_LOSS,
	OP_DELAY, OP_CUT, OP_DATA, OP_OBJECT, OP_ADMIN, OP_PRIORITY, OP_PREEMPT, OP_TIMERS,
	OP_KERNEL, OP_CABLE, OP_LAN, OP_SETTLE, OP_ISOLATE, OPS
};

static const struct {
	const char *name;
	operation *run;
} ops[OPS] = {
	[OP_POWER_OFF]	= { "power-off", do_power_off },
	[OP_POWER_ON]	= { "power-on", do_power_on },
	[OP_KILL]	= { "kill", do_kill },
	[OP_START]	= { "start", do_start },
	[OP_PAUSE]	= { "pause", do_pause },
	[OP_RESUME]	= { "resume", do_resume },
	[OP_STOP]	= { "stop", do_stop },
	[OP_LOSS]	= { "loss", do_loss },
	[OP_DELAY]	= { "delay", do_delay },
	[OP_CUT]	= { "cut", do_cut },
	[OP_DATA]	= { "data", do_data },
	[OP_OBJECT]	= { "object", do_object },
	[OP_ADMIN]	= { "admin", do_admin },
	[OP_PRIORITY]	= { "priority", do_priority },
	[OP_PREEMPT]	= { "preempt", do_preempt },
	[OP_TIMERS]	= { "timers", do_timers },
	[OP_KERNEL]	= { "kernel", do_kernel },
	[OP_CABLE]	= { "cable", do_cable },
	[OP_LAN]	= { "lan", do_lan },
	[OP_SETTLE]	= { "settle", do_settle },
	[OP_ISOLATE]	= { "isolate", do_isolate },
};

static void draw_operands(struct sim_event *e)
{
	switch (e->op) {
	case OP_LOSS:
		e->a = sim_upto(60);
		break;
	case OP_DELAY:
		e->a = sim_upto(200);
		e->b = sim_upto(50);
		break;
	case OP_CUT:
	case OP_DATA:
		e->a = sim_upto(4);
		break;
	case OP_OBJECT:
		e->a = sim_upto(OBJECTS);
		e->b = sim_chance(40) ? 0 : sim_chance(20) ? 1000 : 1 + sim_upto(100);
		break;
	case OP_ADMIN:
		e->a = sim_upto(ELECTION_ADMIN_CLEAR + 1);
		e->b = sim_chance(30);
		break;
	case OP_PRIORITY:
		e->a = sim_chance(30) ? 100 : 1 + sim_upto(255);
		e->b = sim_chance(50) ? 0 : sim_upto(120);
		break;
	case OP_TIMERS:
		e->a = sim_upto(4);
		e->b = sim_upto(4);
		break;
	default:
		e->a = sim_chance(50);
		break;
	}
}

static struct sim_event *add(struct plan *p, enum op what, int node, int32_t wait)
{
	struct sim_event *e = &p->ev[p->n++];

	*e = (struct sim_event){ .wait = wait, .op = (uint8_t)what, .node = (uint8_t)node };
	return e;
}

void plan_make(struct plan *p, uint64_t seed)
{
	bool stranger;
	int round, i;

	sim_begin(seed);
	stranger = seed % 3 == 0;
	p->seed = seed;
	p->n = 0;
	add(p, OP_POWER_ON, 0, 0);
	add(p, OP_POWER_ON, 1, sim_upto(3000));
	for (round = 0; round < ROUNDS; round++) {
		for (i = sim_upto(30); i; i--) {
			int wait = sim_upto(sim_chance(80) ? 400 : sim_chance(90) ? 4000 : 40000);
			int node = stranger && sim_chance(30) ? 2 : sim_upto(2);

			draw_operands(add(p, sim_upto(OP_SETTLE), node, wait));
		}
		add(p, OP_SETTLE, 0, sim_upto(400))->a = sim_upto(5);
		if (sim_chance(50)) {
			struct sim_event *e = add(p, OP_ISOLATE, 0, sim_upto(400));

			e->a = sim_chance(50);
			e->b = sim_upto(3000);
		}
	}
}

static void play(const struct plan *p)
{
	int i;

	for (i = 0; i < p->n; i++) {
		const struct sim_event *e = &p->ev[i];

		sim_run(e->wait);
		TRACE("%8lld %c === %s %d %d\n", (long long)sim.now, 'A' + e->node,
		      ops[e->op].name, e->a, e->b);
		ops[e->op].run(&sim.n[e->node], e->a, e->b);
	}
}

bool plan_play(const struct plan *p)
{
	sim_begin(p->seed);
	sim.guarded = true;
	if (setjmp(sim.out))
		return false;
	play(p);
	return true;
}

static void leave_out(struct plan *to, const struct plan *from, int at, int n)
{
	*to = *from;
	memmove(&to->ev[at], &to->ev[at + n], (size_t)(to->n - at - n) * sizeof(to->ev[0]));
	to->n -= n;
}

/* Halves first, single events last, as long as something can still be left out. */
unsigned int plan_shrink(struct plan *p)
{
	char what[sizeof(sim.failure)];
	unsigned int plays = 0;
	struct plan less;
	int size, at;
	bool again;

	memcpy(what, sim.failure, sizeof(what));
	do {
		again = false;
		for (size = p->n / 2; size; size /= 2) {
			for (at = 0; at + size <= p->n;) {
				leave_out(&less, p, at, size);
				plays++;
				if (!plan_play(&less) && !strcmp(what, sim.failure)) {
					*p = less;
					again = true;
				} else {
					at += size;
				}
			}
		}
	} while (again);
	memcpy(sim.failure, what, sizeof(what));
	return plays;
}

void plan_print(const struct plan *p, FILE *f)
{
	int i;

	fprintf(f, "seed %llu\n", (unsigned long long)p->seed);
	for (i = 0; i < p->n; i++)
		fprintf(f, "%d %s %c %d %d\n", p->ev[i].wait, ops[p->ev[i].op].name,
			'A' + p->ev[i].node, p->ev[i].a, p->ev[i].b);
	fprintf(f, "end\n");
}

static bool read_event(struct plan *p, const char *text)
{
	char name[16], node;
	int wait, a, b, op;

	if (p->n == PLAN_MAX ||
	    sscanf(text, "%d %15s %c %d %d", &wait, name, &node, &a, &b) != 5)
		return false;
	if (wait < 0 || node < 'A' || node >= 'A' + NODES)
		return false;
	for (op = 0; op < OPS && strcmp(ops[op].name, name); op++)
		;
	if (op == OPS || (op == OP_OBJECT && (a < 0 || a >= OBJECTS)) ||
	    (op == OP_ADMIN && (a < 0 || a > ELECTION_ADMIN_CLEAR)))
		return false;
	p->ev[p->n++] = (struct sim_event){ wait, (uint8_t)op, (uint8_t)(node - 'A'), a, b };
	return true;
}

int plan_read(struct plan *p, FILE *f, int *line)
{
	unsigned long long seed = 0;
	char text[128];
	bool begun = false;

	p->n = 0;
	while (fgets(text, sizeof(text), f)) {
		++*line;
		if (*text == '#' || *text == '\n')
			continue;
		if (!begun) {
			if (sscanf(text, "seed %llu", &seed) != 1)
				return -*line;
			begun = true;
			p->seed = seed;
		} else if (!strcmp(text, "end\n")) {
			return 1;
		} else if (!read_event(p, text)) {
			return -*line;
		}
	}
	return begun ? -*line : 0;
}
