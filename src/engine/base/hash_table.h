/* uthash as a library may use it: it would exit when memory runs out. An element that could not be added has hh.tbl
 * NULL. */
#ifndef SEINE_ENGINE_HASH_TABLE_H
#define SEINE_ENGINE_HASH_TABLE_H

#define HASH_NONFATAL_OOM       1
#define uthash_nonfatal_oom(el) ((void)(el))
#include <uthash.h>

#endif
