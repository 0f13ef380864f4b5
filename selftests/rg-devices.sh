#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# vm: icount mem=2048 timeout=120
# A bridge whose only port spanning tree holds back, and an interface that somebody renames: each
# fault names its interface. Rules and a virtual address that somebody removes: they are back at
# once, three times (topology: lib/topo.sh, but lan0 of B is a bridge with the port lanp).
. "$(dirname "$0")/lib/ktap.sh"
. "$(dirname "$0")/lib/topo.sh"
. "$(dirname "$0")/lib/kmod.sh"

FLOWS=10

bridge_up() {
	must ipn B link del lan0
	must ipn B link add lan0 address "$(topo_mac B lan0)" type bridge forward_delay 400 mcast_snooping 0
	must ip link add lanp netns "${NS}B" type veth peer name Blanp netns "${NS}sw"
	must ipn sw link set Blanp master lan up
	must ipn B link set lanp master lan0
	must ipn B link set lanp up
	topo_address B lan0 10.0.0.2/24 fd00:a::2/64
}
port() { ns B bridge -j link show dev lanp | gojq -r '.[0].state'; }
port_is() { [ "$(port)" = "$1" ]; }

interface_faults() {
	rg_ctl "$1" show redundancy application faults group 1 |
		sed -nE 's/.*Fault INTERFACE: interface (.*)/\1/p' | paste -sd';'
}
faults_are() { is "$(interface_faults "$1")" "$2"; }
soon() { quiet wait_for "$1" "${@:2}" || "${@:2}"; }
log_has() { grep -qF -- "$2" "$(rg_dir "$1")/log"; }
moves() { echo "$(grep -c 'role change' "$(rg_dir A)/log") $(grep -c 'role change' "$(rg_dir B)/log")"; }
fault() { rg_ctl "$1" show redundancy application faults group 1 | grep -q "Fault $2"; }
flush() { ns A nft flush ruleset; }
rules_there() { ns A nft list table inet rg 2>/dev/null | grep -q 'ip saddr 10.0.0.0/24 '; }
take_vip() { ipn A addr del 10.0.0.254/32 dev lan0; }
vip_there() { ipn A addr show dev lan0 | grep -q 'inet 10.0.0.254/'; }
# back REMOVED THERE: it is, within 100 ms; what looking takes is told apart
back() {
	local t ms look=${EPOCHREALTIME/./}

	"$2" || return 1
	t=${EPOCHREALTIME/./}
	look=$((t - look))
	"$1" || return 1
	t=${EPOCHREALTIME/./}
	until "$2"; do
		[ $((${EPOCHREALTIME/./} - t)) -lt 5000000 ] || { diag "not back"; return 1; }
	done
	ms=$(((${EPOCHREALTIME/./} - t - look) / 1000))
	diag "back after $ms ms"
	at_most $ms $((100 * ktap_slow))
}
# fights REMOVE THERE FAULT: three times it comes back, then it does not
fights() {
	back "$1" "$2" && back "$1" "$2" && back "$1" "$2" && "$1" && wait_for 5 fault A "$3" && not "$2"
}
back_to_a() {
	must wait_state 20 A "STANDBY HOT"
	must rg_ctl B redundancy application reload group 1 self >/dev/null
	must wait_state 20 B "STANDBY HOT"
	must settled A
}

ktap_plan 15
must modprobe nf_rg
topo_up
bridge_up
must pair_up
must flowd_start 5000
must hold_start flows c -n $FLOWS 192.0.2.9 5000
must settled A

# a bridge
moves=$(moves)
must ipn B link set lan0 type bridge stp_state 1
must ipn B link set lanp down
must ipn B link set lanp up
ok_if "a port that listens" wait_for 5 port_is listening
ok_if "is a fault of its bridge" soon 5 faults_are B "lan0 is down, decrement 50"
ok_if "the log names it" log_has B "priority change from 100 to 50: interface lan0 down"
must wait_for 20 port_is learning
ok_if "so is one that learns" faults_are B "lan0 is down, decrement 50"
must wait_for 20 port_is forwarding
ok_if "one that forwards is none" soon 5 faults_are B ""
ok_if "nobody has moved" is "$(moves)" "$moves"

# a name
must ipn A link set wan0 down
must ipn A link set wan0 name else0
must ipn A link set else0 up
ok_if "an interface with another name is a fault" soon 5 faults_are A "wan0 is down, decrement 50"
ok_if "the log has both names" log_has A "IFACE: wan0 is called else0 now"
ok_if "B takes over" wait_state 10 B ACTIVE
ok_if "what belongs to the group is not on it" lacks "$(ipn A addr show else0)" 192.0.2.254
must ipn A link set else0 down
must ipn A link set else0 name wan0
must ipn A link set wan0 up
ok_if "with its name the fault is over" soon 5 faults_are A ""
must ipn A -6 addr replace 2001:db8:b::1/64 dev wan0 nodad
back_to_a
ok_if "the flows go on" hold_alive flows $FLOWS

# what somebody removes
ok_if "a virtual address is back at once; the fourth time it is left: fault FOREIGN" \
	fights take_vip vip_there "FOREIGN: somebody removes a virtual address"
ok_if "so are rules that are flushed" fights flush rules_there "FOREIGN: somebody changes the translation rules"
ok_if "nobody moves" state_is A ACTIVE
ktap_end
