#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# vm: icount mem=2048 timeout=150
# Tracked objects of the active router: an uplink, a route, a program and a list of them move its
# priority and its role (topology: lib/topo.sh, and an interface up0 of A that has no other use).
. "$(dirname "$0")/lib/ktap.sh"
. "$(dirname "$0")/lib/topo.sh"
. "$(dirname "$0")/lib/kmod.sh"

SANE=$RUN/$NS/sane		# the program says 0 while there is this file
PROBE=$RUN/$NS/probe
HANG=$RUN/$NS/hang

TRACKS="track 1 interface up0 line-protocol
 delay up 2
track 2 ip route 198.51.100.0/24 reachability
track 3 exec $PROBE interval 1
track 4 list threshold percentage
 object 1
 object 2
 object 3
 threshold percentage up 100 down 66
track 5 exec $HANG interval 1
track 6 interface up0 ip routing
track 7 ipv6 route 2001:db8:99::/48 reachability
track 8 ip route 203.0.113.0 255.255.255.0 reachability
redundancy
 application redundancy
  group 1
   track 1 decrement 30
   track 2 decrement 50
   track 3 shutdown"

program() {
	printf '#!/bin/sh\n%s\n' "$2" >"$1"
	chmod +x "$1"
}

# conf ROUTER LINES [NAME=VALUE...]: its file, with other variables than usual
conf() {
	mkdir -p "$(rg_dir "$1")"
	env_conf "$@" | sed '/^[[:space:]]*$/d' >"$(rg_dir "$1")/conf"
}
env_conf() {
	local r=$1 EXTRA=$2

	shift 2
	[ $# = 0 ] || local "$@"
	rg_conf "$r"
}
reread() {
	conf "$@"
	rg_ctl "$1" reload >/dev/null
}

# track NUMBER FIELD: of A, as programs see it
track() { rg_ctl A --json show track "$1" | gojq -r ".tracks[0].$2"; }
track_is() { is "$(track "$1" "$2")" "$3"; }
soon() { quiet wait_for "$1" "${@:2}" || "${@:2}"; }
priority() {
	rg_ctl "$1" show redundancy application faults group 1 |
		sed -nE 's/.*Runtime priority: \[([0-9]+)\]/\1/p'
}
priority_is() { is "$(priority "$1")" "$2"; }
logs() { grep -c -F -- "$2" "$(rg_dir "$1")/log"; }
log_has() { is "$(logs "$1" "$2")" "${3:-1}"; }
back_to_a() {
	must wait_state 20 A "STANDBY HOT"
	must rg_ctl B redundancy application reload group 1 self >/dev/null
	must wait_state 20 B "STANDBY HOT"
	must state_is A ACTIVE
	must settled A
}
route() { ipn A route "$1" "${2:-198.51.100.0/24}" via 172.16.0.2; }
reads() { rg_ctl A --json show redundancy application counters | gojq '.system["track-route-reads"]'; }
read_since() { [ "$(reads)" -gt "$1" ]; }
shown() {
	has "$(rg_ctl A show track 1)" '^  Line protocol is Down$' &&
		has "$(rg_ctl A show track 1)" '^    2 changes, last change 00:00:0[0-9]$' &&
		has "$(rg_ctl A show track 1)" '^    Redundancy group 1$' &&
		has "$(rg_ctl A show redundancy application faults group 1)" \
			'Fault TRACK: track 1 is down: interface up0 line-protocol, decrement 30'
}

ktap_plan 44
must modprobe nf_rg
topo_up
must topo_attach A up0 wan 172.16.9.1/24 fd00:9::1/64
must route add
program "$PROBE" "[ -e $SANE ]"
program "$HANG" "sleep 600"
touch "$SANE"
conf A "$TRACKS"
must pair_up
must flowd_start 5000
must rst_watch

# what is seen
ok_if "an interface is up" soon 5 track_is 1 state up
ok_if "so is a route" soon 5 track_is 2 state up
ok_if "so is a program" soon 5 track_is 3 state up
ok_if "and the list of them" soon 5 track_is 4 state up
ok_if "a program that hangs is down" soon 5 track_is 5 state down
ok_if "since it was killed" at_least "$(track 5 killed)" 1
must chmod go+w "$HANG"
ok_if "one that others may write to is not run" soon 15 log_has A \
	"track 5: $HANG: not run: others may write to it, or to a folder on its way"
must chmod go-w "$HANG"
ok_if "and counts as down" track_is 5 state down
ok_if "the priority is the configured one" priority_is A 120
ok_if "an interface has an address" track_is 6 state up
must ipn A addr del 172.16.9.1/24 dev up0
ok_if "and is down without it, though up" soon 5 track_is 6 state down
ok_if "an IPv6 route is down" track_is 7 state down
must ipn A route add 2001:db8:99::/48 via fd00:c:0::2
ok_if "until there is one" soon 5 track_is 7 state up
n=$(reads)
must ipn A route add blackhole 203.0.113.0/24
must wait_for 5 read_since "$n"
ok_if "a route to nowhere is none" track_is 8 state down

# a decrement alone: seen, logged, and without preempt at the peer nothing moves
ipn sw link set Aup0 down
ok_if "a tracked interface that fails takes its decrement" soon 5 priority_is A 90
ok_if "the log says from what to what and why" \
	log_has A "PRIORITY: RG id 1 priority change from 120 to 90: track 1 down"
ok_if "show says so, too" shown
ok_if "the list is down, too" track_is 4 state down
ok_if "without preempt at B the role stays" state_is A ACTIVE
ok_if "as the log says" wait_for 5 log_has A "the role is not handed over: no-preempt"
ipn sw link set Aup0 up
must soon 1 track_is 1 seen up
ok_if "when it is seen again it has to wait" track_is 1 state down
ok_if "for as long the decrement stays" priority_is A 90
ok_if "until the delay is over" soon 5 priority_is A 120
ok_if "which is a line, too" wait_for 5 log_has A "priority change from 90 to 120: track 1 up"

# preempt at the peer: a graceful change under a download, though above the threshold
must reread A "${TRACKS/track 2 decrement 50/}"
must reread B "" PREEMPT=
must transfer_start down c down -r 1000000 -i 100 -w 30 192.0.2.9 5000 4000000
gap_start udp -u 192.0.2.9 5000 3
ipn sw link set Aup0 down
ok_if "B, which preempts, takes over" wait_state 10 B ACTIVE
ok_if "for no more than the decrement" priority_is A 90
ok_if "A handed over" wait_for 5 log_has A "hand-over done"
ok_if "a UDP flow loses next to nothing" gap_loses udp 20
ok_if "the download arrives whole" transfer_ends down 60
must reread B ""
must reread A "$TRACKS"
ipn sw link set Aup0 up
must soon 5 priority_is A 120
back_to_a

# below the threshold: a route that goes
must route del
ok_if "a route that is gone takes the role away" wait_state 10 B ACTIVE
ok_if "for its decrement" wait_for 5 log_has A "priority change from 120 to 70: track 2 down" 1
must route add 198.51.100.0/25
must route add 198.51.0.0/16
n=$(reads)
must ipn A link set up0 mtu 1400	# whatever happens to an interface
must wait_for 5 read_since "$n"
ok_if "a part of it, or more than it, is not it" track_is 2 state down
must route add
ok_if "the route is seen again" soon 5 track_is 2 state up
back_to_a

# shutdown: whatever the priorities
rm "$SANE"
ok_if "a program that fails takes the role away" wait_state 10 B ACTIVE
ok_if "without a change of priority" priority_is A 120
ok_if "the log names why" has "$(grep 'role change from Active' "$(rg_dir A)/log" | tail -n1)" 'track-shutdown'
touch "$SANE"
ok_if "it comes back as standby" wait_state 20 A "STANDBY HOT"
ok_if "no RST at the client" no_rst

# the configuration
changes=$(rg_ctl A --json show track | gojq -c '[.tracks[] | [.id, .state, .changes]]')
must reread A "$TRACKS
   track 44 decrement 20"
ok_if "what did not change feels nothing of a reload" \
	is "$(rg_ctl A --json show track | gojq -c '[.tracks[] | [.id, .state, .changes]]')" "$changes"
ok_if "an object that is not defined takes nothing" priority_is A 120
ok_if "and is a fault" has "$(rg_ctl A show redundancy application faults group 1)" \
	'Fault TRACK: track 44 is not defined, it counts as up'
ok_if "show does not know it" fails rg_ctl A show track 44
conf A "$TRACKS
track 9 list boolean and
 object 9"
ok_if "a list that contains itself is refused" fails rg_ctl A reload
ok_if "and changes nothing" has "$(rg_ctl A show running-config)" 'track 44 decrement 20'
ktap_end
