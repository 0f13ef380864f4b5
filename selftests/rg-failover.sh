#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# vm: icount mem=2048 timeout=150
# The active router loses power under all kinds of flows; its peer goes on with each, nobody
# is reset; the router comes back, is fed, and takes the group again on command (topology:
# lib/topo.sh). B drops what its connection tracking calls new, and SNAT chooses its ports at
# random: it can only go by what it got from A.
. "$(dirname "$0")/lib/ktap.sh"
. "$(dirname "$0")/lib/topo.sh"
. "$(dirname "$0")/lib/kmod.sh"

SILENCE=5
[ -z "${NF_RG_SOAK:-}" ] || SILENCE=30

# what B forwards, it forwards by an entry that it has
no_new() {
	ns "$1" nft -f - <<-NFT
	table inet nonew {
		chain forward {
			type filter hook forward priority 0
			ct state new counter drop
		}
	}
	NFT
}

idle() { sleep "$SILENCE"; }	# the silence is what is tested

ktap_plan 18
must modprobe nf_rg
topo_up
must pair_up
must flowd_start 5000
must no_new B
must rst_watch

must hold_start tcp4 c -n 20 192.0.2.9 5000
must hold_start tcp6 c -n 20 2001:db8:b::9 5000
must hold_start udp4 c -u -n 20 192.0.2.9 5000
must hold_start udp6 c -u -n 20 2001:db8:b::9 5000
must transfer_start down4 c down -r 1000000 -i 100 -w 30 192.0.2.9 5000 3000000
must transfer_start down6 c down -r 1000000 -i 100 -w 30 2001:db8:b::9 5000 3000000
must transfer_start up4 c up -r 1000000 -i 100 -w 30 192.0.2.9 5000 3000000
must ping_start icmp4 c 192.0.2.9
must ping_start icmp6 c 2001:db8:b::9

ok_if "all is acknowledged" settled A
ok_if "both tables are equal" tables_equal
power_cut A
ok_if "B takes over" wait_state 5 B ACTIVE
# first: no router keeps a UDP flow of two datagrams for longer than 30 s
for f in 4 6; do
	ok_if "UDP goes on, IPv$f" hold_alive "udp$f" 20
done
idle
for f in 4 6; do
	ok_if "idle TCP goes on, IPv$f" hold_alive "tcp$f" 20
	ok_if "an ICMP echo goes on, IPv$f" ping_alive "icmp$f"
	ok_if "a download arrives whole, IPv$f" transfer_ends "down$f" 60
done
ok_if "an upload arrives whole" transfer_ends up4 60
ok_if "no RST at the client" no_rst

power_on A
must rg_start A
ok_if "A comes back as standby and gets everything" wait_state 20 A "STANDBY HOT"
ok_if "nothing is pending on B" settled B
ok_if "both tables are equal again" tables_equal
ok_if "B gives the group up on command" succeeds rg_ctl B redundancy application reload group 1 self
ok_if "the flows go on through A" hold_alive tcp4 20
ktap_end
