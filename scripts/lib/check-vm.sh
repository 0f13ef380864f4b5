# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Sourced by scripts/check: the scripts in selftests/.
#
# DOC: A script in instruction-counted time gets a machine of its own (vm-run), for
# nobody may talk to such a machine while its clock runs. It does not mind company:
# two run side by side, and results come when the script has ended, with the
# machine's own seconds.
#
# Scripts in real time run alone. Booting costs more than most of them, so a machine
# runs one after the other (vm-net). Those that start machines themselves come last.
#
# After each script everything that it can leave behind is removed, our module
# included. A machine that does not come out clean, or whose kernel reported an
# error, is a failure of that script, and the next gets a new one. Time limits are in
# real seconds.

lanes=()

# vm_end PID: a process, then what it had started, machines included
vm_end() {
	local p below

	below=$(pgrep -P "$1")
	kill "$1" 2>/dev/null
	for p in $below; do
		vm_end "$p"
	done
}

vm_lanes_stop() {
	local p

	for p in "${lanes[@]}"; do
		vm_end "$p"
		wait "$p" 2>/dev/null
	done
	lanes=()
}

# setting LINE NAME DEFAULT: the number after NAME= on a script's `# vm:` line
setting() {
	local v

	v=$(sed -nE "s/.*\b$2=([0-9]+).*/\1/p" <<<"$1")
	echo "${v:-$3}"
}

# Sorts the selected scripts into $work/queue.{icount,smp,host}: the longest first,
# a line each: limit, memory, name.
vm_queues() {
	# Limits end what hangs; a busy host must not reach them.
	local f name line kind mem scale=3

	[ "$mode" != soak ] || scale=60
	[ "$mode" != debug ] || scale=18
	: >"$work/queue.icount"
	: >"$work/queue.smp"
	: >"$work/queue.host"
	for f in selftests/*.sh; do
		name=$(basename "$f" .sh)
		[ -e "$f" ] && selected "$name" || continue
		line=$(head -n 8 "$f" | grep -m 1 -E '^# (vm:|host\b)')
		case $line in
		"# vm: icount"*) kind=icount ;;
		"# vm: smp"*) kind=smp ;;
		"# host"*)
			# its machines have kernels of their own choice
			case $mode in debug | kernel) continue ;; esac
			kind=host ;;
		*)
			echo "not ok $name: no line says where it runs"
			echo "0 1 0" >>"$totals"
			continue ;;
		esac
		mem=$(setting "$line" mem 1024)
		[ "$mode" != soak ] || mem=$(setting "$line" soakmem "$mem")
		echo "$(($(setting "$line" timeout 120) * scale)) $mem $name" >>"$work/queue.$kind"
	done
	for kind in icount smp host; do
		sort -rn -o "$work/queue.$kind" "$work/queue.$kind"
	done
}

# vm_fault NAME WHAT [LINES]: one more failure of a script, found from outside
vm_fault() {
	echo "not ok $1: $2"
	[ -z "${3:-}" ] || sed 's/^/    /' <<<"$3"
	echo "0 1 0" >>"$totals"
	vm_kill t
}

# after NAME: is the machine as good as new?
vm_after() {
	local out

	if ! vm_alive t; then
		vm_fault "$1" "the machine is gone" "$(tail -n 40 "$(vm_console t)")"
	elif vm_splat "$(vm_console t)"; then
		vm_fault "$1" "the kernel reported an error" \
			"$(grep -aE -A 60 "$vm_splat_re" "$(vm_console t)" | head -n 120)"
	elif ! out=$(timeout -k 5 "$((60 * (1 + 4 * debugging)))" \
			"$build/vm/vmexec" run "$vmnet_dir/t" bash selftests/lib/clean.sh 2>&1); then
		vm_fault "$1" "leaves something behind" "$out"
	elif vm_splat "$(vm_console t)"; then
		vm_fault "$1" "the kernel reported an error while all was removed" \
			"$(grep -aE -A 60 "$vm_splat_re" "$(vm_console t)" | head -n 120)"
	fi
}

# vm_script NAME LIMIT: runs it in the machine t, which is up
vm_script() {
	local name=$1 limit=$2 status=$work/status.$BASHPID

	{
		timeout -k 5 "$limit" "$build/vm/vmexec" run "$vmnet_dir/t" \
			bash "selftests/$name.sh" 2>&1
		echo $? >"$status"
	} </dev/null | "$top/scripts/lib/ktap-result" "$name" "$totals" "$status"
	if grep -qE '^(124|137)$' "$status"; then
		vm_kill t
	else
		vm_after "$name"
	fi
}

# Objects that nothing refers to any more (debug kernel); reported for a machine, for
# they show only some time after the script that lost them.
vm_leaks() {
	local out

	[ "$mode" = debug ] && vm_alive t || return 0
	if out=$(timeout -k 5 300 "$build/vm/vmexec" run "$vmnet_dir/t" \
			bash selftests/lib/kmemleak.sh 2>&1); then
		echo "ok kmemleak-$1"
		echo "1 0 0" >>"$totals"
	else
		vm_fault "kmemleak-$1" "objects were lost" "$out"
	fi
}

# vm_lane_icount: scripts of the queue, each in its machine
vm_lane_icount() {
	local limit mem name out=$work/out.$BASHPID opts=(--icount --kernel "$kernel")

	trap - EXIT
	[ "$mode" != debug ] || opts+=(--debug)
	while read -r limit mem name < <(next_line "$work/queue.icount"); do
		[ "$mode" != debug ] || mem=$((mem + 1024))
		run_program "$name" $((limit + 60)) scripts/vm-run "${opts[@]}" --mem "$mem" \
			$(grep -q '^# vm: .*\bnic\b' "selftests/$name.sh" && echo --nic) \
			$(sed -nE 's/^# vm: .*\bwith=([^ ]+).*/--with \1/p' "selftests/$name.sh") \
			--timeout "$limit" bash selftests/lib/run-one.sh "$name" "$limit" >"$out"
		with_lock check-output cat "$out"
	done
}

# vm_lane_smp: scripts of the queue in one machine, as long as it is good
vm_lane_smp() {
	local mem limit name debugging=0

	trap - EXIT
	. "$top/scripts/vm-net"
	mem=$(awk '$2 > m { m = $2 } END { print m }' "$work/queue.smp")
	[ "$mode" != debug ] || { debugging=1; VMNET_DEBUG=1; mem=$((mem + 1024)); }
	VMNET_VERSION=$kernel
	vmnet_init || return 1
	while read -r limit _ name < <(next_line "$work/queue.smp"); do
		if ! vm_alive t; then
			vm_start --cpus 2 --mem "$mem" t
			if ! vm_wait_up t 300 >"$work/boot" 2>&1; then
				vm_fault "$name" "no machine to run it in" "$(cat "$work/boot")"
				continue
			fi
		fi
		vm_script "$name" "$limit"
	done
	vm_leaks smp
}

check_host() {
	local limit name

	while read -r limit _ name; do
		[ -n "$name" ] || continue
		run_program "$name" "$limit" bash "selftests/$name.sh"
	done < <(cat "$work/queue.host")
}

check_vm() {
	vm_queues
	if [ -s "$work/queue.icount" ] || [ -s "$work/queue.smp" ]; then
		section "module"
		pattern=. run_result module-build vm_module || return
	fi
	if selected kmod-upstream; then
		pattern=. run_result source-build scripts/kernel-get --source || return
	fi
	if [ -s "$work/queue.icount" ]; then
		section "scripts in instruction-counted time"
		# what all such machines share is made once, before two want it
		pattern=. run_result machine-build scripts/vm-run --icount --kernel "$kernel" \
			$([ "$mode" != debug ] || echo --debug) true || return
		lanes_run 2 vm_lane_icount
	fi
	if [ -s "$work/queue.smp" ]; then
		section "scripts in real time"
		lanes_run 1 vm_lane_smp
	fi
	if [ -s "$work/queue.host" ]; then
		section "scripts that start machines"
		check_host
	fi
}

# A module that does not build is one failure, and then nothing of it can run.
vm_module() {
	local dir

	dir=$(scripts/kernel-get $([ "$mode" != debug ] || echo --debug) "$kernel") &&
		scripts/kmod-build "$dir"
}
