# SPDX-License-Identifier: GPL-2.0-or-later
# From `tcpdump -tt -n` of one download at the client: figures of its progress, and
# with series=FILE what arrived in each quarter of a second.
#
# t0: the time of the fault; times are printed relative to it.  client: its address.
# Progress is what the client acknowledges: all of that arrived, in order.

BEGIN { step = 0.25; n = resets = acked = at_fault = 0; pause = -1 }

# each end of the connection counts its sequence numbers from the SYN
{
	t = $1 - t0
	flags = $7
	if (flags ~ /R/)
		resets++
	if (begin == "" && flags ~ /S/)
		begin = t
	packets++
	if (index($3, client ".") != 1 || !match($0, /ack [0-9]+/) || flags ~ /S/)
		next
	ack = substr($0, RSTART + 4, RLENGTH - 4) - 1
	# one byte more is the end of the connection, after the data
	if (ack <= acked + 1)
		next
	if (acked && t - last > pause) {
		pause = t - last
		from = last
	}
	if (acked == 0)
		first = t
	bin = int((t - begin) / step)
	got[bin] += ack - acked
	if (bin > bins)
		bins = bin
	acked = ack
	last = t
	if (t <= 0)
		at_fault = acked
}

END {
	printf "begin %.3f\nfirst %.3f\nend %.3f\n", begin, first, last
	printf "packets %d\nresets %d\nat-fault %.0f\nacked %.0f\n", packets, resets, at_fault, acked
	printf "pause %.3f\npause-from %.3f\n", pause, from
	for (i = 0; i <= bins; i++)
		printf "%.3f %.0f\n", begin + (i + 0.5) * step, got[i] / step >series
	if (!packets)
		exit 1
}
