#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# vm: icount mem=2048 timeout=200
# What the agent keeps after its start: four capabilities, a filter of system calls, no way to more;
# and that it does its work with that (topology: lib/topo.sh). Who may do what over its control socket:
# operators may look, administrators may change, a stranger may do nothing. What a service manager
# is told, among it that the agent is well, and is not told when it is not.
. "$(dirname "$0")/lib/ktap.sh"
. "$(dirname "$0")/lib/topo.sh"
. "$(dirname "$0")/lib/kmod.sh"

AUTH="md5 key-string topsecret"
SHOW=7001 CHANGE=7002		# groups
OPTS=(--group-show "$SHOW" --group-change "$CHANGE")
CAPS=$((1 << 12 | 1 << 13 | 1 << 14 | 1 << 23))	# NET_ADMIN, NET_RAW, IPC_LOCK, SYS_NICE
PROGRAM_CAPS=$((1 << 12 | 1 << 13))
WATCHDOG_S=2
out=$RUN/$NS/out
told=$RUN/$NS/told		# by agent A to the service manager, a word a line
probe=$RUN/$NS/probe
EXTRA_A="track 1 exec $probe interval 1
track 2 exec $RUN/$NS/hang interval 1"

# status PID FIELD: of a process, numbers in hexadecimal
status() { awk -v f="$2:" '$1 == f { print $2 }' "/proc/$1/status"; }
caps_are() {
	local f

	for f in CapInh CapPrm CapEff CapBnd CapAmb; do
		case $f in
		CapInh | CapAmb) is "$f $((16#$(status "$1" $f)))" "$f 0" ;;
		*) is "$f $((16#$(status "$1" $f)))" "$f $2" ;;
		esac || return 1
	done
}
# each_thread PID FIELD WANTED
each_thread() {
	local t n=0

	for t in "/proc/$1/task"/*; do
		is "$(awk -v f="$2:" '$1 == f { print $2 }' "$t/status")" "$3" || return 1
		n=$((n + 1))
	done
	at_least "$n" 2
}
# A thread that blocks SIGSYS would end with the first call that is refused.
sigsys_blocked() { cat "/proc/$1/task"/*/status | perl -lane 'print if $F[0] eq "SigBlk:" && hex(substr($F[1], 8)) & 1 << 30' | grep -c .; }
# programs ROUTER: the process beside its agent
programs() { pgrep -P "$(rg_pid "$1")" -x rgd-programs; }
# as UID GID GROUPS ROUTER WORD...: rgctl of somebody else
as() {
	local uid=$1 gid=$2 groups=$3 r=$4

	shift 4
	ns "$r" setpriv --reuid "$uid" --regid "$gid" $([ "$groups" = none ] && echo --clear-groups ||
		echo "--groups $groups") "$BIN/rgctl" -r "$(rg_dir "$r")" "$@" 2>&1 8>&-
}
operator() { as 1001 1001 "$SHOW" "$@"; }
admin() { as 1002 "$CHANGE" 5,6 "$@"; }
stranger() { as 1003 1003 5,6 "$@"; }
# denied WHO TEXT WORD...: status 1 and a sentence
denied() {
	local who=$1 text=$2 rc

	shift 2
	"$who" A "$@" >"$out"
	rc=$?
	is "$rc" 1 && has "$(cat "$out")" "^% Permission denied: .*$text"
}
refused_calls() { rg_ctl A --json show redundancy application counters | gojq '.system["system-calls-refused"]'; }
forbidden() { rg_ctl A --json show redundancy application counters | gojq '.system["command-forbidden"]'; }
# A socket as of a service manager: each datagram becomes a line.
manager_start() {
	perl -MSocket -e '
		$| = 1;
		socket(S, AF_UNIX, SOCK_DGRAM, 0) && bind(S, sockaddr_un(shift)) or die;
		while (defined recv(S, $_, 4096, 0)) { tr/\n/ /; print "$_\n" }
	' "$told.socket" >"$told" 2>&1 8>&- &
	disown $!
	must wait_for 5 test -S "$told.socket"
}
# told PATTERN: how often; told_more PATTERN NUMBER
told() { grep -cE "$1" "$told"; }
told_more() { [ "$(told "$1")" -gt "$2" ]; }
# nothing_told SECONDS PATTERN
nothing_told() {
	local before

	before=$(told "$2")
	ktap_pause "$1"
	is "$(told "$2")" "$before"
}
track_is() { is "$(rg_ctl A --json show track "$1" | gojq -r ".tracks[0].$2")" "$3"; }
soon() { quiet wait_for 5 "$@" || "$@"; }
# What a program of A sees of itself.
seen() { awk -v f="$1:" '$1 == f { print $2 }' "$probe.status"; }
saved() { diff <(rg_ctl A show running-config) <(rg_ctl A show startup-config | grep -v '^! '); }
# hidden WHO VIEW: its keys are stars, however they are written
hidden() {
	"$1" A show "$2" >"$out"
	has "$(cat "$out")" 'key-string ([07] )?\*+$' && is "$(grep -c "key-string [^*]*[0-9A-Za-z]\{2,\}" "$out")" 0
}

ktap_plan 44
is "$(test -d /sys/module/nf_rg; echo $?)" 1 || bail "the module is loaded already"
topo_up
mkdir -p "$(rg_dir A)"
printf '#!/bin/sh\ncat /proc/self/status >%s.status\n' "$probe" >"$probe"
printf '#!/bin/sh\nsleep 600\n' >"$RUN/$NS/hang"
chmod +x "$probe" "$RUN/$NS/hang"
manager_start
export NOTIFY_SOCKET=$told.socket WATCHDOG_USEC=$((WATCHDOG_S * 1000000))
must rg_start A "${OPTS[@]}"
unset NOTIFY_SOCKET WATCHDOG_USEC
must wait_state 20 A ACTIVE
must rg_start B
must wait_state 20 B "STANDBY HOT"
a=$(rg_pid A)

ok_if "the kernel has loaded the module, asked by an agent that could not" test -d /sys/module/nf_rg
ok_if "the agent has four capabilities, and no way to more" caps_are "$a" "$CAPS"
ok_if "a filter of system calls, in each thread" each_thread "$a" Seccomp 2
ok_if "none blocks what tells of a refused call" is "$(sigsys_blocked "$a")" 0
ok_if "no new privileges, in each thread" each_thread "$a" NoNewPrivs 1
ok_if "real-time priority, with them" has "$(chrt -p "$a")" 'SCHED_RR'
ok_if "and locked memory" at_least "$(status "$a" VmLck)" 1000
ok_if "programs run" soon track_is 1 state up
ok_if "with capabilities to look at the network" is "$((16#$(seen CapEff))) $((16#$(seen CapBnd)))" "$PROGRAM_CAPS $PROGRAM_CAPS"
ok_if "without the filter, and no way to more" is "$(seen Seccomp) $(seen NoNewPrivs)" "0 1"
ok_if "one that hangs is killed" soon track_is 2 state down
ok_if "another process runs them" caps_are "$(programs A)" "$PROGRAM_CAPS"

# what it does with that
must flowd_start 5000
must hold_start tcp c -n 10 192.0.2.9 5000
must settled A
ok_if "a hand-over" eval 'rg_ctl A redundancy application reload group 1 self >/dev/null && wait_state 10 B ACTIVE'
ok_if "and back" eval 'wait_state 20 A "STANDBY HOT" && rg_ctl B redundancy application reload group 1 self >/dev/null && wait_state 10 A ACTIVE'
ok_if "the flows go on" hold_alive tcp 10
must wait_state 20 B "STANDBY HOT"
must rg_ctl A configure redundancy "application redundancy" "group 1" "priority 130"
ok_if "write memory writes what runs" succeeds rg_ctl A write memory
ok_if "and the file is that" succeeds saved
sed -i 's/priority 130/priority 140/' "$(rg_dir A)/conf"
ok_if "a reload reads the file" succeeds rg_ctl A reload
ok_if "and applies it" has "$(rg_ctl A show running-config)" '^   priority 140'
chown 4711 "$(rg_dir A)/conf"
ok_if "but not one of somebody else that only he may read" fails rg_ctl A reload
chown 0 "$(rg_dir A)/conf"
ok_if "no system call was refused" is "$(refused_calls)" 0

# who may do what
ok_if "an operator looks" succeeds operator A show redundancy application group 1
ok_if "and sees no keys in what runs" hidden operator running-config
ok_if "nor in the file" hidden operator startup-config
ok_if "and watches" has "$(printf 'debug redundancy application group vp\nshow debugging\n' | operator A)" 'vp debugging is on'
ok_if "but not the words of the file" denied operator "change nothing" debug redundancy application group config
ok_if "a reload by him is refused" denied operator "change nothing" reload
ok_if "so are a switchover" denied operator "change nothing" redundancy application reload group 1 self
ok_if "a configuration" denied operator "change nothing" configure redundancy end
ok_if "and the end of it all" denied operator "change nothing" stop --purge
ok_if "an administrator looks, keys obscured" has "$(admin A show running-config)" 'key-string 7 [0-9A-F]+$'
ok_if "and changes" succeeds admin A configure redundancy "application redundancy" "group 1" "priority 120"
ok_if "a stranger may not even look" denied stranger "no group" show version
ok_if "where no group may, he is not let in" has "$(stranger B show version)" 'no agent at .*: Permission denied'
ok_if "root may always" succeeds as 0 1003 none A reload
ok_if "what was refused is counted" is "$(forbidden)" 6

# what the service manager is told
ok_if "ready, once at the start and after each reload" is "$(told '^READY=1$')" $(($(told '^RELOADING=1 MONOTONIC_USEC=[0-9]+$') + 1))
ok_if "of each reload" at_least "$(told '^RELOADING=1')" 3
ok_if "how the group stands" has "$(grep '^STATUS=' "$told" | tail -n 1)" '^STATUS=RG 1 ACTIVE$'
ok_if "that all is well, four times as often as it has to be" eval \
	'n=$(told "^WATCHDOG=1$"); ktap_pause $WATCHDOG_S; at_least $(($(told "^WATCHDOG=1$") - n)) 3'
kill -STOP "$a"
ok_if "not while it hangs" nothing_told $((2 * WATCHDOG_S)) '^WATCHDOG=1$'
kill -CONT "$a"
ok_if "and again when it does not" soon told_more '^WATCHDOG=1$' "$(told '^WATCHDOG=1$')"
must wait_for 10 pair_whole
programs=$(programs A)
rg_stop A
ok_if "that it stops" is "$(told '^STOPPING=1$')" 1
ok_if "the process that ran programs has gone with it" wait_for 5 rg_gone "$programs"
ktap_end
