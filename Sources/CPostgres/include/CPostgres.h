#ifndef TWINLENS_POSTGRES_H
#define TWINLENS_POSTGRES_H
#include <stddef.h>

/* The functions of libpq that a store on PostgreSQL calls, found when the first of them is wanted: who
   keeps annotations in files needs no libpq, neither to build nor to run.
   https://www.postgresql.org/docs/current/libpq.html says what each does. */

typedef struct pg_conn *twinlens_pg_connection;
typedef struct pg_result *twinlens_pg_result;

/* PGnotify */
typedef struct twinlens_pg_notice {
  char *_Nullable channel;
  int sender;
  char *_Nullable extra;
} twinlens_pg_notice;

/* name, result, arguments */
#define TWINLENS_LIBPQ(F) \
  F(PQconnectStartParams, struct pg_conn *_Nullable, (const char *_Nullable const *_Nonnull, const char *_Nullable const *_Nonnull, int)) \
  F(PQconnectPoll, unsigned, (struct pg_conn *_Nonnull)) \
  F(PQstatus, unsigned, (const struct pg_conn *_Nonnull)) \
  F(PQsocket, int, (const struct pg_conn *_Nonnull)) \
  F(PQfinish, void, (struct pg_conn *_Nonnull)) \
  F(PQerrorMessage, char *_Nullable, (const struct pg_conn *_Nonnull)) \
  F(PQconnectionNeedsPassword, int, (const struct pg_conn *_Nonnull)) \
  F(PQparameterStatus, const char *_Nullable, (const struct pg_conn *_Nonnull, const char *_Nonnull)) \
  F(PQsetnonblocking, int, (struct pg_conn *_Nonnull, int)) \
  F(PQsendQueryParams, int, (struct pg_conn *_Nonnull, const char *_Nonnull, int, const unsigned *_Nullable, \
    const char *_Nullable const *_Nullable, const int *_Nullable, const int *_Nullable, int)) \
  F(PQflush, int, (struct pg_conn *_Nonnull)) \
  F(PQconsumeInput, int, (struct pg_conn *_Nonnull)) \
  F(PQisBusy, int, (struct pg_conn *_Nonnull)) \
  F(PQgetResult, struct pg_result *_Nullable, (struct pg_conn *_Nonnull)) \
  F(PQnotifies, twinlens_pg_notice *_Nullable, (struct pg_conn *_Nonnull)) \
  F(PQfreemem, void, (void *_Nullable)) \
  F(PQresultStatus, unsigned, (const struct pg_result *_Nullable)) \
  F(PQresultErrorField, char *_Nullable, (const struct pg_result *_Nonnull, int)) \
  F(PQntuples, int, (const struct pg_result *_Nonnull)) \
  F(PQnfields, int, (const struct pg_result *_Nonnull)) \
  F(PQgetvalue, char *_Nullable, (const struct pg_result *_Nonnull, int, int)) \
  F(PQgetlength, int, (const struct pg_result *_Nonnull, int, int)) \
  F(PQgetisnull, int, (const struct pg_result *_Nonnull, int, int)) \
  F(PQclear, void, (struct pg_result *_Nullable)) \
  F(PQsetNoticeProcessor, twinlens_pg_processor _Nullable, \
    (struct pg_conn *_Nonnull, twinlens_pg_processor _Nullable, void *_Nullable))

typedef void (*twinlens_pg_processor)(void *_Nullable, const char *_Nullable);

#define TWINLENS_MEMBER(name, result, arguments) result(*_Nonnull name) arguments;
typedef struct twinlens_libpq {
  TWINLENS_LIBPQ(TWINLENS_MEMBER)
} twinlens_libpq;
#undef TWINLENS_MEMBER

/* libpq's functions; null where the library is not installed, or lacks one of them. Any thread. */
const twinlens_libpq *_Nullable twinlens_libpq_load(void);

/* Keeps what a server says beside its answers off the terminal. */
void twinlens_pg_ignore(void *_Nullable context, const char *_Nullable message);

/* Bytes that a socket holds and nobody has read; negative when it cannot tell. */
int twinlens_socket_waiting(int handle);

/* Values of libpq-fe.h and postgres_ext.h, compared with them in libpq.c where they are installed. */
enum {
  TWINLENS_CONNECTION_OK = 0,
  TWINLENS_POLLING_FAILED = 0,
  TWINLENS_POLLING_READING = 1,
  TWINLENS_POLLING_WRITING = 2,
  TWINLENS_POLLING_OK = 3,
  TWINLENS_COMMAND_OK = 1,
  TWINLENS_TUPLES_OK = 2,
  TWINLENS_FIELD_SQLSTATE = 'C',
  TWINLENS_FIELD_MESSAGE = 'M',
};

#endif
