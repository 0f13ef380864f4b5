#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# vm: icount mem=1024 timeout=120
# Connections that are older than the module are adopted: the peer gets them, hears of what
# becomes of them although nobody listened to them when they began, and they go on there
# (topology: lib/topo.sh, lib/kmod.sh).
. "$(dirname "$0")/lib/ktap.sh"
. "$(dirname "$0")/lib/topo.sh"
. "$(dirname "$0")/lib/kmod.sh"

# on_b PATTERN: lines of B's table that match
on_b() { rg_marked B | grep -cE -- "$1"; }
on_b_is() { [ "$(on_b "$1")" = "$2" ]; }
lsmod_has() { grep -q "^nf_rg " /proc/modules; }

ktap_plan 17
topo_up
for r in A B; do
	kmod_router "$r"
done
kmod_addresses A add
kmod_reachable
flowd_start 5000
flowd_start 5001
must hold_start tcp4 c -n 10 192.0.2.9 5000
must hold_start tcp6 c -n 10 2001:db8:b::9 5000
must hold_start udp4 c -u -n 10 192.0.2.9 5000
must hold_start short c -n 5 192.0.2.9 5001
must rst_watch

must modprobe nf_rg
for r in A B; do
	kmod_member "$r"
done
must krole A active 1
ok_if "all are adopted" wait_for 5 kstat_at_least A adopted 35
must relay_up A B
must settled A
ok_if "the peer gets them" at_least "$(kstat B install-created)" 35
ok_if "both tables are equal" equal_soon
ok_if "with the mark of their mapping" is "$(on_b "dport=5000 .*mark=$MARK4")" 20

# what nothing tells: a state that changes, an end, a mark
hold_stop short
ok_if "the peer hears that some have ended" wait_for 10 on_b_is "dport=5001 .*" \
	"$(ct A | grep -c 'dport=5001 ')"
ok_if "and in which state they are" equal_soon
must ns A nft insert rule inet rgtest forward udp dport 5000 ct mark set 0x75
must hold_alive udp4 10
ok_if "the user's part of a mark, and the module's is restored" \
	wait_for 10 on_b_is "^udp .*mark=$((1 << 24 | 0x75))" 10
must succeeds ns A conntrack -D -p udp
ok_if "a deletion is told" wait_for 10 on_b_is "^udp" 0
before=$(kstat A adopted)
must hold_start new c -n 5 192.0.2.9 5000
must settled A
ok_if "new ones need no adoption" is "$(kstat A adopted)" "$before"
ok_if "those had no room for their entry" is "$(kstat A entries-alone)" "$before"
ok_if "but the peer's have" is "$(kstat B entries-alone)" 0
topo_sysctl A net.netfilter.nf_conntrack_acct=1 net.netfilter.nf_conntrack_timestamp=1
must hold_start wide c -n 5 192.0.2.9 5000
must settled A
ok_if "and new ones, with whatever extensions" is "$(kstat A entries-alone)" "$before"

kmod_takeover
ok_if "they go on at the peer, IPv4" hold_alive tcp4 10
ok_if "they go on at the peer, IPv6" hold_alive tcp6 10
ok_if "no RST at the client" no_rst
must rmmod nf_rg
ok_if "the module goes" fails lsmod_has
ok_if "the kernel has nothing to complain of" no_splat
ktap_end
