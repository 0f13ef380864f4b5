# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Sourced after ktap.sh, topo.sh and kmod.sh by the tests in which another program manages rules or
# addresses of the active router A, while the client holds flows and opens connections.
#
#	managers_begin			the pair, the flows, the connections
#	whole				all that belongs to A is there again, the flows and the
#					connections go on; whole_held: without connections
#	churn_well_so_far		the connections stop, none was lost; churn_again
#	managers_end			nothing was lost; $MANAGERS_END results
#	room_up [ro]; in_room COMMAND...	where such a program runs
#	bus_start; program NAME COMMAND...; program_ends NAME

RATE=10				# connections a second and address family
FLOWS=20
MANAGERS_END=6

managers_begin() {
	must modprobe nf_rg
	topo_up
	must pair_up
	must flowd_start 5000
	must count_private
	must rst_watch
	must hold_start tcp4 c -n $FLOWS 192.0.2.9 5000
	must hold_start tcp6 c -n $FLOWS 2001:db8:b::9 5000
	must hold_start udp4 c -u -n $FLOWS 192.0.2.9 5000
	must wait_for 5 addresses_there
	churn_start $RATE
	must more B install-created 10
}

rules_there() { ns A nft list table inet rg >/dev/null 2>&1; }
addresses() { ipn A -o addr | grep -cE ' (10\.0\.0\.254|fd00:a::254|192\.0\.2\.254|192\.0\.2\.10[0-3]|2001:db8:b::10[0-3])/'; }
addresses_there() { [ "$(addresses)" = 11 ]; }
routes_there() { [ "$({ ipn A route show proto 71; ipn A -6 route show proto 71; } | wc -l)" = 5 ]; }
whole_held() {
	wait_for 2 rules_there && wait_for 2 addresses_there && wait_for 2 routes_there &&
		hold_alive tcp4 $FLOWS && hold_alive tcp6 $FLOWS && hold_alive udp4 $FLOWS && return
	diag "$(ipn A -o addr)" "$(ipn A route)" "$(tail -n 20 "$(rg_dir A)/log")"
	return 1
}
whole() { whole_held && more B install-created 10; }

churn_well_so_far() {
	churn_stop
	churn_well
}
churn_again() {
	rm "$RUN/$NS/churn"
	churn_start $RATE
	must more B install-created 10
}

managers_end() {
	churn_stop
	ok_if "no connection was lost" churn_well
	ok_if "no RST at the client" no_rst
	ok_if "nothing left untranslated" is "$(private_came)" 0
	ok_if "nobody else became active" fails grep -q 'change from .* to Active' "$(rg_dir B)/log"
	ok_if "one is active, the other has everything" wait_for 5 pair_whole
	ok_if "both tables are equal" equal_soon
}

# room_up: the network of A, with control groups.  ro: as a container has it, with a /sys of read only,
# so that these programs do not wait for a udev; otherwise udev has seen all interfaces.
room_up() {
	local f

	mkdir -p /run/udev/data
	on_exit rm -rf /run/udev
	for f in $(ns A sh -c 'cat /sys/class/net/*/ifindex'); do
		echo I:1 >"/run/udev/data/n$f"
	done
	ip netns exec "${NS}A" unshare --mount bash -c "
		mount -t cgroup2 none /sys/fs/cgroup && mount -o remount,bind,${1:-rw} /sys && exec sleep infinity" 8>&- &
	room=$!
	disown $room
	must wait_for 5 eval "[ \$(cat /proc/$room/comm) = sleep ]"
	ip netns exec "${NS}A" ip monitor address >"$RUN/$NS/monitor" 2>&1 8>&- &
	disown $!
}
in_room() { nsenter -t "$room" -m -n "$@" 8>&-; }

# program NAME COMMAND...: in the room, in the background
program() {
	local out=$RUN/$NS/program.$1

	in_room "${@:2}" >>"$out" 2>&1 &
	echo $! >"$out.pid"
	disown $!
}
program_ends() {
	local pid

	pid=$(cat "$RUN/$NS/program.$1.pid")
	kill "$pid" && wait_for 20 rg_gone "$pid"
}
said() { diag "$1:" "$(tail -n 20 "$RUN/$NS/program.$1")"; }

bus_start() {
	mkdir -p /run/dbus
	on_exit rm -rf /run/dbus
	program bus dbus-daemon --system --nofork --nopidfile
	wait_for 10 test -S /run/dbus/system_bus_socket || { said bus; return 1; }
}

# times that an address of the group was taken off A; taken_off N: more often than that
deleted() { grep -cE '^Deleted .*(10\.0\.0\.254|192\.0\.2\.100)/' "$RUN/$NS/monitor"; }
taken_off() { [ "$(deleted)" -gt "$1" ]; }
