# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Sourced after ktap.sh, topo.sh and kmod.sh by the tests in which another program manages rules
# of the active router A, while the client holds flows and opens connections.
#
#	managers_begin			the pair, the flows, the connections
#	whole				all that belongs to A is there again, and the flows go on
#	managers_end			nothing was lost; $MANAGERS_END results

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
whole() {
	wait_for 2 rules_there && wait_for 2 addresses_there && hold_alive tcp4 $FLOWS &&
		hold_alive tcp6 $FLOWS && hold_alive udp4 $FLOWS && more B install-created 10 && return
	diag "$(ipn A -o addr)" "$(tail -n 20 "$(rg_dir A)/log")"
	return 1
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
