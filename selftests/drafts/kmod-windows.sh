#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# vm: icount mem=1024 timeout=600
# TCP transfers whose acknowledgments died with the router go on at the other one
# (topology: lib/topo.sh). The receiver's packets are dropped behind A for a while,
# then A is cut: its peer, B, knows nothing of what they had acknowledged, and the
# first packets that it sees are retransmissions from far behind.
#
# B drops what connection tracking calls new or invalid.
. "$(dirname "$0")/lib/ktap.sh"
. "$(dirname "$0")/lib/topo.sh"
. "$(dirname "$0")/lib/kmod.sh"

read -ra times <<<"$(soak "60 250 500" 250)"
ktap_plan $((${#times[@]} * 4))

# acks_die HOST ADDRESS: HOST, the sender, hears nothing of ADDRESS's TCP any more
acks_die() {
	must ns "$1" nft -f - <<-NFT
	table inet acks {
		chain in {
			type filter hook prerouting priority -350
			ip protocol tcp $2 drop
			ip6 nexthdr tcp drop
		}
	}
	NFT
}
acks_live() { ns "$1" nft delete table inet acks; }

# one DIRECTION MS: sender is s for a download, c for an upload
transfer_one() {
	local dir=$1 ms=$2 sender=s four=192.0.2.9 six=2001:db8:b::9 bytes=6000000 rate=3000000

	[ "$dir" = down ] || sender=c
	kmod_no_new B
	must relay_up A B
	must transfer_start "${dir}4" c "$dir" -r $rate -i 50 -w 40 $four 5000 $bytes
	must transfer_start "${dir}6" c "$dir" -r $rate -i 50 -w 40 $six 5000 $bytes
	must wait_for 10 transfer_at "${dir}4" 1000000
	must wait_for 10 transfer_at "${dir}6" 1000000
	must settled A
	acks_die "$sender" "ip saddr 0.0.0.0/0"
	sleep "$(awk -v m="$ms" 'BEGIN { print m / 1000 }')"	# the measure itself
	kmod_takeover
	acks_live "$sender"
	ok_if "$dir, acknowledgments dead for $ms ms, IPv4" transfer_ends "${dir}4" 60
	ok_if "$dir, acknowledgments dead for $ms ms, IPv6" transfer_ends "${dir}6" 60
}
transfer_at() { [ "$(sed -n 's/^t=.* bytes=//p' "$RUN/$NS/transfer.$1" | tail -n1)" -ge "$2" ]; }

for ms in "${times[@]}"; do
	for dir in down up; do
		kmod_up
		flowd_start 5000
		transfer_one $dir "$ms"
		ktap_run_cleanups
		must wait_for 20 not ip netns exec "${NS}A" true
	done
done
ktap_end
