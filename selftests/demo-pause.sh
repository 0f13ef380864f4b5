#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# host timeout=1200
# A router's machine is stopped for a while and goes on, as active and as standby: by a signal to
# the emulator (its clocks run on meanwhile), and by the emulator's monitor (its clocks stand). One
# client sends through router A whoever is active. Three machines, the example configurations
# (topology: scripts/lib/demo.sh).
. "$(dirname "$0")/lib/ktap.sh"
. "$(dirname "$0")/../scripts/vm-net"
. "$(dirname "$0")/../scripts/lib/demo.sh"

demo_out=$build/demo/pause
pauses=$(soak "1 3 30" 3)	# s
n=$(wc -w <<<"$pauses")
detection=1			# s, of the example

guest() { vm_exec "$@" 2>>"$demo_out/said"; }
of_client() { guest hosts ip netns exec client "$@"; }
of_server() { guest hosts ip netns exec server "$@"; }

# A client that sends all to A's own address, not to the virtual one
stray_up() {
	of_client ip addr add 10.0.0.8/32 dev lan0 &&
	of_client ip rule add from 10.0.0.8 lookup 100 &&
	of_client ip route add default via 10.0.0.1 dev lan0 table 100
}

# stray_begin: it pings the server; what reaches it out of A is on record
stray_begin() {
	local mac

	mac=$(guest A cat /sys/class/net/wan0/address) || return 1
	of_server pkill tcpdump
	vm_spawn hosts /run/demo/stray ip netns exec server tcpdump --immediate-mode -ttlnni wan0 \
		"ether src $mac and icmp[0] = 8" >/dev/null || return 1
	wait_for 30 guest hosts grep -q listening /run/demo/stray || return 1
	of_client pkill ping
	vm_spawn hosts /run/demo/ping ip netns exec client ping -i 0.1 -I 10.0.0.8 192.0.2.9 >/dev/null
}
strays() { guest hosts grep -c 'ICMP echo request' /run/demo/stray; }
stray_came() { [ "$(strays)" -ge 10 ]; }

# strays_since TIME: by the clock of the hosts: how many, and the s from the first to the last
strays_since() {
	guest hosts cat /run/demo/stray | awk -v t="$1" '
		/ICMP echo request/ && $1 > t { if (!n++) first = $1; last = $1 }
		END { printf "%d %.3f\n", n, last - first }'
}

freeze() { [ "$1" = signal ] && kill -STOP "${vmnet_pid[$2]}" || vm_pause "$2"; }
thaw() { [ "$1" = signal ] && kill -CONT "${vmnet_pid[$2]}" || vm_cont "$2"; }

takeovers() { guest "$1" grep -c 'role change from .* to Active' /run/demo/rgd.log; }
# active_paused HOW SECONDS: A, the active one
active_paused() {
	local how=$1 s=$2 t out

	must stray_begin
	ok_if "$how, $s s: the client's packets go through A" wait_for 60 stray_came
	must freeze "$how" A
	if [ "$s" -gt $((detection + 1)) ]; then
		ok_if "$how, $s s: B takes over" demo_await B $((s + 20)) ACTIVE
	fi
	ktap_pause "$s"
	t=$(guest hosts date +%s.%N)
	must thaw "$how" A
	ok_if "$how, $s s: one of them is active, the other has everything" wait_for 60 whole
	out=$(strays_since "$t")
	diag "A forwarded ${out% *} packets when it went on, during ${out#* } s"
	[ "$s" -gt $((detection + 1)) ] || return 0
	if [ "$how" = signal ]; then
		ok_if "$how, $s s: A forwards nothing when it goes on" is "${out% *}" 0
	else
		ok_if "$how, $s s: A forwards nothing after a hello" \
			awk -v s="${out#* }" 'BEGIN { exit !(s < 0.5) }'
	fi
}

standby_paused() {
	local how=$1 s=$2 before

	before=$(takeovers B)
	must freeze "$how" B
	ktap_pause "$s"
	must thaw "$how" B
	ok_if "$how, $s s, the standby: it has everything again" demo_await B 60 "STANDBY HOT"
	ok_if "$how, $s s, the standby: it did not take over" is "$(takeovers B)" "$before"
	ok_if "$how, $s s, the standby: A is active" demo_await A 1 ACTIVE
}

state() { guest "$1" "$build/rgctl" -r /run/rgd show redundancy application group 1 |
	sed -nE 's/^ *RF state: *(.*[^ ]) *$/\1/p'; }
whole() {
	case $(state A),$(state B) in
	ACTIVE,"STANDBY HOT" | "STANDBY HOT",ACTIVE) ;;
	*) return 1 ;;
	esac
}
back_to_a() {
	[ "$(state A)" != ACTIVE ] || return 0
	guest B "$build/rgctl" -r /run/rgd redundancy application reload group 1 self >/dev/null
	wait_for 60 eval '[ "$(state A)" = ACTIVE ]' && demo_await B 60 "STANDBY HOT"
}

long=0
for s in $pauses; do [ "$s" -le $((detection + 1)) ] || long=$((long + 1)); done
ktap_plan $((2 * (5 * n + 2 * long) + 1))
rm -rf "$demo_out"
mkdir -p "$demo_out"
must vmnet_init
must demo_up $((1 << 20))
must demo_router A
must demo_await A 60 ACTIVE
must demo_router B
must demo_await B 60 "STANDBY HOT"
must stray_up
for how in signal monitor; do
	for s in $pauses; do
		active_paused $how "$s"
		must back_to_a
		standby_paused $how "$s"
	done
done
ok_if "no kernel reported an error" vm_splats
ktap_end
