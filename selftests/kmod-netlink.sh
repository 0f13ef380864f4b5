#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# vm: icount mem=1024 timeout=120
# Every refusal of the module's netlink interface: its errno, the kernel's words, the
# attribute to blame, and nothing has changed after it (topology: lib/topo.sh,
# lib/kmod.sh; A is active, B stands by, `rgk relay` is the agent of both).
. "$(dirname "$0")/lib/ktap.sh"
. "$(dirname "$0")/lib/topo.sh"
. "$(dirname "$0")/lib/kmod.sh"

# state: all that a request here could have changed
# but for the time since both were compared
state() {
	rgk A raw group-get dump | sed '/^verified/d'
	rgk A mappings
	rgk A raw closed-get dump
	rgk B raw group-get dump | sed '/^verified/d'
}

# refused WHAT ERRNO WORDS REQUEST...: WORDS is an expression; nothing is other than $before
refused() {
	ok_if "$1: $2 $3" refused_one "rgk: refused: $2: $3\$" "${@:4}"
}
refused_one() {
	local want=$1 out now

	shift
	out=$("$@" 2>&1 >/dev/null) && { diag "it was accepted"; return 1; }
	[[ $out =~ ^$want ]] || { diag "got '$out', wanted '$want'"; return 1; }
	now=$(state)
	is "$now" "$before" || { before=$now; return 1; }
}
A() { rgk A raw "$@"; }
B() { rgk B raw "$@"; }

made_one() {
	rgk c group 2 2>/dev/null
	rgk c mapping 9 2 9 10.0.0.1
}

# the same as somebody without the right to
unprivileged() {
	ns A setpriv --reuid=65534 --regid=65534 --clear-groups --bounding-set=-all "$@"
}

role="epoch=1 epoch-system=1"
batch="group=1 seq=1 batch=0 generation=1"
range() { echo "ranges={ range={ range-from=x:$1 range-to=x:$2 } }"; }
pool=$(range c0000201 c0000202)
unsupported="Unsupported attribute"
leftover="bytes leftover after parsing attributes"

ktap_plan 139
must modprobe nf_rg scrub_interval=86400
kmod_up
must relay_up A B
must settled A
# A tells B that both are equal, once
must wait_for 5 kget_is B sync 3
must settled A
before=$(state)

# ranges of numbers, unknown attributes: the policy
for a in group=0 group=256; do
	refused "$a" ERANGE 'integer out of range \(group\)' A group-new $a
done
for a in role=4 grace=2001; do
	refused "$a" ERANGE "integer out of range \(${a%=*}\)" A set-role group=1 $role role=2 $a
done
refused "unknown flags" EINVAL 'reserved bit set \(flags\)' A set-role group=1 $role role=3 flags=16
refused "unknown batch flags" EINVAL 'reserved bit set \(batch\)' A install batch=32
for a in mapping=0 mapping=0x80000000 slot=0; do
	refused "$a" ERANGE "integer out of range \(${a%=*}\)" A mapping-new group=1 mapping=9 slot=9 $a $pool
done
for a in window=0 window=1025; do
	refused "$a" ERANGE "integer out of range \(window\)" A attach version=7 $a
done
refused "a short number" EINVAL "invalid attribute length \(group\)" A group-new group=x:0100
refused "an attribute of the answers" EINVAL '.*\(event\)' A group-new group=1 event=1
refused "an unknown command" EOPNOTSUPP '' A 99
refused "a message of the kernel's" EOPNOTSUPP '' A push group=1
refused "a dump of what has none" EOPNOTSUPP '' A set-role dump

# what is missing
refused "no group" EINVAL '.*group missing' A group-new
refused "no group" EINVAL '.*group missing' A group-del
refused "no group" EINVAL '.*group missing' A group-get
refused "no group" EINVAL '.*group missing' A flush
refused "no role" EINVAL '.*role missing' A set-role group=1 $role
refused "no epoch" EINVAL '.*epoch missing' A set-role group=1 role=3
refused "half an epoch" EINVAL '.*system of the epoch missing' A set-role group=1 role=3 epoch=1
refused "no mapping" EINVAL '.*mapping ID missing' A mapping-new group=1 slot=9 $pool
refused "no slot" EINVAL '.*slot missing' A mapping-new group=1 mapping=9 $pool
refused "no ranges" EINVAL '.*ranges missing' A mapping-new group=1 mapping=9 slot=9
refused "no mapping" EINVAL '.*mapping ID missing' A mapping-del
refused "no mapping" EINVAL '.*mapping ID missing' A mapping-get
refused "no version" EINVAL '.*version missing' A attach

# groups
refused "a group that exists, exclusively" EEXIST 'the group exists \(group\)' A group-new excl group=1
refused "an address of 5 bytes" EINVAL 'an address has 4 or 16 bytes \(addr\)' \
	A group-new group=2 addrs={ addr=x:0a000001 addr=x:0a00000102 }
refused "such an address for a group that has some" EINVAL 'an address has 4 or 16 bytes \(addr\)' \
	A group-new group=1 addrs={ addr=x:0a00000102 }
refused "an address of 17 bytes" ERANGE '.*\(addr\)' \
	A group-new group=2 addrs={ addr=x:000102030405060708090a0b0c0d0e0f10 }
refused "something else among addresses" EINVAL "$unsupported \(slot\)" \
	A group-new group=2 addrs={ addr=x:0a000001 slot=1 }
refused "a range among them" EINVAL "$unsupported \(range\)" A group-new group=1 addrs={ range={ } }
refused "bytes behind them" EINVAL "$leftover" A group-new group=1 addrs={ addr=x:0a000001 x:ff }
refused "another mark mask" EBUSY 'another group of this namespace uses another mark mask \(mark-mask\)' \
	A group-new group=2 mark-mask=0xff
refused "a mark mask with a hole" EINVAL 'the mark mask must be contiguous bits \(mark-mask\)' \
	A group-new group=2 mark-mask=0x50
refused "an empty mark mask" EINVAL 'the mark mask must be contiguous bits \(mark-mask\)' \
	A group-new group=2 mark-mask=0
for c in group-del group-get flush; do
	refused "$c of an unknown group" ENOENT 'no such group \(group\)' A $c group=7
done
refused "a role of an unknown group" ENOENT 'no such group \(group\)' A set-role group=7 $role role=3
# a namespace without a group: not even connection tracking may be left running
not_hooked() { ns c ping -c1 -W1 10.0.0.254 >/dev/null; is "$(ns c conntrack -C)" 0; }
refused "the first group of a namespace" EINVAL '.*\(mark-mask\)' rgk c raw group-new group=1 mark-mask=0
refused "the first group of a namespace" EINVAL '.*\(addr\)' rgk c raw group-new group=1 addrs={ addr=x:01 }
ok_if "which is left as it was" not_hooked

# roles
refused "a lease of a standby" EINVAL 'only an active group has a lease \(lease\)' \
	B set-role group=1 $role role=2 lease=100
refused "a grace period of an active" EINVAL 'an active group has no grace period \(grace\)' \
	A set-role group=1 $role role=3 grace=100
refused "a lower epoch" ESTALE "the group's epoch is higher \(epoch\)" \
	A set-role group=1 epoch=0 epoch-system=1 role=2
refused "the lower system" ESTALE "the group's epoch is higher \(epoch\)" \
	A set-role group=1 epoch=1 epoch-system=0 role=2
refused "to flush an active group" EBUSY '.*the group is active' A flush group=1

# mappings
refused "a mapping of an unknown group" ENOENT 'no such group \(group\)' A mapping-new group=7 mapping=9 slot=9 $pool
refused "a slot that is too large" ERANGE 'the slot does not fit into the mark mask \(slot\)' \
	A mapping-new group=1 mapping=9 slot=256 $pool
refused "a slot that is taken" EBUSY 'another mapping has this slot \(slot\)' \
	A mapping-new group=1 mapping=9 slot=1 $pool
refused "another slot" EBUSY '.*group and slot of a mapping cannot be changed' \
	A mapping-new group=1 mapping=152 slot=9 $pool
refused "no range" EINVAL 'a mapping needs a range \(ranges\)' A mapping-new group=1 mapping=9 slot=9 ranges={ }
refused "half a range" EINVAL 'a range has a first and a last address \(range\)' \
	A mapping-new group=1 mapping=9 slot=9 ranges={ range={ range-from=x:c0000201 } }
refused "a range backwards" EINVAL 'the last address of a range is below the first \(range\)' \
	A mapping-new group=1 mapping=9 slot=9 $(range c0000202 c0000201)
refused "a range of both families" EINVAL 'the last address of a range is below the first \(range\)' \
	A mapping-new group=1 mapping=9 slot=9 $(range c0000202 20010db8000000000000000000000001)
refused "a bad range for a mapping that has one" EINVAL 'an address has 4 or 16 bytes \(range-to\)' \
	A mapping-new group=1 mapping=152 slot=1 $(range c0000202 01)
ends="range-from=x:c0000201 range-to=x:c0000202"
refused "something else among ranges" EINVAL "$unsupported \(addr\)" \
	A mapping-new group=1 mapping=9 slot=9 ranges={ range={ $ends } addr=x:c0000201 }
refused "a rule that has the ends of a range" EINVAL "$unsupported \(rule\)" \
	A mapping-new group=1 mapping=9 slot=9 ranges={ rule={ $ends } }
refused "something else in a range" EINVAL "$unsupported \(slot\)" \
	A mapping-new group=1 mapping=9 slot=9 ranges={ range={ $ends slot=9 } }
refused "bytes behind ranges" EINVAL "$leftover" \
	A mapping-new group=1 mapping=9 slot=9 ranges={ range={ $ends } x:ff }
refused "bytes in a range" EINVAL "$leftover" \
	A mapping-new group=1 mapping=9 slot=9 ranges={ range={ $ends x:ff } }

# policies
rule() { echo "policy={ rule={ $* } }"; }
new="mapping-new group=1 mapping=152 slot=1 $(range c0000264 c0000267)"
must A $new $(rule rule-proto=17)
before=$(state)
refused "a rule without a protocol" EINVAL 'a rule has a protocol \(rule\)' A $new $(rule rule-port-from=80)
refused "an empty rule" EINVAL 'a rule has a protocol \(rule\)' A $new $(rule)
refused "a rule for what nobody carries" EINVAL 'a protocol that is not replicated anyway \(rule-proto\)' \
	A $new $(rule rule-proto=200)
for p in 1 58 47; do
	refused "a port of protocol $p" EINVAL 'this protocol has no ports \(rule-port-from\)' \
		A $new $(rule rule-proto=$p rule-port-from=80)
done
refused "a last port alone" EINVAL 'a last port needs a first one \(rule-port-to\)' \
	A $new $(rule rule-proto=6 rule-port-to=80)
refused "ports backwards" EINVAL 'the last port is below the first \(rule-port-to\)' \
	A $new $(rule rule-proto=6 rule-port-from=81 rule-port-to=80)
refused "a port of four bytes" EINVAL '.*\(rule-port-from\)' A $new $(rule rule-proto=6 rule-port-from=x:50000000)
refused "a port of a rule for every protocol" EINVAL 'this protocol has no ports \(rule-port-from\)' \
	A $new $(rule rule-proto=0 rule-port-from=80)
refused "something unknown to wait for" ERANGE 'integer out of range \(rule-when\)' \
	A $new $(rule rule-proto=6 rule-when=4)
for a in 0 3600001; do
	refused "an age of $a ms" ERANGE 'integer out of range \(rule-age\)' \
		A $new $(rule rule-proto=6 rule-when=3 rule-age=$a)
done
refused "to wait for an age without one" EINVAL 'a rule that waits for an age has one \(rule\)' \
	A $new $(rule rule-proto=6 rule-when=3)
for w in "" rule-when=0 rule-when=1 rule-when=2; do
	refused "an age ${w:-alone}" EINVAL 'this rule does not wait for an age \(rule-age\)' \
		A $new $(rule rule-proto=6 $w rule-age=100)
done
refused "when, of two bytes" EINVAL '.*\(rule-when\)' A $new $(rule rule-proto=6 rule-when=x:0100)
refused "a condition outside a rule" EINVAL '.*\(rule-when\)' A $new policy={ rule-when=1 }
refused "a count of the answers" EINVAL '.*\(held\)' A group-new group=1 held=1
refused "something else in a rule" EINVAL "$unsupported \(slot\)" A $new $(rule rule-proto=6 slot=1)
refused "something else in a policy" EINVAL "$unsupported \(range\)" A $new policy={ range={ } }
refused "bytes behind rules" EINVAL "$leftover" A $new policy={ rule={ rule-proto=6 } x:ff }
refused "bytes in a rule" EINVAL "$leftover" A $new $(rule rule-proto=6 x:ff)
refused "a bad rule behind a good one" EINVAL 'a rule has a protocol \(rule\)' \
	A $new policy={ rule={ rule-proto=6 } rule={ } }
refused "65 rules" E2BIG 'a policy has at most 64 rules \(policy\)' \
	A $new policy={ $(printf 'rule={ rule-proto=%d } ' $(yes 6 | head -n 65)) }
must A $new
before=$(state)
refused "to remove an unknown mapping" ENOENT 'no such mapping \(mapping\)' A mapping-del mapping=9
refused "an unknown mapping" ENOENT 'no such mapping \(mapping\)' A mapping-get mapping=9

# what must not leave untranslated
name() { printf 'ifname=x:%s00' "$(printf %s "$1" | od -An -tx1 | tr -d ' \n')"; }
source=0a0000000000000000000000000000001801
list() { echo "closed={ mapping=$1 family=${2:-2} sources=x:${3:-${source}0000} }"; }
inside="inside={ $(name lan0) }"
must A closed-set $inside outside={ $(name wan0) } $(list 152)
before=$(state)
refused "a list without a mapping" EINVAL 'a list has a mapping ID, a family and sources \(closed\)' \
	A closed-set closed={ family=2 sources=x: }
refused "one without a family" EINVAL 'a list has a mapping ID, a family and sources \(closed\)' \
	A closed-set closed={ mapping=152 sources=x: }
refused "one without sources" EINVAL 'a list has a mapping ID, a family and sources \(closed\)' \
	A closed-set closed={ mapping=152 family=2 }
refused "a bad list behind a good one" EINVAL 'a list has a mapping ID, a family and sources \(closed\)' \
	A closed-set $(list 152) closed={ }
refused "another family" EINVAL 'a family is 2 \(IPv4\) or 10 \(IPv6\) \(family\)' A closed-set $(list 152 3)
refused "half a source" EINVAL 'sources are not whole \(sources\)' A closed-set $(list 152 2 ${source}00)
refused "a prefix of 33 bits" EINVAL 'a prefix is longer than an address \(sources\)' \
	A closed-set $(list 152 2 0a00000000000000000000000000000021010000)
refused "a prefix of 129 bits" EINVAL 'a prefix is longer than an address \(sources\)' \
	A closed-set $(list 152 10 0a00000000000000000000000000000081010000)
refused "another word than permitted" EINVAL 'a source is permitted \(1\) or not \(0\) \(sources\)' \
	A closed-set $(list 152 2 0a00000000000000000000000000000018020000)
refused "something behind it" EINVAL 'a source is permitted \(1\) or not \(0\) \(sources\)' \
	A closed-set $(list 152 2 ${source}0001)
refused "129 sources" ERANGE '.*\(sources\)' A closed-set $(list 152 2 "$(printf "${source}0000%.0s" $(seq 129))")
refused "mapping 0" ERANGE 'integer out of range \(mapping\)' A closed-set $(list 0)
for n in . a/b "" 0123456789abcdef; do
	refused "an interface '$n'" E[A-Z]* '.*\(ifname\)' A closed-set inside={ $(name "$n") }
done
refused "a name without an end" EINVAL '.*\(ifname\)' A closed-set inside={ ifname=x:6c616e30 }
refused "something else among names" EINVAL "$unsupported \(slot\)" A closed-set inside={ slot=1 }
refused "something else in a list" EINVAL "$unsupported \(slot\)" \
	A closed-set closed={ mapping=152 family=2 sources=x: slot=1 }
refused "257 interfaces" E2BIG '.*at most 256 interfaces and 1024 lists' \
	A closed-set inside={ $(for i in {1..257}; do name "i$i"; echo; done) }
refused "1025 lists" E2BIG '.*at most 256 interfaces and 1024 lists' \
	A closed-set $(for i in {1..1025}; do list "$i" 2 ""; done)

# the agent's: the attached socket alone
for c in "sync session=1 peer-instance=1" "ack session=1 seq=1" "install $role $batch" "sync-receive session=1" verify; do
	refused "${c%% *} of another socket" EPERM '.*this socket is not the attached agent' A $c group=1
done
refused "a second agent" EBUSY '.*another agent is attached to this namespace' A attach version=7
refused "another version" EPROTO 'the module speaks version 7 \(version\)' A attach version=2
must relay_down A B
must wait_for 5 kget_is A session 0
before=$(state)
refused "a standby that sends" EPERM '.*only an active group sends' B sync attach group=1 session=1 peer-instance=1
refused "a session with nobody" EINVAL '.*instance of the peer missing' A sync attach group=1 session=1
for v in 3 8; do
	refused "a peer of version $v" EPROTO 'records of that version are not written \(version\)' \
		A sync attach group=1 session=1 peer-instance=1 version=$v
done
refused "half a refusal" EINVAL 'not a whole number of refusals \(refusals\)' \
	A ack attach group=1 session=1 seq=1 refusals=x:010203
for d in 0102 01020304050607080102030405060708; do
	refused "a digest of $((${#d} / 2)) bytes" EINVAL \
		'a digest is that of all, or that and one for each bucket \(digest\)' \
		A ack attach group=1 session=1 seq=1 digest=x:$d
done
refused "a comparison by a standby" EPERM '.*only an active group compares' B verify attach group=1
refused "a batch for an active" EPERM '.*the group does not stand by' A install attach $role $batch
refused "a batch of another epoch" ESTALE 'the group is in another epoch \(epoch\)' \
	B install attach epoch=2 epoch-system=1 $batch
batch="group=1 seq=1 batch=0 generation=$(rgk B get 1 | awk '$1 == "generation" { print $2 }')"
refused "a malformed record" EBADMSG 'malformed record \(records\)' B install attach $role $batch records=x:00

# who may
mine=$RUN/$NS/rgk
must install -m 755 "$PROGS/rgk" "$mine"

# more mappings than there can be: 256 slots are what the usual mask holds
must rgk c raw group-new group=1 mark-mask=0xffff0000
ok_if "so many mappings, and no more" is "$(ns c "$PROGS/mapmany" 1)" \
	"$((4096 - $(rgk A mappings | wc -l) - $(rgk B mappings | wc -l))): nf_rg: there are 4096 mappings, of all namespaces, and no more can be"
must rgk c del 1
ok_if "those that are gone make room" wait_for 5 made_one
must rgk c del 2

refused "a request without the right to" EPERM '' unprivileged "$mine" role 1 standby 9
refused "so is a question" EPERM '' unprivileged "$mine" get 1
refused "the right to another namespace does not do" EPERM '' unprivileged unshare -Ur "$mine" get 1
ok_if "the one to his own does" succeeds unprivileged unshare -Urn "$mine" group 1
ktap_end
