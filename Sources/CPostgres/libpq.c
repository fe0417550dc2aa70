#include "CPostgres.h"
#include <dlfcn.h>
#include <pthread.h>
#include <sys/ioctl.h>

/* Where the library's header is installed, the declarations are compared with it. */
#if __has_include(<libpq-fe.h>)
#include <libpq-fe.h>
#define HAS_HEADER 1
#elif __has_include(<postgresql/libpq-fe.h>)
#include <postgresql/libpq-fe.h>
#define HAS_HEADER 1
#endif

#ifdef HAS_HEADER
/* An enumeration is compatible with its integers, and a pointer to PGnotify is not with one to our own. */
#define PQnotifies (*(twinlens_pg_notice * (*)(PGconn *)) PQnotifies)
#define SAME(name, result, arguments) \
  _Static_assert(__builtin_types_compatible_p(__typeof__(name), result arguments), #name " is declared otherwise");
TWINLENS_LIBPQ(SAME)
#undef PQnotifies
_Static_assert(
  offsetof(PGnotify, relname) == offsetof(twinlens_pg_notice, channel) &&
    offsetof(PGnotify, be_pid) == offsetof(twinlens_pg_notice, sender) &&
    offsetof(PGnotify, extra) == offsetof(twinlens_pg_notice, extra),
  "PGnotify is declared otherwise");
_Static_assert(
  TWINLENS_CONNECTION_OK == CONNECTION_OK && TWINLENS_POLLING_FAILED == PGRES_POLLING_FAILED &&
    TWINLENS_POLLING_READING == PGRES_POLLING_READING && TWINLENS_POLLING_WRITING == PGRES_POLLING_WRITING &&
    TWINLENS_POLLING_OK == PGRES_POLLING_OK && TWINLENS_COMMAND_OK == PGRES_COMMAND_OK &&
    TWINLENS_TUPLES_OK == PGRES_TUPLES_OK && TWINLENS_FIELD_SQLSTATE == PG_DIAG_SQLSTATE &&
    TWINLENS_FIELD_MESSAGE == PG_DIAG_MESSAGE_PRIMARY,
  "a value of libpq is another one");
#endif

static twinlens_libpq functions;
static int is_complete;

static void load(void) {
  void *library = dlopen("libpq.so.5", RTLD_NOW | RTLD_LOCAL);
  if (!library) return;
  is_complete = 1;
#define FIND(name, result, arguments) \
  if (!(*(void **)&functions.name = dlsym(library, #name))) is_complete = 0;
  TWINLENS_LIBPQ(FIND)
}

const twinlens_libpq *twinlens_libpq_load(void) {
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  pthread_once(&once, load);
  return is_complete ? &functions : 0;
}

void twinlens_pg_ignore(void *context, const char *message) {
  (void)context;
  (void)message;
}

int twinlens_socket_waiting(int handle) {
  int count = -1;
  return ioctl(handle, FIONREAD, &count) == 0 ? count : -1;
}
