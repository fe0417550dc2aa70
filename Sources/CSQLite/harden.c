#include "CSQLite.h"
#include <sqlite3.h>

static int spend(void *context) {
  int64_t *budget = context;
  return --*budget < 0;
}

int twinlens_sqlite_harden(void *connection, int64_t *budget) {
  sqlite3 *db = connection;
  const int switches[][2] = {
    { SQLITE_DBCONFIG_DEFENSIVE, 1 },      { SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0 },
    { SQLITE_DBCONFIG_ENABLE_TRIGGER, 0 }, { SQLITE_DBCONFIG_ENABLE_VIEW, 0 },
    { SQLITE_DBCONFIG_WRITABLE_SCHEMA, 0 },
  };
  for (unsigned i = 0; i < sizeof switches / sizeof *switches; i++) {
    int code = sqlite3_db_config(db, switches[i][0], switches[i][1], (int *)0);
    if (code != SQLITE_OK) return code;
  }
  sqlite3_progress_handler(db, 100000, spend, budget);
  return SQLITE_OK;
}
