#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# vm: icount nic mem=2048 timeout=120
# `negotiation auto`: applied and kept on a card that can (nic0, an e1000), and a fault where the
# driver cannot (veth) (topology: lib/topo.sh). QEMU's card is at 1000 Mb/s always, where its
# driver negotiates whatever it is told; so `no negotiation auto` is seen to be refused there.
. "$(dirname "$0")/lib/ktap.sh"
. "$(dirname "$0")/lib/topo.sh"
. "$(dirname "$0")/lib/kmod.sh"

EXTRA_A='interface nic0
 negotiation auto
 redundancy rii 41
 redundancy group 1 decrement 1'

autoneg() { ns A ethtool "$1" | awk '/Auto-negotiation:/ { print $2 }'; }
autoneg_is() { [ "$(autoneg "$1")" = "$2" ]; }
speed_is() { [ "$(ns A ethtool nic0 | awk '/Speed:/ { print $2 }')" = "$1" ]; }
fault_is() { [ "$(rg_ctl A --json show redundancy application faults group 1 | gojq -r '.groups[0].faults.active[].name' | grep -c NEGOTIATION)" = "$1" ]; }
log_has() { grep -qE "$1" "$(rg_dir A)/log"; }
conf_line() {
	must sed -i -E "$@" "$(rg_dir A)/conf"
	must rg_ctl A reload
}

if ! modprobe e1000 || ! card=$(basename "$(echo /sys/bus/pci/drivers/e1000/*/net/*)") ||
		[ "$card" = '*' ]; then
	ktap_skip_all "no e1000 card here"
fi

ktap_plan 12
must modprobe nf_rg
topo_up
must ip link set "$card" name nic0 netns "${NS}A"
must ipn A link set nic0 up
must ns A ethtool -s nic0 autoneg on
must wait_for 10 autoneg_is nic0 on
must ns A ethtool -s nic0 speed 100 duplex full autoneg off
must wait_for 5 autoneg_is nic0 off
must rg_start A
ok_if "negotiation auto: the card negotiates" wait_for 5 autoneg_is nic0 on
ok_if "the log says so" wait_for 5 log_has 'IFACE: nic0: autonegotiation set on'
ok_if "no fault" fault_is 0
ok_if "running-config has it" eval "rg_ctl A show running-config | grep -q '^ negotiation auto$'"
must ns A ethtool -s nic0 speed 100 duplex full autoneg off
ok_if "somebody sets it off: it is undone" wait_for 5 eval "autoneg_is nic0 on && log_has 'set off by somebody else'"

must ipn A link set nic0 down
must rg_ctl A show version	# and so has seen it
must ns A ethtool -s nic0 speed 100 duplex full autoneg off
ok_if "also where no link tells of it" wait_for 5 autoneg_is nic0 on
must ipn A link set nic0 up

# Where there is no link yet the driver answers otherwise.
must wait_for 10 speed_is 1000Mb/s
conf_line 's/^ *negotiation auto$/ no negotiation auto/'
ok_if "the driver does not take it: fault NEGOTIATION" wait_for 5 fault_is 1
ok_if "the log says why" wait_for 5 log_has 'nic0: no negotiation auto: its driver cannot set that'
conf_line '/^ *no negotiation auto$/d'
ok_if "neither form: no fault" wait_for 5 fault_is 0
must ns A ethtool -s nic0 speed 100 duplex full autoneg off
ok_if "and it is left alone" eval 'not wait_for 3 autoneg_is nic0 on'

conf_line 's/^interface lan0$/&\n negotiation auto/'
ok_if "veth cannot: fault NEGOTIATION" \
	eval "wait_for 5 fault_is 1 && log_has 'lan0: negotiation auto: its driver cannot set that'"
conf_line 's/^ *negotiation auto$/ no negotiation auto/'
ok_if "nor does it negotiate, which is no fault" wait_for 5 fault_is 0
ktap_end
