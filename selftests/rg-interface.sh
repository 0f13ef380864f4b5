#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# vm: icount mem=2048 timeout=120
# What `interface` says of the interface itself: own addresses, shutdown, reassembly
# (topology: lib/topo.sh). A has other addresses than those there before; c has an uplink of its
# own, which no group knows.
. "$(dirname "$0")/lib/ktap.sh"
. "$(dirname "$0")/lib/topo.sh"
. "$(dirname "$0")/lib/kmod.sh"

EXTRA_A='interface lan0
 ip address 10.0.0.1 255.255.255.0
 ip address 10.7.0.1 255.255.0.0 secondary
 ip virtual-reassembly in
 interface wan0
 ip address 192.0.2.1 255.255.255.0
 no shutdown'

# has ROUTER DEVICE ADDRESS/LENGTH
has() { ipn "$1" -o addr show dev "$2" | grep -qF " $3 "; }

# conf_line ROUTER SED...: other lines in its file, and a reload
conf_line() {
	local r=$1

	shift
	must sed -i -E "$@" "$(rg_dir "$r")/conf"
	must rg_ctl "$r" reload
}
is_up() { ipn "$1" link show dev "$2" | grep -q '[<,]UP[,>]'; }
log_has() { grep -qE "$2" "$(rg_dir "$1")/log"; }
if_mgr() { rg_ctl "$1" show redundancy application if-mgr group 1; }
runtime() { rg_ctl "$1" --json show redundancy application group 1 | gojq '.groups[0].runtime_priority'; }
runtime_is() { [ "$(runtime "$1")" = "$2" ]; }
foreign_is() { [ "$(rg_ctl "$1" --json show redundancy application faults group 1 | gojq -r '.groups[0].faults.active[].name' | grep -c FOREIGN)" = "$2" ]; }

ktap_plan 24
must modprobe nf_rg
topo_up
must ipn A addr add 10.8.0.1/16 dev lan0
must ipn A link set wan0 down
must pair_up
ok_if "an address that was missing is there" has A lan0 10.7.0.1/16
ok_if "its network can be reached" eval 'ipn A route get 10.7.9.9 | grep -q "dev lan0 src 10.7.0.1"'
ok_if "an interface that was down is up" is_up A wan0
ok_if "what was there stays" has A lan0 10.8.0.1/16
ok_if "running-config has the lines" is \
	"$(rg_ctl A show running-config | grep -cE '^ (no shutdown|ip address 10.0.0.1 255.255.255.0|ip address 10.7.0.1 255.255.0.0 secondary|ip virtual-reassembly in|ip address 192.0.2.1 255.255.255.0)$')" 5

must ipn A addr del 10.7.0.1/16 dev lan0
ok_if "an address that somebody removes comes back" wait_for 2 has A lan0 10.7.0.1/16
must ipn A addr del 10.0.0.1/24 dev lan0
ok_if "also one that was there before" wait_for 2 has A lan0 10.0.0.1/24
must ipn A link set wan0 down
ok_if "an interface that somebody sets down comes up" wait_for 2 is_up A wan0
must ipn A addr del 10.7.0.1/16 dev lan0
must wait_for 2 has A lan0 10.7.0.1/16
must ipn A addr del 10.7.0.1/16 dev lan0
ok_if "after three times on an interface: fault FOREIGN" wait_for 5 foreign_is A 1
ok_if "and nobody fights" not has A lan0 10.7.0.1/16
ok_if "a minute later it is there, and the fault has gone" \
	eval 'wait_for 75 has A lan0 10.7.0.1/16 && wait_for 2 foreign_is A 0'

ok_if "reassembly is in force" wait_for 5 log_has A 'ip virtual-reassembly is in force'
ok_if "a packet in fragments is translated" ns c ping -q -c 1 -W 2 -s 3000 192.0.2.9

must settled A
conf_line A 's/^ *no shutdown$/ shutdown/'
ok_if "shutdown: the interface is down" wait_for 2 not is_up A wan0
ok_if "and if-mgr says so" eval 'if_mgr A | grep -A 9 wan0 | grep -q "Shut  *shut$"'
ok_if "it costs its decrement" wait_for 2 runtime_is A 70
ok_if "B takes over" wait_state 10 B ACTIVE
must ipn A link set wan0 up
ok_if "somebody sets it up: it goes down again" wait_for 2 not is_up A wan0
conf_line A '/^ *shutdown$/d'
must ipn A link set wan0 up
ok_if "neither form: it is left alone" eval 'wait_for 2 runtime_is A 120 && is_up A wan0'
ok_if "A stands by" wait_state 20 A "STANDBY HOT"

conf_line A '/^ *ip address /d'
ok_if "no longer configured: what was added goes" wait_for 2 not has A lan0 10.7.0.1/16
ok_if "what had been found stays" has A wan0 192.0.2.1/24
conf_line A 's/^interface lan0$/&\n ip address 10.7.0.1 255.255.0.0/'
must wait_for 2 has A lan0 10.7.0.1/16
must rg_stop A
ok_if "a stop leaves it" has A lan0 10.7.0.1/16
rm "$(rg_dir A)/conf"
EXTRA_A=
must rg_start A
ok_if "a start without the line removes it, and nothing else" \
	eval 'wait_for 2 not has A lan0 10.7.0.1/16 && has A lan0 10.8.0.1/16'
ktap_end
