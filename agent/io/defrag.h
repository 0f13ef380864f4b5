/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Are fragments put together before they are tracked and translated? */
#ifndef RG_IO_DEFRAG_H
#define RG_IO_DEFRAG_H

#include <stdbool.h>

#include "core/addr.h"

enum defrag {
	DEFRAG_UNKNOWN,		/* the kernel does not tell its hooks */
	DEFRAG_MISSING,
	DEFRAG_IN_FORCE,
};

enum defrag defrag_look(enum rg_family family);
bool defrag_loaded(void);

#endif
