#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# vm: icount mem=1024 timeout=120
# A router gives its group up, the connections move on at the other one, which dies before it
# has told anything: they go on at the first, whose windows are old (topology: lib/topo.sh,
# lib/kmod.sh).
. "$(dirname "$0")/lib/ktap.sh"
. "$(dirname "$0")/lib/topo.sh"
. "$(dirname "$0")/lib/kmod.sh"

transfer_at() { [ "$(sed -n 's/^t=.* bytes=//p' "$RUN/$NS/transfer.$1" | tail -n1)" -ge "$2" ]; }

RATE=$((300000 / ktap_slow))	# bytes/s; the group has to move twice meanwhile

# give FROM TO EPOCH: a switchover without a word from FROM to TO
give() {
	must krole "$1" standby "$3"
	kmod_addresses "$1" del
	must krole "$2" active "$3"
	kmod_addresses "$2" add
	kmod_forget_neighbours
}

ktap_plan 6
kmod_up
flowd_start 5000 2
kmod_no_new B
must relay_up A B
must transfer_start down4 c down -r $RATE -i 50 -w $((30 * ktap_slow)) 192.0.2.9 5000 4000000
must transfer_start up4 c up -r $RATE -i 50 -w $((30 * ktap_slow)) 192.0.2.9 5001 4000000
must transfer_start down6 c down -r $RATE -i 50 -w $((30 * ktap_slow)) 2001:db8:b::9 5000 4000000
for t in down4 up4 down6; do
	must wait_for 10 transfer_at $t 200000
done
must settled A
relay_down A B
give A B 2
# further than any window of now
for t in down4 up4 down6; do
	must wait_for 20 transfer_at $t 2500000
done
for t in down4 up4 down6; do
	must transfer_runs $t
done
give B A 3
for t in down4 up4 down6; do
	ok_if "$t ends at the router where it began" transfer_ends $t 40
done
ok_if "its windows are known again" wait_for 20 kget_is A guarded 0
ok_if "and nothing was invalid" is "$(kmod_invalid A)" 0
ok_if "the kernel has nothing to complain of" no_splat
ktap_end
