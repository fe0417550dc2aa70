#ifndef TWINLENS_SQLITE_H
#define TWINLENS_SQLITE_H
#include <stdint.h>
/* What Swift cannot call in SQLite (variadic functions), for connections to files of strangers. */

/* Turns off what a file could bring to make SQLite run code of its own: triggers, views, untrusted
   functions, writable schemas. `budget` is counted down once for each 100,000 operations; below
   zero the statement is interrupted. It must live as long as the connection (a sqlite3 *).
   0 when all of it worked, else SQLite's error code. */
int twinlens_sqlite_harden(void *connection, int64_t *budget);

/* Runs a statement (a sqlite3_stmt *) to its end, and takes all values of all rows, each with its
   type and length, into a hash of Fowler, Noll and Vo that begins with `*hash`. `*rows` is what it
   adds, `*last` the whole number in the first column of the last row. The statement is reset.
   0 when all of it worked, else SQLite's error code. */
int twinlens_sqlite_digest(void *statement, uint64_t *hash, int64_t *rows, int64_t *last);

#endif
