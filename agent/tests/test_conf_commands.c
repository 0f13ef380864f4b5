// SPDX-License-Identifier: GPL-2.0-or-later
/* Each supported command: what it does, its bounds, its `no` form. */
#include "conf_util.h"

#define KEYS		"key chain k\nkey 1\nkey-string a\n"
#define IN_APP_LINES	IN_APP "protocol 1\n"

static struct parsed p;

#define REPL "ip nat switchover replication "

struct good {
	const char *before;	/* the mode it belongs to */
	const char *line;
	const char *printed;	/* found in running-config afterwards */
};

static const struct good good[] = {
	{ "", "ip nat switchover replication http",
	  "ip nat switchover replication http\n" },
	{ "", "ip nat switchover replication http port 80",
	  "ip nat switchover replication http\n" },
	{ "", "ip nat switchover replication http port 8080",
	  "ip nat switchover replication http port 8080\n" },
	{ "", "ip nat switch rep http port 65535", "http port 65535\n" },
	{ "ip nat switchover replication http\n",
	  "no ip nat switchover replication http port 81",
	  "ip nat switchover replication http\n" },
	{ "", REPL "tcp never", REPL "tcp never\n" },
	{ "", REPL "udp assured", REPL "udp assured\n" },
	{ "", REPL "sctp always", REPL "sctp always\n" },
	{ "", REPL "icmp older-than 1", REPL "icmp older-than 1\n" },
	{ "", REPL "gre assured", REPL "gre assured\n" },
	{ "", REPL "ip older-than 3600000", REPL "ip older-than 3600000\n" },
	{ "", REPL "tcp port 1 never", REPL "tcp port 1 never\n" },
	{ "", REPL "udp port 65535 never", REPL "udp port 65535 never\n" },
	{ "", REPL "tcp port 1 65535 assured", REPL "tcp port 1 65535 assured\n" },
	{ "", REPL "tcp port 7 7 assured", REPL "tcp port 7 assured\n" },
	{ "", REPL "mapping-id 2147483647 tcp port 80 81 older-than 5000",
	  REPL "mapping-id 2147483647 tcp port 80 81 older-than 5000\n" },
	{ "", "ip nat sw rep map 1 t p 80 o 50", REPL "mapping-id 1 tcp port 80 older-than 50\n" },
	/* a later line about the same replaces an earlier one */
	{ "", REPL "tcp port 9 never\n" REPL "tcp port 9 older-than 7",
	  REPL "tcp port 9 older-than 7\n" },
	/* sorted: of all mappings first, then by mapping, protocol and port */
	{ "", REPL "mapping-id 2 ip never\n" REPL "mapping-id 1 udp never\n" REPL "tcp port 9 never\n"
	  REPL "tcp port 8 never\n" REPL "tcp never\n" REPL "ip never",
	  REPL "ip never\n" REPL "tcp never\n" REPL "tcp port 8 never\n" REPL "tcp port 9 never\n"
	  REPL "mapping-id 1 udp never\n" REPL "mapping-id 2 ip never\n" },
	{ REPL "tcp port 9 never\n", "no " REPL "tcp port 10", REPL "tcp port 9 never\n" },
	{ REPL "tcp port 9 never\n", "no " REPL "tcp", REPL "tcp port 9 never\n" },
	{ REPL "tcp port 9 never\n", "no " REPL "mapping-id 3 tcp port 9",
	  REPL "tcp port 9 never\n" },
	{ IN_APP, "require-encryption", "require-encryption\n" },
	{ IN_APP, "split-brain probe 0", "split-brain probe 0\n" },
	{ IN_APP, "split-brain probe 1000", "split-brain probe 1000\n" },
	{ IN_APP "split-brain probe 7\n", "split-brain probe 20", "" },
	{ IN_APP, "sp p 7", "split-brain probe 7\n" },
	{ IN_APP, "domain 0", "domain 0\n" },
	{ IN_APP, "domain 255", "domain 255\n" },
	{ IN_APP, "role-change exec /a/b", "role-change exec /a/b\n" },
	{ IN_APP, "role-change exec /a timeout 10", "role-change exec /a\n" },
	{ IN_APP, "rol e /a t 60", "role-change exec /a timeout 60\n" },
	/* sorted; a later line about the same replaces an earlier one */
	{ IN_APP, "role-change exec /b timeout 1\nrole-change exec /c\nrole-change exec /a\n"
	  "role-change exec /b timeout 2",
	  "role-change exec /a\n  role-change exec /b timeout 2\n  role-change exec /c\n" },
	{ IN_APP, "protocol 1", "protocol 1\n" },
	{ IN_APP, "protocol 8", "protocol 8\n" },
	{ IN_APP, "group 1", "group 1\n" },
	{ IN_APP, "group 255", "group 255\n" },
	{ IN_RED "mode none\n", "application redundancy\ndomain 1", "domain 1\n" },
	{ IN_PROTOCOL, "name rg1", "name rg1\n" },
	{ IN_PROTOCOL, "name abcdefghijklmnopqrstuvwxy",
	  "name abcdefghijklmnopqrstuvwxy\n" },
	{ IN_PROTOCOL, "timers hellotime 1 holdtime 2",
	  "timers hellotime 1 holdtime 2\n" },
	{ IN_PROTOCOL, "timers hellotime 254 holdtime 255",
	  "timers hellotime 254 holdtime 255\n" },
	{ IN_PROTOCOL, "timers hellotime msec 10 holdtime msec 30",
	  "timers hellotime msec 10 holdtime msec 30\n" },
	{ IN_PROTOCOL, "timers hellotime msec 85000 holdtime msec 255000",
	  "timers hellotime 85 holdtime 255\n" },
	{ IN_PROTOCOL, "timers hellotime msec 250 holdtime 3",
	  "timers hellotime msec 250 holdtime msec 3000\n" },
	{ IN_PROTOCOL, "timers hellotime 1 holdtime msec 3001",
	  "timers hellotime msec 1000 holdtime msec 3001\n" },
	{ IN_PROTOCOL, "authentication text x", "authentication text x\n" },
	{ IN_PROTOCOL, "authentication text pass!ord",
	  "authentication text pass!ord\n" },
	{ IN_PROTOCOL, "authentication md5 key-string 0 cisco",
	  "authentication md5 key-string 7 02050D480809\n" },
	{ IN_PROTOCOL, "authentication md5 key-string cisco",
	  "authentication md5 key-string 7 02050D480809\n" },
	{ IN_PROTOCOL, "authentication md5 key-string 7 0822455D0A16",
	  "authentication md5 key-string 7 02050D480809\n" },
	{ IN_PROTOCOL, "auth hmac key-s 7 0822455d0a16 timeout 30",
	  "authentication hmac-sha-256 key-string 7 02050D480809 timeout 30\n" },
	{ KEYS IN_PROTOCOL, "authentication md5 key-chain k",
	  "authentication md5 key-chain k\n" },
	{ KEYS IN_PROTOCOL, "authentication hmac-sha-256 key-chain k",
	  "authentication hmac-sha-256 key-chain k\n" },
	{ "", KEYS "key 2147483647\nkey-string b",
	  "key chain k\n key 1\n  key-string 7 0207\n key 2147483647\n  key-string 7 0204\n!\n" },
	{ KEYS, "accept-lifetime 00:00:00 Jan 1 1993 infinite",
	  "accept-lifetime 00:00:00 Jan 1 1993 infinite\n" },
	{ KEYS, "send-lifetime 23:59:59 29 february 2028 00:00:00 Mar 1 2028",
	  "send-lifetime 23:59:59 Feb 29 2028 00:00:00 Mar 1 2028\n" },
	{ KEYS, "send-lifetime 12:00:00 1 Dec 2029 duration 86401",
	  "send-lifetime 12:00:00 Dec 1 2029 12:00:01 Dec 2 2029\n" },
	{ "", KEYS "key chain j\nkey 0\nkey-string c",
	  "key chain j\n key 0\n  key-string 7 0205\n!\n"
	  "key chain k\n key 1\n  key-string 7 0207\n!\n" },
	{ IN_PROTOCOL, "no bfd", "no bfd\n" },
	{ IN_PROTOCOL, "bfd interval 10 min-rx 20 multiplier 3",
	  "bfd interval 10 min-rx 20 multiplier 3\n" },
	{ IN_PROTOCOL, "bfd interval 60000 min-rx 60000 multiplier 50",
	  "bfd interval 60000 min-rx 60000 multiplier 50\n" },
	{ IN_PROTOCOL "bfd interval 10 min-rx 10 multiplier 3\n", "no bfd",
	  "bfd interval 10 min-rx 10 multiplier 3\n   no bfd\n" },
	{ IN_PROTOCOL "bfd interval 10 min-rx 10 multiplier 3\nno bfd\n", "bfd",
	  "protocol 1\n   bfd interval 10 min-rx 10 multiplier 3\n" },
	{ IN_GROUP, "name Generic-Redundancy-1",
	  "name Generic-Redundancy-1\n" },
	{ IN_GROUP, "shutdown", "   shutdown\n" },
	{ IN_GROUP, "preempt", "preempt\n" },
	{ IN_GROUP, "priority 1", "priority 1\n" },
	{ IN_GROUP, "priority 255", "priority 255\n" },
	{ IN_GROUP, "priority 120 failover threshold 80",
	  "priority 120 failover threshold 80\n" },
	{ IN_GROUP, "priority 120 failover-threshold 80",
	  "priority 120 failover threshold 80\n" },
	{ IN_GROUP, "priority 255 failover threshold 255",
	  "priority 255 failover threshold 255\n" },
	{ IN_GROUP, "priority 120 failover threshold 0", "priority 120\n" },
	{ IN_GROUP, "timers delay 0 reload 0", "timers delay 0 reload 0\n" },
	{ IN_GROUP, "timers delay 10000 reload 10000",
	  "timers delay 10000 reload 10000\n" },
	{ IN_GROUP, "timers delay 10", "timers delay 10\n" },
	{ IN_GROUP, "control sync0 protocol 1", "control sync0 protocol 1\n" },
	{ IN_GROUP, "control eth0.100 protocol 8",
	  "control eth0.100 protocol 8\n" },
	{ IN_GROUP, "data sync0", "data sync0\n" },
	{ IN_GROUP, "data sync0 trusted", "data sync0 trusted\n" },
	{ IN_IF, "redundancy rii 1", "redundancy rii 1\n" },
	{ IN_IF, "redundancy rii 65535 decrement 255",
	  "redundancy rii 65535 decrement 255\n" },
	{ IN_IF "redundancy rii 1\n",
	  "redundancy group 1 ip 10.0.0.254 exclusive",
	  "redundancy group 1 ip 10.0.0.254 exclusive\n" },
	{ IN_IF "redundancy rii 1\n",
	  "redundancy group 255 ip 10.0.0.254 exclusive decrement 1",
	  "redundancy group 255 ip 10.0.0.254 exclusive decrement 1\n" },
	{ IN_IF "redundancy rii 1\n",
	  "redundancy group blue ipv6 fd00:A::FE/64 exclusive decrement 255",
	  "redundancy group blue ipv6 fd00:a::fe/64 exclusive decrement 255\n" },
	{ IN_IF "redundancy rii 1\n",
	  "redundancy group 1 ipv6 fe80::1 exclusive",
	  "redundancy group 1 ipv6 fe80::1 exclusive\n" },
	{ IN_IF "redundancy rii 1\n",
	  "redundancy group 1 ipv6 2001:db8::1/127 exclusive",
	  "redundancy group 1 ipv6 2001:db8::1/127 exclusive\n" },
	{ IN_IF "redundancy rii 1\n",
	  "redundancy group 1 ipv6 2001:db8::/127 exclusive",
	  "redundancy group 1 ipv6 2001:db8::/127 exclusive\n" },
	{ IN_IF "redundancy rii 1\n", "redundancy group 1 decrement 7",
	  "redundancy group 1 decrement 7\n" },
	{ IN_IF, "ip nat inside", " ip nat inside\n" },
	{ IN_IF, "ip nat outside", " ip nat outside\n" },
	{ "", "interface abcdefghijklmno", "interface abcdefghijklmno\n" },
	{ "", "ip nat pool P 10.0.0.9 10.0.0.9 netmask 255.255.255.255",
	  "ip nat pool P 10.0.0.9 10.0.0.9 netmask 255.255.255.255\n" },
	{ "", "ip nat pool P 10.10.0.0 10.10.255.255 prefix-length 16",
	  "ip nat pool P 10.10.0.0 10.10.255.255 netmask 255.255.0.0\n" },
	{ "", "ip nat pool P 1.0.0.1 100.0.0.1 prefix-length 1",
	  "ip nat pool P 1.0.0.1 100.0.0.1 netmask 128.0.0.0\n" },
	{ "", "ip nat pool P 2001:db8::5 2001:db8::5 prefix-length 128",
	  "ip nat pool P 2001:db8::5 2001:db8::5 prefix-length 128\n" },
	{ "", "ip nat pool P 2001:db8::5 2001:db8::9 prefix-length 64",
	  "ip nat pool P 2001:db8::5 2001:db8::9 prefix-length 64\n" },
	{ IN_ACL, "permit any", " 10 permit any\n" },
	{ IN_ACL, "deny any", " 10 deny any\n" },
	{ IN_ACL, "permit host 10.0.0.1", " 10 permit host 10.0.0.1\n" },
	{ IN_ACL, "permit 10.0.0.1", " 10 permit host 10.0.0.1\n" },
	{ IN_ACL, "permit host fd00::1", " 10 permit host fd00::1\n" },
	{ IN_ACL, "permit fd00::1", " 10 permit host fd00::1\n" },
	{ IN_ACL, "permit 10.0.0.7 0.0.0.255",
	  " 10 permit 10.0.0.0 0.0.0.255\n" },
	{ IN_ACL, "permit 10.0.0.7 0.0.0.0", " 10 permit host 10.0.0.7\n" },
	{ IN_ACL, "permit 0.0.0.0 255.255.255.255",
	  " 10 permit 0.0.0.0 255.255.255.255\n" },
	{ IN_ACL, "permit 10.0.0.0/8", " 10 permit 10.0.0.0 0.255.255.255\n" },
	{ IN_ACL, "deny fd00:a::7/64", " 10 deny fd00:a::/64\n" },
	{ IN_ACL, "permit ::/0", " 10 permit ::/0\n" },
	{ IN_ACL, "1 permit any", " 1 permit any\n" },
	{ IN_ACL, "2147483647 permit any", " 2147483647 permit any\n" },
	{ "", "ip access-list standard 99",
	  "ip access-list standard 99\n" },
	{ "", "access-list 1 permit any",
	  "ip access-list standard 1\n 10 permit any\n" },
	{ "", "access-list 1999 deny host 10.0.0.1",
	  "ip access-list standard 1999\n 10 deny host 10.0.0.1\n" },
	{ "", "ip nat inside source list l pool p redundancy 1 mapping-id 1 overload",
	  "ip nat inside source list l pool p redundancy 1 mapping-id 1 overload\n" },
	{ "", "ip nat inside source list 7 pool p overload mapping-id 2147483647 redundancy blue",
	  "ip nat inside source list 7 pool p redundancy blue mapping-id 2147483647 overload\n" },
};

static const struct {
	const char *line;	/* in the mode that the file is in */
	const char *where;
	const char *what;
	const char *before;
} bad[] = {
	{ "domain 256", "f:3:8:", "a number from 0 to 255", IN_APP },
	{ "domain", "f:3:7:", "incomplete command", IN_APP },
	{ "split-brain probe 1001", "f:3:19:", "a number from 0 to 1000", IN_APP },
	{ "split-brain probe", "f:3:18:", "incomplete command", IN_APP },
	{ "split-brain", "f:3:12:", "incomplete command", IN_APP },
	{ "split-brain probe 5 ms", "f:3:21:", "the end of the line", IN_APP },
	{ "role-change exec a", "f:3:18:", "an absolute path", IN_APP },
	{ "role-change exec /a timeout 0", "f:3:29:", "a number from 1 to 60", IN_APP },
	{ "role-change exec /a timeout 61", "f:3:29:", "a number from 1 to 60", IN_APP },
	{ "role-change exec", "f:3:17:", "incomplete command", IN_APP },
	{ "role-change", "f:3:12:", "incomplete command", IN_APP },
	{ "protocol 0", "f:3:10:", "a number from 1 to 8", IN_APP },
	{ "protocol 9", "f:3:10:", "a number from 1 to 8", IN_APP },
	{ "group 0", "f:3:7:", "a number from 1 to 255", IN_APP },
	{ "group 256", "f:3:7:", "a number from 1 to 255", IN_APP },
	{ "group 99999999999999999999", "f:3:7:", "from 1 to 255", IN_APP },
	{ "group x", "f:3:7:", "a number from 1 to 255", IN_APP },
	{ "name", "f:4:5:", "incomplete command", IN_PROTOCOL },
	{ "name abcdefghijklmnopqrstuvwxyz", "f:4:6:", "1 to 25 characters",
	  IN_PROTOCOL },
	{ "name a b", "f:4:8:", "expected the end of the line", IN_PROTOCOL },
	{ "name 5", "f:4:6:", "not a number", IN_GROUP },
	{ "timers hellotime 0 holdtime 10", "f:4:18:", "1 to 254",
	  IN_PROTOCOL },
	{ "timers hellotime 255 holdtime 10", "f:4:18:", "1 to 254",
	  IN_PROTOCOL },
	{ "timers hellotime 1 holdtime 256", "f:4:29:", "2 to 255",
	  IN_PROTOCOL },
	{ "timers hellotime 1 holdtime 1", "f:4:29:", "2 to 255", IN_PROTOCOL },
	{ "timers hellotime 3 holdtime 3", "f:4:29:",
	  "not longer than the hello time", IN_PROTOCOL },
	{ "timers hellotime msec 9 holdtime msec 30", "f:4:23:",
	  "10 to 254000", IN_PROTOCOL },
	{ "timers hellotime msec 10 holdtime msec 29", "f:4:40:",
	  "30 to 255000", IN_PROTOCOL },
	{ "timers hellotime msec 254001 holdtime 255", "f:4:23:",
	  "10 to 254000", IN_PROTOCOL },
	{ "timers hellotime msec 11 holdtime msec 32", "f:4:40:",
	  "at least three times", IN_PROTOCOL },
	{ "timers hellotime 1 holdtime msec 2999", "f:4:34:",
	  "at least three times", IN_PROTOCOL },
	{ "timers hellotime 3", "f:4:19:", "expected \"holdtime\"",
	  IN_PROTOCOL },
	{ "authentication text 123456789", "f:4:21:", "1 to 8", IN_PROTOCOL },
	{ "authentication", "f:4:15:", "expected \"text\"", IN_PROTOCOL },
	{ "authentication md5 key-string", "f:4:30:",
	  "\"0\", \"7\" or a word of 1 to 80", IN_PROTOCOL },
	{ "authentication md5 key-string 7 0822455D0A1", "f:4:33:",
	  "no string of type 7", IN_PROTOCOL },
	{ "authentication md5 key-string 7 1622455D0A16", "f:4:33:",
	  "no string of type 7", IN_PROTOCOL },
	{ "authentication md5 key-string 7 08", "f:4:33:",
	  "no string of type 7", IN_PROTOCOL },
	{ "authentication md5 key-string 7 0264", "f:4:33:",
	  "no string of type 7", IN_PROTOCOL },
	{ "authentication md5 key-string a timeout 32768", "f:4:41:",
	  "0 to 32767", IN_PROTOCOL },
	{ "authentication md5 key-chain k", "f:3:",
	  "key chain k is not defined: hellos could not be signed",
	  IN_PROTOCOL },
	{ "authentication md5 key-chain e", "f:5:",
	  "has no key with a key-string", "key chain e\nkey 1\n" IN_APP_LINES },
	{ "key chain", "f:1:10:", "1 to 32 characters", "" },
	{ "key 2147483648", "f:4:5:", "0 to 2147483647", KEYS },
	{ "accept-lifetime 24:00:00 Jan 1 2030 infinite", "f:4:17:",
	  "a time of the day", KEYS },
	{ "accept-lifetime 00:00:00 Ja 1 2030 infinite", "f:4:26:",
	  "a month such as Jan", KEYS },
	{ "accept-lifetime 00:00:00 Feb 29 2030 infinite", "f:4:30:",
	  "not so many days", KEYS },
	{ "accept-lifetime 00:00:00 Jan 1 1992 infinite", "f:4:32:",
	  "1993 to 9999", KEYS },
	{ "send-lifetime 00:00:00 Jan 1 2030", "f:4:34:", "\"infinite\"",
	  KEYS },
	{ "send-lifetime 00:00:00 Jan 1 2030 00:00:00 Jan 1 2030", "f:4:35:",
	  "not behind the beginning", KEYS },
	{ "priority 0", "f:4:10:", "1 to 255", IN_GROUP },
	{ "priority 256", "f:4:10:", "1 to 255", IN_GROUP },
	{ "priority 1 failover threshold 256", "f:4:31:", "0 to 255",
	  IN_GROUP },
	{ "priority 1 failover", "f:4:20:", "expected \"threshold\"",
	  IN_GROUP },
	{ "preempt now", "f:4:9:", "the end of the line", IN_GROUP },
	{ "timers delay 10001", "f:4:14:", "0 to 10000", IN_GROUP },
	{ "timers delay 1 reload 10001", "f:4:23:", "0 to 10000", IN_GROUP },
	{ "bfd interval 9 min-rx 10 multiplier 3", "f:4:14:", "10 to 60000", IN_PROTOCOL },
	{ "bfd interval 10 min-rx 60001 multiplier 3", "f:4:24:", "10 to 60000", IN_PROTOCOL },
	{ "bfd interval 10 min-rx 10 multiplier 2", "f:4:38:", "3 to 50", IN_PROTOCOL },
	{ "bfd interval 10", "f:4:16:", "expected \"min-rx\"", IN_PROTOCOL },
	{ "control sync0", "f:4:14:", "expected \"protocol\"", IN_GROUP },
	{ "control sync0 protocol 9", "f:4:24:", "1 to 8", IN_GROUP },
	{ "control GigabitEthernet0/1/0 protocol 1", "f:4:9:",
	  "a Linux interface name", IN_GROUP },
	{ "data abcdefghijklmnop", "f:4:6:", "a Linux interface name",
	  IN_GROUP },
	{ "data sync0 secret", "f:4:12:",
	  "expected \"trusted\" or the end of the line", IN_GROUP },
	{ "interface ..", "f:1:11:", "a Linux interface name", "" },
	{ "interface eth0:1", "f:1:11:", "a Linux interface name", "" },
	{ "interface", "f:1:10:", "incomplete command", "" },
	{ "redundancy rii 0", "f:2:16:", "1 to 65535", IN_IF },
	{ "redundancy rii 65536", "f:2:16:", "1 to 65535", IN_IF },
	{ "redundancy rii 1 decrement 0", "f:2:28:", "1 to 255", IN_IF },
	{ "redundancy rii 1 decrement 256", "f:2:28:", "1 to 255", IN_IF },
	{ "redundancy group 256 ip 10.0.0.1 exclusive", "f:2:18:",
	  "the number (1-255) or the name of a group", IN_IF },
	{ "redundancy group 1 ip 10.0.0.1", "f:2:31:", "\"exclusive\"",
	  IN_IF },
	{ "redundancy group 1 ip 10.0.0.256 exclusive", "f:2:23:",
	  "an IPv4 address", IN_IF },
	{ "redundancy group 1 ip fd00::1 exclusive", "f:2:23:",
	  "an IPv4 address", IN_IF },
	{ "redundancy group 1 ip 224.0.0.1 exclusive", "f:2:23:",
	  "not an address that a router can hold", IN_IF },
	{ "redundancy group 1 ip 127.0.0.1 exclusive", "f:2:23:",
	  "not an address", IN_IF },
	{ "redundancy group 1 ip 0.0.0.0 exclusive", "f:2:23:",
	  "not an address", IN_IF },
	{ "redundancy group 1 ip 10.0.0.1 exclusive decrement 256",
	  "f:2:52:", "1 to 255", IN_IF },
	{ "redundancy group 1 ipv6 fd00::1 exclusive", "f:2:25:",
	  "needs its prefix length", IN_IF },
	{ "redundancy group 1 ipv6 fd00::1/0 exclusive", "f:2:25:",
	  "needs its prefix length", IN_IF },
	{ "redundancy group 1 ipv6 fd00::1/129 exclusive", "f:2:25:",
	  "an IPv6 address", IN_IF },
	{ "redundancy group 1 ipv6 fd00::/64 exclusive", "f:2:25:",
	  "this is the network", IN_IF },
	{ "redundancy group 1 ipv6 fe80::1/64 exclusive", "f:2:25:",
	  "has no length", IN_IF },
	{ "redundancy group 1 ipv6 ff02::1/64 exclusive", "f:2:25:",
	  "not an address", IN_IF },
	{ "redundancy group 1 ipv6 10.0.0.1/24 exclusive", "f:2:25:",
	  "an IPv6 address", IN_IF },
	{ "redundancy group 1 decrement 0", "f:2:30:", "1 to 255", IN_IF },
	{ "redundancy group 1", "f:2:19:", "incomplete command", IN_IF },
	{ "redundancy group 2 ip 10.0.0.1 exclusive", "f:4:18:",
	  "belongs to group 1 already, exclusively",
	  IN_IF "redundancy rii 1\nredundancy group 1 decrement 1\n" },
	{ "ip nat both", "f:2:8:", "\"inside\" or \"outside\"", IN_IF },
	{ "ip nat pool P 10.0.0.9 10.0.0.1 netmask 255.255.255.0",
	  "f:1:24:", "before the first", "" },
	{ "ip nat pool P 10.0.0.1 fd00::1 prefix-length 24", "f:1:24:",
	  "different families", "" },
	{ "ip nat pool P fd00::1 fd00::2 netmask 255.255.255.0", "f:1:39:",
	  "IPv6 has no netmask", "" },
	{ "ip nat pool P 10.0.0.1 10.0.1.1 netmask 255.255.255.0", "f:1:41:",
	  "not in one network", "" },
	{ "ip nat pool P 10.0.0.1 10.0.0.2 netmask 255.0.255.0", "f:1:41:",
	  "a netmask such as", "" },
	{ "ip nat pool P 10.0.0.1 10.0.0.2 netmask 0.0.0.0", "f:1:41:",
	  "not a length", "" },
	{ "ip nat pool P 10.0.0.1 10.0.0.2 prefix-length 33", "f:1:47:",
	  "expected 1 to 32", "" },
	{ "ip nat pool P 10.0.0.1 10.0.0.2 prefix-length 0", "f:1:47:",
	  "1 to 128", "" },
	{ "ip nat pool P fd00::1 fd00::2 prefix-length 129", "f:1:45:",
	  "1 to 128", "" },
	{ "ip nat pool P 127.0.0.1 127.0.0.2 prefix-length 8", "f:1:15:",
	  "not an address to translate to", "" },
	{ "ip nat pool P fe80::1 fe80::2 prefix-length 64", "f:1:15:",
	  "not an address to translate to", "" },
	{ "ip nat pool P 10.0.0.1 10.0.0.2", "f:1:32:",
	  "\"netmask\" or \"prefix-length\"", "" },
	{ "ip nat switchover", "f:1:18:", "expected \"replication\"", "" },
	{ "ip nat switchover replication", "f:1:30:",
	  "expected \"http\", \"mapping-id\", \"tcp\", \"udp\", \"sctp\", \"icmp\", \"gre\" or \"ip\"",
	  "" },
	{ REPL "tcp", "f:1:34:",
	  "expected \"never\", \"older-than\", \"always\", \"assured\" or \"port\"", "" },
	{ REPL "dccp never", "f:1:31:", "expected \"http\"", "" },
	{ REPL "icmp assured", "f:1:36:",
	  "expected \"never\", \"older-than\" or \"always\"", "" },
	{ REPL "gre port 1 never", "f:1:35:", "expected \"never\"", "" },
	{ REPL "tcp port", "f:1:39:", "a number from 1 to 65535", "" },
	{ REPL "tcp port 0 never", "f:1:40:", "a number from 1 to 65535", "" },
	{ REPL "tcp port 65536 never", "f:1:40:", "a number from 1 to 65535", "" },
	{ REPL "tcp port 9", "f:1:41:", "incomplete command", "" },
	{ REPL "tcp port 9 10", "f:1:44:", "incomplete command", "" },
	{ REPL "tcp port 9 8 never", "f:1:42:", "the last port is before the first", "" },
	{ REPL "tcp port 9 70000 never", "f:1:42:", "a number from 1 to 65535", "" },
	{ REPL "tcp older-than", "f:1:45:", "a number from 1 to 3600000", "" },
	{ REPL "tcp older-than 0", "f:1:46:", "a number from 1 to 3600000", "" },
	{ REPL "tcp older-than 3600001", "f:1:46:", "a number from 1 to 3600000", "" },
	{ REPL "tcp a", "f:1:35:", "ambiguous abbreviation", "" },
	{ REPL "tcp never 5", "f:1:41:", "expected the end of the line", "" },
	{ REPL "mapping-id", "f:1:41:", "a number from 1 to 2147483647", "" },
	{ REPL "mapping-id 0 tcp never", "f:1:42:", "a number from 1 to 2147483647", "" },
	{ REPL "mapping-id 1", "f:1:43:", "expected \"tcp\"", "" },
	{ REPL "mapping-id 1 http", "f:1:44:", "expected \"tcp\"", "" },
	{ "no " REPL, "f:1:33:", "incomplete command", "" },
	{ "ip nat switchover replication http 81", "f:1:36:",
	  "expected \"port\" or the end of the line", "" },
	{ "ip nat switchover replication http port", "f:1:40:",
	  "incomplete command", "" },
	{ "ip nat switchover replication http port 0", "f:1:41:",
	  "1 to 65535", "" },
	{ "ip nat switchover replication http port 65536", "f:1:41:",
	  "1 to 65535", "" },
	{ "ip access-list standard 100", "f:1:25:", "1-99, 1300-1999", "" },
	{ "ip access-list standard 0", "f:1:25:", "1-99, 1300-1999", "" },
	{ "access-list 100 permit any", "f:1:13:", "1-99, 1300-1999", "" },
	{ "access-list 2000 permit any", "f:1:13:", "1-99, 1300-1999", "" },
	{ "access-list x permit any", "f:1:13:", "1-99, 1300-1999", "" },
	{ "access-list 1", "f:1:14:", "\"permit\" or \"deny\"", "" },
	{ "permit", "f:2:7:", "incomplete command", IN_ACL },
	{ "permit host", "f:2:12:", "an address", IN_ACL },
	{ "permit 10.0.0.0 0.0.255.0", "f:2:17:", "a wildcard such as",
	  IN_ACL },
	{ "permit fd00:: 0.0.0.255", "f:2:15:", "the end of the line",
	  IN_ACL },
	{ "permit 10.0.0.0/33", "f:2:8:", "a prefix such as", IN_ACL },
	{ "0 permit any", "f:2:1:", "unknown command", IN_ACL },
	{ "2147483648 permit any", "f:2:1:", "unknown command", IN_ACL },
	{ "10 deny any", "f:3:1:", "another entry with this number",
	  IN_ACL "10 permit any\n" },
	{ "permit host 10.0.0.1", "f:3:1:", "no number is left",
	  IN_ACL "2147483647 permit any\n" },
	{ "ip nat inside source list l pool p redundancy 1 overload",
	  "f:1:57:", "\"redundancy\" needs a mapping-id", "" },
	{ "ip nat inside source list l pool p", "f:1:35:",
	  "not supported yet: a rule without redundancy", "" },
	{ "ip nat inside source list l pool p overload", "f:1:44:",
	  "not supported yet: a rule without redundancy", "" },
	{ "ip nat inside source list l pool p mapping-id 5 overload",
	  "f:1:47:", "not supported yet: a rule without redundancy", "" },
	{ "ip nat inside source list l pool p redundancy 1 mapping-id 1",
	  "f:1:61:", "not supported yet: a rule without overload", "" },
	{ "ip nat inside source list l pool p redundancy 1 mapping-id 0 overload",
	  "f:1:60:", "1 to 2147483647", "" },
	{ "ip nat inside source list l pool p redundancy 1 mapping-id 2147483648 overload",
	  "f:1:60:", "1 to 2147483647", "" },
	{ "ip nat inside source list l pool p redundancy 1 mapping-id 1 redundancy 2 overload",
	  "f:1:73:", "given twice", "" },
	{ "ip nat inside source list l pool p redundancy 1 mapping-id 1 overload overload",
	  "f:1:71:", "given twice", "" },
	{ "ip nat inside source list l pool p redundancy 1 mapping-id 1 overload mapping-id 2",
	  "f:1:82:", "given twice", "" },
	{ "ip nat inside source list m pool q redundancy 1 mapping-id 7 overload",
	  "f:2:60:", "another rule has this mapping-id",
	  "ip nat inside source list l pool p redundancy 1 mapping-id 7 overload\n" },
	{ "mode fast", "f:2:6:", "expected \"none\"", IN_RED },
	{ "application", "f:2:12:", "expected \"redundancy\"", IN_RED },
	{ "wibble", "f:1:1:", "unknown command", "" },
};

static void test_good(void **state)
{
	char text[512];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(good); i++) {
		snprintf(text, sizeof(text), "%s%s\n", good[i].before,
			 good[i].line);
		must_load(&p, text);
		if (good[i].printed)
			must_contain(good[i].printed, p.text, text);
	}
}

static void test_bad(void **state)
{
	char text[512];
	struct conf empty;
	size_t i;

	conf_init(&empty);
	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		snprintf(text, sizeof(text), "%s%s\n", bad[i].before,
			 bad[i].line);
		must_refuse(&p, text, bad[i].where, bad[i].what);
		assert_memory_equal(&p.c, &empty, sizeof(empty));
		if (p.d.errors != 1)
			fail_msg("%zu errors instead of one for:\n%s",
				 p.d.errors, text);
	}
}

static const struct {
	const char *before, *line, *undo;
} undone[] = {
	{ "", "ip nat switchover replication http",
	  "no ip nat switchover replication http" },
	{ "", "ip nat switchover replication http port 81",
	  "no ip nat switchover replication http" },
	{ "", "ip nat switchover replication http port 81",
	  "no ip nat switchover replication http port 81" },
	{ "", REPL "tcp port 9 10 older-than 7", "no " REPL "tcp port 9 10" },
	{ "", REPL "tcp port 9 10 older-than 7",
	  "no " REPL "tcp port 9 10 older-than 7" },
	{ "", REPL "tcp port 9 older-than 7", "no " REPL "tcp port 9 never" },
	{ "", REPL "ip assured", "no " REPL "ip" },
	{ "", REPL "mapping-id 7 icmp never", "no " REPL "mapping-id 7 icmp" },
	{ "", REPL "mapping-id 7 icmp never\n" REPL "mapping-id 7 ip never",
	  "no " REPL "mapping-id 7" },
	{ IN_APP, "require-encryption", "no require-encryption" },
	{ IN_APP, "split-brain probe 3", "no split-brain" },
	{ IN_APP, "split-brain probe 3", "no split-brain probe" },
	{ IN_APP, "split-brain probe 3", "no split-brain probe 3" },
	{ IN_APP, "role-change exec /a", "no role-change exec /a" },
	{ IN_APP, "role-change exec /a timeout 5", "no role-change exec /a timeout 7" },
	{ IN_APP, "domain 3", "no domain" },
	{ IN_APP, "domain 3", "no domain 3" },
	{ IN_PROTOCOL, "name x", "no name" },
	{ IN_PROTOCOL, "name x", "no name x" },
	{ IN_PROTOCOL, "timers hellotime 1 holdtime 9", "no timers" },
	{ IN_PROTOCOL, "timers hellotime 1 holdtime 9",
	  "no timers hellotime 1 holdtime 9" },
	{ IN_PROTOCOL, "authentication text x", "no authentication" },
	{ IN_PROTOCOL, "authentication text x",
	  "no authentication text x" },
	{ IN_PROTOCOL, "authentication md5 key-string x", "no authentication" },
	{ IN_PROTOCOL, "authentication md5 key-string x timeout 3",
	  "no authentication md5" },
	{ IN_PROTOCOL, "authentication md5 key-string x timeout 3",
	  "no authentication md5 key-string" },
	{ IN_PROTOCOL, "authentication md5 key-string 0 x",
	  "no authentication md5 key-string 0 x" },
	{ "", KEYS, "no key chain k" },
	{ KEYS, "accept-lifetime 00:00:00 Jan 1 2030 infinite",
	  "no accept-lifetime" },
	{ KEYS, "send-lifetime 00:00:00 Jan 1 2030 infinite",
	  "no send-lifetime" },
	{ KEYS, "key 2\nkey-string x", "no key 2" },
	{ IN_GROUP, "name x", "no name" },
	{ IN_GROUP, "shutdown", "no shutdown" },
	{ IN_GROUP, "preempt", "no preempt" },
	{ IN_GROUP, "priority 9 failover threshold 3", "no priority" },
	{ IN_GROUP, "timers delay 1 reload 2", "no timers delay" },
	{ IN_GROUP, "control x protocol 2", "no control" },
	{ IN_GROUP, "control x protocol 2", "no control x" },
	{ IN_GROUP, "data x trusted", "no data" },
	{ IN_IF, "redundancy rii 7 decrement 3", "no redundancy rii" },
	{ IN_IF, "redundancy rii 7", "no redundancy rii 7" },
	{ IN_IF, "redundancy group 1 ip 10.0.0.1 exclusive",
	  "no redundancy group 1 ip 10.0.0.1" },
	{ IN_IF, "redundancy group 1 ip 10.0.0.1 exclusive decrement 9",
	  "no redundancy group 1 ip 10.0.0.1 exclusive decrement 9" },
	{ IN_IF, "redundancy group 1 ipv6 fd00::1/64 exclusive",
	  "no redundancy group 1 ipv6 fd00::1/64" },
	{ IN_IF, "redundancy group 1 ip 10.0.0.1 exclusive",
	  "no redundancy group 1" },
	{ IN_IF, "redundancy group 1 decrement 9",
	  "no redundancy group 1 decrement" },
	{ IN_IF, "ip nat inside", "no ip nat inside" },
	{ "", "interface x", "no interface x" },
	{ IN_APP, "protocol 3", "no protocol 3" },
	{ IN_APP, "group 3", "no group 3" },
	{ "", IN_APP "group 3\nprotocol 2\ndomain 4",
	  "redundancy\nno application redundancy" },
	{ "", "ip nat pool p 10.0.0.1 10.0.0.2 netmask 255.255.255.0",
	  "no ip nat pool p" },
	{ "", "ip access-list standard l",
	  "no ip access-list standard l" },
	{ "", "access-list 7 permit any", "no access-list 7" },
	{ "", "access-list 7 permit any",
	  "no ip access-list standard 7" },
	{ IN_ACL, "permit any", "no 10" },
	{ IN_ACL, "permit any", "no permit any" },
	{ IN_ACL, "deny 10.0.0.0 0.0.0.255", "no deny 10.0.0.0/24" },
	{ "", "ip nat inside source list l pool p redundancy 1 mapping-id 7 overload",
	  "no ip nat inside source list l pool p" },
	{ "", "ip nat inside source list l pool p redundancy 1 mapping-id 7 overload",
	  "no ip nat inside source list l pool p redundancy 1 mapping-id 7 overload" },
};

/* What is said, undone: nothing must be left of it. */
static void test_no(void **state)
{
	static struct parsed q;
	char text[512];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(undone); i++) {
		snprintf(text, sizeof(text), "%s\n", undone[i].before);
		must_load(&q, text);
		snprintf(text, sizeof(text), "%s%s\n%s\n", undone[i].before,
			 undone[i].line, undone[i].undo);
		must_load(&p, text);
		assert_string_equal(p.text, q.text);
		assert_null(strstr(p.findings, "there is no such"));
	}
}

/* `no` of something that is not there loads and says so. */
static void test_no_nothing(void **state)
{
	must_warn(&p, IN_APP "no protocol 2\n", "f:3:13: warning: there is no");
	must_warn(&p, IN_APP "no group 2\n", "there is no such group");
	must_warn(&p, "no interface x\n", "was not configured");
	must_warn(&p, "no ip nat pool p\n", "there is no such pool");
	must_warn(&p, "no ip access-list standard l\n", "no such access list");
	must_warn(&p, IN_ACL "no permit any\n", "no such entry");
	must_warn(&p, IN_ACL "no 10\n", "no such entry");
	must_warn(&p, "no ip nat inside source list l pool p\n",
		  "there is no such rule");
	must_warn(&p, "no " REPL "tcp\n", "there is no such rule");
	must_warn(&p, "no " REPL "mapping-id 3\n", "there is no such rule");
	must_warn(&p, IN_IF "no redundancy group 1\n", "not in this group");
	must_warn(&p, IN_IF "redundancy rii 1\nredundancy group 1 decrement 1\n"
		  "no redundancy group 1 ip 10.0.0.1\n",
		  "does not have this address");
	must_refuse(&p, "access-list 7 permit any\nno access-list 7 permit any\n",
		    "f:2:1:", "inside the list");
	must_refuse(&p, "no redundancy\n", "f:1:1:", "no \"no\" form");
	must_refuse(&p, "no\n", "f:1:3:", "incomplete command");
}

/* A line says all of its setting: what it leaves out is the default again. */
static void test_whole_setting(void **state)
{
	const struct conf_group *g;

	must_load(&p, IN_GROUP "priority 120 failover threshold 80\n"
		  "priority 110\ntimers delay 1 reload 2\ntimers delay 3\n"
		  "data x trusted\ndata y\n");
	g = conf_group(&p.c, 1);
	assert_int_equal(g->priority, 110);
	assert_int_equal(g->threshold, 0);
	assert_int_equal(g->delay_ms, 3000);
	assert_int_equal(g->reload_ms, CONF_DEF_RELOAD_MS);
	assert_string_equal(g->data, "y");
	assert_false(g->data_trusted);
	must_load(&p, IN_IF "redundancy rii 9 decrement 9\nredundancy rii 9\n");
	assert_int_equal(conf_if(&p.c, "lan0")->rii_decrement, 0);
}

static void test_defaults(void **state)
{
	const struct conf_group *g;
	struct conf_protocol x;

	must_load(&p, IN_GROUP "control c protocol 5\n");
	g = conf_group(&p.c, 1);
	assert_int_equal(p.c.domain, 71);
	assert_int_equal(p.c.probe_ms, 20);
	assert_int_equal(g->priority, 100);
	assert_int_equal(g->threshold, 0);
	assert_int_equal(g->delay_ms, 30000);
	assert_int_equal(g->reload_ms, 60000);
	assert_false(g->preempt || g->shutdown || g->data_trusted);
	conf_group_protocol(&p.c, g, &x);
	assert_int_equal(x.id, 5);
	assert_int_equal(x.hello_ms, 3000);
	assert_int_equal(x.hold_ms, 10000);
	assert_true(x.bfd);
	assert_int_equal(x.bfd_tx_ms, 100);
	assert_int_equal(x.bfd_rx_ms, 100);
	assert_int_equal(x.bfd_mult, 3);
	assert_string_equal(x.auth_text, "");
}

/* One IPv4 address, which a second one replaces; several IPv6 addresses. */
static void test_vips(void **state)
{
	const struct conf_if *i;
	char text[2048];
	size_t n, at;

	must_load(&p, IN_IF "redundancy rii 1\n"
		  "redundancy group 1 ipv6 fd00::2/64 exclusive\n"
		  "redundancy group 1 ip 10.0.0.2 exclusive decrement 3\n"
		  "redundancy group 1 ipv6 fe80::1 exclusive\n"
		  "redundancy group 1 ip 10.0.0.1 exclusive\n"
		  "redundancy group 1 ipv6 fd00::2/48 exclusive\n");
	i = conf_if(&p.c, "lan0");
	assert_int_equal(i->n_vips, 3);
	assert_int_equal(i->vip[0].addr.b[3], 1);
	assert_int_equal(i->vip[0].len, 32);
	assert_int_equal(i->vip[0].decrement, 0);
	assert_int_equal(i->vip[1].len, 48);
	assert_int_equal(i->vip[2].len, 64);
	assert_int_equal(i->group.id, 1);

	at = (size_t)snprintf(text, sizeof(text), IN_IF "redundancy rii 1\n");
	for (n = 1; n <= CONF_MAX_VIPS + 1; n++) {
		at += (size_t)snprintf(text + at, sizeof(text) - at,
				       "redundancy group 1 ipv6 fd00::%zx/64 exclusive\n",
				       n);
		if (n == CONF_MAX_VIPS)
			must_load(&p, text);
	}
	must_refuse(&p, text, "f:11:1:", "there is room for 8");
}

/* Tables that are full say so, and nothing is written behind them. */
static void test_full(void **state)
{
	static const struct {
		const char *before, *head, *tail;
		unsigned int max;
	} t[] = {
		{ "", "interface i", "", CONF_MAX_IFS },
		{ "", "ip nat pool p", " 10.0.0.1 10.0.0.2 prefix-length 24",
		  CONF_MAX_POOLS },
		{ "", "ip access-list standard l", "", CONF_MAX_ACLS },
		{ IN_ACL, "permit host 10.0.0.", "", CONF_MAX_ACES },
		{ "", "key chain k", "", CONF_MAX_CHAINS },
		{ KEYS, "key 1000", "", CONF_MAX_KEYS - 1 },
		{ "", "ip nat inside source list l pool p redundancy 1 overload mapping-id ",
		  "", CONF_MAX_MAPS },
		{ "", REPL "udp port ", " never", CONF_MAX_REPLS },
	};
	static char text[TEXT_SIZE];
	unsigned int i, n;
	size_t at;

	for (i = 0; i < ARRAY_SIZE(t); i++) {
		at = (size_t)snprintf(text, sizeof(text), "%s", t[i].before);
		for (n = 1; n <= t[i].max; n++)
			at += (size_t)snprintf(text + at, sizeof(text) - at,
					       "%s%u%s\n", t[i].head, n,
					       t[i].tail);
		must_load(&p, text);
		snprintf(text + at, sizeof(text) - at, "%s%u%s\n", t[i].head, n,
			 t[i].tail);
		must_refuse(&p, text, "f:", "there is room for");
		assert_int_equal(p.d.errors, 1);
	}
}

static void test_acl_order(void **state)
{
	struct rg_addr a, b, c;

	must_load(&p, IN_ACL "permit 10.0.0.0/8\n5 deny host 10.0.0.7\n"
		  "permit fd00::/16\npermit 10.0.0.0 0.255.255.255\n");
	assert_int_equal(conf_acl(&p.c, "l")->n_aces, 3);
	must_contain(" 5 deny host 10.0.0.7\n 10 permit 10.0.0.0 0.255.255.255\n"
		     " 20 permit fd00::/16\n", p.text, "");
	addr_parse("10.0.0.7", 8, &a);
	addr_parse("10.0.0.8", 8, &b);
	addr_parse("fd01::1", 7, &c);
	assert_false(conf_acl_permits(conf_acl(&p.c, "l"), &a));
	assert_true(conf_acl_permits(conf_acl(&p.c, "l"), &b));
	assert_false(conf_acl_permits(conf_acl(&p.c, "l"), &c));
	must_load(&p, IN_ACL "permit any\n");
	assert_true(conf_acl_permits(conf_acl(&p.c, "l"), &c));
	/* A number has one spelling */
	must_load(&p, "access-list 007 permit any\n");
	assert_non_null(conf_acl(&p.c, "7"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),
		cmocka_unit_test(test_bad),
		cmocka_unit_test(test_no),
		cmocka_unit_test(test_no_nothing),
		cmocka_unit_test(test_whole_setting),
		cmocka_unit_test(test_defaults),
		cmocka_unit_test(test_vips),
		cmocka_unit_test(test_full),
		cmocka_unit_test(test_acl_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
