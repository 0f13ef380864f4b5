# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Sourced by the tests of the module alone, after topo.sh: both kernels of a pair
# without an agent. rgk(1) configures them and carries the batches.
#
#	kmod_up				module, group, mappings, rules and addresses; A active
#	relay_up A B			the changes of A go to B; returns when B has all
#	relay_begin A B			the same, without waiting
#	relay_down A B			as if both agents had been killed
#	settled A			nothing of A waits for B
#	kmod_takeover			A's links are cut, B becomes active
#	router_of A			clients and servers send to A from now on
#	kmod_router A; kmod_member A	the parts of kmod_up: rules and settings; the group
#
# Group 1, mappings
#
#	152 (slot 1)	SNAT	10.0.0.0/24 -> 192.0.2.100-103, ports at random
#	153 (slot 2)	SNAT	fd00:a::/64 -> 2001:db8:b::100-103, likewise
#	154 (slot 3)	DNAT	192.0.2.110 -> 10.0.0.9, 2001:db8:b::110 -> fd00:a::9
#
# Every connection gets the bits 0x5 of the mark from the rules: the user's.

: "${SYSTEM:=1}"
KMOD_POOL4="192.0.2.100 192.0.2.101 192.0.2.102 192.0.2.103 192.0.2.110"
KMOD_POOL6="2001:db8:b::100 2001:db8:b::101 2001:db8:b::102 2001:db8:b::103 2001:db8:b::110"
# the mark of a connection of each mapping: its slot and the user's bits
MARK4=$((1 << 24 | 5))
MARK6=$((2 << 24 | 5))
MARKD=$((3 << 24 | 5))

rgk() {
	local r=$1

	shift
	"$PROGS/rgk" -n "$NS$r" "$@"
}

# kget ROUTER FIELD, kstat ROUTER COUNTER: 0 where there is none
kget() { rgk "$1" get 1 | awk -v n="$2" '$1 == n { v = $2 } END { print v + 0 }'; }
kstat() { rgk "$1" stats | awk -v n="$2" '$1 == n { v = $2 } END { print v + 0 }'; }
kget_is() { [ "$(kget "$1" "$2")" = "$3" ]; }
kstat_at_least() { [ "$(kstat "$1" "$2")" -ge "$3" ]; }

krole() {
	local r=$1

	shift
	rgk "$r" role 1 "$@"
}

kmod_group() {
	must rgk "$1" group 1 10.0.0.254 fd00:a::254 192.0.2.254
	must rgk "$1" mapping 152 1 1 192.0.2.100-192.0.2.103
	must rgk "$1" mapping 153 1 2 2001:db8:b::100-2001:db8:b::103
	must rgk "$1" mapping 154 1 3 192.0.2.110-192.0.2.110 2001:db8:b::110-2001:db8:b::110
}

kmod_rules() {
	must ns "$1" nft -f - <<-'NFT'
	table inet rgtest {
		chain mine {
			type filter hook prerouting priority -150
			ct state new ct mark set ct mark or 0x5
		}
		chain pre {
			type nat hook prerouting priority dstnat
			ip daddr 192.0.2.110 dnat ip to 10.0.0.9
			ip6 daddr 2001:db8:b::110 dnat ip6 to fd00:a::9
		}
		chain post {
			type nat hook postrouting priority srcnat
			oifname "wan0" ip saddr 10.0.0.0/24 snat ip to 192.0.2.100-192.0.2.103 fully-random
			oifname "wan0" ip6 saddr fd00:a::/64 snat ip6 to 2001:db8:b::100-2001:db8:b::103 fully-random
		}
		chain forward {
			type filter hook forward priority 0
			ct state invalid counter drop
		}
	}
	NFT
}

# kmod_addresses ROUTER add|del: virtual and pool addresses
kmod_addresses() {
	local a

	ipn "$1" addr "$2" 10.0.0.254/24 dev lan0
	ipn "$1" addr "$2" fd00:a::254/64 dev lan0 ${add:+nodad}
	for a in $KMOD_POOL4; do
		ipn "$1" addr "$2" "$a/32" dev wan0
	done
	for a in $KMOD_POOL6; do
		ipn "$1" addr "$2" "$a/128" dev wan0
	done
}

# What the announcements of the agent would do.
kmod_forget_neighbours() {
	ipn c neigh flush all
	ipn s neigh flush all
}

# kmod_router ROUTER: what it needs besides the module
kmod_router() {
	kmod_rules "$1"
	# our entries are restored with an open window; nothing else may slip in
	# a slow machine must not lose a flow in the middle of a test
	topo_sysctl "$1" net.netfilter.nf_conntrack_tcp_loose=0 \
		net.netfilter.nf_conntrack_udp_timeout=600 \
		net.netfilter.nf_conntrack_udp_timeout_stream=600 \
		net.netfilter.nf_conntrack_icmp_timeout=600 \
		net.netfilter.nf_conntrack_icmpv6_timeout=600
}

# kmod_member ROUTER [EPOCH]: its group stands by
kmod_member() {
	kmod_group "$1"
	must krole "$1" standby "${2:-1}"
}

# kmod_reachable: a first packet each way, so that no test pays for it
kmod_reachable() {
	must wait_for 10 ns c ping -c1 -W1 192.0.2.9
	must wait_for 10 ns c ping -c1 -W1 2001:db8:b::9
}

kmod_up() {
	local r

	topo_up
	must modprobe nf_rg
	for r in A B; do
		kmod_router "$r"
		kmod_member "$r"
	done
	kmod_addresses A add
	must krole A active 1
	kmod_reachable
}

# relay_begin FROM TO [bulk] [slow MS]: as relay_up, but returns at once
relay_begin() {
	local from=$1 to=$2 out=$RUN/$NS/relay.$1$2

	shift 2
	"$PROGS/rgk" relay "$NS$from" "$NS$to" 1 "$@" >"$out" 2>&1 8>&- &
	echo $! >"$out.pid"
	disown $!
	on_exit relay_down "$from" "$to"
}
relay_synced() { grep -q '^synced' "$RUN/$NS/relay.$1$2"; }
relay_up() {
	relay_begin "$@"
	wait_for 20 relay_synced "$1" "$2" ||
		{ diag "relay:" "$(cat "$RUN/$NS/relay.$1$2")"; return 1; }
}

relay_pid() { cat "$RUN/$NS/relay.$1$2.pid"; }

relay_down() {
	local pid

	pid=$(relay_pid "$1" "$2" 2>/dev/null) || return 0
	kill -KILL "$pid" 2>/dev/null || return 0
	wait_for 10 rg_gone "$pid"
}

# settled ROUTER [SECONDS]: all that happened to its connections is acknowledged
is_settled() {
	local f

	f=$(rgk "$1" get 1) || return 1
	[ "$(awk '$1 == "pending" || $1 == "inflight" { n += $2 } END { print n + 0 }' <<<"$f")" = 0 ]
}
settled() {
	wait_for "${2:-20}" is_settled "$1" || { diag "$(rgk "$1" get 1)"; return 1; }
}

kmod_cut() {
	local d

	for d in lan0 wan0; do
		ipn sw link set "$1$d" down
	done
	relay_down A B
}

# kmod_takeover [EPOCH]: in the order of the agent: role, addresses, announcements
kmod_takeover() {
	kmod_cut A
	must krole B active "${1:-2}"
	kmod_addresses B add
	kmod_forget_neighbours
}

# router_of ROUTER: clients and servers send to it, whoever is active
router_of() {
	local mac a

	mac=$(topo_mac "$1" lan0)
	ipn c neigh replace 10.0.0.254 lladdr "$mac" dev lan0 nud permanent
	ipn c neigh replace fd00:a::254 lladdr "$mac" dev lan0 nud permanent
	mac=$(topo_mac "$1" wan0)
	for a in $KMOD_POOL4 $KMOD_POOL6; do
		ipn s neigh replace "$a" lladdr "$mac" dev wan0 nud permanent
	done
}

# ct ROUTER [CONNTRACK-ARGUMENT...]: its table, both families, one line an entry
ct() {
	local r=$1 f

	shift
	for f in ipv4 ipv6; do
		ns "$r" conntrack -L -f "$f" "$@" 2>/dev/null
	done
}

# kmod_invalid ROUTER: packets that its connection tracking called invalid, so far
kmod_invalid() {
	ns "$1" conntrack -S | sed -E 's/.* invalid=([0-9]+).*/\1/' | awk '{ n += $1 } END { print n + 0 }'
}

# ct_alter ROUTER CONNTRACK-ARGUMENT...: alters the table behind our back; -D and -U list entries
# first, and are done again when a repair came between, which made one of them another
ct_alter() {
	local out=$RUN/$NS/alter r=$1

	shift
	wait_for 10 ct_altered "$r" "$@" || { diag "conntrack $*:" "$(cat "$out")"; return 1; }
}
ct_altered() { ns "$1" conntrack "${@:2}" >"$out" 2>&1; }

# ct_keys ROUTER: what has to be equal on both routers (both tuples, state, mark),
# of the connections that belong to a mapping
ct_keys() { rg_marked "$1"; }

# expects ROUTER: what its connections expect, both families, without the time that is left
expects() {
	local f

	for f in ipv4 ipv6; do
		ns "$1" conntrack -L expect -f $f 2>/dev/null
	done | sed -E 's/^ *[0-9]+ //' | sort
}
expects_alike() { [ "$(expects A)" = "$(expects B)" ] && [ -n "$(expects B)" ]; }

# hex of integers and addresses, for requests by hand
h8() { printf '%02x' "$1"; }
h16() { printf '%04x' "$1"; }
h32() { printf '%08x' "$1"; }
h64() { printf '%016x' "$1"; }
h4() { local IFS=.; set -- $1; printf '%02x%02x%02x%02x' "$@"; }

# record PROTOCOL SPORT [HEX [SECONDS [SECTIONS]]]: a new connection, by hand; HEX is what the
# protocol and the SECTIONS (bits) add, SECONDS are what was left of its time
record() {
	local rest=${3:-}

	printf '%s' "$(h8 1)$(h8 1)$(h16 $((60 + ${#rest} / 2)))$(h32 152)$(h64 "$2")" \
		"$(h32 1)$(h8 4)$(h8 "$1")$(h16 0)$(h16 "${5:-0}")$(h16 7)$(h32 "${4:-60}")$(h32 0)" \
		"$(h4 10.0.0.9)$(h4 192.0.2.9)$(h4 192.0.2.9)$(h4 192.0.2.100)" \
		"$(h16 "$2")$(h16 80)$(h16 80)$(h16 "$2")$rest"
}
# hname NAME: of a helper, as a record has it
hname() {
	local name

	name=$(printf %s "$1" | od -An -tx1 | tr -d ' \n')
	printf "%s%0$((32 - ${#name}))d" "$name" 0
}
# what a connection expects, as a record has it: hexpect CLASS FLAGS FUNCTION [PROTOCOL]
hexpect() {
	printf '%s' "$(h8 "${4:-17}")$(h8 "$1")$(h8 "$2")$(h8 "$3")$(h32 60)$(h4 0.0.0.0)$(h4 192.0.2.100)" \
		"$(h4 10.0.0.9)$(h16 0)$(h16 7900)$(h16 7900)"
}
# what it has of TCP, for a connection that stands
htcp=$(printf '%s%020x' 030707000000 0)
# give RECORD...: one batch of them, by hand, for B; prints what it refuses
give() {
	local all

	printf -v all '%s' "$@"
	rgk B raw install attach group=1 epoch=1 epoch-system=1 seq=1 batch=0 \
		generation="$(rgk B get 1 | awk '$1 == "generation" { print $2 }')" \
		records="x:$all" | grep '^refusal' | tr '\n' ';'
}

# kmod_no_new ROUTER: what it forwards from now on, it forwards by an entry that it has
kmod_no_new() {
	must ns "$1" nft add rule inet rgtest forward ct state new counter drop
}

# hold_start NAME NAMESPACE FLOWGEN-ARGUMENT...: flows that are held, one byte each way
hold_start() {
	local out=$RUN/$NS/hold.$1 name=$1 n=$2

	shift 2
	ip netns exec "$NS$n" "$PROGS/flowgen" hold "$@" >"$out" 2>&1 8>&- &
	echo $! >"$out.pid"
	disown $!
	wait_for 20 grep -q '^held=' "$out" && is "$(grep -c 'fail=0 ' "$out")" 1 ||
		{ diag "$name:" "$(cat "$out")"; return 1; }
}

# hold_verify NAME: sends a byte over each and says "verified=N dead=M"
hold_verify() {
	local out=$RUN/$NS/hold.$1 n

	n=$(grep -c '^verified=' "$out")
	kill -USR1 "$(cat "$out.pid")"
	wait_for 20 hold_verified "$out" "$n" || return 1
	grep '^verified=' "$out" | tail -n1
}
hold_verified() { [ "$(grep -c '^verified=' "$1")" -gt "$2" ]; }

# hold_alive NAME COUNT, hold_dead NAME COUNT: all of them are
hold_alive() { is "$(hold_verify "$1")" "verified=$2 dead=0"; }
hold_dead() { is "$(hold_verify "$1")" "verified=0 dead=$2"; }

hold_stop() {
	kill "$(cat "$RUN/$NS/hold.$1.pid")" 2>/dev/null
	wait_for 5 rg_gone "$(cat "$RUN/$NS/hold.$1.pid")"
}

# ping_start NAME NAMESPACE ADDRESS: one identifier, five times a second
ping_start() {
	local out=$RUN/$NS/ping.$1

	ip netns exec "$NS$2" ping -n -i 0.2 "$3" >"$out" 2>&1 8>&- &
	echo $! >"$out.pid"
	disown $!
	wait_for 5 ping_more "$out" 0
}
ping_more() { [ "$(grep -c ' bytes from ' "$1")" -gt "$2" ]; }

# ping_alive NAME: three more answers within 5 s
ping_alive() {
	local out=$RUN/$NS/ping.$1

	wait_for 5 ping_more "$out" $(($(grep -c ' bytes from ' "$out") + 2))
}

# ping_dead NAME: ten more questions, not one answer
ping_dead() {
	local out=$RUN/$NS/ping.$1 before

	before=$(grep -c ' bytes from ' "$out")
	# SIGQUIT makes it say "N/M packets"
	sleep 2.2
	is "$(grep -c ' bytes from ' "$out")" "$before"
}

# transfer_start NAME NAMESPACE TRANSFER-ARGUMENT...
transfer_start() {
	local out=$RUN/$NS/transfer.$1 n=$2

	shift 2
	{ ns "$n" "$PROGS/transfer" "$@" >"$out" 2>&1 8>&-; echo $? >"$out.rc"; } &
	disown $!
	wait_for 10 grep -q '^t=' "$out"
}

transfer_runs() { [ ! -s "$RUN/$NS/transfer.$1.rc" ]; }

# transfer_ends NAME SECONDS: it ends in time, and every byte has arrived
transfer_ends() {
	local out=$RUN/$NS/transfer.$1

	wait_for "$2" test -s "$out.rc" || { diag "$1: $(tail -n1 "$out")"; return 1; }
	is "$(cat "$out.rc")" 0 || { diag "$1: $(tail -n1 "$out")"; return 1; }
}
# transfer_stalls NAME SECONDS: it gives up (its option -w must be short)
transfer_stalls() {
	local out=$RUN/$NS/transfer.$1

	wait_for "$2" test -s "$out.rc" || { diag "$1: $(tail -n1 "$out")"; return 1; }
	has "$(cat "$out")" '^failed: stalled'
}

# churn_start RATE: short connections from c through A, IPv4 and IPv6, until churn_stop; their
# entries live for 2 s after their end
churn_start() {
	local h

	topo_sysctl A net.netfilter.nf_conntrack_tcp_timeout_time_wait=2 \
		net.netfilter.nf_conntrack_tcp_timeout_close=2
	for h in 192.0.2.9 2001:db8:b::9; do
		ip netns exec "${NS}c" "$PROGS/flowgen" churn -c 32 -w $((10 * ktap_slow)) \
			-r "$1" -t 86400 $h 5000 >>"$RUN/$NS/churn" 2>&1 8>&- &
		echo $! >>"$RUN/$NS/churn.pid"
		disown $!
	done
}
churn_stop() {
	xargs -r kill <"$RUN/$NS/churn.pid" 2>/dev/null
	rm -f "$RUN/$NS/churn.pid"
}
churn_ended() { [ "$(grep -c '^flows=' "$RUN/$NS/churn")" = 2 ]; }

# churn_well: after churn_stop; no connection of the churn was reset, and none timed out
churn_well() {
	wait_for 20 churn_ended &&
		is "$(grep -cE '^flows=[0-9]+ fail=0 ' "$RUN/$NS/churn")" 2 ||
		{ diag "$(cat "$RUN/$NS/churn")"; return 1; }
}

quiet() { "$@" 8>/dev/null; }

# equal_soon [SECONDS]: what ends still ends; then both tables are alike
equal_soon() { quiet wait_for "${1:-60}" tables_equal || tables_equal; }

# more ROUTER COUNTER N: waits until it has counted N more
more() { wait_for 30 kstat_at_least "$1" "$2" $(($(kstat "$1" "$2") + $3)); }

# no_splat: the kernel has nothing to complain of since the test began
no_splat() {
	not grep -E 'WARNING|BUG|KASAN|UBSAN|ODEBUG|suspicious RCU|possible .* lock|refcount_t|list_(add|del) corruption|another event notifier' \
		<<<"$(dmesg)"
}

# lacks TEXT PATTERN: the opposite of has
lacks() {
	local lines

	! lines=$(grep -E -- "$2" <<<"$1") || { diag "matches '$2':" "$lines"; return 1; }
}

# forgotten ROUTER: no entry of the module is left
forgotten() { [ "$(kstat "$1" entries-created)" = "$(kstat "$1" entries-removed)" ]; }

# rst_watch: counts resets that come in at the client from now on, over IPv4 and IPv6. A client
# that has closed sees one, too, if it acknowledges the server's FIN twice: that is so where a
# round trip takes longer than the server waits before it sends it again (ktap_slow).
rst_watch() {
	ns c tcpdump --immediate-mode -Q in -lnni lan0 'tcp[tcpflags] & tcp-rst != 0 or
		(ip6[6] = 6 and ip6[53] & 4 != 0)' >"$RUN/$NS/rst" 2>"$RUN/$NS/rst.err" 8>&- &
	disown $!
	wait_for 5 grep -q listening "$RUN/$NS/rst.err"
}
no_rst() { is "$(cat "$RUN/$NS/rst")" ""; }

# gap_start NAME [-u] [-p US] HOST PORT SECS: gap in the client; gap_loses NAME COUNT: it ends
# well, and at most so many of its questions had no answer
gap_start() {
	local out=$RUN/$NS/gap.$1 pause=1000 udp=

	shift
	while [[ $1 = -* ]]; do
		case $1 in
		-u) udp=-u ;;
		-p) pause=$2 && shift ;;
		esac
		shift
	done
	ns c "$PROGS/gap" $udp -p $((pause * ktap_slow)) "$1" "$2" $(($3 * ktap_slow)) \
		>"$out" 2>&1 8>&- &
	disown $!
}
gap_loses() {
	local out=$RUN/$NS/gap.$1

	wait_for 120 grep -q sent= "$out" && diag "$1: $(cat "$out")" &&
		has "$(cat "$out")" '^alive' &&
		at_most "$(sed -nE 's/.*sent=([0-9]+) got=([0-9]+).*/\1 \2/p' "$out" |
			awk '{ print $1 - $2 }')" "$2"
}
gap_over() { grep -q sent= "$RUN/$NS/gap.$1"; }

# sink: the server says nothing to UDP ports 10 to 99 (strew), not even that nobody is there
sink() {
	must ns s nft -f - <<-'NFT'
	table ip sink {
		chain input {
			type filter hook input priority 0
			udp dport 10-99 drop
		}
	}
	NFT
}

# room N: for as many connections more on each of two routers
room() {
	local max buckets hash=/sys/module/nf_conntrack/parameters/hashsize

	max=$(sysctl -n net.netfilter.nf_conntrack_max)
	buckets=$(cat $hash)
	on_exit sysctl -qw net.netfilter.nf_conntrack_max="$max"
	on_exit eval "echo $buckets >$hash"
	must sysctl -qw net.netfilter.nf_conntrack_max=$((max + 2 * $1))
	must eval "echo $((buckets + $1)) >$hash"
}
