#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# vm: icount mem=2048 timeout=200
# What happens is told while it happens: debug ... by topic to the session that asks, monitor as
# lines, as JSON and on the whole screen; a reader that is too slow loses lines, counted, and nothing
# else feels it (topology: lib/topo.sh).
. "$(dirname "$0")/lib/ktap.sh"
. "$(dirname "$0")/lib/topo.sh"
. "$(dirname "$0")/lib/kmod.sh"

BFD=bfd
TOPICS="config faults media protocol rii transport vp"
D="debug redundancy application group"
dir=$RUN/$NS

# background NAME ARG...: rgctl of A; its output in $dir/NAME, its process in NAME_pid, where a signal
# reaches it
background() {
	local name=$1

	shift
	ip netns exec "$NS"A "$BIN/rgctl" -r "$(rg_dir A)" "$@" >"$dir/$name" 2>"$dir/$name.err" </dev/null 8>&- &
	printf -v "${name}_pid" %s $!
}
# ended NAME SIGNAL: with status 0 after that signal
ended() {
	local pid="${1}_pid"

	kill "-$2" "${!pid}"
	wait "${!pid}" || { diag "status $?" "$(cat "$dir/$1.err")"; return 1; }
}
# session COMMAND...: rgctl of A that reads what say TEXT sends it; its output in $dir/session
session() {
	rm -f "$dir/in"
	mkfifo "$dir/in"
	rg_ctl A "$@" <"$dir/in" >"$dir/session" 2>&1 &
	session_pid=$!
	exec 7>"$dir/in"
}
say() { echo "$*" >&7; }
session_end() {
	exec 7>&-
	wait "$session_pid"
}
# seen NAME PATTERN: in its output, soon
seen() { quiet wait_for 10 grep -qE -- "$2" "$dir/$1" || has "$(tail -n 30 "$dir/$1")" "$2"; }
# only NAME MARK: no other lines but of this mark
only() { is "$(grep -vE "^Redundancy|^  $1 debugging is on\$" "$dir/$1" | grep -cv " $2: ")" 0; }
counter() { rg_ctl A --json show redundancy application counters | gojq ".system[\"$1\"]"; }
counter_is() { is "$(counter "$1")" "$2"; }
counter_at_least() { at_least "$(counter "$1")" "$2"; }
watchers() { quiet wait_for 5 counter_is watch-sessions "$1" || counter_is watch-sessions "$1"; }
grows() { [ "$(wc -l <"$dir/$1")" -gt "$2" ]; }
mark() { echo "RG-${1^^}"; }
# A terminal: what rgctl ARG... of A says there when these keys come ({} waits half a second), the
# terminal before and after, and its status
at_terminal() {
	local keys=$1 k

	shift
	cat >"$dir/terminal.sh" <<-SH
	trap : INT
	stty rows 30 cols 150
	stty -g
	$BIN/rgctl -r $(rg_dir A) $*
	echo "status \$?"
	stty -g
	SH
	for k in $keys; do
		[ "$k" = "{}" ] && ktap_pause 0.5 || printf "%b" "$k"
	done | ns A socat -t 5 - "EXEC:sh $dir/terminal.sh,pty,setsid,ctty,stderr" >"$dir/terminal" 2>&1 8>&-
	tr -d '\r' <"$dir/terminal" >"$dir/terminal.text"
}
restored() {
	local t

	t=$(grep -oE '[0-9a-f]+:[0-9a-f]+:[0-9a-f:]+$' "$dir/terminal.text")
	is "$(wc -l <<<"$t")" 2 && is "$(sort -u <<<"$t" | wc -l)" 1
}
# Left as often as entered, and the cursor is back
left() {
	is "$(grep -oF $'\033[?1049h' "$dir/terminal" | wc -l)" 1 &&
		is "$(grep -oF $'\033[?25h\033[?1049l' "$dir/terminal" | wc -l)" 1
}
screen_ends() { has "$(cat "$dir/terminal.text")" "status $1\$" && left && restored; }

ktap_plan 49
must modprobe nf_rg
topo_up
must pair_up
must settled A
ok_if "nobody watches" watchers 0
ok_if "and nothing is noted" counter_is watch-lines 0

# debug: each topic in a session of its own, and what happens in its words
for t in $TOPICS; do
	# shellcheck disable=SC2086
	background "$t" $D "$t"
done
ok_if "seven sessions" watchers 7
ok_if "hellos, sent" seen media 'RG-MEDIA: sent hello on sync0: protocol 1, sequence [0-9]+, [0-9]+ bytes'
ok_if "received" seen media 'received hello on sync0 from 172.16.0.2: .*, hears this router$'
ok_if "with what they say of a group" seen media 'RG id 1: peer STANDBY, STANDBY HOT, priority 100 of 100, epoch '
ok_if "and BFD" seen media 'received BFD packet from 172.16.0.2 on sync0: state Up$'
ipn sw link set Alan0 down
ok_if "an interface that fails is a fault" seen faults \
	'RG id 1: interface lan0 down: 1 of 2 interfaces down, decrement 50; tracked objects 0, together 50'
ok_if "that moves the priority" seen faults 'RG id 1: run-time priority from 120 to 70: interface lan0 down'
ok_if "by its RII" seen rii 'RG id 1: RII 40: lan0 has no carrier, decrement 50 taken'
ok_if "the state machine hands over" seen protocol 'state active -> handover'
ok_if "tells the kernel" seen protocol 'kernel is told: STANDBY'
ok_if "the virtual addresses go" seen vp 'group 1: 10.0.0.254/[0-9]+ taken from lan0'
ok_if "the data link turns round" seen transport 'RG id 1: received batch on sync0: session [0-9a-f]+, epoch'
ipn sw link set Alan0 up
ok_if "the RII is back" seen rii 'RII 40: lan0 is up, decrement 50 given back'
must wait_state 20 A "STANDBY HOT"
must rg_ctl B redundancy application reload group 1 self >/dev/null
must wait_state 20 A ACTIVE
ok_if "the virtual addresses come" seen vp 'group 1: 10.0.0.254/[0-9]+ put on lan0'
ok_if "and are announced" seen vp 'RG id 1: announced: round 1, '
must rg_ctl A configure redundancy "application redundancy" "group 1" "priority 121 failover threshold 80" >/dev/null
ok_if "a change of the configuration" seen config 'RG-CONFIG: group 1 changed$'
ok_if "and what became of it" seen config 'configuration: loaded$'
for t in $TOPICS; do
	ok_if "$t tells of nothing else" only "$t" "$(mark "$t")"
done
ok_if "a signal ends such a session" ended media INT
for t in ${TOPICS/media/}; do
	must ended "$t" TERM
done
ok_if "and nobody watches any more" watchers 0
ok_if "an unknown topic is refused" fails rg_ctl A $D medium

# one session with several topics
session
say $D transport
say $D vp
say show debugging
ok_if "show debugging" seen session '^  vp debugging is on$'
say "no $D vp"
say $D media
ok_if "in a session that reads commands, too" seen session 'RG-MEDIA: sent hello'
say undebug all
ok_if "undebug all" seen session '^No debugging in this session$'
n=$(wc -l <"$dir/session")
n_lines=$(counter watch-lines)
ktap_pause 1
ok_if "and there is no more" is "$(wc -l <"$dir/session") $(counter watch-lines)" "$n $n_lines"
session_end

# monitor
background events monitor
background json monitor --json
must watchers 2
background slow $D media
must watchers 3
must seen slow 'RG-MEDIA'
kill -STOP "$slow_pid"
must rg_ctl A redundancy application reload group 1 self >/dev/null
must wait_state 20 A "STANDBY HOT"
ok_if "monitor tells events" seen events ' ROLE: RG id 1 role change from Active to Init \(reload-self\)$'
ok_if "as JSON an object a line" seen json '"kind":"STATE".*"text":"RG id 1 state change from .* to STANDBY HOT"'
ok_if "which are those of the event trace" is "$(gojq -c '[.sequence, .kind, .text]' "$dir/json")" \
	"$(rg_ctl A --json show monitor event-trace rg_infra all | gojq -c --argjson n "$(head -n1 "$dir/json" | gojq .sequence)" \
		'.events[] | select(.sequence >= $n) | [.sequence, .kind, .text]')"
ok_if "SIGTERM ends it" ended events TERM
ok_if "and SIGINT" ended json INT

# a reader that has been stopped
ok_if "a reader that is stopped loses lines" quiet wait_for 120 counter_at_least watch-lines-lost 50
ok_if "which delays nobody" is "$(rg_state B)" ACTIVE
kill -CONT "$slow_pid"
ok_if "and it is told how many" seen slow '^% [0-9]+ lines lost here: not read in time$'
must ended slow TERM

# at a terminal
at_terminal "debug\\040red\\040app\\040gr\\040rii\\r {} show\\040debugging\\r {} exit\\r {}"
ok_if "at the prompt as well" has "$(cat "$dir/terminal.text")" '^  rii debugging is on$'
(ktap_pause 1; rg_ctl A configure redundancy "application redundancy" "group 1" "priority 122 failover threshold 80") \
	>/dev/null &
at_terminal "{} {} {} {} {} {} q" monitor --screen
ok_if "the whole screen: q ends it, and the terminal is as before" screen_ends 0
ok_if "events are below" has "$(cat "$dir/terminal.text")" ' CONFIG: configuration loaded'
ok_if "a group in a row" has "$(cat "$dir/terminal.text")" \
	'^ +1 test +STANDBY +STANDBY HOT +ACTIVE +12[12] +100 +[0-9]+ +[0-9]+ +[0-9]+ +[0-9]+ +[0-9]+ '
at_terminal "{} {} \\003 {}" monitor --screen
ok_if "so does ^C" screen_ends 0
at_terminal "{} q" monitor
ok_if "q ends lines, too" has "$(cat "$dir/terminal.text")" '^status 0$'
(ktap_pause 1; rg_kill A KILL) &
at_terminal "{} {} {} {} {} {} {} {}" monitor --screen
ok_if "the end of the agent as well, with a word about it" screen_ends 3
must rg_start A
ok_if "without a terminal there is no screen" fails rg_ctl A monitor --screen
ktap_end
