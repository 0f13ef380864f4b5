# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Sourced by bench-guest: what depends, or should not depend, on how many connections there
# are. Each is one UDP packet through the active router, which nobody answers, and which its
# conntrack remembers for an hour.
#
# "us" of what goes on in the background is 1000 instructions of the machine, without the time
# in which it had nothing to do (selftests/progs/busy.c).

long_timeouts() {
	topo_sysctl "$1" net.netfilter.nf_conntrack_udp_timeout=3600 \
		net.netfilter.nf_conntrack_udp_timeout_stream=3600
}

# fill FROM TO: connections through whoever is active
fill() {
	must wait_for 20 ns c ping -c1 -W1 $server
	must succeeds ns c "$PROGS/strew" -f "$1" -n $(($2 - $1)) 10.0.0.9 $server 10
	rest
}

mark() { "$PROGS/busy" mark; }
# since MARK: what was done since then, when it is over
since() {
	"$PROGS/busy" since "$1" | sed -n 's/^us=//p'
}

rss_kb() { awk '$1 == "VmRSS:" { n += $2 } END { print n }' "${@/#//proc/}"; }

tracing=/sys/kernel/tracing

# trace_begin PID: when does it run, and when does it send something over lan0 or wan0?
trace_begin() {
	echo 0 >$tracing/tracing_on
	echo mono >$tracing/trace_clock
	echo "prev_pid == $1 || next_pid == $1" >$tracing/events/sched/sched_switch/filter
	echo "common_pid == $1 && (name == \"lan0\" || name == \"wan0\")" \
		>$tracing/events/net/net_dev_start_xmit/filter
	echo 1 >$tracing/events/sched/sched_switch/enable
	echo 1 >$tracing/events/net/net_dev_start_xmit/enable
	echo >$tracing/trace
	echo 1 >$tracing/tracing_on
}

# trace_end PID: us from the moment at which the process began to run to the last of the
# packets that it sent before it slept again; of the first time that it sent any
trace_end() {
	echo 0 >$tracing/tracing_on
	echo 0 >$tracing/events/sched/sched_switch/enable
	echo 0 >$tracing/events/net/net_dev_start_xmit/enable
	awk -v pid="$1" '
		{
			for (i = 1; i <= NF && $i !~ /^[0-9]+\.[0-9]+:$/; i++)
				;
			t = $i + 0
		}
		/sched_switch:/ && $0 ~ " next_pid=" pid " " && !begin {
			begin = t
		}
		/net_dev_start_xmit:/ && begin {
			last = t
		}
		/sched_switch:/ && $0 ~ " prev_pid=" pid " " && / prev_state=S/ {
			if (last) {
				printf "%.0f\n", (last - begin) * 1e6
				exit
			}
			begin = 0
		}' $tracing/trace
}

# many_bulk ROUTER N: it joins a router that has N
many_bulk() {
	local r=$1 n=$2 m

	m=$(mark)
	must rg_start "$r"
	echo "bulk_us_$n $(since "$m")"
	must wait_state 20 "$r" "STANDBY HOT"
	must at_least "$(rgk "$r" get 1 | sed -n 's/^entries //p')" "$n"
}

# The agent itself is not asked: it would answer instead of taking over.
kernel_active() { [ "$(rgk "$1" get 1 | sed -n 's/^role //p')" = 3 ]; }

# many_takeover FROM TO N
many_takeover() {
	local from=$1 to=$2 n=$3 pid

	pid=$(rg_pid "$to")
	trace_begin "$pid"
	power_cut "$from"
	must wait_for 10 kernel_active "$to"
	rest
	must state_is "$to" ACTIVE
	echo "takeover_us_$n $(trace_end "$pid")"
	must hold_alive probe 20
	must at_least "$(count "$to")" "$n"
}

# many_round N: the other router joins, and takes over; then each is what the other one was
many_round() {
	local n=$1 swap

	many_bulk $other "$n"
	echo "rss_active_kb_$n $(rss_kb "$(rg_pid $active)/status")"
	echo "rss_standby_kb_$n $(rss_kb "$(rg_pid $other)/status")"
	many_takeover $active $other "$n"
	power_on $active
	must filter $active
	long_timeouts $active
	rest
	swap=$active active=$other other=$swap
}

many_nf_rg() {
	local n i have=0 active=A other=B

	sink
	must modprobe nf_rg
	long_timeouts A
	long_timeouts B
	must rg_start A
	must wait_state 20 A ACTIVE
	must wait_for 20 ns c ping -c1 -W1 $server
	must hold_start probe c -u -n 20 $server 5000
	for n in $total; do
		fill $have "$n"
		have=$n
		for i in 1 2 3; do
			many_round "$n"
		done
	done
}

conntrackd_rss() {
	local p files=()

	for p in $(conntrackd_pid "$1"); do
		files+=("$p/status")
	done
	rss_kb "${files[@]}"
}

# resync N COUNT-COMMAND...: B's daemon asks A's for everything; the transfer has pauses
conntrackd_resync() {
	local n=$1 m i

	shift
	rest 1
	m=$(mark)
	must conntrackd_says B -n
	for ((i = 0; i < 60; i++)); do
		rest 1
		[ "$("$@")" -lt "$n" ] || break
	done
	echo "bulk_us_$n $(since "$m")"
	must at_least "$("$@")" "$n"
}

many_conntrackd() {
	local n m have=0

	sink
	static_router
	long_timeouts A
	long_timeouts B
	for n in $total; do
		fill $have "$n"
		have=$n
		conntrackd_start FTFW
		conntrackd_resync "$n" external_cache
		echo "rss_active_kb_$n $(conntrackd_rss A)"
		echo "rss_standby_kb_$n $(conntrackd_rss B)"
		m=$(mark)
		must conntrackd_says B -c
		echo "takeover_us_$n $(since "$m")"
		must at_least "$(count B)" "$n"
		conntrackd_stop
		must succeeds ns B conntrack -F
	done
}

many_direct() {
	local n have=0

	sink
	static_router
	long_timeouts A
	long_timeouts B
	for n in $total; do
		fill $have "$n"
		have=$n
		conntrackd_start FTFW direct
		conntrackd_resync "$n" count B
		conntrackd_stop
		must succeeds ns B conntrack -F
	done
}
