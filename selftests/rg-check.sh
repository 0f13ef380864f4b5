#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# vm: icount mem=2048 timeout=120
# `rgctl check`: what is not as wanted is told, with the command that mends it (topology: lib/topo.sh;
# A has an inside interface more, the bridge br0 with its port p0).
. "$(dirname "$0")/lib/ktap.sh"
. "$(dirname "$0")/lib/topo.sh"
. "$(dirname "$0")/lib/kmod.sh"

EXTRA_A='interface br0
 ip nat inside
 ip virtual-reassembly'

# status_is N: what `rgctl check` exits with
status_is() {
	local rc=0

	rg_ctl A check >"$RUN/check" || rc=$?
	[ $rc = "$1" ] || { diag "status $rc:" "$(cat "$RUN/check")"; return 1; }
}
json() { rg_ctl A --json check; }
wrong() { json | gojq -r '.checks[] | select(.ok | not) | "\(.what) = \(.value), \(.wanted)"'; }
wrong_is() { is "$(wrong)" "$1"; }

# mends: the commands that it names are carried out, and all is well
mends() {
	local line

	while IFS= read -r line; do
		diag "$line"
		ns A bash -c "$line" || return 1
	done < <(json | gojq -r '.checks[] | select(.ok | not) | .command')
	wait_for 5 status_is 0
}

# setting NAME VALUE WHAT WANTED
setting() {
	must topo_sysctl A "$1=$2"
	ok_if "$1 = $2 is told" eval "status_is 1 && wrong_is '$3 = $2, $4'"
	ok_if "and mended by what it names" mends
}

ktap_plan 22
must modprobe nf_rg
topo_up
must ipn A link add br0 type bridge
must ipn A link set br0 up
must ipn A link add p0 type veth peer name p1
must ipn A link set p1 up
must ipn A link set p0 master br0 up
must topo_sysctl A net.ipv4.ip_forward=0
must pair_up
ok_if "the start tells in the log" \
	grep -q 'CHECK: net.ipv4.ip_forward: 0, wanted is 1: sysctl -w net.ipv4.ip_forward=1' "$(rg_dir A)/log"
ok_if "and nothing else" is "$(grep -c 'CHECK:' "$(rg_dir A)/log")" 1
must topo_sysctl A net.ipv4.ip_forward=1
ok_if "all is as wanted: status 0" status_is 0
ok_if "the module, its version, and the peer's table are among what was looked at" \
	is "$(grep -cE '^ok +(kernel module nf_rg +version [0-9]+ |net.netfilter.nf_conntrack_max .*as the peer|ip virtual-reassembly +in force )' "$RUN/check")" 3

setting net.ipv4.ip_forward 0 net.ipv4.ip_forward 1
setting net.ipv6.conf.all.forwarding 0 net.ipv6.conf.all.forwarding 1
setting net.netfilter.nf_conntrack_tcp_loose 1 net.netfilter.nf_conntrack_tcp_loose 0
setting net.ipv4.conf.lan0.arp_ignore 3 "lan0 arp_ignore" "0, 1 or 2"

must ipn A link set p0 down
ok_if "a port of a bridge that is down is told" \
	eval "status_is 1 && wrong_is 'port p0 of bridge br0 = disabled, forwarding'"
ok_if "and mended by what it names" mends
must ipn A link set p0 down
must ipn A link set br0 type bridge stp_state 1
must ipn A link set p0 up
ok_if "a port that spanning tree holds back is told" \
	eval "status_is 1 && wrong_is 'port p0 of bridge br0 = listening, forwarding'"
ok_if "and mended by what it names" mends

must rmmod nf_rg
ok_if "a module that is missing is told" \
	eval "wait_for 5 status_is 1 && wrong | grep -q '^kernel module nf_rg = not loaded, version [0-9]*$'"
ok_if "and mended by what it names" mends
ok_if "JSON counts the warnings" is "$(json | gojq .warnings)" 0

must ip netns add "${NS}x"
on_exit ip netns del "${NS}x"
printf 'interface lo\n ip virtual-reassembly\n' >"$RUN/conf.x"
ip netns exec "${NS}x" "$BIN/rgd" -f "$RUN/conf.x" -r "$RUN/x" -d >"$RUN/log.x" 2>&1 8>&- &
pid=$!
must wait_for 5 ip netns exec "${NS}x" "$BIN/rgctl" -r "$RUN/x" show version
ok_if "where nothing tracks connections, reassembly is not taken to be in force" \
	eval "ip netns exec '${NS}x' '$BIN/rgctl' -r '$RUN/x' check | grep -q '^WARN.*ip virtual-reassembly'"
ok_if "and the log says so" wait_for 2 grep -q 'NAT: .*ip virtual-reassembly' "$RUN/log.x"
kill $pid

must ipn A link del br0
ok_if "an interface that is missing is told" \
	eval "wait_for 5 status_is 1 && wrong_is 'interface br0 = not there, there'"
ktap_end
