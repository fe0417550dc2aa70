#include "CSQLite.h"
#include <sqlite3.h>

static uint64_t add(uint64_t hash, const unsigned char *bytes, uint64_t count) {
  for (uint64_t i = 0; i < count; i++) hash = (hash ^ bytes[i]) * UINT64_C(0x100000001B3);
  return hash;
}

int twinlens_sqlite_digest(void *statement, uint64_t *hash, int64_t *rows, int64_t *last) {
  sqlite3_stmt *rest = statement;
  uint64_t sum = *hash;
  int code;
  while ((code = sqlite3_step(rest)) == SQLITE_ROW) {
    int columns = sqlite3_column_count(rest);
    for (int column = 0; column < columns; column++) {
      unsigned char front[9] = { (unsigned char)sqlite3_column_type(rest, column) };
      int isNumber = front[0] == SQLITE_INTEGER;
      const unsigned char *bytes = isNumber ? 0 : sqlite3_column_blob(rest, column);
      uint64_t value = isNumber ? (uint64_t)sqlite3_column_int64(rest, column)
                                : (uint64_t)sqlite3_column_bytes(rest, column);
      for (int i = 0; i < 8; i++) front[i + 1] = (unsigned char)(value >> 8 * i);
      sum = add(sum, front, sizeof front);
      if (bytes) sum = add(sum, bytes, value);
    }
    *last = sqlite3_column_int64(rest, 0);
    ++*rows;
  }
  *hash = sum;
  int reset = sqlite3_reset(rest);
  return code == SQLITE_DONE ? reset : code;
}
