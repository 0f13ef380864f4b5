#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# vm: icount mem=2048 timeout=150 with=network-manager,dbus,dbus-daemon,dbus-bin,dbus-system-bus-common
# NetworkManager begins, activates its profiles, reapplies and reloads them and is restarted on the active
# router, under churn and held flows. It manages the traffic interfaces, and takes off addresses that its
# profiles do not name (topology: lib/topo.sh).
. "$(dirname "$0")/lib/ktap.sh"
. "$(dirname "$0")/lib/topo.sh"
. "$(dirname "$0")/lib/kmod.sh"
. "$(dirname "$0")/lib/managers.sh"

PROFILES=/run/NetworkManager/system-connections

nm_profile() {
	cat >"$PROFILES/$1.nmconnection" <<-CONF
	[connection]
	id=$1
	uuid=$4
	type=ethernet
	interface-name=$1
	[ipv4]
	method=manual
	address1=$2
	[ipv6]
	method=manual
	addr-gen-mode=eui64
	address1=$3
	CONF
	chmod 600 "$PROFILES/$1.nmconnection"
}
nm_files() {
	mkdir -p $PROFILES /run/nm-state
	cat >/run/nm.conf <<-CONF
	[main]
	auth-polkit=root-only
	dns=none
	rc-manager=unmanaged
	plugins=keyfile
	[keyfile]
	unmanaged-devices=interface-name:sync0
	CONF
	nm_profile lan0 10.0.0.1/24 fd00:a::1/64 5a2b9b7e-9b2e-4f0c-9a63-6f1d7d2b0001
	nm_profile wan0 192.0.2.1/24 2001:db8:b::1/64 5a2b9b7e-9b2e-4f0c-9a63-6f1d7d2b0002
}
nm_start() {
	program nm NetworkManager --no-daemon --config /run/nm.conf --config-dir /run/nm.d \
		--system-config-dir /run/nm.d --intern-config /run/nm-state/intern.conf \
		--state-file /run/nm-state/state --pid-file /run/nm.pid
	wait_for 20 nm_knows || { said nm; return 1; }
}
nm_list() { in_room nmcli -t -f DEVICE,STATE,CONNECTION device; }
nm_knows() { [ "$(nm_list | grep -cE '^(lan0|wan0):connected')" = 2 ]; }
nm_has() { nm_list | grep -q "^$1:connected:$1$"; }

ktap_plan $((9 + MANAGERS_END))
managers_begin
room_up ro
on_exit rm -rf /run/NetworkManager /run/nm.conf /run/nm-state /run/nm.pid
must bus_start

nm_files
must nm_start
diag "$(nm_list)"
ok_if "NetworkManager begins: the flows go on" whole

# it takes off also the router's own addresses, so that for a moment there is no route
ok_if "no connection was lost" churn_well_so_far
n=$(deleted)
for d in lan0 wan0; do
	must succeeds in_room nmcli connection up $d
	must wait_for 10 nm_has $d
done
ok_if "it activates its profiles, and takes addresses off" wait_for 5 taken_off "$n"
ok_if "they are there again, the flows go on" whole_held
churn_again

diag "$(nm_list)"
n=$(deleted)
must succeeds in_room nmcli device reapply lan0
ok_if "a profile is applied again: the flows go on" whole
diag "$(($(deleted) - n)) addresses were taken off"
must succeeds in_room nmcli connection reload
ok_if "the profiles are read again: the flows go on" whole
must program_ends nm
ok_if "it ends: the flows go on" whole
must nm_start
ok_if "it begins again: the flows go on" whole
ok_if "it manages both interfaces" eval "nm_has lan0 && nm_has wan0"
managers_end
ktap_end
