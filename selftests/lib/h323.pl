#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-or-later
# What parties to a call of H.323 say, one message each, by hand: H.225.0 (calls and registrations)
# and H.245 (media channels) in aligned PER (ITU-T X.691), with what has to be there and no more.
#
# usage: h323.pl setup|connect ADDRESS PORT	Q.931 in TPKT (RFC 1006); address of the control channel
#        h323.pl olc ADDRESS PORT CHANNEL	openLogicalChannel in TPKT; address for RTCP
#        h323.pl rrq|rcf|urq ADDRESS PORT	RAS; address for calls (rrq: and for RAS, its port 1719)
#        h323.pl find KIND			reads such messages, says the address in the last one
use strict;
use warnings;

my ($bits, @at);	# what is written, in bits; where addresses stand, in bytes

sub bits { $bits .= join("", @_); }
sub align { $bits .= "0" while length($bits) % 8; }
sub bytes { align(); $bits .= unpack("B*", $_[0]); }
sub address { align(); push @at, length($bits) / 8; bytes($_[0]); }
sub message {
	my ($fill) = @_;

	$bits = "";
	@at = ();
	$fill->();
	align();
	return pack("B*", $bits);
}
sub tpkt { my ($m) = @_; $_ += 4 for @at; return pack("CCn", 3, 0, 4 + length($m)) . $m; }

my $h225 = "\x06\x00\x08\x91\x4a\x00\x04";	# 0.0.8.2250.0.4, and its length before it
my $terminal = "0" . "000001" . "00" . "00";	# EndpointType: a terminal, no MC, not undefined

# SETUP and CONNECT: call reference 1, and the element user-user
sub q931 {
	my ($type, $per) = @_;
	my $head = "\x08\x02\x00\x01" . chr($type);
	my $bearer = $type == 5 ? "\x04\x03\x88\x93\xa5" : "";
	my $before = $head . $bearer . "\x7e" . pack("nC", length($per) + 1, 5);

	$_ += length($before) for @at;
	return tpkt($before . $per);
}

my %make = (
	setup => sub {
		my ($a) = @_;

		q931(5, message(sub {
			bits("0", "0", "0", "0", "0000");	# no user-data; pdu; body: setup
			bits("0", "1000000");			# h245Address is there
			bytes($h225);
			bits("0", "000");
			address($a);
			bits($terminal, "0");			# activeMC: no
			bytes("conference 00001");
			bits("0", "00", "0", "00");		# create, point to point
		}));
	},
	connect => sub {
		my ($a) = @_;

		q931(7, message(sub {
			bits("0", "0", "0", "0", "0010");	# body: connect
			bits("0", "1");				# h245Address is there
			bytes($h225);
			bits("0", "000");
			address($a);
			bits($terminal);
			bytes("conference 00001");
		}));
	},
	olc => sub {
		my ($a, $channel) = @_;

		tpkt(message(sub {
			bits("0", "00", "0", "0011");		# request, openLogicalChannel
			bits("0", "0");				# in this direction only
			bytes(pack("n", $channel - 1));
			bits("0", "0", "0", "011", "0", "0011");	# audioData: g711Ulaw64k
			bytes(chr(19));				# 20 ms a packet
			bits("1", "0000000");			# h2250LogicalChannelParameters
			bytes(chr(10));				# and its length
			bits("0", "0000100000");		# mediaControlChannel is there
			bytes(chr($channel));			# sessionID
			bits("0", "0", "0", "000", "0");	# unicastAddress, iPAddress
			address($a);
		}));
	},
	rrq => sub {
		my ($a) = @_;

		message(sub {
			bits("0", "00011", "0", "000");
			bytes(pack("n", 0));
			bytes($h225);
			bits("0");				# discoveryComplete: no
			bytes(chr(1));
			bits("0", "000");
			address($a);
			bytes(chr(1));
			bits("0", "000");
			bytes(substr($a, 0, 4) . pack("n", 1719));
			bits($terminal);
			bits("0", "00", "0");			# endpointVendor
			bytes("\xb5\x00\x53\x4c");
		});
	},
	rcf => sub {
		my ($a) = @_;

		message(sub {
			bits("0", "00100", "0", "000");
			bytes(pack("n", 0));
			bytes($h225);
			bytes(chr(1));
			bits("0", "000");
			address($a);
			bits("0000001");			# endpointIdentifier: 2 letters
			bytes("\x00e\x001");
		});
	},
	urq => sub {
		my ($a) = @_;

		message(sub {
			bits("0", "00110", "0", "000");
			bytes(pack("n", 1));
			bytes(chr(1));
			bits("0", "000");
			address($a);
		});
	},
);

my ($kind, $addr, $port, $channel) = @ARGV;
if ($kind eq "find") {
	my $len = length($make{$addr}->("\0" x 6, 1));
	my $in = do { local $/; <STDIN> } // "";

	die "no whole message: " . length($in) . " bytes\n" if !$in || length($in) % $len;
	my ($ip, $p) = unpack("a4n", substr($in, length($in) - $len + $at[0], 6));
	print join(".", unpack("C4", $ip)), " $p\n";
} else {
	binmode(STDOUT);
	print $make{$kind}->(pack("C4n", split(/\./, $addr), $port), $channel);
}
