#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# vm: icount mem=2048 timeout=150 with=iptables
# Firewalls begin and restart on the active router, under churn and held flows: nftables with the file
# that Debian brings, as its service does it, which flushes everything; and rules as dockerd puts them
# when it starts, with iptables of both kinds (not dockerd itself), also with the policy DROP for what is
# forwarded, which is not overruled (topology: lib/topo.sh).
. "$(dirname "$0")/lib/ktap.sh"
. "$(dirname "$0")/lib/topo.sh"
. "$(dirname "$0")/lib/kmod.sh"
. "$(dirname "$0")/lib/managers.sh"

nftables_stop() { ns A nft flush ruleset; }
nftables_start() { ns A nft -f /etc/nftables.conf; }
filter_there() { ns A nft list chain inet filter forward >/dev/null; }

# ipt TABLE ARGUMENT...
ipt() { ns A "$kind" -w -t "$@"; }

# docker_chains, docker_forward, docker_nat: what dockerd says, in its order, with one published port
docker_chains() {
	ipt nat -N DOCKER && ipt filter -N DOCKER && ipt filter -N DOCKER-ISOLATION-STAGE-1 &&
		ipt filter -N DOCKER-ISOLATION-STAGE-2 && ipt filter -N DOCKER-USER &&
		ipt filter -A DOCKER-ISOLATION-STAGE-1 -j RETURN &&
		ipt filter -A DOCKER-ISOLATION-STAGE-2 -j RETURN && ipt filter -A DOCKER-USER -j RETURN
}
docker_nat() {
	ipt nat -I POSTROUTING -s 172.17.0.0/16 ! -o docker0 -j MASQUERADE &&
		ipt nat -I DOCKER -i docker0 -j RETURN &&
		ipt nat -A PREROUTING -m addrtype --dst-type LOCAL -j DOCKER &&
		ipt nat -A OUTPUT -m addrtype --dst-type LOCAL ! --dst 127.0.0.0/8 -j DOCKER &&
		ipt nat -A DOCKER ! -i docker0 -p tcp --dport 8080 -j DNAT --to-destination 172.17.0.2:80
}
docker_forward() {
	ipt filter -I FORWARD -i docker0 -o docker0 -j ACCEPT &&
		ipt filter -I FORWARD -i docker0 ! -o docker0 -j ACCEPT &&
		ipt filter -I FORWARD -o docker0 -j DOCKER &&
		ipt filter -I FORWARD -o docker0 -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT &&
		ipt filter -I FORWARD -j DOCKER-ISOLATION-STAGE-1 &&
		ipt filter -I DOCKER-ISOLATION-STAGE-1 -i docker0 ! -o docker0 -j DOCKER-ISOLATION-STAGE-2 &&
		ipt filter -I DOCKER-ISOLATION-STAGE-2 -o docker0 -j DROP &&
		ipt filter -A DOCKER ! -i docker0 -o docker0 -p tcp -d 172.17.0.2 --dport 80 -j ACCEPT &&
		ipt filter -I FORWARD -j DOCKER-USER
}
# docker_start KIND [POLICY]
docker_start() {
	kind=$1
	docker_chains && docker_nat && docker_forward &&
		{ [ -z "${2:-}" ] || ipt filter -P FORWARD "$2"; }
}
docker_gone() { ipt filter -F && ipt filter -X && ipt nat -F && ipt nat -X; }
# what an administrator adds where the policy is DROP
let_through() {
	ipt filter -I DOCKER-USER -i lan0 -o wan0 -j ACCEPT &&
		ipt filter -I DOCKER-USER -i wan0 -o lan0 -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
}
dropped() { ipt filter -nvxL FORWARD | sed -nE 's/^Chain FORWARD \(policy DROP ([0-9]+) packets.*/\1/p'; }
blocked() { [ "$(dropped)" -gt 0 ]; }

ktap_plan $((8 + MANAGERS_END))
managers_begin

must nftables_stop
must nftables_start
ok_if "nftables is restarted: the flows go on" whole
must nftables_start
ok_if "it is reloaded: the flows go on" whole
ok_if "its own rules stay" filter_there

must ipn A link add docker0 type bridge
must ipn A addr add 172.17.0.1/16 dev docker0
must ipn A link set docker0 up
for k in iptables-nft iptables-legacy; do
	must docker_start $k
	ok_if "docker begins, $k: the flows go on" whole
	must docker_gone
done
must docker_start iptables-nft DROP
ok_if "with a policy that drops, nothing passes" wait_for 5 blocked
must let_through
ok_if "with rules that let it through, the flows go on" whole
ok_if "the policy is as it was set" has "$(ipt filter -S FORWARD)" '^-P FORWARD DROP$'
managers_end
ktap_end
