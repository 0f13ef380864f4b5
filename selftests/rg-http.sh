#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# vm: icount mem=2048 timeout=120
# HTTP sessions do not survive a power cut unless the configuration says so, all others do; the
# command is given and taken away while the agent runs (topology: lib/topo.sh).
. "$(dirname "$0")/lib/ktap.sh"
. "$(dirname "$0")/lib/topo.sh"
. "$(dirname "$0")/lib/kmod.sh"

# policy ROUTER COUNT: so many of its mappings hold HTTP back
policy() { is "$(rgk "$1" mappings | grep -c ' not 6:80-80$')" "$2"; }
# http_conf ROUTER [LINE]: its configuration with that line, read again
http_conf() {
	local dir held=2

	dir=$(rg_dir "$1")
	[ -z "${2:-}" ] || held=0
	HTTP=${2:-} rg_conf "$1" | sed '/^[[:space:]]*$/d' >"$dir/conf"
	rg_kill "$1" HUP
	must quiet wait_for 10 policy "$1" $held
}
web() { is "$(rg_marked "$1" | grep -c 'dport=80 ')" "$2"; }

ktap_plan 8
must modprobe nf_rg
topo_up
must pair_up
must flowd_start 5000
must flowd_start 80

must hold_start early c -n 5 192.0.2.9 80
must hold_start other c -n 5 192.0.2.9 5000
must settled A
ok_if "HTTP sessions are not replicated" web B 0
ok_if "which is counted" is "$(kstat A not-replicated-policy)" 5
for r in A B; do
	http_conf "$r" "ip nat switchover replication http"
done
ok_if "with the command those that are there are, too" quiet wait_for 10 web B 5
for r in A B; do
	http_conf "$r"
done
must hold_start late c -n 5 192.0.2.9 80
must settled A
ok_if "without it those that begin then are not" web B 5
power_cut A
ok_if "B takes over" wait_state 5 B ACTIVE
ok_if "the replicated ones live" hold_alive early 5
ok_if "so do others" hold_alive other 5
ok_if "those that were held back are dead" hold_dead late 5
ktap_end
