#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# vm: icount mem=2048 timeout=150 with=systemd,dbus,dbus-daemon,dbus-bin,dbus-system-bus-common
# systemd-networkd begins, reads its files anew and is restarted on the active router, under churn and
# held flows. It manages the traffic interfaces, and takes off addresses and routes that its files do not
# name; set up as recommended it leaves them alone (topology: lib/topo.sh).
. "$(dirname "$0")/lib/ktap.sh"
. "$(dirname "$0")/lib/topo.sh"
. "$(dirname "$0")/lib/kmod.sh"
. "$(dirname "$0")/lib/managers.sh"

NETWORK=/run/systemd/network
CONF=/run/systemd/networkd.conf.d

# as networkd has put them before: 252 goes round in circles over one without a broadcast address
topo_address() {
	ipn "$1" addr add "$3" brd + dev "$2"
	ipn "$1" addr add "$4" dev "$2" nodad
	ipn "$1" link set "$2" up
}

# a file of networkd: DEVICE ADDRESS ADDRESS LINE...
netd_file() {
	cat >"$NETWORK/$1.network" <<-CONF
	[Match]
	Name=$1
	[Network]
	Address=$2
	Address=$3
	IPv6AcceptRA=no
	$(printf '%s\n' "${@:4}")
	CONF
	chmod -R a+rX /run/systemd
}
netd_files() {
	mkdir -p $NETWORK
	netd_file lan0 10.0.0.1/24 fd00:a::1/64 "$@"
	netd_file wan0 192.0.2.1/24 2001:db8:b::1/64 "$@"
}
netd_start() {
	program networkd env SYSTEMD_LOG_TARGET=console /lib/systemd/systemd-networkd
	wait_for 20 netd_configured || { said networkd; return 1; }
}
netd_configured() { [ "$(netd_list | grep -cE ' (lan0|wan0) .* configured')" = 2 ]; }
netd_list() { in_room networkctl --no-legend --no-pager list; }
netd_reload() { in_room networkctl reload && wait_for 20 netd_configured; }
nothing_missed() {
	is "$(deleted)" 0 && fails grep -q "by somebody else" "$(rg_dir A)/log"
}
netd_restart() { program_ends networkd && netd_start; }

ktap_plan $((10 + MANAGERS_END))
must modprobe dummy
managers_begin
ipn A link add spare0 type dummy
room_up
on_exit rm -rf /run/systemd
must bus_start

# as Documentation/operations.rst recommends it: nothing is taken off, no connection is lost
mkdir -p $CONF
printf '[Network]\nManageForeignRoutes=no\n' >$CONF/rg.conf
netd_files KeepConfiguration=yes
must netd_start
ok_if "networkd begins: the flows go on" whole
netd_file spare0 10.9.0.77/32 fd00:9::77/128
must netd_reload
ok_if "it reads its files anew, and sets up an interface" wait_for 5 eval "ipn A addr show | grep -q 10.9.0.77/32"
ok_if "the flows go on" whole
must netd_restart
ok_if "it is restarted: the flows go on" whole
ok_if "it has taken nothing off" nothing_missed

# Files that changed: it takes off also the router's own addresses, so that for a moment there is no
# route, and nobody can begin a connection.
ok_if "no connection was lost" churn_well_so_far
rm $CONF/rg.conf
netd_files
must netd_reload
ok_if "without KeepConfiguration=yes it takes addresses off" wait_for 5 taken_off 0
ok_if "they are there again, the flows go on" whole_held
n=$(deleted)
must netd_restart
ok_if "also when it is restarted" wait_for 5 taken_off "$n"
ok_if "the flows go on" whole_held
churn_again
managers_end
ktap_end
