# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Sourced by the tests: results in KTAP, helpers that say what they saw.
#
# A test script is
#
#	#!/bin/bash
#	# SPDX-License-Identifier: GPL-2.0-or-later
#	# vm: smp mem=1024 timeout=120
#	# What is tested, with the topology.
#	. "$(dirname "$0")/lib/ktap.sh"
#	ktap_plan 2
#	ok_if "the table is empty" is "$(conntrack -C)" 0
#	...
#	ktap_end
#
# The line `# vm:` says where it runs: icount or smp, with a card (icount: nic), memory in MB (soakmem: in a soak),
# time limit in seconds, packages that other tests do not need (icount: with=A,B); `# host` instead: it starts
# machines itself (scripts/vm-net).

# Diagnostics go through descriptor 8, so that a helper's own output can be
# captured.
exec 8>&1

ktap_planned=0
ktap_num=0
ktap_failed=0
ktap_skipped=0
ktap_cleanups=()

diag() {
	local line

	while IFS= read -r line; do
		printf '# %s\n' "$line"
	done <<<"$*" >&8
}

ktap_plan() {
	ktap_planned=$1
	echo "TAP version 13"
	echo "1..$1"
}

# Each result tells how long it took, by the clock of the machine that it ran on.
ktap_time=$EPOCHREALTIME

ktap_result() {
	local t=$EPOCHREALTIME

	echo "$1 $((++ktap_num)) - $2 # time=$(((${t/./} - ${ktap_time/./}) / 1000)) ms"
	ktap_time=$t
}

ktap_ok() { ktap_result ok "$*"; }
ktap_fail() { ktap_failed=$((ktap_failed + 1)); ktap_result "not ok" "$*"; }
ktap_skip() { ktap_skipped=$((ktap_skipped + 1)); echo "ok $((++ktap_num)) - $1 # SKIP ${2:-}"; }

# ktap_skip_all REASON: nothing of this script can run here
ktap_skip_all() {
	echo "TAP version 13"
	echo "1..0 # SKIP $*"
	exit 4
}

# bail REASON: the ground on which the other results would stand is missing
bail() {
	diag "$*"
	echo "Bail out! $1"
	exit 1
}

# ok_if DESCRIPTION CMD...: one result; CMD explains its failure through diag
ok_if() {
	local what=$1

	shift
	if "$@"; then
		ktap_ok "$what"
	else
		diag "failed: $*"
		ktap_fail "$what"
	fi
}

# must CMD...: a step that has to work for the test to make sense
must() {
	"$@" || bail "cannot go on: $*"
}

# is GOT WANTED, at_most GOT LIMIT, at_least GOT LIMIT (numbers, fractions too)
is() {
	[ "$1" = "$2" ] || { diag "got '$1', wanted '$2'"; return 1; }
}
at_most() {
	awk -v g="$1" -v l="$2" 'BEGIN { exit !(g != "" && g + 0 <= l + 0) }' ||
		{ diag "got '$1', wanted at most $2"; return 1; }
}
at_least() {
	awk -v g="$1" -v l="$2" 'BEGIN { exit !(g != "" && g + 0 >= l + 0) }' ||
		{ diag "got '$1', wanted at least $2"; return 1; }
}
has() {
	grep -qE -- "$2" <<<"$1" || { diag "no match for '$2' in:" "$1"; return 1; }
}
not() { ! "$@"; }

# succeeds CMD..., fails CMD...: with the command's output on a surprise
succeeds() {
	local out

	out=$("$@" 2>&1) || { diag "status $?: $*" "$out"; return 1; }
}
fails() {
	local out

	! out=$("$@" 2>&1) || { diag "unexpected success: $*" "$out"; return 1; }
}

# A pause without a process: nothing ever comes through this pipe.
exec {ktap_never}<> <(:)
ktap_pause() { read -rt "$1" -u "$ktap_never" || return 0; }

# How much longer everything may take: the debug kernel needs several times the
# instructions.
ktap_slow=$([ -n "${NF_RG_DEBUG:-}" ] && echo 6 || echo 1)

# wait_for SECONDS CMD...: polls until CMD succeeds, first often, later less so; CMD's
# output is dropped. CMD sees the caller's variables, so ours have names of their own. Under the
# debug kernel the questions are what costs most, and pauses cost nothing.
ktap_often=0.02
ktap_seldom=0.1
[ "$ktap_slow" = 1 ] || { ktap_often=0.2; ktap_seldom=1; }
wait_for() {
	local wait_limit=$(($1 * ktap_slow)) wait_start wait_end wait_now wait_pause=$ktap_often

	shift
	printf -v wait_end '%.6f' "$wait_limit"
	wait_start=${EPOCHREALTIME/./}
	wait_end=$((wait_start + 10#${wait_end/./}))
	until "$@" >/dev/null 2>&1; do
		wait_now=${EPOCHREALTIME/./}
		if [ "$wait_now" -gt $wait_end ]; then
			diag "not within $wait_limit s: $*"
			return 1
		fi
		[ $((wait_now - wait_start)) -lt 1000000 ] || wait_pause=$ktap_seldom
		ktap_pause $wait_pause
	done
}

# on_exit CMD...: run at the end, the last registered first
on_exit() { ktap_cleanups+=("$(printf '%q ' "$@")"); }

ktap_run_cleanups() {
	local i

	for ((i = ${#ktap_cleanups[@]} - 1; i >= 0; i--)); do
		eval "${ktap_cleanups[i]}" >/dev/null 2>&1
	done
	ktap_cleanups=()
}
trap ktap_run_cleanups EXIT
trap 'exit 143' TERM INT

# at_end CMD...: has to succeed at the end of every script that sources what calls this
ktap_checks=()
at_end() { ktap_checks+=("$(printf '%q ' "$@")"); }

# ktap_end: the last line of a script; status 0 all well, 1 failure, 4 all skipped
ktap_end() {
	local c

	for c in "${ktap_checks[@]}"; do
		eval "$c" || exit 1
	done
	[ "$ktap_num" -eq "$ktap_planned" ] ||
		{ diag "planned $ktap_planned, ran $ktap_num"; exit 1; }
	[ "$ktap_failed" -eq 0 ] || exit 1
	[ "$ktap_skipped" -lt "$ktap_num" ] || exit 4
	exit 0
}

# soak FULL USUAL: the number for this run; a soak takes the full ones, the debug
# kernel is slow and gets few
soak() {
	if [ -n "${NF_RG_SOAK:-}" ]; then
		echo "$1"
	elif [ -n "${NF_RG_DEBUG:-}" ]; then
		echo "${3:-$2}"
	else
		echo "$2"
	fi
}
