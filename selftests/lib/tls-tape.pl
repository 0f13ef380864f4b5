#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-or-later
# tls-tape.pl TAPE OPENING: what tcpdump has recorded of connections that are TLS, packets in order
# and none lost. The first record of the first client is written to OPENING. Prints how many
# ServerHellos say TLS 1.3, a pre-shared key and a key share; records of application data; records
# that are neither these nor part of a handshake (RFC 8446, 4.1.3, 4.2, 5.1).
use strict;
use warnings;

my ($tape, $opening) = @ARGV;
my (%stream, %next, $hello, $first);
my ($hellos, $data, $other) = (0, 0, 0);

sub server_hello {
	my ($m) = @_;
	my $at = 4 + 2 + 32;
	my %ext;

	$at += 1 + ord(substr($m, $at, 1)) + 2 + 1 + 2;
	while ($at + 4 <= length($m)) {
		my ($type, $len) = unpack("nn", substr($m, $at, 4));

		$ext{$type} = substr($m, $at + 4, $len);
		$at += 4 + $len;
	}
	return ($ext{43} // "") eq "\x03\x04" && defined $ext{41} && defined $ext{51};
}

sub record {
	my ($type, $body) = @_;
	my $kind = ord($body);

	if ($type == 23) {
		$data++;
	} elsif ($type == 22 && $kind == 2) {
		$hellos += server_hello($body) ? 1 : 0;
	} elsif ($type != 20 && !($type == 22 && $kind == 1)) {
		$other++;
	}
}

open(my $f, "<:raw", $tape) or die "$tape: $!\n";
read($f, $hello, 24) == 24 && unpack("V", $hello) == 0xa1b2c3d4 or die "$tape: no recording\n";
while (read($f, my $h, 16) == 16) {
	my $len = unpack("x8V", $h);

	read($f, my $p, $len) == $len or last;
	next if unpack("x12n", $p) != 0x0800;
	my $ip = substr($p, 14, unpack("x16n", $p));
	my $tcp = substr($ip, 4 * (ord($ip) & 15));
	my ($from, $to, $seq) = unpack("nnN", $tcp);
	my $key = substr($ip, 12, 8) . pack("nn", $from, $to);
	my $payload = substr($tcp, 4 * (ord(substr($tcp, 12, 1)) >> 4));

	delete $stream{$key}, delete $next{$key} if ord(substr($tcp, 13, 1)) & 2;
	next if $payload eq "" || (defined $next{$key} && $seq != $next{$key});
	$next{$key} = ($seq + length($payload)) & 0xffffffff;
	$stream{$key} .= $payload;
	while (length($stream{$key}) >= 5) {
		my ($type, $n) = unpack("Cx2n", $stream{$key});

		last if length($stream{$key}) < 5 + $n;
		$first //= substr($stream{$key}, 0, 5 + $n);
		record($type, substr($stream{$key}, 5, $n));
		substr($stream{$key}, 0, 5 + $n) = "";
	}
}
open(my $o, ">:raw", $opening) or die "$opening: $!\n";
print $o $first // "";
close($o) or die "$opening: $!\n";
print "$hellos $data $other\n";
