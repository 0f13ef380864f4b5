# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Sourced by vm-run: the root file system of an instruction-counted machine.
#
# DOC: In instruction-counted time (--icount) idle time is skipped, and waiting for the host is
# idle time: while the guest waits for one page of a program over 9p, its clock runs on from
# timer to timer, minutes in a few host milliseconds on a busy host. So such a machine gets
# everything into memory before it starts: the files of the packages below with the libraries that
# they need and the kernel's network modules in its initramfs; the project, which its first program
# reads before anything else runs. Its output stays in memory as well until the script has ended.
#
# A machine is booted once for each size and kernel, until it waits for the project; its state
# then is what the runs begin with.

vm_memory_packages="base-files base-passwd bash coreutils dash debianutils diffutils findutils
gawk grep hostname libc-bin mawk ncurses-base perl-base procps psmisc sed util-linux mount kmod
iproute2 iputils-ping iputils-arping arping nftables conntrack conntrackd keepalived tcpdump gojq
socat netcat-openbsd ethtool curl busybox-static libpam-modules vsftpd tftpd-hpa iperf3
sip-tester ppp pptp-linux pptpd lftp tftp-hpa openssh-server openssh-client openssh-sftp-server
openssl"

# vm_memory_names PACKAGE...: their files, without documentation, of those that are installed
vm_memory_names() {
	local p

	for p; do
		dpkg -L "$p" 2>/dev/null
	done | grep -vE '^/(usr/share/(doc|man|locale|info|lintian|bash-completion)|etc/(init|cron)|var)(/|$)'
}

# vm_memory_others: what belongs to no package
vm_memory_others() {
	printf "%s\n" /usr/bin/awk /usr/bin/nc /etc/alternatives/awk /etc/alternatives/nc /etc/passwd /etc/group /etc/nsswitch.conf /etc/ld.so.cache /etc/alternatives \
		/etc/machine-id /etc/protocols /etc/services /bin /sbin /lib /lib64 /usr/lib/locale/C.utf8
}

# Names in the merged /usr, and for a symbolic link what it points to as well.
vm_memory_resolve() {
	local names

	names=$(sed -E 's#^/(bin|sbin|lib|lib32|lib64|libx32)/#/usr/\1/#' | sort -u)
	echo "$names"
	xargs -r readlink -f <<<"$names"
}

# vm_libraries_of FILE...: the shared libraries that they need
vm_libraries_of() {
	ldd "$@" 2>/dev/null | grep -oE '/[^ :()]+' | sort -u | vm_memory_resolve
}

# vm_memory_closure: the files whose names come in, and what they need, sorted
vm_memory_closure() {
	local names

	names=$(vm_memory_resolve | sort -u | perl -lne 'print if -l || -e')
	{
		echo "$names"
		perl -lne 'print if -f && -x _' <<<"$names" | xargs -r ldd 2>/dev/null |
			grep -oE '/[^ :()]+' | sort -u | vm_memory_resolve
	} | sort -u | perl -lne 'print if -l || -e'
}

# vm_memory_files: every file of the image that does not belong to the project, once
vm_memory_files() {
	{
		{
			vm_memory_names $vm_memory_packages | grep -vE '^(/usr)?/lib/systemd(/|$)'
			vm_memory_others
		} | vm_memory_closure
		vm_libraries_of "$build/rgd" "$build/rgctl" "$build"/progs/*
	} | sort -u | perl -lne 'print if -l || -e'
}

# vm_memory_cpio: the files whose names come in, as a cpio archive
vm_memory_cpio() {
	awk -F/ '{
		# cpio wants a folder before what is in it
		p = ""
		for (i = 2; i < NF; i++) {
			p = p "/" $i
			if (!(p in seen)) { seen[p] = 1; print p }
		}
		if (!($0 in seen)) { seen[$0] = 1; print }
	}' | sed 's#^/##' | (cd / && cpio -o -H newc --quiet 2>/dev/null)
}

# vm_memory_with PACKAGES: what they have beyond the image, as a cpio archive; for the few tests
# that need more than the others, whose machines stay small
vm_memory_with() {
	comm -23 <(vm_memory_names ${1//,/ } | vm_memory_closure) <(vm_memory_files) | vm_memory_cpio
}

# vm_memory_image DIR: the part that is the same for every run; prints its name
vm_memory_image() {
	local stamp out

	stamp=$( (cat /var/lib/dpkg/status "$top/scripts/lib/vm-memory.sh"; echo "$kver"
		readelf -dW "$build/rgd" "$build/rgctl" "$build"/progs/* 2>/dev/null | grep NEEDED | sort -u) |
		cksum | cut -d' ' -f1)
	out=$1/memory-$kver-$stamp.cpio
	mkdir -p "$1"
	if [ ! -e "$out" ]; then
		rm -f "$1"/memory-"$kver"-*.cpio
		vm_memory_files | vm_memory_cpio >"$out.$$"
		vm_memory_modules >>"$out.$$"
		mv "$out.$$" "$out"
	fi
	echo "$out"
}

# The kernel's network modules and what they need, as a cpio archive at the place where modprobe
# looks for them.
vm_memory_modules() {
	local tmp

	tmp=$(mktemp -d)
	mkdir -p "$tmp/usr/lib/modules/$kver"
	{
		sed -nE 's#^(kernel/(net|lib|crypto|arch/x86/crypto)/[^:]*):.*#\1#p; s#^(kernel/drivers/net/(ppp/|ethernet/intel/e1000/)?[^/:]*):.*#\1#p' \
			"$kdir/modules/modules.dep"
		sed -nE 's#^(kernel/net/[^:]*|kernel/drivers/net/(ppp/)?[^/:]*): *##p' "$kdir/modules/modules.dep" |
			tr ' ' '\n'
	} | sort -u | grep . | (cd "$kdir/modules" && cpio -pdm --quiet "$tmp/usr/lib/modules/$kver")
	(cd "$tmp" && find usr | cpio -o -H newc --quiet)
	rm -rf "$tmp"
}

# vm_memory_machine DIR: the initramfs that such a machine boots: the image, and a first program
# that waits for the rest; prints its name
vm_memory_machine() {
	local image out tmp init=$top/scripts/lib/vm-init-memory

	image=$(vm_memory_image "$1") || return 1
	out=${image%.cpio}-$(cksum <"$init" | cut -d' ' -f1).initrd
	if [ ! -e "$out" ]; then
		rm -f "${image%.cpio}"-*.initrd
		tmp=$(mktemp -d)
		# which is the root folder of the machine, of all its users
		chmod 755 "$tmp"
		mkdir -p "$tmp"/{m,proc,sys,dev,run,tmp,root,mnt,opt,var/tmp,var/lib,var/log,home}
		ln -s /run "$tmp/var/run"
		ln -s /run/lock "$tmp/var/lock"
		cp "$init" "$tmp/init"
		chmod +x "$tmp/init"
		vm_initrd_modules virtio_pci virtio_console "$tmp/m"
		cp "$image" "$out.$$"
		(cd "$tmp" && find . | cpio -o -H newc --quiet) >>"$out.$$"
		rm -rf "$tmp"
		mv "$out.$$" "$out"
	fi
	echo "$out"
}

# vm_memory_rest WORK [FILE]: what the first program waits for, in $WORK/rest: the project, the
# files of this run, FILE (the script) included
vm_memory_rest() {
	local tmp=$1/memory
	local upstream=$cache/kernel-6.1-source/tools/testing/selftests/netfilter

	mkdir -p "$tmp$top" "$tmp/usr/lib/modules/$kver" "$tmp$build"
	cp -r "$top"/{selftests,scripts,Documentation} "$tmp$top/"
	cp -r "$build"/{rgd,rgctl,progs} "$tmp$build/" 2>/dev/null
	if [ -n "$kextra" ]; then
		cp -r "$kextra"/{updates,modules.*.bin} "$tmp/usr/lib/modules/$kver/"
		strip -g "$tmp/usr/lib/modules/$kver"/updates/*.ko
	fi
	# what kmod-upstream runs
	[ ! -d "$upstream" ] ||
		(cd / && find "${upstream#/}" -name '*.sh' | cpio -pdmu --quiet "$tmp")
	[ -z "${2:-}" ] || (cd / && echo "${2#/}" | cpio -pdmu --quiet "$tmp")
	cp -r "$1/vm" "$tmp/vm"
	[ -z "$with" ] || vm_memory_with "$with" | (cd "$tmp" && cpio -idmu --quiet)
	(cd "$tmp" && find . -mindepth 1 | cpio -o -H newc --quiet) >"$1/rest"
}

# vm_memory_state DIR: the state of a machine like the one in qemu[] at the moment when it waits
# for the rest, so that it need not boot again; prints the file's name. Booting is a third of what
# most tests cost.
vm_memory_state() {
	local out

	out=$1/state-$kver-$mem-$( (qemu-system-x86_64 --version; printf '%q ' "${qemu[@]}"; cksum <"$kdir/vmlinuz"
		readlink "$work/initrd") | sed "s#$work#work#g" | cksum | cut -d' ' -f1)
	(
		flock 9
		[ -e "$out" ] || vm_memory_save "$1" "$out"
	) 9>"$1/state.lock" >&2 || return 1
	echo "$out"
}

# vm_memory_save DIR FILE: boots that machine and puts its state into FILE
vm_memory_save() {
	local end=$((SECONDS + 300)) vm rc=0

	rm -f "$1/state-$kver-$mem-"*
	timeout -k 5 300 "${qemu[@]}" -monitor "unix:$work/monitor,server,nowait" \
		</dev/null >"$work/qemu" 2>&1 &
	vm=$!
	until grep -q '^waiting' "$work/status" 2>/dev/null; do
		if ! kill -0 "$vm" 2>/dev/null || [ $SECONDS -ge $end ]; then
			cat "$work/qemu" "$work/console"
			say "the machine does not come to the point where its state is kept"
			kill "$vm" 2>/dev/null
			return 1
		fi
		sleep 0.1
	done
	printf '%s\n' "migrate_set_parameter max-bandwidth 16G" "migrate \"exec:cat >$2.new\"" \
		"info migrate" quit | socat -t 60 - "UNIX-CONNECT:$work/monitor" >"$work/saved" || rc=1
	wait "$vm" || rc=1
	if [ $rc != 0 ] || ! grep -q "status: completed" "$work/saved"; then
		cat "$work/saved" "$work/qemu"
		say "the machine's state cannot be kept"
		rm -f "$2.new"
		return 1
	fi
	mv "$2.new" "$2"
}
