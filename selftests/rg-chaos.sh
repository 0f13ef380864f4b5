#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# vm: icount mem=2048 timeout=180
# The data link loses, reorders, doubles and delays, it is cut, and agents are killed, in an order
# that a seed says, under light churn: no held flow dies, and in the end both tables are equal and
# both kernels know it (topology: lib/topo.sh; hellos have a cable of their own).
CONTROL=ctl0
. "$(dirname "$0")/lib/ktap.sh"
. "$(dirname "$0")/lib/topo.sh"
. "$(dirname "$0")/lib/kmod.sh"

ROUNDS=$(soak 10 1)		# each has every kind of trouble once
LAST=$(soak 9 2)		# s, at most, that one lasts
CUT=$(soak 60 4)		# s, that the longest cut lasts
RATE=5				# connections a second and address family
: "${SEED:=$(soak "$EPOCHSECONDS" 1)}"
RANDOM=$SEED

KINDS=(loss reorder duplicate delay all cut unplugged kill-A kill-B)
dropped=0

# between LOW HIGH: a number, by the seed
between() { n=$(($1 + RANDOM % ($2 - $1 + 1))); }

netem() {
	local r

	for r in A B; do
		must ns $r tc qdisc add dev sync0 root netem "$@"
	done
	between 1 "$LAST"
	ktap_pause "$n"
	netem_end
}
netem_end() {
	local r

	for r in A B; do
		((dropped += $(ns $r tc -s qdisc show dev sync0 | sed -nE 's/.*dropped ([0-9]+),.*/\1/p')))
		must ns $r tc qdisc del dev sync0 root
	done
}

cut() {
	local r

	for r in A B; do
		must ns $r tc qdisc add dev sync0 root netem loss 100%
	done
	between 1 "$CUT"
	ktap_pause "$n"
	netem_end
}

unplugged() {
	must ipn B link set sync0 down
	between 1 "$LAST"
	ktap_pause "$n"
	must ipn B link set sync0 up
}

# at any moment of whatever goes on
killed() {
	between 1 999
	ktap_pause "$(printf '0.%03d' "$n")"
	rg_kill "$1"
	must rg_start "$1"
}

shuffle() {
	local i n kind

	for ((i = ${#KINDS[@]} - 1; i > 0; i--)); do
		between 0 $i
		kind=${KINDS[n]}
		KINDS[n]=${KINDS[i]}
		KINDS[i]=$kind
	done
}

trouble() {
	local n

	case $1 in
	loss) between 1 30; netem loss "$n%" ;;
	reorder) netem delay 20ms reorder 50% 25% ;;
	duplicate) between 1 30; netem duplicate "$n%" ;;
	delay) netem delay 200ms 50ms ;;
	all) between 1 10; netem delay 100ms 50ms loss "$n%" duplicate 10% ;;
	cut) cut ;;
	unplugged) unplugged ;;
	kill-*) killed "${1#kill-}" ;;
	esac
	diag "$1: A is $(rg_state A), B is $(rg_state B)"
}

active() { state_is A ACTIVE && echo A || echo B; }
other() { [ "$1" = A ] && echo B || echo A; }
pair_whole() {
	case $(rg_state A),$(rg_state B) in
	ACTIVE,"STANDBY HOT" | "STANDBY HOT",ACTIVE) ;;
	*) return 1 ;;
	esac
}
# the standby's agent says "Verified equal" from now on, and its kernel too
verified() { kget_is "$1" sync 3 && rg_field "$1" "Verified equal" | grep -qE '^[0-9]+ s ago'; }

ktap_plan 9
must modprobe nf_rg scrub_interval=5
must modprobe sch_netem
topo_up
must pair_up
must flowd_start 5000
must hold_start held4 c -n 20 192.0.2.9 5000
must hold_start held6 c -n 20 2001:db8:b::9 5000
topo_sysctl B net.netfilter.nf_conntrack_tcp_timeout_time_wait=2 \
	net.netfilter.nf_conntrack_tcp_timeout_close=2
topo_sysctl B net.ipv6.conf.sync0.keep_addr_on_down=1
churn_start $RATE
must more B install-created 10

diag "seed $SEED"
for ((round = 1; round <= ROUNDS; round++)); do
	shuffle
	for kind in "${KINDS[@]}"; do
		trouble "$kind"
	done
done

ok_if "packets were lost between the routers" at_least $dropped 10
ok_if "then one is active, the other hot" wait_for 60 pair_whole
ok_if "churn went on all the time" kill -0 $(cat "$RUN/$NS/churn.pid")
churn_stop
ok_if "all is acknowledged" settled "$(active)"
ok_if "both tables are equal" equal_soon
ok_if "and verified" wait_for 20 verified "$(other "$(active)")"
ok_if "nothing is known to be missing" is "$(kget "$(active)" refused)" 0
must wait_for 20 churn_ended
diag "churn: $(grep -h '^flows=' "$RUN/$NS/churn" | tr '\n' ';')"
ok_if "the held flows live" hold_alive held4 20
ok_if "the held flows live, IPv6" hold_alive held6 20
ktap_end
