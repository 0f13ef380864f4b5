#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# vm: icount mem=1024 timeout=600
# The kernel's own tests of connection tracking and translation (tools/testing/selftests/netfilter
# of Debian's linux-source) say the same with the module loaded and a group with a mapping in each
# of their namespaces as without. The topologies are theirs.
. "$(dirname "$0")/lib/ktap.sh"
. "$(dirname "$0")/lib/topo.sh"

source=${NF_RG_CACHE:-/var/cache/nf_rg}/kernel-6.1-source/tools/testing/selftests/netfilter
TESTS=(nft_nat conntrack_icmp_related nft_meta)
[ -z "${NF_RG_SOAK:-}" ] || TESTS+=(conntrack_tcp_unreplied conntrack_vrf nf_nat_edemux
	ipip-conntrack-mtu)
dir=$RUN/upstream
rgk=$PWD/$PROGS/rgk

# An ip(8) that configures each namespace that it adds.
ip_with_group() {
	mkdir -p "$dir/bin"
	cat >"$dir/bin/ip" <<-EOF
	#!/bin/bash
	$(command -v ip) "\$@" || exit
	if [ "\$1 \$2" = "netns add" ]; then
		$rgk -n "\$3" group 1 203.0.113.254 &&
			$rgk -n "\$3" mapping 152 1 1 203.0.113.1-203.0.113.9 &&
			$rgk -n "\$3" role 1 active 1 && echo "\$3" >>$dir/configured
	fi
	exit 0
	EOF
	chmod +x "$dir/bin/ip"
}

# run TEST: what it found, without the names and times that differ each time, and its status
run() {
	local out status

	out=$(cd "$source" && timeout 600 bash "./$1.sh" 2>&1)
	status=$?
	sed -nE '/^(PASS|FAIL|ERROR|OK|SKIP)/ { s/-[A-Za-z0-9]{8}\b//g; s/[0-9]+ seconds/some seconds/; p }' <<<"$out"
	echo "status $status"
}
passes() { has "$(cat "$dir/$1.without")" '^status 0$' && has "$(cat "$dir/$1.without")" '^(PASS|OK)'; }
all_pass() {
	local t

	for t in "${TESTS[@]}"; do
		passes "$t" || return 1
	done
}

[ -d "$source" ] || ktap_skip_all "no kernel source; scripts/kernel-get --source fetches it"
ktap_plan $((${#TESTS[@]} + 3))
must mkdir -p "$dir"
on_exit rm -rf "$dir"
for t in "${TESTS[@]}"; do
	run "$t" >"$dir/$t.without"
done
ok_if "they pass without it" all_pass

must modprobe nf_rg
ip_with_group
PATH=$dir/bin:$PATH
for t in "${TESTS[@]}"; do
	run "$t" >"$dir/$t.with"
	ok_if "$t finds the same with it" is "$(<"$dir/$t.with")" "$(<"$dir/$t.without")"
done
ok_if "a group was there in their namespaces" at_least "$(wc -l <"$dir/configured")" $((2 * ${#TESTS[@]}))
ok_if "the module can go" wait_for 20 modprobe -r nf_rg
ktap_end
