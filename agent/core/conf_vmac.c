// SPDX-License-Identifier: GPL-2.0-or-later
#include "conf_vmac.h"

#include <string.h>

#include "out.h"

static bool has_vmac(const struct conf_if *i)
{
	return i->vmac && i->in_group && i->rii && i->n_vips;
}

/**
 * conf_vmac - the virtual MAC address of an interface
 * @c: the configuration
 * @i: the interface
 * @mac: gets it: the one that is given, or 02:52:DOMAIN:GROUP:RII
 *
 * Return: false if it has none; @mac is zero then.
 */
bool conf_vmac(const struct conf *c, const struct conf_if *i, uint8_t mac[6])
{
	memset(mac, 0, 6);
	if (!has_vmac(i))
		return false;
	if (i->vmac == CONF_VMAC_GIVEN) {
		memcpy(mac, i->mac, 6);
		return true;
	}
	mac[0] = 0x02;
	mac[1] = 0x52;
	mac[2] = c->domain;
	mac[3] = (uint8_t)i->group.id;
	mac[4] = (uint8_t)(i->rii >> 8);
	mac[5] = (uint8_t)i->rii;
	return true;
}

/**
 * conf_vmac_name - what the device with the virtual MAC address is called
 * @i: the interface
 * @name: gets it
 */
void conf_vmac_name(const struct conf_if *i, char name[CONF_IF_LEN])
{
	struct out o;

	memset(name, 0, CONF_IF_LEN);
	out_init(&o, name, CONF_IF_LEN);
	out_fmt(&o, CONF_VMAC_PREFIX "%u", i->rii);
}

/**
 * conf_vip_device - the device that has the virtual addresses of an interface
 * @i: the interface
 * @name: gets it: the interface itself, or its device with the virtual MAC
 *	address
 */
void conf_vip_device(const struct conf_if *i, char name[CONF_IF_LEN])
{
	if (has_vmac(i))
		conf_vmac_name(i, name);
	else
		memcpy(name, i->name, CONF_IF_LEN);
}
