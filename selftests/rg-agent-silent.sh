#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# vm: icount mem=2048 timeout=120
# The agent of the active router is killed, or stopped, and its machine goes on: from the
# detection time + 10 ms on only the peer forwards, although a flow goes on being sent to the
# old one, and only the peer answers for the virtual address and for a pool address (topology:
# lib/topo.sh).
. "$(dirname "$0")/lib/ktap.sh"
. "$(dirname "$0")/lib/topo.sh"
. "$(dirname "$0")/lib/kmod.sh"

LIMIT=$((HOLD + 10 * ktap_slow))	# ms: detection, max(hold, 3 hellos), and 10 ms

# watch ROUTER DEVICE: what leaves there, with times
watch() {
	local out=$RUN/$NS/watch.$1.$2

	ns "$1" tcpdump --immediate-mode -Q out -ttlnni "$2" 'udp portrange 5000-5001 or arp or icmp6' >"$out" 2>"$out.err" 8>&- &
	watchers+=($!)
	disown $!
	wait_for 5 grep -q listening "$out.err"
}

# late ROUTER DEVICE SINCE PATTERN: lines that left later than the limit
late() {
	awk -v t="$3" -v l="$LIMIT" '$1 > t + l / 1000' "$RUN/$NS/watch.$1.$2" | grep -E -- "$4"
}

# Both neighbours forget, and ask again.
ask() {
	local n

	for n in c s; do
		ipn "$n" neigh flush all
	done
	ns c ping -c1 -W1 10.0.0.254 >/dev/null
	ns c ping -c1 -W1 fd00:a::254 >/dev/null
	ns s ping -c1 -W1 192.0.2.101 >/dev/null
	ns s ping -c1 -W1 2001:db8:b::101 >/dev/null
	return 0
}

answers='Reply (10.0.0.254|192.0.2.101) is-at|neighbor advertisement, tgt is (fd00:a::254|2001:db8:b::101)'

round() {
	local signal=$1 watchers=() t r d pid

	for r in A B; do
		for d in lan0 wan0; do
			must watch "$r" "$d"
		done
	done
	gap_start "$signal" -u -p 2000 192.0.2.9 5000 4
	gap_start "stubborn.$signal" -u -p 2000 192.0.2.9 5001 4
	must wait_for 5 grep -q '\.5000' "$RUN/$NS/watch.A.wan0"
	must wait_for 5 grep -q '\.5001' "$RUN/$NS/watch.A.wan0"
	# nothing between the signal and the clock, not even a process to start
	pid=$(rg_pid A)
	must kill -"$signal" "$pid"
	t=$EPOCHREALTIME
	ok_if "B takes over (SIG$signal)" wait_state 5 B ACTIVE
	must wait_for 5 eval 'late B wan0 "$t" "\.5000" >/dev/null'
	ask
	# both: what A forwards is looked at over all of the time
	must wait_for 10 gap_over "$signal"
	must wait_for 10 gap_over "stubborn.$signal"
	diag "SIG$signal: $(cat "$RUN/$NS/gap.$signal")"
	ok_if "the probe goes on (SIG$signal)" has "$(cat "$RUN/$NS/gap.$signal")" '^alive'
	ok_if "A forwards nothing to the server" is "$(late A wan0 "$t" '\.500[01]')" ""
	ok_if "A forwards nothing to the client" is "$(late A lan0 "$t" '\.500[01]')" ""
	ok_if "A answers for no address" is "$(late A lan0 "$t" "$answers"; late A wan0 "$t" "$answers")" ""
	ok_if "B answers for the virtual addresses" \
		is "$(late B lan0 "$t" "$answers" | grep -oE '10.0.0.254|fd00:a::254' | sort -u | xargs)" \
		"10.0.0.254 fd00:a::254"
	ok_if "B answers for the pool addresses" \
		is "$(late B wan0 "$t" "$answers" | grep -oE '192.0.2.101|2001:db8:b::101' | sort -u | xargs)" \
		"192.0.2.101 2001:db8:b::101"
	kill "${watchers[@]}" 2>/dev/null	# those of a router without power are gone
}

ktap_plan 14
must modprobe nf_rg
topo_up
must pair_up
must flowd_start 5000 2
# what goes to 5001 goes to A, whoever has the virtual address
ipn c rule add ipproto udp dport 5001 lookup 7
ipn c route add default via 10.0.0.1 table 7
round KILL
# A machine that has booted meanwhile; the roles as before.
rg_kill A KILL
power_cut A
power_on A
must rg_start A
must wait_state 20 A "STANDBY HOT"
must rg_ctl B redundancy application reload group 1 self
must wait_state 20 B "STANDBY HOT"
round STOP
ktap_end
