#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# vm: icount mem=2048 timeout=150
# `redundancy vmac` on both traffic interfaces, with a strict rp_filter (topology: lib/topo.sh):
# the neighbours know one MAC address for each virtual address and the pool, whoever is active;
# what others do to its device is undone; a restart of the agent touches nothing; downloads get
# over all that, and over the loss of the active router.
. "$(dirname "$0")/lib/ktap.sh"
. "$(dirname "$0")/lib/topo.sh"
. "$(dirname "$0")/lib/kmod.sh"

EXTRA='interface lan0
 redundancy vmac
interface wan0
 redundancy vmac'
LAN=02:52:47:01:00:28 WAN=02:52:47:01:00:c8

link_has() { ipn "$1" -d link show dev "$2" 2>/dev/null | grep -q "$3"; }
up_with_vips() {
	link_has "$1" rgv40 '[<,]UP[,>]' && link_has "$1" rgv40 "link/ether $LAN" &&
		[ "$(ipn "$1" addr show dev rgv40 | grep -cE 'inet 10.0.0.254/32|inet6 fd00:a::254/128')" = 2 ]
}
idle_device() {
	link_has "$1" rgv40 "macvlan mode private" && ! link_has "$1" rgv40 '[<,]UP[,>]' &&
		[ -z "$(ipn "$1" addr show dev rgv40 | grep inet)" ]
}
no_device() { ! ipn "$1" link show dev rgv40 2>/dev/null && ! ipn "$1" link show dev rgv200 2>/dev/null; }
neigh_is() { ipn "$1" neigh show "$2" | grep -qi "lladdr $3 "; }
switch_knows() { ns sw bridge fdb show br "$1" | grep -q "^$2 dev $3 "; }
wrong_arp() { ns "$1" nft -j list counters table arp wrong | gojq '[.nftables[].counter? | .packets // empty] | add'; }
mended() { wait_for 1 up_with_vips A; }

vmac_arp_counted() {
	[ "$(rg_ctl "$1" --json show redundancy application counters | gojq '.system["nat-vmac-arp"]')" -ge 2 ]
}

# ARP that gives a virtual address to a router's own MAC address, or the other way round
watch_arp() {
	ns "$1" nft -f - <<-NFT
	table arp wrong {
		counter wrong { }
		chain in {
			type filter hook input priority 0
			arp saddr ip { $2 } arp saddr ether != $4 counter name "wrong"
			arp saddr ip { $3 } arp saddr ether $4 counter name "wrong"
		}
	}
	NFT
}

ktap_plan 23
must modprobe nf_rg
must modprobe macvlan
topo_up
for n in A B; do
	topo_sysctl "$n" net.ipv4.conf.all.rp_filter=1 net.ipv4.conf.default.rp_filter=1
done
must watch_arp c 10.0.0.254 10.0.0.1,10.0.0.2 $LAN
must watch_arp s 192.0.2.254,192.0.2.100-192.0.2.103 192.0.2.1,192.0.2.2 $WAN
must pair_up
must flowd_start 5000
ok_if "the active router has the addresses on a device that is up" up_with_vips A
ok_if "the standby's is down, without addresses" idle_device B
ok_if "show names it" eval "rg_ctl A show redundancy application if-mgr group 1 | grep -q 'VMAC           0252.4701.0028'"
ok_if "show --json too" eval "rg_ctl A --json show redundancy application if-mgr group 1 | gojq -e '.. | .vmac? | select(. == \"$LAN\")'"
ok_if "running-config has it" eval "[ \$(rg_ctl A show running-config | grep -c '^ redundancy vmac$') = 2 ]"

must transfer_start down4 c down -r 1000000 -i 100 -w 30 192.0.2.9 5000 5000000
must transfer_start down6 c down -r 1000000 -i 100 -w 30 2001:db8:b::9 5000 5000000
ok_if "the client has the virtual MAC address, IPv4" wait_for 5 neigh_is c 10.0.0.254 $LAN
ok_if "and IPv6" wait_for 5 neigh_is c fd00:a::254 $LAN
ok_if "the server has it for the pool" wait_for 5 eval "ipn s neigh show | grep -q '^192.0.2.10[0-3] .*lladdr $WAN '"
# from the virtual address, to somebody whose MAC address has to be asked for
ipn A neigh flush dev lan0
must ns A ping -c 1 -W 2 -I 10.0.0.254 10.0.0.9
ipn c neigh flush dev lan0
must ns c ping -c 1 -W 2 10.0.0.1
must ns c ping -c 1 -W 2 10.0.0.254
ok_if "the client heard of no other, nor of it for an own address" [ "$(wrong_arp c)" = 0 ]
ok_if "the requests that the other device answers are counted" wait_for 5 vmac_arp_counted A

must ipn A link del rgv40
ok_if "the device is deleted: it comes again" mended
must ipn A link set rgv40 down
ok_if "it is set down: up again" mended
must ipn A link set rgv40 address 02:00:00:00:00:99
ok_if "its address is changed: changed back" mended
ok_if "the log says so" [ "$(grep -c 'by somebody else.*, undone' "$(rg_dir A)/log")" -ge 3 ]

ipn A monitor link address >"$RUN/monitor" 2>&1 &
watcher=$!
must rg_kill A KILL
must rg_start A
must wait_state 20 A ACTIVE
must wait_state 20 B "STANDBY HOT"
kill $watcher
ok_if "a restarted agent goes on with the device" up_with_vips A
ok_if "and touched nothing" [ -z "$(grep -E '^Deleted|state DOWN' "$RUN/monitor" | grep rgv)" ]

ipn c monitor neigh >"$RUN/neigh" 2>&1 &
watcher=$!
power_cut A
ok_if "B takes over" wait_state 5 B ACTIVE
ok_if "the switches know where the addresses are" \
	eval "switch_knows lan $LAN Blan0 && switch_knows wan $WAN Bwan0"
for f in 4 6; do
	ok_if "a download arrives whole, IPv$f" transfer_ends "down$f" 60
done
kill $watcher
ok_if "the neighbours' entries did not change" eval \
	"[ '$(wrong_arp c) $(wrong_arp s)' = '0 0' ] && ! grep -E '^(10.0.0.254|fd00:a::254) .*lladdr' '$RUN/neigh' | grep -v 'lladdr $LAN '"
must sed -i '/redundancy vmac/d' "$(rg_dir B)/conf"
must rg_ctl B reload
ok_if "no longer configured: the devices are gone" wait_for 5 no_device B
ok_if "and the addresses are on the interface" \
	eval "ipn B addr show dev lan0 | grep -q 'inet 10.0.0.254/32' && ns c ping -c 1 -W 2 10.0.0.254"
ktap_end
