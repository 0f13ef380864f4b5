#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# vm: icount mem=2048 timeout=180
# The data link loses, reorders, doubles and delays, it is cut, and agents are killed, in an order
# that a seed says, under light churn. Flows begin in each of these troubles. In the end both tables
# are equal and both kernels know it, and when the active router's power is cut every flow lives
# (topology: lib/topo.sh; hellos have a cable of their own).
CONTROL=ctl0
. "$(dirname "$0")/lib/ktap.sh"
. "$(dirname "$0")/lib/topo.sh"
. "$(dirname "$0")/lib/kmod.sh"

ROUNDS=$(soak 10 1)		# each has every kind of trouble once
LAST=$(soak 9 2)		# s, at most, that one lasts
CUT=$(soak 60 4)		# s, that the longest cut lasts
RATE=5				# connections a second and address family
FLOWS=5				# that begin in each trouble, for each address family
: "${SEED:=$(soak "$EPOCHSECONDS" 1)}"
RANDOM=$SEED

held=()
KINDS=(loss reorder duplicate delay all cut unplugged kill-A kill-B)
dropped=0

# between LOW HIGH: a number, by the seed
between() { n=$(($1 + RANDOM % ($2 - $1 + 1))); }

# flows_begin: some more that are held until the end
flows_begin() {
	held+=("four.${#held[@]}" "six.${#held[@]}")
	must hold_start "${held[-2]}" c -n $FLOWS 192.0.2.9 5000
	must hold_start "${held[-1]}" c -n $FLOWS 2001:db8:b::9 5000
}
flows_live() {
	local name

	for name in "${held[@]}"; do
		hold_alive "$name" $FLOWS || return 1
	done
}

# netem SECONDS OPTION...: on the data link, both ways
netem() {
	local r

	for r in A B; do
		must ns $r tc qdisc add dev sync0 root netem "${@:2}"
	done
	flows_begin
	between 1 "$1"
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

unplugged() {
	must ipn B link set sync0 down
	flows_begin
	between 1 "$LAST"
	ktap_pause "$n"
	must ipn B link set sync0 up
}

# at any moment of whatever goes on
killed() {
	flows_begin
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
	loss) between 1 30; netem "$LAST" loss "$n%" ;;
	reorder) netem "$LAST" delay 20ms reorder 50% 25% ;;
	duplicate) between 1 30; netem "$LAST" duplicate "$n%" ;;
	delay) netem "$LAST" delay 200ms 50ms ;;
	all) between 1 10; netem "$LAST" delay 100ms 50ms loss "$n%" duplicate 10% ;;
	cut) netem "$CUT" loss 100% ;;
	unplugged) unplugged ;;
	kill-*) killed "${1#kill-}" ;;
	esac
	diag "$1: A is $(rg_state A), B is $(rg_state B)"
}

other() { [ "$1" = A ] && echo B || echo A; }
# verified STANDBY: its kernel says so, and its agent when
verified() { kget_is "$1" sync 3 && rg_field "$1" "Verified equal" | grep -qE '^[0-9]+ s ago'; }

ktap_plan 10
must modprobe nf_rg scrub_interval=5
must modprobe sch_netem
topo_up
must pair_up
must flowd_start 5000
flows_begin
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
ok_if "all is acknowledged" settled "$(rg_active)"
ok_if "both tables are equal" equal_soon
ok_if "and verified" wait_for 20 verified "$(other "$(rg_active)")"
ok_if "nothing is known to be missing" is "$(kget "$(rg_active)" refused)" 0
must wait_for 20 churn_ended
diag "churn: $(grep -h '^flows=' "$RUN/$NS/churn" | tr '\n' ';')"
ok_if "every flow lives" flows_live
first=$(rg_active)
second=$(other "$first")
power_cut "$first"
ok_if "the other router takes over" wait_state 10 "$second" ACTIVE
ok_if "and every flow lives there" flows_live
ktap_end
