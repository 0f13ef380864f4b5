# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Sourced by bench-guest: what the module costs a packet and a connection, as the difference
# of the same with it and without it, in one machine, again and again in turns.
#
# "With it" is an active group with a mapping, a lease that runs, and a peer that has
# everything. Of the client's traffic the ports from 5000 to 5007 are translated, those
# behind are not.

rounds=3
echoes=5000

module_router() {
	must ns A nft -f - <<-NFT
	table ip nat {
		chain post {
			type nat hook postrouting priority srcnat
			oifname "wan0" th dport 5000-5007 snat to $pool
			oifname "wan0" th dport 10-99 snat to $pool
		}
	}
	NFT
	kmod_addresses A add
	ipn s route add 10.0.0.0/24 via 192.0.2.1
	ns A "$PROGS/flowd" 6000 >"$RUN/$NS/flowd.A" 2>&1 8>&- &
	disown $!
	must wait_for 10 grep -q '^ready' "$RUN/$NS/flowd.A"
}

module_on() {
	must modprobe nf_rg
	kmod_member A
	kmod_member B
	must krole A active 1 lease 3600000
	must relay_up A B
	must settled A
	# the table is searched for connections without an entry
	rest 1
}

module_off() {
	relay_down A B
	must modprobe -r nf_rg
}

# Packets that came to A over lan0 and wan0 so far.
packets_in() {
	for d in lan0 wan0; do
		ipn A -s -j link show dev $d | gojq '.[0].stats64.rx.packets'
	done | awk '{ n += $1 } END { print n }'
}

# echo_us KIND on|off: what KIND costs an echo; and how many packets it takes
echo_us() {
	local from=c before out
	local args=(-n $echoes)

	case $1 in
	forwarded) args+=(-u $server 5010) ;;
	own) from=s args+=(-u 192.0.2.1 6000) ;;
	udp) args+=(-u $server 5000) ;;
	tcp) args+=($server 5001) ;;
	esac
	before=$(packets_in)
	out=$(ns $from "$PROGS/flowgen" echo "${args[@]}") || bail "$1: $out"
	echo "echo_$1_$2 $(sed -E 's/.*us_per_echo=([0-9.]+).*/\1/' <<<"$out")"
	echo "packets_$1_$2 $(($(packets_in) - before))"
}

hooks() {
	local i kind

	sink
	module_router
	for ((i = 0; i < rounds; i++)); do
		for kind in forwarded own udp tcp; do
			echo_us $kind off
		done
		module_on
		for kind in forwarded own udp tcp; do
			echo_us $kind on
		done
		module_off
	done
	echo "echoes $echoes"
}

# slabs WHEN: objects that are in use, by size class; bytes of one with its share of the slab
slabs() {
	local cache

	for cache in /sys/kernel/slab/*/shrink; do
		echo 1 >"$cache"
	done
	awk -v when="$1" '/^(nf_|kmalloc-[0-9])/ {
		printf "slab_%s_%s %d %.2f\n", when, $1, $2, $6 * 4096 / $5
	}' /proc/slabinfo
	awk -v when="$1" '$1 == "SUnreclaim:" { print "unreclaimable_" when, $2 * 1024 }' /proc/meminfo
}

memory() {
	local when

	long_timeouts A
	for when in off on; do
		must succeeds ns A conntrack -F
		[ $when = off ] || module_on
		rest
		slabs before_$when
		fill 0 "$total"
		slabs after_$when
		must at_least "$(count A)" "$total"
	done
	[ $when = off ] || module_off
}
