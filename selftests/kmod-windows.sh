#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# vm: icount mem=1024 timeout=180
# TCP transfers whose acknowledgments died with the router go on at the other one
# (topology: lib/topo.sh). The receivers' packets are dropped behind A for a while,
# then A is cut: its peer, B, knows nothing of what they had acknowledged, and the
# first packets that it sees are retransmissions from far behind.
#
# B drops what connection tracking calls new or invalid.
. "$(dirname "$0")/lib/ktap.sh"
. "$(dirname "$0")/lib/topo.sh"
. "$(dirname "$0")/lib/kmod.sh"

RATE=$((2000000 / ktap_slow / ktap_slow)) # bytes/s; the routers have to be changed meanwhile
PATIENCE=$((40 * ktap_slow))	# s
read -ra times <<<"$(soak "0 60 250 500" 250)"
LEARNT=3000	# ms from the takeover on until all windows are known: a sender repeats itself once or twice

# acks_die HOST MATCH: HOST, a sender, hears none of the TCP packets that match any more
acks_die() {
	must ns "$1" nft -f - <<-NFT
	table inet acks {
		chain in {
			type filter hook prerouting priority -350
			tcp $2 drop
		}
	}
	NFT
}
acks_live() { ns "$1" nft delete table inet acks; }
uptime_ms() { awk '{ printf "%d\n", $1 * 1000 }' /proc/uptime; }
# learnt_by TIME: all windows are known, early enough; says when
learnt_by() {
	wait_for 20 kget_is B guarded 0 || return 1
	diag "all windows known $(($(uptime_ms) - $1)) ms after the takeover"
	[ $(($(uptime_ms) - $1)) -le $((LEARNT * ktap_slow)) ]
}
transfer_at() { [ "$(sed -n 's/^t=.* bytes=//p' "$RUN/$NS/transfer.$1" | tail -n1)" -ge "$2" ]; }

# start NAME ADDRESS: a download from port 5000 and an upload to port 5001
start() {
	must transfer_start "down$1" c down -r $RATE -i 50 -w $PATIENCE "$2" 5000 4000000
	must transfer_start "up$1" c up -r $RATE -i 50 -w $PATIENCE "$2" 5001 4000000
}

ktap_plan $((${#times[@]} * 7))
for ms in "${times[@]}"; do
	kmod_up
	flowd_start 5000 2
	kmod_no_new B
	must relay_up A B
	start 4 192.0.2.9
	start 6 2001:db8:b::9
	for t in down4 up4 down6 up6; do
		must wait_for 10 transfer_at $t 500000
	done
	must settled A
	acks_die s "dport 5000"
	acks_die c "sport 5001"
	sleep "$(awk -v m="$ms" 'BEGIN { print m / 1000 }')"	# the measure itself
	for t in down4 up4 down6 up6; do
		must transfer_runs $t
	done
	kmod_takeover
	acks_live s
	acks_live c
	ok_if "all windows are known soon, $ms ms" learnt_by "$(uptime_ms)"
	for t in down4 up4 down6 up6; do
		ok_if "$t, acknowledgments dead for $ms ms" transfer_ends $t 60
	done
	ok_if "all windows were learnt, $ms ms" is "$(kget B guarded)" 0
	ok_if "and nothing was invalid, $ms ms" is "$(kmod_invalid B)" 0
	ktap_run_cleanups
	must wait_for 20 topo_is_gone A
done
ktap_end
