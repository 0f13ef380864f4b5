#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# vm: icount mem=1024 timeout=120
# ACTIVE is a lease that the kernel enforces: when it has run out, A forwards and
# answers nothing for its group any more, to the millisecond (topology: lib/topo.sh).
#
# A 1 kHz UDP echo runs from c through A to s; when its last packet came is told by
# a capture at s. The lease was given between two readings of the same clock.
. "$(dirname "$0")/lib/ktap.sh"
. "$(dirname "$0")/lib/topo.sh"
. "$(dirname "$0")/lib/kmod.sh"

ms() { echo $(($(date +%s%N) / 1000000)); }

# capture_start: prints the time of each probe that arrives at s
capture_start() {
	ip netns exec "${NS}s" tcpdump --immediate-mode -Q in -ttlnni wan0 "udp dst port 5000" >"$RUN/$NS/capture" 2>"$RUN/$NS/capture.err" 8>&- &
	capture=$!
	must wait_for 10 grep -q 'listening on' "$RUN/$NS/capture.err"
}
capture_stop() {
	kill -INT "$capture"
	wait "$capture"
	[ -s "$RUN/$NS/capture" ] || diag "nothing captured:" "$(cat "$RUN/$NS/capture.err")"
}
# last_ms SINCE: when the last probe came, in ms after SINCE; tcpdump's own last line is empty
last_ms() { awk -v t="$1" 'NF { last = $1 } END { printf "%d\n", last * 1000 - t }' "$RUN/$NS/capture"; }

# new_port: one that no entry knows
new() { ns c nc -z -w1 192.0.2.9 5000; }
alive() { succeeds ns c "$PROGS/gap" -u -p 5000 192.0.2.9 5000 "$1"; }

# with_probe SECONDS SCRIPT...: runs them side by side
with_probe() {
	ip netns exec "${NS}c" "$PROGS/gap" -u -p 1000 192.0.2.9 5000 "$1" >"$RUN/$NS/gap" 2>&1 8>&- &
	local probe=$!

	shift
	sleep 0.1	# the probe's own start; nothing is measured from here
	"$@"
	wait "$probe"
}
lease_runs_out() {
	t1=$(ms)
	must krole A active 1 lease 500
	t2=$(ms)
}
lease_renewed() {
	local i

	for ((i = 0; i < 20; i++)); do
		must krole A active 1 lease $((200 * ktap_slow))
		sleep 0.1	# half the lease or less: this is the agent's rhythm
	done
}
silence() { sed -n 's/.*longest_silence_ms=\([0-9.]*\).*/\1/p' "$RUN/$NS/gap"; }
# neighbour HOST DEV ADDRESS: whether somebody answers for it
neighbour() {
	ipn "$1" neigh flush all
	ns "$1" ping -c1 -W1 "$3" >/dev/null 2>&1
	ipn "$1" neigh show "$3" dev "$2" | grep -q lladdr
}

ktap_plan 32
kmod_up
flowd_start 5000
rgk A watch >"$RUN/$NS/watch" 2>&1 8>&- &
must wait_for 5 grep -q watching "$RUN/$NS/watch"

ok_if "without a lease none is shown" lacks "$(rgk A get 1)" lease-left
# 1: it runs out
capture_start
with_probe 2 lease_runs_out
capture_stop
last=$(last_ms "$t1")
diag "lease of 500 ms given within $((t2 - t1)) ms, last packet $last ms after the beginning"
ok_if "forwards until the lease has run out" at_least "$last" 496
ok_if "and not a moment longer" at_most "$last" $((500 + t2 - t1 + 4))
ok_if "the event tells" wait_for 5 grep -q 'event 2' "$RUN/$NS/watch"
ok_if "the counter tells" is "$(kstat A lease-expired)" 1
ok_if "nothing is left of it" has "$(rgk A get 1)" '^lease-left 0$'
ok_if "the role is still active" is "$(kget A role)" 3
ok_if "known flows are dropped and counted" at_least "$(kstat A drop-gate-flow)" 500
ok_if "new ones are refused" fails new
ok_if "and counted" at_least "$(kstat A drop-new-not-active)" 1
for x in c:lan0:10.0.0.254 c:lan0:fd00:a::254 s:wan0:192.0.2.100 s:wan0:2001:db8:b::100; do
	IFS=: read -r host dev addr <<<"$x"
	ok_if "silent for $addr" not neighbour "$host" "$dev" "$addr"
done
ok_if "still answers for its own address" neighbour c lan0 10.0.0.1
ok_if "still answers for its own address, IPv6" neighbour c lan0 fd00:a::1
ok_if "ARP drops counted" at_least "$(kstat A drop-arp-not-active)" 2
ok_if "ND drops counted" at_least "$(kstat A drop-nd-not-active)" 2

# 2: a renewal reopens and keeps it
must krole A active 1
kmod_reachable
with_probe 2 lease_renewed
ok_if "a lease renewed in time is not felt" at_most "$(silence)" $((20 * ktap_slow))
must krole A active 1
for x in c:lan0:10.0.0.254 c:lan0:fd00:a::254 s:wan0:192.0.2.100 s:wan0:2001:db8:b::100; do
	IFS=: read -r host dev addr <<<"$x"
	ok_if "answers again for $addr" neighbour "$host" "$dev" "$addr"
done
expired=$(kstat A lease-expired)
ok_if "without a lease it stays open" alive 3
ok_if "and no event comes" is "$(kstat A lease-expired)" "$expired"

# 3: no new connections while a hand-over is prepared
must hold_start held c -n 5 192.0.2.9 5000
must krole A active 1 nonew
ok_if "no-new: a new connection is refused" fails new
ok_if "no-new: the others go on" hold_alive held 5
must krole A active 1
ok_if "no-new lifted: a new connection is taken" succeeds new

# 4: grace: known flows go on for a while after the role is gone
grace() {
	t1=$(ms)
	must krole A standby 2 grace 500
	t2=$(ms)
	new && refused=0 || refused=1
}
capture_start
with_probe 2 grace
capture_stop
last=$(last_ms "$t1")
ok_if "grace: known flows go on" at_least "$last" 496
ok_if "grace: until its end" at_most "$last" $((500 + t2 - t1 + 4))
ok_if "grace: new ones are refused at once" is "$refused" 1
ok_if "a lease is refused to a standby" fails krole A standby 2 lease 100
ktap_end
