// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * One BFD session.
 *
 * DOC: States
 *
 *	sA  AdminDown	Held down by configuration. Says so, and takes in nothing.
 *	sD  Down	Says Down, once a second, until something is heard.
 *	sI  Init	Hears the peer, which does not say yet that it hears us.
 *	sU  Up		Both hear both. Only from here can the peer be lost.
 *
 * The cell of our state and the one that a packet tells, and its reason:
 *
 *	ours \ told   AdminDown  Down     Init     Up
 *	sD  Down      -          sI       sU       -
 *	sI  Init      sD         -        sU       sU
 *	sU  Up        sD         sD       -        -
 *	sA  AdminDown -          -        -        -
 *
 * sD: Down is the beginning of the three-way handshake, and Init says that the peer has heard us.
 * Up would be of a session that ended here: the peer must be seen to know of the end, which it
 * shows by Down. AdminDown keeps us where we are: there is nobody to speak to.
 * sI: Down is the packet that we have answered already; AdminDown ends the attempt.
 * sU: Init is a packet that was on its way; Down says that the peer does not hear us, or began
 * anew: it lives, so that is no silence. AdminDown is no failure at all, and told from it by
 * bfd->end.
 *
 * Silence for the detection time ends sI and sU, and makes every state forget the peer's
 * discriminator and wishes (6.8.1), so that a router that was started again is a new one.
 *
 * DOC: Intervals
 *
 * We send no more often than the peer can take, and it is silent after its multiplier times what
 * it sends at; each side computes both from what the packets say. So intervals and multipliers may
 * differ, and what decides is always the sender's promise. A change is safe in both directions
 * because it waits for the other side: a longer interval between packets of ours, and a shorter
 * detection time, come into force when the poll sequence has ended, the opposite at once (6.8.3).
 *
 * Until a session is up we neither send nor promise more than one packet a second. So the
 * detection time is three seconds at first, and goes down to the wanted one by the poll sequence
 * that begins with sU.
 *
 * DOC: Demand mode
 *
 * Never asked for. A peer that asks for it wants our periodic packets to cease, unless a poll
 * sequence is under way (6.8.7). Another system may judge by them at the same time, and a forged
 * bit must not silence us: so the answer is a poll sequence that lasts as long as the wish.
 */
#include "bfd.h"

struct step {
	struct bfd *s;
	mono_t now;
	uint32_t random;
	bool send; /* something that the peer should know soon has changed */
	bool final;
	struct bfd_actions *out;
};

static uint32_t max32(uint32_t a, uint32_t b)
{
	return a > b ? a : b;
}

/**
 * bfd_detect_us() - silence after which the peer is lost
 * @s: session
 *
 * Return: us; 0 if nothing was heard.
 */
uint64_t bfd_detect_us(const struct bfd *s)
{
	return (uint64_t)s->remote_mult * max32(s->rx_run, s->remote_tx);
}

/**
 * bfd_interval_us() - between two packets of ours, without jitter
 * @s: session
 *
 * Return: us; 0 if the peer wants none.
 */
uint64_t bfd_interval_us(const struct bfd *s)
{
	return s->remote_rx ? max32(s->tx_run, s->remote_rx) : 0;
}

/**
 * bfd_peer_detect_us() - silence after which the peer may take us for lost, at the earliest
 * @s: session
 *
 * Return: us; 0 while it cannot: the session is neither up nor coming up, or it wants no packets.
 */
uint64_t bfd_peer_detect_us(const struct bfd *s)
{
	uint32_t tx = s->tx < s->tx_run ? s->tx : s->tx_run;

	if ((s->state != BFD_UP && s->state != BFD_INIT) || !s->remote_rx)
		return 0;
	return (uint64_t)s->mult_run * max32(tx, s->remote_rx);
}

static mono_t add_us(mono_t t, uint64_t us)
{
	return mono_add_ns(t, us * 1000);
}

/* 6.8.7: 75 to 100 % of the interval; of a single packet, 90 % at most. */
static void schedule(struct step *c)
{
	struct bfd *s = c->s;
	uint64_t us = bfd_interval_us(s);
	uint64_t width = s->conf.mult == 1 ? us * 15 / 100 : us / 4;

	s->next_tx = us ? add_us(s->last_tx, us * 3 / 4 + width * (c->random & 0xffff) / 0xffff) :
			  MONO_NEVER;
}

static void expect(struct step *c)
{
	struct bfd *s = c->s;

	s->expires = s->remote_discr ? add_us(s->last_rx, bfd_detect_us(s)) : MONO_NEVER;
}

/* 6.8.3: the next one begins only when this one was answered. */
static void poll(struct step *c)
{
	struct bfd *s = c->s;

	c->send = true;
	if (s->polling) {
		s->poll_again = true;
		return;
	}
	s->polling = true;
	s->stats.polls++;
}

static void want(struct step *c, uint32_t tx, uint32_t rx)
{
	struct bfd *s = c->s;
	bool up = s->state == BFD_UP;
	uint8_t mult = s->conf.mult;
	bool news = tx != s->tx || rx != s->rx || mult > s->mult_run;

	s->tx = tx;
	s->rx = rx;
	if (!up || tx < s->tx_run)
		s->tx_run = tx;
	if (!up || rx > s->rx_run)
		s->rx_run = rx;
	if (!up || mult < s->mult_run)
		s->mult_run = mult;
	if (up && news)
		poll(c);
	expect(c);
}

static void confirmed(struct step *c)
{
	struct bfd *s = c->s;

	if (!s->polling)
		return;
	s->stats.finals++;
	s->polling = false;
	if (s->poll_again) {
		/* What was confirmed may be what we said before. */
		s->poll_again = false;
		poll(c);
		return;
	}
	s->tx_run = s->tx;
	s->rx_run = s->rx;
	s->mult_run = s->conf.mult;
}

static void set_state(struct step *c, enum bfd_state state, enum bfd_diag diag, enum bfd_end end)
{
	struct bfd *s = c->s;
	bool was_up = s->state == BFD_UP;

	s->state = state;
	s->diag = diag;
	s->since = c->now;
	s->polling = false;
	s->poll_again = false;
	c->send = true;
	c->out->changed = true;
	if (was_up) {
		s->end = end;
		s->ended = c->now;
		s->stats.ends[end]++;
	}
	if (state == BFD_UP)
		s->stats.ups++;
	want(c, state == BFD_UP ? s->conf.min_tx : max32(s->conf.min_tx, BFD_SLOW_US),
	     s->conf.min_rx);
}

/* 6.8.1: what was known of the peer is no longer worth anything. */
static void forget(struct bfd *s)
{
	s->remote_discr = 0;
	s->remote_rx = 1;
	s->remote_demand = false;
	s->expires = MONO_NEVER;
}

static void expired(struct step *c)
{
	struct bfd *s = c->s;
	uint64_t each = s->remote_mult ? bfd_detect_us(s) / s->remote_mult : 0;

	if (!mono_reached(c->now, s->expires))
		return;
	/* A look that comes late is of a process that was not listening. */
	if (s->state >= BFD_INIT && !s->extended &&
	    mono_span_ns(s->expires, c->now) > each * 1000 / 2) {
		s->extended = true;
		s->stats.late++;
		s->expires = add_us(c->now, 2 * each);
		return;
	}
	forget(s);
	if (s->state >= BFD_INIT)
		set_state(c, BFD_DOWN, BFD_D_EXPIRED, BFD_EXPIRED);
}

static void take_state(struct step *c, enum bfd_state told)
{
	enum { KEEP = BFD_STATES };
	static const uint8_t matrix[BFD_STATES][BFD_STATES] = {
		/*		     AdminDown   Down      Init    Up */
		[BFD_ADMIN_DOWN] = { KEEP,	 KEEP,	   KEEP,   KEEP },
		[BFD_DOWN]	 = { KEEP,	 BFD_INIT, BFD_UP, KEEP },
		[BFD_INIT]	 = { BFD_DOWN,	 KEEP,	   BFD_UP, BFD_UP },
		[BFD_UP]	 = { BFD_DOWN,	 BFD_DOWN, KEEP,   KEEP },
	};
	uint8_t next = matrix[c->s->state][told];

	if (next == KEEP)
		return;
	set_state(c, (enum bfd_state)next, next == BFD_DOWN ? BFD_D_SIGNALLED : BFD_D_NONE,
		  told == BFD_ADMIN_DOWN ? BFD_REMOTE_ADMIN : BFD_SIGNALLED);
}

static void learn(struct step *c, const struct bfd_packet *p)
{
	struct bfd *s = c->s;

	s->remote_discr = p->my_discr;
	s->remote_state = p->state;
	s->remote_diag = p->diag;
	s->remote_mult = p->mult;
	s->remote_tx = p->min_tx;
	s->remote_rx = p->min_rx;
	s->remote_demand = p->demand;
	s->remote_independent = p->independent;
	s->stats.demands += p->demand;
}

/* 6.8.6, from the point on where the session is known and bfd_auth_check() believed it. */
static void packet(struct step *c, const struct bfd_packet *p)
{
	struct bfd *s = c->s;
	uint64_t before = bfd_interval_us(s);

	c->out->verdict = s->state == BFD_ADMIN_DOWN ? BFD_BAD_ADMIN_DOWN : BFD_OK;
	learn(c, p);
	if (p->final)
		confirmed(c);
	if (s->state == BFD_ADMIN_DOWN) {
		s->stats.bad[BFD_BAD_ADMIN_DOWN]++;
		return;
	}
	s->stats.rx++;
	s->last_rx = c->now;
	s->extended = false;
	expect(c);
	take_state(c, p->state);
	c->final = p->poll;
	/* The peer's wish holds at once: it has made its own detection time fit it before. */
	if (bfd_interval_us(s) != before)
		schedule(c);
}

static void configure(struct step *c, const struct bfd_conf *conf)
{
	struct bfd *s = c->s;
	bool was = s->conf.admin_down;

	s->conf = *conf;
	if (conf->admin_down && !was)
		set_state(c, BFD_ADMIN_DOWN, BFD_D_ADMIN, BFD_LOCAL_ADMIN);
	else if (was && !conf->admin_down)
		set_state(c, BFD_DOWN, BFD_D_NONE, BFD_LOCAL_ADMIN);
	else
		want(c, s->state == BFD_UP ? conf->min_tx : max32(conf->min_tx, BFD_SLOW_US),
		     conf->min_rx);
}

static bool wants_demand(const struct bfd *s)
{
	return s->remote_demand && s->state == BFD_UP && s->remote_state == BFD_UP;
}

static void fill(const struct step *c, struct bfd_packet *p)
{
	const struct bfd *s = c->s;

	*p = (struct bfd_packet){
		.state = s->state,
		.diag = (uint8_t)s->diag,
		.final = c->final,
		.poll = !c->final && (s->polling || wants_demand(s)),
		.mult = s->conf.mult,
		.my_discr = s->discr,
		.your_discr = s->remote_discr,
		.min_tx = s->tx,
		.min_rx = s->rx,
	};
}

/*
 * An answer to a poll is no poll itself, so what we have to ask goes out directly after it. A peer
 * that wants no packets gets none but answers.
 */
static void send(struct step *c)
{
	struct bfd *s = c->s;
	bool due = c->send || mono_reached(c->now, s->next_tx);

	if (!c->final && (!due || !s->remote_rx)) {
		if (!s->remote_rx)
			s->next_tx = MONO_NEVER;
		return;
	}
	c->out->send = true;
	fill(c, &c->out->packet);
	s->stats.tx++;
	if (c->final && c->send && s->polling && s->remote_rx) {
		s->next_tx = c->now;
		return;
	}
	/* An answer is beside the periodic ones, unless it is as good as one. */
	if (c->final && !due)
		return;
	s->last_tx = c->now;
	schedule(c);
}

/**
 * bfd_init() - a session that was not started
 * @s: overwritten
 * @conf: what is wanted
 * @discr: our discriminator: not 0, not that of another session
 */
void bfd_init(struct bfd *s, const struct bfd_conf *conf, uint32_t discr)
{
	*s = (struct bfd){
		.conf = *conf,
		.state = conf->admin_down ? BFD_ADMIN_DOWN : BFD_DOWN,
		.diag = conf->admin_down ? BFD_D_ADMIN : BFD_D_NONE,
		.discr = discr,
		.tx = max32(conf->min_tx, BFD_SLOW_US),
		.rx = conf->min_rx,
		.mult_run = conf->mult,
		.remote_state = BFD_DOWN,
		.next_tx = MONO_NEVER,
	};
	s->tx_run = s->tx;
	s->rx_run = s->rx;
	forget(s);
}

/**
 * bfd_step() - one event
 * @s: session
 * @ev: what happened
 * @now: when
 * @out: overwritten: what is to be done
 */
void bfd_step(struct bfd *s, const struct bfd_event *ev, mono_t now, struct bfd_actions *out)
{
	struct step c = { .s = s, .now = now, .random = ev->random, .out = out };

	*out = (struct bfd_actions){ .verdict = BFD_OK };
	switch (ev->type) {
	case BFD_EV_START:
		s->since = now;
		c.send = true;
		break;
	case BFD_EV_PACKET:
		packet(&c, &ev->packet);
		break;
	case BFD_EV_TICK:
		expired(&c);
		break;
	default:
		configure(&c, &ev->conf);
		break;
	}
	send(&c);
	out->deadline = mono_min(s->next_tx, s->expires);
}
