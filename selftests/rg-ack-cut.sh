#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# vm: icount mem=2048 timeout=120
# The acknowledgments of a transfer die with the router: its ACK direction is cut some ms before
# the power. The connection is at B with windows that the transfer has left long ago, and must
# recover (topology: lib/topo.sh).
. "$(dirname "$0")/lib/ktap.sh"
. "$(dirname "$0")/lib/topo.sh"
. "$(dirname "$0")/lib/kmod.sh"

CUTS="250"
[ -z "${NF_RG_SOAK:-}" ] || CUTS="60 250 500"

# cut_acks ROUTER DEVICE: segments that come in there carry the acknowledgments
cut_acks() {
	ns "$1" nft -f - <<-NFT
	table inet ackcut {
		chain prerouting {
			type filter hook prerouting priority -350
			iifname "$2" meta l4proto tcp ip daddr != 172.16.0.0/24 drop
		}
	}
	NFT
}

round() {
	local way=$1 dev=$2 ms=$3

	must transfer_start "$way$ms" c "$way" -r 2000000 -i 50 -w 30 192.0.2.9 5000 6000000
	must settled A
	must cut_acks A "$dev"
	sleep "0.$(printf '%03d' "$ms")"	# the acknowledgments of this time die
	power_cut A
	ok_if "B takes over ($way, $ms ms)" wait_state 5 B ACTIVE
	ok_if "the transfer arrives whole ($way, ACKs cut for $ms ms)" transfer_ends "$way$ms" 60
	power_on A
	must rg_start A
	must wait_state 20 A "STANDBY HOT"
	must rg_ctl B redundancy application reload group 1 self
	must wait_state 10 A ACTIVE
	must wait_state 20 B "STANDBY HOT"
}

set -- $CUTS
ktap_plan $(($# * 4))
must modprobe nf_rg
topo_up
must pair_up
must flowd_start 5000
for ms in $CUTS; do
	round down lan0 "$ms"
	round up wan0 "$ms"
done
ktap_end
