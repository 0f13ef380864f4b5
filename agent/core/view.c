// SPDX-License-Identifier: GPL-2.0-or-later
#include "view.h"

#include <string.h>

#include <linux/nf_rg.h>

static const char * const role_names[] = {
	[NF_RG_ROLE_DISABLED] = "DISABLED",
	[NF_RG_ROLE_INIT] = "INIT",
	[NF_RG_ROLE_STANDBY] = "STANDBY",
	[NF_RG_ROLE_ACTIVE] = "ACTIVE",
};

static const char * const role_words[] = {
	[NF_RG_ROLE_DISABLED] = "Disabled",
	[NF_RG_ROLE_INIT] = "Init",
	[NF_RG_ROLE_STANDBY] = "Standby",
	[NF_RG_ROLE_ACTIVE] = "Active",
};

static const char * const rf_names[] = {
	[VIEW_RF_DISABLED] = "DISABLED",
	[VIEW_RF_INITIALIZATION] = "INITIALIZATION",
	[VIEW_RF_NEGOTIATION] = "NEGOTIATION",
	[VIEW_RF_STANDBY_COLD] = "STANDBY COLD",
	[VIEW_RF_STANDBY_COLD_BULK] = "STANDBY COLD-BULK",
	[VIEW_RF_STANDBY_HOT] = "STANDBY HOT",
	[VIEW_RF_ACTIVE] = "ACTIVE",
};

static const char * const rf_words[] = {
	[VIEW_RF_DISABLED] = "Disabled",
	[VIEW_RF_INITIALIZATION] = "Init",
	[VIEW_RF_NEGOTIATION] = "Negotiation",
	[VIEW_RF_STANDBY_COLD] = "Standby-cold",
	[VIEW_RF_STANDBY_COLD_BULK] = "Standby-cold-bulk",
	[VIEW_RF_STANDBY_HOT] = "Standby-hot",
	[VIEW_RF_ACTIVE] = "Active",
};

static const char *pick(const char * const *names, size_t n, size_t k)
{
	return k < n ? names[k] : "?";
}

/**
 * view_role_name - a role in capitals, as in the group block
 * @role: enum nf_rg_role
 *
 * Return: static text.
 */
const char *view_role_name(uint8_t role)
{
	return pick(role_names, sizeof(role_names) / sizeof(*role_names), role);
}

/**
 * view_role_word - a role as a word, as in the protocol block
 * @role: enum nf_rg_role
 *
 * Return: static text.
 */
const char *view_role_word(uint8_t role)
{
	return pick(role_words, sizeof(role_words) / sizeof(*role_words), role);
}

/**
 * view_rf_name - an RF state in capitals
 * @rf: the state
 *
 * Return: static text.
 */
const char *view_rf_name(enum view_rf rf)
{
	return pick(rf_names, VIEW_RF_MAX, rf);
}

/**
 * view_rf_word - an RF state as a word
 * @rf: the state
 *
 * Return: static text.
 */
const char *view_rf_word(enum view_rf rf)
{
	return pick(rf_words, VIEW_RF_MAX, rf);
}

/**
 * view_group - look a group up by its number
 * @v: the snapshot
 * @id: number
 *
 * Return: the group, NULL when there is none.
 */
const struct view_group *view_group(const struct view *v, uint32_t id)
{
	uint32_t k;

	for (k = 0; k < v->n_groups; k++) {
		if (v->group[k].id == id)
			return &v->group[k];
	}
	return NULL;
}

/**
 * view_group_named - look a group up by its name
 * @v: the snapshot
 * @name: name, not empty
 *
 * Return: the group, NULL when there is none.
 */
const struct view_group *view_group_named(const struct view *v,
					  const char *name)
{
	uint32_t k;

	for (k = 0; k < v->n_groups; k++) {
		if (*name && !strcmp(v->group[k].name, name))
			return &v->group[k];
	}
	return NULL;
}

/**
 * view_protocol - look a protocol up
 * @v: the snapshot
 * @id: its ID
 *
 * Return: the protocol, NULL when there is none.
 */
const struct view_protocol *view_protocol(const struct view *v, uint32_t id)
{
	uint32_t k;

	for (k = 0; k < v->n_protocols; k++) {
		if (v->protocol[k].id == id)
			return &v->protocol[k];
	}
	return NULL;
}

/**
 * view_track - look a tracked object up
 * @v: the snapshot
 * @id: its number
 *
 * Return: the object, NULL when there is none.
 */
const struct view_track *view_track(const struct view *v, uint32_t id)
{
	uint32_t k;

	for (k = 0; k < v->n_tracks; k++) {
		if (v->track[k].conf.id == id)
			return &v->track[k];
	}
	return NULL;
}

/**
 * view_sla - look an operation up
 * @v: snapshot
 * @id: its number
 *
 * Return: it, or NULL.
 */
const struct view_sla *view_sla(const struct view *v, uint32_t id)
{
	uint32_t k;

	for (k = 0; k < v->n_slas; k++) {
		if (v->sla[k].conf.id == id)
			return &v->sla[k];
	}
	return NULL;
}

/**
 * view_count - append a counter
 * @c: counters
 * @name: its name, cut when it is too long
 * @value: its value
 *
 * Return: false when there is no room for it, which is counted.
 */
bool view_count(struct view_counters *c, const char *name, uint64_t value)
{
	struct view_counter *k;
	size_t len = strlen(name);

	if (c->n == VIEW_MAX_COUNTERS) {
		c->lost++;
		return false;
	}
	k = &c->v[c->n++];
	if (len >= sizeof(k->name))
		len = sizeof(k->name) - 1;
	memcpy(k->name, name, len);
	k->name[len] = '\0';
	k->value = value;
	return true;
}
