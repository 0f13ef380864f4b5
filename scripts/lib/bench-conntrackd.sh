# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Sourced by bench-guest: a pair of conntrackd in namespaces A and B, with the addresses and
# the translation by hand that they do not care for.
#
#	static_router			translation on both, addresses on A
#	conntrackd_start FTFW|NOTRACK [direct]	direct: into the kernel, without a cache on B
#	conntrackd_stop
#	conntrackd_says ROUTER ARG...
#	conntrackd_pid ROUTER
#	external_cache			connections that B's daemon holds for A

static_router() {
	local r a

	for r in A B; do
		must ns "$r" nft -f - <<-NFT
		table ip nat {
			chain post {
				type nat hook postrouting priority srcnat
				oifname "wan0" snat to $pool
			}
		}
		NFT
	done
	must ipn A addr add 10.0.0.254/24 dev lan0
	for a in 100 101 102 103; do
		must ipn A addr add "192.0.2.$a/24" dev wan0
	done
}

# conntrackd_conf ROUTER MODE DIRECT ME PEER
conntrackd_conf() {
	local options="DisableExternalCache $3"

	[ "$2" != FTFW ] || options="ResendQueueSize 131072
$options"
	cat <<-CONF
	Sync {
		Mode $2 {
			$options
		}
		UDP {
			IPv4_address 172.16.0.$4
			IPv4_Destination_Address 172.16.0.$5
			Port 3780
			Interface sync0
			SndSocketBuffer 33554432
			RcvSocketBuffer 33554432
			Checksum on
		}
	}
	General {
		HashSize 131072
		HashLimit 1048576
		LockFile /run/conntrackd-$1.lock
		UNIX {
			Path /run/conntrackd-$1.ctl
		}
		NetlinkBufferSize 33554432
		NetlinkBufferSizeMaxGrowth 67108864
		NetlinkOverrunResync On
		EventIterationLimit 100
		Filter From Userspace {
			Protocol Accept {
				TCP
				UDP
			}
			Address Ignore {
				IPv4_address 127.0.0.1
				IPv4_address 172.16.0.1
				IPv4_address 172.16.0.2
			}
		}
	}
	CONF
}

conntrackd_start() {
	local r me=1 peer=2 direct=off

	[ "${2:-}" != direct ] || direct=on
	mkdir -p /run/lock
	for r in A B; do
		conntrackd_conf "$r" "$1" $direct $me $peer >"/run/conntrackd-$r.conf"
		ns "$r" conntrackd -C "/run/conntrackd-$r.conf" -d >"/run/conntrackd-$r.out" 2>&1 ||
			bail "conntrackd of $r does not start: $(cat "/run/conntrackd-$r.out")"
		me=2
		peer=1
	done
	for r in A B; do
		must wait_for 20 conntrackd_says "$r" -s
	done
}

conntrackd_says() {
	local r=$1

	shift
	ns "$r" conntrackd -C "/run/conntrackd-$r.conf" "$@"
}

conntrackd_pid() {
	local p

	for p in $(ip netns pids "$1"); do
		[ "$(cat "/proc/$p/comm")" != conntrackd ] || echo "$p"
	done
}
conntrackd_gone() { [ -z "$(conntrackd_pid A)$(conntrackd_pid B)" ]; }
conntrackd_stop() {
	conntrackd_says A -k
	conntrackd_says B -k
	must wait_for 20 conntrackd_gone
}

external_cache() {
	conntrackd_says B -s | awk '/^cache external/ { on = 1 }
		on && /current active connections/ { print $NF; exit }'
}
external_holds() { [ "$(external_cache)" -ge "$1" ]; }
