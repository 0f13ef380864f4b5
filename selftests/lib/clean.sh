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

# Sets left to everybody else. Without subshells: those would be somebody else.
others() {
	local p comm

	left=()
	for p in /proc/[0-9]*; do
		p=${p#/proc/}
		[[ $keep != *" $p "* ]] || continue
		# kernel threads have no program; zombies are nobody's any more
		[ -e "/proc/$p/exe" ] || continue
		read -r comm 2>/dev/null <"/proc/$p/comm" || continue
		[ "$comm" = vmexec ] || left+=("$p")
	done
} 2>/dev/null

# try COMMAND...: in this shell, until it succeeds, at most 30 s
try() {
	local end=$((SECONDS + 30))

	until "$@" >/run/clean.out 2>&1; do
		if [ $SECONDS -ge $end ]; then
			echo "$* fails: $(cat /run/clean.out)"
			return 1
		fi
		sleep 0.1
	done
}

nobody_left() {
	local p

	others
	[ ${#left[@]} -gt 0 ] || return 0
	for p in "${left[@]}"; do
		echo "$p $(tr '\0' ' ' <"/proc/$p/cmdline")"
	done
	kill -CONT "${left[@]}"
	kill -KILL "${left[@]}"
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
