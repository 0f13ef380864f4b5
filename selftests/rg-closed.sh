#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# vm: icount mem=2048 timeout=180
# Fail closed: nothing leaves untranslated while somebody has flushed all rules and the agent is
# stopped, nor while the module is not there (topology: lib/topo.sh; router A alone, without a
# lease that would end).
. "$(dirname "$0")/lib/ktap.sh"
. "$(dirname "$0")/lib/topo.sh"
. "$(dirname "$0")/lib/kmod.sh"

counter() { rg_ctl A --json show redundancy application counters | gojq "[.. | objects | .\"nat-152-fail-closed\"? // empty][0] // 0"; }
# counted N: what the agent shows; it is read anew for the next one who asks
counted() { [ "$(counter)" -ge "$1" ]; }
connects() { ns c nc -z -w1 192.0.2.9 5000; }
lists() { is "$(rgk A raw closed-get dump | grep -c '^mapping ')" "$1"; }
chain() { ns A nft list chain inet rg_guard postrouting >/dev/null 2>&1; }
no_chain() { ! chain; }
# translates PREFIX: the rules of A
translates() { ns A nft list table inet rg | grep -q "ip saddr $1 "; }

ktap_plan 15
must modprobe nf_rg
topo_up
must rg_start A
must wait_state 20 A ACTIVE
count_private
flowd_start 5000
must wait_for 10 connects
ok_if "the module has the lists of the configuration" lists 2
ok_if "there is no rule for it" no_chain

rg_kill A STOP
must ns A nft flush ruleset
ok_if "without rules a connection does not come about" fails connects
ok_if "and nothing of it has left" is "$(private_came)" 0
rg_kill A CONT
ok_if "the agent puts them back" wait_for 10 connects
ok_if "and shows what was dropped" wait_for 10 counted 1

# another list: permitted are others, and c goes untranslated
rg_conf A | sed '/^[[:space:]]*$/d; s/permit 10.0.0.0 0.0.0.255/permit 10.0.1.0 0.0.0.255/' >"$(rg_dir A)/conf"
rg_kill A HUP
must wait_for 10 translates 10.0.1.0/24
ok_if "what the list does not permit any more leaves as it is" connects
ok_if "as s has seen" at_least "$(private_came)" 1
rg_conf A | sed '/^[[:space:]]*$/d' >"$(rg_dir A)/conf"
rg_kill A HUP
must wait_for 10 translates 10.0.0.0/24
before=$(private_came)

# without the module: the same by a rule
must rmmod nf_rg
ok_if "without the module a rule stands in" wait_for 10 chain
must ns A conntrack -F >/dev/null 2>&1
must ns A ip addr replace 10.0.0.254/24 dev lan0
rg_kill A STOP
must ns A nft delete table inet rg
ok_if "which keeps in what is not translated" fails connects
ok_if "of which nothing has left" is "$(private_came)" "$before"
rg_kill A CONT
must modprobe nf_rg
ok_if "with it the rule goes" wait_for 10 no_chain
must wait_state 20 A ACTIVE
ok_if "and the module has the lists again" lists 2

rg_stop A
ok_if "a router that is stopped alone goes on, and so does this" lists 2
must rg_start A
must rg_ctl A stop --purge
ok_if "when everything is removed, this is, too" wait_for 10 lists 0
ktap_end
