#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# vm: icount mem=2048 soakmem=4096 timeout=200
# No false alarm: BFD at 3 x 10 ms between two routers on one CPU that is never idle, while a standby
# takes over many connections, nobody reads the logs, commands come one after the other; then a long
# time in which nothing happens (topology: lib/topo.sh). And a log that nobody reads says afterwards
# what it lost.
CONTROL=ctl0
. "$(dirname "$0")/lib/ktap.sh"
. "$(dirname "$0")/lib/topo.sh"
. "$(dirname "$0")/lib/kmod.sh"

HELLO=1000 HOLD=5000
BFD="bfd interval $((10 * ktap_slow)) min-rx $((10 * ktap_slow)) multiplier 3"
FLOWS=$(soak 100000 10000 1000)
COMMANDS=$(soak 1000 30 10)
BUSY=$(soak 60 4)
IDLE=$(soak 1800 20)
patience=$(soak 600 60)

counter() { rg_ctl "$1" --json show redundancy application counters | gojq -r ".system[\"$2\"]"; }
lost() { rg_ctl "$1" --json show redundancy application counters group 1 | gojq '.groups[0].counters["election-peer-lost"]'; }
sessions() { rg_ctl "$1" --json show bfd neighbors | gojq -r '[.bfd[] | "\(.state) \(.ups)"] | join(", ")'; }
both_up() { [ "$(sessions "$1")" = "Up 1, Up 1" ]; }
lateness() { rg_ctl "$1" --json show bfd neighbors | gojq -c '[.bfd[].late]'; }

# log_pipe ROUTER: its log is a pipe, which is read into a file
log_pipe() {
	local dir=$(rg_dir "$1")

	mkdir -p "$dir"
	mkfifo "$dir/log"
	cat <>"$dir/log" >"$dir/said" 8>&- &
	echo $! >"$dir/reader"
	disown $!
}

# log_stuck ROUTER: nobody reads it any more, and it is full
log_stuck() {
	local dir=$(rg_dir "$1")

	kill -STOP "$(cat "$dir/reader")" || return 1
	while printf '%4095s\n' x | dd of="$dir/log" bs=4096 oflag=nonblock 2>/dev/null; do :; done
}
log_goes_on() { kill -CONT "$(cat "$(rg_dir "$1")/reader")"; }
said() { grep -q "$2" "$(rg_dir "$1")/said"; }

# commands: of all kinds, to both
commands() {
	local i what=("group all" "counters" "protocol 1" "transport group 1" "data-interface group 1")

	for ((i = 0; i < COMMANDS / 2; i++)); do
		rg_ctl A --json show redundancy application ${what[i % 5]} >/dev/null || return 1
		rg_ctl B show redundancy application ${what[i % 5]} >/dev/null || return 1
	done
	touch "$RUN/$NS/commanded"
}

# calm TEXT: nobody was missed by anybody
calm() {
	local r

	for r in A B; do
		ok_if "$1: $r misses nobody" eval "both_up $r && [ \$(lost $r) = 0 ]"
		diag "$r: sessions $(sessions "$r"), looks that came late $(lateness "$r")," \
			"worst timer $(counter "$r" timer-worst-us) us"
	done
	ok_if "$1: the roles are as they were" is "$(rg_state A), $(rg_state B)" "ACTIVE, STANDBY HOT"
}

ktap_plan 12
must modprobe nf_rg
topo_up
room "$FLOWS"
sink
log_pipe A
log_pipe B
must rg_start A
must wait_state 20 A ACTIVE
topo_sysctl A net.netfilter.nf_conntrack_udp_timeout=36000
topo_sysctl B net.netfilter.nf_conntrack_udp_timeout=36000
must succeeds ns c "$PROGS/strew" -n "$FLOWS" 10.0.0.9 192.0.2.9 10

hogs=()
for r in A B; do
	(while :; do :; done) 8>&- &
	hogs+=($!)
	disown $!
done
on_exit kill "${hogs[@]}"
must rg_start B
must wait_for 10 both_up A
must log_stuck A
must log_stuck B
began=$SECONDS
commands 8>&- &
disown $!
ok_if "B takes over all $FLOWS while there is much to do" wait_state "$patience" B "STANDBY HOT"
ok_if "the commands are answered" wait_for "$patience" test -e "$RUN/$NS/commanded"
[ $((SECONDS - began)) -ge "$BUSY" ] || ktap_pause $((BUSY - SECONDS + began))
calm "busy"
must kill "${hogs[@]}"
# more than the pipe and the queue hold
for ((i = 0; i < 700; i++)); do
	printf '%s
' "configure terminal" redundancy "application redundancy" "group 1" \
		"name n$((i % 2))" end
done >"$RUN/$NS/changes"
must succeeds rg_ctl A <"$RUN/$NS/changes"
ok_if "what the log does not take is counted" at_least "$(counter A log-lost)" 1
n=$(counter A log-lost)
must log_goes_on A
must log_goes_on B
ok_if "it says so when it goes on" wait_for 10 said A "LOG: [0-9]* messages lost"
ok_if "and as many" is "$(sed -nE 's/.*LOG: ([0-9]+) messages lost.*/\1/p' "$(rg_dir A)/said" | awk '{ n += $1 } END { print n }')" "$n"
ok_if "A was never silent by that" is "$(lost B)" 0
ktap_pause "$IDLE"
calm "idle"
# what looks at the logs at the end finds files
for r in A B; do
	must mv -f "$(rg_dir $r)/said" "$(rg_dir $r)/log"
done
ktap_end
