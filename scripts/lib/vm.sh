# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Sourced by vm-run and vm-net: what starting a virtual machine takes.
#
# DOC: A machine is a Debian kernel from the cache, an initramfs with the few
# modules that reach the root file system, and this host's own root file system:
# read-only over 9p, a tmpfs overlay above it. So whatever is installed or built
# here is there at the same path, and nothing written there comes back. Our
# module, built for that kernel, is laid over its module folder together with an
# index made on the host, so that `modprobe nf_rg` needs no depmod inside.
#
# Output and results travel over virtio-serial ports, not over the console: that
# one is slow, and mixes with the kernel's messages.

# vm_kernel VERSION DEBUG: sets kdir, kver and kextra (our module and the index)
vm_kernel() {
	kdir=$("$top/scripts/kernel-get" ${2:+--debug} "$1") || return 1
	kver=$(cat "$kdir/kver")
	kextra=
	[ ! -e "$top/kmod/Makefile" ] ||
		kextra=$("$top/scripts/kmod-build" "$kdir") || return 1
}

# vm_tool NAME [OPTION...]: builds NAME, or for a library NAME.so, from scripts/lib/NAME.c
vm_tool() {
	local out=$build/vm/$1 src=$top/scripts/lib/${1%.so}.c

	[ "$out" -nt "$src" ] && return 0
	mkdir -p "$build/vm"
	gcc -std=gnu11 -O2 -Wall -Wextra "${@:2}" -o "$out.$$" "$src" && mv "$out.$$" "$out"
}

# vm_modules_of NAME...: each module's file after those it needs
vm_modules_of() {
	local m f

	for m; do
		f=$(sed -nE "s#^([^:]*/$m\.ko(\.xz|\.zst)?):.*#\1#p" "$kdir/modules/modules.dep")
		[ -n "$f" ] || continue		# built in
		sed -n "s#^$f: *##p" "$kdir/modules/modules.dep" | tr ' ' '\n' | tac
		echo "$f"
	done | awk 'NF && !seen[$0]++'
}

# vm_initrd_modules NAME... DIR: the modules, unpacked, and the order to load them in
vm_initrd_modules() {
	local dir=${!#} f

	vm_modules_of "${@:1:$#-1}" | while read -r f; do
		case $f in
		*.xz) xz -dc "$kdir/modules/$f" ;;
		*.zst) zstd -dcq "$kdir/modules/$f" ;;
		*) cat "$kdir/modules/$f" ;;
		esac >"$dir/$(basename "$f" | sed 's/\.ko.*//')"
		basename "$f" | sed 's/\.ko.*//' >>"$dir/order"
	done
	touch "$dir/order"
}

# vm_initrd DIR: the part of the initramfs that is the same for every run of a
# kernel; prints its name
vm_initrd() {
	local out=$1/initrd-$kver.gz tmp f

	if [ "$out" -nt "$top/scripts/lib/vm-init" ] && [ "$out" -nt "$kdir/kver" ]; then
		echo "$out"
		return
	fi
	mkdir -p "$1"
	tmp=$(mktemp -d "$1/initrd.XXXXXX")
	mkdir -p "$tmp"/{bin,m,proc,sys,dev,ro,rw,new,vm}
	cp /bin/busybox "$tmp/bin/"
	cp "$top/scripts/lib/vm-init" "$tmp/init"
	chmod +x "$tmp/init"
	vm_initrd_modules virtio_pci virtio_console virtio_net 9pnet_virtio 9p overlay "$tmp/m"
	(cd "$tmp" && find . | cpio -o -H newc --quiet | gzip -1) >"$tmp.gz"
	mv "$tmp.gz" "$out"
	rm -rf "$tmp"
	echo "$out"
}

# vm_files WORK MODE: what belongs to one machine, in $WORK/vm: the guest's side of
# these scripts and its settings. vm_pack makes an initramfs of that and the common
# part.
vm_files() {
	local base

	mkdir -p "$1/vm"
	cp "$top/scripts/lib/vm-guest" "$1/vm/guest"
	{
		printf 'VM_MODE=%q\nVM_TOP=%q\n' "$2" "$top"
		printf 'VM_KVER=%q\nVM_MODULES=%q\nVM_EXTRA=%q\n' \
			"$kver" "$(realpath "$kdir/modules")" "$kextra"
		printf 'VM_HOSTNAME=%q\nVM_DATE=%q\n' "${vm_hostname:-vm}" "$(date +%s)"
	} >"$1/vm/env"
	# what the tests are told travels along
	env | sed -nE 's/^(NF_RG_[A-Z_]+)=.*/\1/p' | while read -r base; do
		printf 'export %s=%q\n' "$base" "${!base}"
	done >>"$1/vm/env"
}

vm_pack() {
	cp "$(vm_initrd "$build/vm")" "$1/initrd"
	(cd "$1" && find vm | cpio -o -H newc --quiet | gzip -1) >>"$1/initrd"
}

# Emulated CPUs are the default even where there is KVM: nested KVM is often
# broken in ways that show only later. NF_RG_KVM=1 asks for it.
#
# vm_qemu_args WORK: sets the array qemu from: icount, cpus, mem, debug, kdir, nic
vm_qemu_args() {
	local append

	append="console=ttyS0 panic=-1 oops=panic loglevel=5 reboot=t nosoftlockup"
	# On a busy host the timer may be late for the check at boot.
	append+=" no_timer_check"
	append+=" rcupdate.rcu_cpu_stall_timeout=120 $vm_kargs"
	# The emulator translates a program's code again for each address it stands at;
	# with one address for all its runs, tests take half the time.
	append+=" norandmaps"
	# The trimmed kernel has no ACPI tables to go by; MP tables do.
	[ -z "$debug" ] || append+=" acpi=off"
	qemu=(qemu-system-x86_64)
	if [ -n "$icount" ]; then
		qemu+=(-accel "tcg,thread=single" -icount "shift=0,sleep=off" -smp 1)
	elif [ "${NF_RG_KVM:-0}" = 1 ]; then
		qemu+=(-accel kvm -smp "$cpus")
	else
		qemu+=(-accel "tcg,thread=multi" -smp "$cpus")
	fi
	qemu+=(-cpu max -m "$mem" -nodefaults -display none -no-reboot
		-kernel "$kdir/vmlinuz" -initrd "$1/initrd" -append "$append"
		-serial "file:$1/console"
		-device "virtio-serial-pci,id=vser,max_ports=31")
	[ -z "${nic:-}" ] ||
		qemu+=(-netdev hubport,id=nic,hubid=0 -device e1000,netdev=nic,romfile=)
	[ -n "$icount" ] ||
		qemu+=(-virtfs "local,path=/,mount_tag=hostroot,security_model=none,readonly=on,multidevs=remap")
}

# vm_port ID BACKEND: a virtio-serial port named ID
vm_port() {
	qemu+=(-chardev "$2,id=$1" -device "virtserialport,chardev=$1,name=$1")
}

# What the kernel prints when something is wrong with it
vm_splat_re='Kernel panic|Oops|WARNING: |BUG: |UBSAN: |KASAN: |kernel BUG at'
vm_splat_re+='|possible (circular|recursive) lock|inconsistent lock state|suspicious RCU usage'
vm_splat_re+='|ODEBUG: |list_(add|del) corruption|refcount_t: |general protection fault'
vm_splat_re+='|sleeping function called|scheduling while atomic|INFO: task .* blocked'
vm_splat_re+='|held lock freed|bad unlock balance|unable to handle|stack guard page'

# vm_splat CONSOLE: whether there is such a report
vm_splat() { grep -qaE "$vm_splat_re" "$1"; }
