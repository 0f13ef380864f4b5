#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-or-later
# Probes of twins, frames of their own Ethernet type, kept and sent again.
#
# usage: frames.pl record IF FILE COUNT SOURCE	COUNT frames from the MAC address SOURCE that IF hears
#        frames.pl send IF FILE		all of them
#        frames.pl flip IF FILE		with another bit in the last byte of each
use strict;
use warnings;

my ($what, $ifname, $file, $count, $source) = @ARGV;
my ($packet, $raw, $type) = (17, 3, 0x88b5);

open(my $index, '<', "/sys/class/net/$ifname/ifindex") or die "no interface $ifname\n";
chomp(my $ifindex = <$index>);
socket(my $s, $packet, $raw, unpack('S', pack('n', $type))) or die "socket: $!\n";
bind($s, pack('SniSCCa8', $packet, $type, $ifindex, 0, 0, 6, '')) or die "bind: $!\n";

if ($what eq 'record') {
	open(my $out, '>', $file) or die "$file: $!\n";
	while ($count) {
		defined(recv($s, my $frame, 2048, 0)) or die "recv: $!\n";
		next if join(':', unpack('x6(H2)6', $frame)) ne lc($source);
		print $out unpack('H*', $frame), "\n";
		$count--;
	}
	close($out) or die "$file: $!\n";
	exit;
}
open(my $in, '<', $file) or die "$file: $!\n";
while (my $line = <$in>) {
	chomp($line);
	my $frame = pack('H*', $line);
	substr($frame, -1, 1) = chr(ord(substr($frame, -1, 1)) ^ 1) if $what eq 'flip';
	defined(send($s, $frame, 0)) or die "send: $!\n";
}
