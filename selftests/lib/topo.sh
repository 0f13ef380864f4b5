# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Sourced by the tests after ktap.sh: a pair of routers in network namespaces.
#
#                 sw: bridge lan                       sw: bridge wan
#   c lan0 ----------+--- lan0 A wan0 -------------------+---------- wan0 s
#   10.0.0.9         |    .1    .1                       |     192.0.2.9
#   fd00:a::9        |      sync0 172.16.0.1             | 2001:db8:b::9
#                    |        |  (with CONTROL=ctl0 also  |
#                    |        |   ctl0, 172.16.1.1 and 2) |
#                    |      sync0 172.16.0.2             |
#                    +--- lan0 B wan0 -------------------+
#                         .2    .2
#
#   gateway of c:  10.0.0.254, fd00:a::254 (active router)
#   pool:          192.0.2.100-103, 2001:db8:b::100-103
#
#	topo_up				the namespaces, links and addresses
#	rg_conf A >FILE			a configuration from the variables below
#	rg_start A; rg_stop A; rg_kill A [SIGNAL]
#	rg_ctl A ARG...			rgctl of router A
#	rg_state A; rg_role A
#	pair_up				both agents, A ACTIVE, B STANDBY HOT
#	rg_active; pair_whole		who is active; and the other has everything
#	power_cut A; power_on A
#	tables_equal			every mapped connection is on both
#
# Every namespace name gets the prefix $NS, so that two topologies can coexist.

: "${NS:=}"
: "${RUN:=/run/rg-test}"
: "${BIN:=build}"
: "${PROGS:=build/progs}"

# What rg_conf writes. A variable with a suffix _A or _B is for one router only.
: "${HELLO:=$((50 * ktap_slow))}" "${HOLD:=$((200 * ktap_slow))}"	# ms
: "${PRIORITY_A:=120}" "${PRIORITY_B:=100}" "${THRESHOLD:=80}" "${DECREMENT:=50}"
: "${PREEMPT:=no }"				# empty: preempt
: "${DELAY:=0}" "${RELOAD:=0}"			# s
: "${AUTH:=text test}"				# empty: none
: "${BFD:=no bfd}"				# a line of the protocol
: "${TRUSTED:=trusted}"
: "${CONTROL:=sync0}"				# ctl0: a cable of its own
: "${POOL4:=192.0.2.100 192.0.2.103}" "${POOL6:=2001:db8:b::100 2001:db8:b::103}"
: "${HTTP:=}"
: "${EXTRA:=}"					# more lines, before `end`

# What marks a connection of a mapping (rg_marked).
: "${MARK_MASK:=0xff000000}"

ns() {
	local n=$NS$1

	shift
	ip netns exec "$n" "$@"
}
ipn() {
	local n=$NS$1

	shift
	ip -n "$n" "$@"
}

# A machine keeps its MAC addresses when it is switched off and on.
topo_mac() {
	printf '02:00:%s' "$(printf '%s' "$1$2" | cksum | awk '{ printf "%08x", $1 }' |
		sed -E 's/(..)(..)(..)(..)/\1:\2:\3:\4/')"
}

topo_attach() {
	local n=$1 dev=$2 bridge=$3 four=$4 six=$5

	ip link add "$dev" netns "$NS$n" address "$(topo_mac "$n" "$dev")" \
		type veth peer name "$n$dev" netns "${NS}sw" || return 1
	ipn sw link set "$n$dev" master "$bridge" up
	topo_address "$n" "$dev" "$four" "$six"
}

topo_address() {
	ipn "$1" addr add "$3" dev "$2"
	ipn "$1" addr add "$4" dev "$2" nodad
	ipn "$1" link set "$2" up
}

# topo_cable DEVICE NUMBER: between both routers
topo_cable() {
	ip link add "$1" netns "${NS}A" address "$(topo_mac A "$1")" \
		type veth peer name "$1" netns "${NS}B" address "$(topo_mac B "$1")" || return 1
	topo_address A "$1" "172.16.$2.1/24" "fd00:c:$2::1/64"
	topo_address B "$1" "172.16.$2.2/24" "fd00:c:$2::2/64"
}

topo_cables() { [ "$CONTROL" = sync0 ] && echo sync0 || echo "sync0 $CONTROL"; }

topo_sync() {
	local d n=0

	for d in $(topo_cables); do
		topo_cable "$d" $((n++)) || return 1
	done
}

topo_down() {
	local n

	for n in A B; do
		rg_kill "$n" KILL
	done
	for n in c A B s sw; do
		ip netns pids "$NS$n" 2>/dev/null | xargs -r kill -9
		ip netns del "$NS$n" 2>/dev/null
	done
	rm -rf "$RUN/$NS"
}

# topo_vsftpd FOLDER RATE: what vsftpd is told so that it gives FOLDER to anybody, RATE bytes a
# second; on standard output
topo_vsftpd() {
	must mkdir -p /run/vsftpd/empty /srv/ftp	# its user's home
	cat <<-CONF
		background=NO
		listen=NO
		listen_ipv6=YES
		anonymous_enable=YES
		no_anon_password=YES
		anon_root=$1
		anon_max_rate=$2
		ftp_username=ftp
		seccomp_sandbox=NO
		isolate=NO
		isolate_network=NO
	CONF
}

topo_sysctl() {
	local n=$1

	shift
	ns "$n" sysctl -qw "$@"
}

topo_up() {
	local n m

	for m in veth bridge nf_conntrack nf_nat nf_tables nft_chain_nat nft_nat \
		 nf_conntrack_netlink; do
		modprobe -q "$m" || true	# may be built in
	done
	mkdir -p "$RUN/$NS"
	on_exit topo_down
	for n in c A B s sw; do
		must ip netns add "$NS$n"
		ipn "$n" link set lo up
		topo_sysctl "$n" net.ipv6.conf.default.accept_dad=0 \
			net.ipv6.conf.all.accept_dad=0 net.ipv6.conf.default.accept_ra=0
	done
	ipn sw link add lan type bridge mcast_snooping 0
	ipn sw link add wan type bridge mcast_snooping 0
	ipn sw link set lan up
	ipn sw link set wan up
	must topo_attach c lan0 lan 10.0.0.9/24 fd00:a::9/64
	must topo_attach A lan0 lan 10.0.0.1/24 fd00:a::1/64
	must topo_attach B lan0 lan 10.0.0.2/24 fd00:a::2/64
	must topo_attach A wan0 wan 192.0.2.1/24 2001:db8:b::1/64
	must topo_attach B wan0 wan 192.0.2.2/24 2001:db8:b::2/64
	must topo_attach s wan0 wan 192.0.2.9/24 2001:db8:b::9/64
	must topo_sync
	ipn c route add default via 10.0.0.254
	ipn c -6 route add default via fd00:a::254
	topo_sysctl c net.ipv4.ip_local_port_range="1024 65535"
	for n in A B; do
		topo_sysctl "$n" net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1
	done
	# the replay of a state must not depend on a liberal window check
	for n in A B; do
		topo_sysctl "$n" net.netfilter.nf_conntrack_tcp_loose=0 2>/dev/null
	done
}

# of ROUTER NAME: the variable NAME_ROUTER, or else NAME
of() {
	local v=${2}_$1

	if [ -n "${!v+set}" ]; then
		echo "${!v}"
	else
		echo "${!2}"
	fi
}

rg_conf() {
	local r=$1

	cat <<-CONF
	redundancy
	 mode none
	 application redundancy
	  protocol 1
	   timers hellotime msec $(of "$r" HELLO) holdtime msec $(of "$r" HOLD)
	   ${AUTH:+authentication $AUTH}
	   $(of "$r" BFD)
	  group 1
	   name test
	   priority $(of "$r" PRIORITY) failover threshold $(of "$r" THRESHOLD)
	   $(of "$r" PREEMPT)preempt
	   timers delay $(of "$r" DELAY) reload $(of "$r" RELOAD)
	   control $CONTROL protocol 1
	   data sync0 $TRUSTED
	interface lan0
	 ip nat inside
	 redundancy rii 40
	 redundancy group 1 ip 10.0.0.254 exclusive decrement $(of "$r" DECREMENT)
	 redundancy group 1 ipv6 fd00:a::254/64 exclusive decrement $(of "$r" DECREMENT)
	interface wan0
	 ip nat outside
	 redundancy rii 200
	 redundancy group 1 ip 192.0.2.254 exclusive decrement $(of "$r" DECREMENT)
	ip nat pool P4 $POOL4 netmask 255.255.255.0
	ip nat pool P6 $POOL6 prefix-length 64
	ip access-list standard L4
	 permit 10.0.0.0 0.0.0.255
	ip access-list standard L6
	 permit fd00:a::/64
	ip nat inside source list L4 pool P4 redundancy 1 mapping-id 152 overload
	ip nat inside source list L6 pool P6 redundancy 1 mapping-id 153 overload
	$HTTP
	$(of "$r" EXTRA)
	end
	CONF
}

# No agent was refused a system call that it wanted (agent/io/sandbox.h).
topo_sandbox() {
	local out

	! out=$(grep -h 'SANDBOX: ' "$RUN/$NS"/*/log 2>/dev/null) || { diag "refused:" "$out"; return 1; }
}
at_end topo_sandbox

rg_dir() { echo "$RUN/$NS/$1"; }

# rg_write ROUTER: its file, from rg_conf
rg_write() { (umask 077 && rg_conf "$1" | sed '/^[[:space:]]*$/d' >"$(rg_dir "$1")/conf"); }

# rg_start ROUTER [RGD-ARGUMENT...]: with the file there, or one from rg_conf
rg_start() {
	local r=$1 dir

	shift
	dir=$(rg_dir "$r")
	mkdir -p "$dir"
	[ -e "$dir/conf" ] || rg_write "$r"
	ip netns exec "$NS$r" "$BIN/rgd" -f "$dir/conf" -r "$dir" -d "$@" >>"$dir/log" 2>&1 8>&- &
	echo $! >"$dir/test.pid"
	disown $!
	wait_for 10 rg_ctl "$r" show redundancy application group 1 ||
		{ diag "rgd of $r does not answer; its log:" "$(tail -n 20 "$dir/log")"; return 1; }
}

rg_pid() { cat "$(rg_dir "$1")/test.pid" 2>/dev/null; }

# A zombie has closed its files only when its other threads have gone, too.
rg_gone() {
	! kill -0 "$1" 2>/dev/null ||
		{ grep -q '^State:.Z' "/proc/$1/status" && [ "$(ls "/proc/$1/task" | wc -l)" = 1 ]; } 2>/dev/null
}

# rg_kill ROUTER [SIGNAL]: any signal; waits for the end where there is one
rg_kill() {
	local pid

	pid=$(rg_pid "$1") && [ -n "$pid" ] || return 0
	kill -"${2:-KILL}" "$pid" 2>/dev/null || return 0
	case ${2:-KILL} in
	KILL | TERM | INT) wait_for 15 rg_gone "$pid" ;;
	esac
}

rg_stop() { rg_kill "$1" TERM; }

rg_ctl() {
	local r=$1

	shift
	ns "$r" "$BIN/rgctl" -r "$(rg_dir "$r")" "$@" 8>&-
}

rg_field() {
	rg_ctl "$1" show redundancy application group 1 2>/dev/null |
		sed -nE "s/^ *$2: *(.*[^ ]) *$/\\1/p"
}

rg_role() { rg_field "$1" "My Role"; }		# INIT, STANDBY, ACTIVE, DISABLED
rg_state() { rg_field "$1" "RF state"; }	# ... STANDBY COLD, STANDBY HOT, ACTIVE

state_is() { [ "$(rg_state "$1")" = "$2" ]; }

# wait_state SECONDS ROUTER STATE: with what the router says on a failure
wait_state() {
	wait_for "$1" state_is "$2" "$3" && return 0
	diag "$2 is '$(rg_state "$2")', not '$3'" \
		"$(rg_ctl "$2" show redundancy application group 1 2>&1)" \
		"$(rg_ctl "$2" show redundancy application faults group 1 2>&1)" \
		"$(tail -n 20 "$(rg_dir "$2")/log")"
	return 1
}

# A comes up first and is active whatever the priorities are.
pair_up() {
	rg_start A || return 1
	wait_state 20 A ACTIVE || return 1
	rg_start B || return 1
	wait_state 20 B "STANDBY HOT"
}

# rg_active: the routers that say that they are
rg_active() {
	local r

	for r in A B; do
		! state_is "$r" ACTIVE || echo "$r"
	done
}
# pair_whole: one is active, and the other has everything
pair_whole() {
	case $(rg_state A),$(rg_state B) in
	ACTIVE,"STANDBY HOT" | "STANDBY HOT",ACTIVE) ;;
	*) return 1 ;;
	esac
}

# power_cut ROUTER: nothing of it answers any more, without a last word
power_cut() {
	local r=$1 d

	# The agent first: it must not see its links go, one by one, and say so.
	ip netns pids "$NS$r" | xargs -r kill -9
	for d in $(topo_cables); do
		ipn "$([ "$r" = A ] && echo B || echo A)" link set "$d" down
	done
	for d in lan0 wan0; do
		ipn sw link set "$r$d" down
	done
}

# power_on ROUTER: a machine that has just booted: no state, no addresses of the
# group, no rules, nothing of a former agent
power_on() {
	local r=$1 other d n=1

	other=B
	[ "$r" = A ] || { other=A; n=2; }
	ip netns del "$NS$r"
	must wait_for 10 topo_is_gone "$r"
	rm -rf "$(rg_dir "$r")"
	must ip netns add "$NS$r"
	ipn "$r" link set lo up
	topo_sysctl "$r" net.ipv6.conf.default.accept_dad=0 \
		net.ipv6.conf.all.accept_dad=0 net.ipv6.conf.default.accept_ra=0
	must topo_attach "$r" lan0 lan "10.0.0.$n/24" "fd00:a::$n/64"
	must topo_attach "$r" wan0 wan "192.0.2.$n/24" "2001:db8:b::$n/64"
	must topo_sync
	topo_sysctl "$r" net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1
	topo_sysctl "$r" net.netfilter.nf_conntrack_tcp_loose=0 2>/dev/null
}

# A deleted namespace takes its links along a little later.
topo_is_gone() {
	local d other=A

	[ "$1" = B ] || other=B
	for d in lan0 wan0; do
		! ipn sw link show "$1$d" >/dev/null 2>&1 || return 1
	done
	for d in $(topo_cables); do
		! ipn "$other" link show "$d" >/dev/null 2>&1 || return 1
	done
}

# flowd in the server, ready when this returns
flowd_start() {
	local out=$RUN/$NS/flowd.$1

	ns s "$PROGS/flowd" "$@" >"$out" 2>&1 8>&- &
	disown $!
	must wait_for 10 grep -q '^ready' "$out"
}

# count_private: s counts what comes to it from c's own addresses, and finds the way back to them
# through A; private_came: how many packets did
count_private() {
	must ipn s route add 10.0.0.0/24 via 192.0.2.1
	must ipn s -6 route add fd00:a::/64 via 2001:db8:b::1
	must ns s nft -f - <<-'NFT'
	table inet private {
		counter came { }
		chain in {
			type filter hook prerouting priority -350
			ip saddr 10.0.0.0/24 counter name "came"
			ip6 saddr fd00:a::/64 counter name "came"
		}
	}
	NFT
}
private_came() { ns s nft -j list counters table inet private | gojq '[.nftables[].counter? | .packets // empty] | add'; }

# rg_marked ROUTER: its connections that belong to a mapping, one a line: both
# tuples and the state, without what may differ (timeouts, counters, use=)
rg_marked() {
	local f

	for f in ipv4 ipv6; do
		ns "$1" conntrack -L -f "$f" 2>/dev/null
	done | perl -ane '
		BEGIN { $mask = hex(shift) }
		my ($mark) = /\bmark=(\d+)/;
		splice(@F, 2, 1) if $F[2] =~ /^\d+$/;
		print join(" ", grep { !/^(use|packets|bytes|delta-time|id)=/ } @F), "\n"
			if ($mark // 0) & $mask;
	' "$MARK_MASK" | sort
}

# tables_equal: shows the first lines that differ
tables_equal() {
	local dir=$RUN/$NS out

	rg_marked A >"$dir/table.A"
	rg_marked B >"$dir/table.B"
	if ! out=$(diff "$dir/table.A" "$dir/table.B"); then
		diag "tables differ, $(wc -l <"$dir/table.A") lines on A, $(wc -l <"$dir/table.B") on B:" \
			"$(head -n 20 <<<"$out")"
		return 1
	fi
	[ -s "$dir/table.A" ] || { diag "no marked connection on either router"; return 1; }
}
