#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Removes what a test left in its machine: processes, namespaces, rules, our module.
# Fails, and says why, if something cannot be removed. Run between two tests.

# Our own ancestors, and the servers of the machine's channels, stay.
keep=" 1 "
p=$$
while [ "$p" -gt 1 ]; do
	keep+="$p "
	p=$(awk '$1 == "PPid:" { print $2 }' "/proc/$p/status")
done

others() {
	local p

	for p in /proc/[0-9]*; do
		p=${p#/proc/}
		[[ $keep != *" $p "* ]] || continue
		# kernel threads have no program; zombies are nobody's any more
		[ -n "$(readlink "/proc/$p/exe" 2>/dev/null)" ] || continue
		[ "$(cat "/proc/$p/comm" 2>/dev/null)" != vmexec ] || continue
		echo "$p"
	done
}

# try COMMAND...: until it succeeds, at most 30 s
try() {
	local end=$((SECONDS + 30)) out

	until out=$("$@" 2>&1); do
		if [ $SECONDS -ge $end ]; then
			echo "$* fails: $out"
			return 1
		fi
		sleep 0.1
	done
}

nobody_left() {
	local left

	left=$(others)
	[ -n "$left" ] || return 0
	# shellcheck disable=SC2086
	kill -CONT $left 2>/dev/null
	# shellcheck disable=SC2086
	kill -KILL $left 2>/dev/null
	return 1
}

module_gone() {
	[ ! -d /sys/module/nf_rg ] || modprobe -r nf_rg
}

bad=0
try nobody_left || bad=1
ip -all netns delete
nft flush ruleset
ip -o link | awk -F'[ :@]+' '$2 != "lo" { print $2 }' | while read -r dev; do
	[ -e "/sys/class/net/$dev/device" ] || ip link del "$dev" 2>/dev/null
done
rm -rf /run/rg-test /run/rg-*
if ! try module_gone; then
	grep nf_rg /proc/modules
	bad=1
fi
exit $bad
