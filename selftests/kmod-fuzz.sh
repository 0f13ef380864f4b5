#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# vm: icount mem=1024 timeout=240
# Requests of all sorts, good and damaged, and packets between them: from root, from the root of
# a user namespace with a network namespace of its own, and from somebody without the right to
# (progs/nlfuzz.c). Enough of them are carried out, the kernel has nothing to complain of, and
# nothing is left behind. The soak has another seed each time, and many of them; NF_RG_SEED=N
# repeats one.
#
# Topology: one namespace, which forwards what comes in at lo to dummy0, and translates it.
. "$(dirname "$0")/lib/ktap.sh"
. "$(dirname "$0")/lib/topo.sh"
. "$(dirname "$0")/lib/kmod.sh"

SEED=${NF_RG_SEED:-$(soak $((RANDOM << 15 | RANDOM)) 1)}
REQUESTS=6000
more_secs=$(soak 600 0)
helpers="nf_nat_ftp nf_nat_irc nf_nat_tftp nf_nat_amanda nf_nat_sip nf_nat_pptp nf_nat_h323"
dir=$RUN/$NS
exe=$dir/nlfuzz

# in the namespace where it runs
router_here() {
	ip link set lo up
	ip link add dummy0 type dummy
	ip link set dummy0 up
	ip route add default dev dummy0
	ip -6 route add default dev dummy0
	sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1 \
		net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.lo.rp_filter=0
	# to the pools of one mapping of each group (nlfuzz.d/make.c)
	nft 'add table inet rgtest
		add chain inet rgtest post { type nat hook postrouting priority srcnat; }
		add rule inet rgtest post oifname "dummy0" meta l4proto tcp snat ip to 192.0.2.100-192.0.2.103
		add rule inet rgtest post oifname "dummy0" meta l4proto tcp snat ip6 to 2001:db8:b::64-2001:db8:b::67
		add rule inet rgtest post oifname "dummy0" snat ip to 192.0.2.110-192.0.2.113
		add rule inet rgtest post oifname "dummy0" snat ip6 to 2001:db8:b::6e-2001:db8:b::71'
}

# fuzz SEED COMMAND...: COMMAND is to run what follows it
fuzz() {
	local seed=$1

	shift
	timeout -k 5 $((120 * ktap_slow)) "$@" "$exe" "$seed" $REQUESTS >"$dir/fuzz" 2>&1 ||
		{ diag "status $?: $(cat "$dir/fuzz")"; return 1; }
}
by_root() { fuzz "$1" ip netns exec "${NS}F"; }
by_user() {
	fuzz "$1" setpriv --reuid=65534 --regid=65534 --clear-groups --bounding-set=-all \
		unshare -Urn bash -c "$(declare -f router_here); router_here 2>/dev/null; exec \"\$@\"" -
}
by_nobody() {
	fuzz "$1" ip netns exec "${NS}F" setpriv --reuid=65534 --regid=65534 --clear-groups \
		--bounding-set=-all unshare -Ur
}
# said NAME: what the last run counted
said() { awk -v n="$1" '$1 == n { v += $2 } END { print v + 0 }' "$dir/fuzz"; }
# each_at_least N: so many were carried out of the command that was least often; 10 and 16 are
# messages of the kernel's
each_at_least() {
	at_least "$(awk '$1 == "cmd" && $2 != 10 && $2 != 16 { print $3 }' "$dir/fuzz" |
		sort -n | head -n 1)" "$1"
}
groups() { rgk F raw group-get dump | grep -E '^(group|role|epoch|instance|generation) '; }
more_seeds() {
	local end=$((SECONDS + more_secs)) seed=$SEED

	while [ $SECONDS -lt $end ]; do
		seed=$((seed + 1))
		by_root $seed && by_user $seed && no_splat || { diag "seed $seed"; return 1; }
	done
	diag "$((seed - SEED)) more seeds"
}
unload() { modprobe -r -a nf_rg $helpers && ! grep -qE '^nf_(rg|nat_ftp|conntrack_ftp) ' /proc/modules; }

ktap_plan 24
diag "NF_RG_SEED=$SEED"
must mkdir -p "$dir"
must chmod 755 "$RUN" "$dir"
must install -m 755 "$PROGS/nlfuzz" "$exe"
must modprobe -a nf_rg dummy $helpers
must ip netns add "${NS}F"
on_exit ip netns del "${NS}F"
must ip netns exec "${NS}F" bash -c "$(declare -f router_here); router_here"
must ns F sysctl -qw net.netfilter.nf_conntrack_checksum=0

ok_if "requests of all sorts" by_root "$SEED"
diag "$(tr '\n' ' ' <"$dir/fuzz")"
ok_if "a quarter of them is carried out" at_least "$(said ok)" $((REQUESTS / 4))
ok_if "an eighth is not" at_most "$(said ok)" $((REQUESTS * 7 / 8))
ok_if "some of each command" each_at_least 5
ok_if "connections are created" at_least "$(kstat F install-created)" 1000
ok_if "changed" at_least "$(kstat F install-updated)" 100
ok_if "replaced" at_least "$(kstat F install-replaced)" 50
ok_if "deleted" at_least "$(kstat F install-deleted)" 50
ok_if "helped" at_least "$(ct F | grep -c helper=)" 2
ok_if "and expected" at_least "$(ns F conntrack -L expect 2>/dev/null | wc -l)" 1
ok_if "malformed batches are known" at_least "$(kstat F install-malformed)" 50
ok_if "batches come" at_least "$(said pushes)" 50
ok_if "and answers are heard" at_least "$(kstat F acks)" 30
ok_if "connections were released" at_least "$(kstat F timeouts-released)" 100
ok_if "or held back" at_least "$(kstat F held-back)" 5
diag "held back $(kstat F held-back), sent $(kstat F held-sent), short $(kstat F held-short)"

before=$(groups)
ok_if "nobody is heard" by_nobody "$SEED"
ok_if "nothing of it is carried out" is "$(said ok)" 0
ok_if "for want of the right to" at_least "$(said EPERM)" $((REQUESTS * 3 / 4))
ok_if "and nothing has changed" is "$(groups)" "$before"

ok_if "the root of another namespace is, in that" by_user "$SEED"
ok_if "and more seeds" more_seeds
for g in 1 2; do
	rgk F del $g >/dev/null 2>&1
done
ok_if "no entry is left" wait_for 10 forgotten F
ok_if "the kernel has nothing to complain of" no_splat
ip netns del "${NS}F"
ok_if "everything can be removed" wait_for 20 unload
ktap_end
