/* Makes the disk of a program fail, preloaded into it: the tests of the store and Scripts/torture.

   Only files whose path holds FAULT_PART (".sqlite" without it) are touched; locks are told of and never fail. Each write, sync,
   truncation, renaming and removal of theirs is counted from 1.

   FAULT_FROM, FAULT_TO   the calls that fail
   FAULT_MODE             how: 0 half is written and the program killed, 1 no space, 2 input/output error,
                          3 a third is written and there is no space, 4 half is written, 5 read-only, 6 quota,
                          7 nothing is written and all is said to be well
   FAULT_COUNT            the file that the count is kept in
   FAULT_BUDGET           bytes after which there is no space
   FAULT_LOG              the file that is told what was written, synced and printed, for power cuts
   FAULT_NO_SYNC          syncs do nothing and are not told: a disk, or a program, that lies
   FAULT_CLOCK            seconds that the clock is ahead; after ":N", from the N-th look on, other seconds
                          after ":M"
*/
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/types.h>
#include <time.h>
#include <unistd.h>

static atomic_int count, looks;
static atomic_llong written;
static pthread_mutex_t order = PTHREAD_MUTEX_INITIALIZER;

#define REAL(name) static __typeof__(&name) real; if (!real) real = (__typeof__(&name))dlsym(RTLD_NEXT, #name)

static long long number(const char *name) {
  const char *text = getenv(name);
  return text ? atoll(text) : 0;
}

static int is_lock(const char *path) { return strstr(path, ".lock") != NULL; }

static int is_ours(const char *path) {
  const char *part = getenv("FAULT_PART");
  return strstr(path, part ? part : ".sqlite") != NULL;
}

static int concerns(const char *path) { return is_ours(path) && !is_lock(path); }

/* The path of an open file; 0 when it has none. */
static int path_of(int file, char path[512]) {
  char link[64];
  snprintf(link, sizeof link, "/proc/self/fd/%d", file);
  ssize_t length = readlink(link, path, 511);
  if (length < 0) return 0;
  path[length] = 0;
  return 1;
}

/* Whether this call is one of those that fail. */
static int fails(const char *path) {
  if (!concerns(path)) return 0;
  int now = atomic_fetch_add(&count, 1) + 1;
  const char *out = getenv("FAULT_COUNT");
  if (out) {
    /* Never emptied: the program may end between two steps of a thread of its own. */
    int f = open(out, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    if (f >= 0) { dprintf(f, "%d", now); close(f); }
  }
  return now >= number("FAULT_FROM") && now <= number("FAULT_TO");
}

/* What a power cut has to know: kind, place, length, path, bytes. One record is one write. */
static void tell(char kind, const char *path, long long at, const void *bytes, size_t size) {
  static int log = -1;
  const char *name = getenv("FAULT_LOG");
  if (!name) return;
  pthread_mutex_lock(&order);
  if (log < 0) log = open(name, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  struct { char kind; char pad[3]; uint32_t path; int64_t at; uint64_t size; } head =
    { kind, { 0 }, (uint32_t)strlen(path), at, bytes ? size : 0 };
  size_t all = sizeof head + head.path + head.size;
  char *record = malloc(all);
  if (record) {
    memcpy(record, &head, sizeof head);
    memcpy(record + sizeof head, path, head.path);
    if (bytes) memcpy(record + sizeof head + head.path, bytes, size);
    syscall(SYS_write, log, record, all);
    free(record);
  }
  pthread_mutex_unlock(&order);
}

static int is_full(size_t size) {
  long long most = number("FAULT_BUDGET");
  return most > 0 && atomic_fetch_add(&written, (long long)size) + (long long)size > most;
}

ssize_t pwrite64(int file, const void *bytes, size_t size, off64_t at) {
  REAL(pwrite64);
  char path[512];
  if (!path_of(file, path) || !is_ours(path)) return real(file, bytes, size, at);
  if (is_lock(path)) {
    tell('W', path, at, bytes, size);
    return real(file, bytes, size, at);
  }
  int isChosen = fails(path);
  if (is_full(size)) { errno = ENOSPC; return -1; }
  ssize_t done;
  if (!isChosen) {
    done = real(file, bytes, size, at);
  } else {
    switch (number("FAULT_MODE")) {
    case 0: real(file, bytes, size / 2, at); raise(SIGKILL); return -1;
    case 1: errno = ENOSPC; return -1;
    case 2: errno = EIO; return -1;
    case 3: done = real(file, bytes, size / 3, at); tell('W', path, at, bytes, size / 3); errno = ENOSPC; return -1;
    case 4: done = real(file, bytes, size > 1 ? size / 2 : size, at); break;
    case 5: errno = EROFS; return -1;
    case 7: return (ssize_t)size;
    default: errno = EDQUOT; return -1;
    }
  }
  if (done > 0) tell('W', path, at, bytes, (size_t)done);
  return done;
}
ssize_t pwrite(int file, const void *bytes, size_t size, off_t at) { return pwrite64(file, bytes, size, at); }

ssize_t write(int file, const void *bytes, size_t size) {
  char path[512];
  if (file == 1) {
    tell('A', "", 0, bytes, size);
  } else if (path_of(file, path) && concerns(path)) {
    if (fails(path)) {
      int mode = (int)number("FAULT_MODE");
      if (mode == 0) raise(SIGKILL);
      errno = mode == 2 ? EIO : mode == 5 ? EROFS : ENOSPC;
      return -1;
    }
    if (is_full(size)) { errno = ENOSPC; return -1; }
    tell('W', path, lseek(file, 0, SEEK_CUR), bytes, size);
  }
  return syscall(SYS_write, file, bytes, size);
}

/* What the chosen call does that is no write: 1 when it fails. */
static int other(const char *path) {
  if (!fails(path)) return 0;
  int mode = (int)number("FAULT_MODE");
  if (mode == 0) raise(SIGKILL);
  if (mode == 4 || mode == 7) return 0;
  errno = mode == 1 || mode == 3 ? ENOSPC : mode == 5 ? EROFS : EIO;
  return 1;
}

static int synced(int file, int (*real)(int)) {
  char path[512];
  if (!path_of(file, path)) return real(file);
  struct stat info;
  int isFolder = fstat(file, &info) == 0 && S_ISDIR(info.st_mode);
  if (!isFolder && !concerns(path)) return real(file);
  if (!isFolder && other(path)) return -1;
  if (getenv("FAULT_NO_SYNC")) return 0;
  int code = real(file);
  if (code == 0) tell(isFolder ? 'D' : 'S', path, 0, NULL, 0);
  return code;
}
int fsync(int file) { REAL(fsync); return synced(file, real); }
int fdatasync(int file) { REAL(fdatasync); return synced(file, real); }

int ftruncate64(int file, off64_t size) {
  REAL(ftruncate64);
  char path[512];
  if (!path_of(file, path) || !is_ours(path)) return real(file, size);
  if (!is_lock(path) && other(path)) return -1;
  int code = real(file, size);
  if (code == 0) tell('T', path, size, NULL, 0);
  return code;
}
int ftruncate(int file, off_t size) { return ftruncate64(file, size); }

int rename(const char *from, const char *to) {
  REAL(rename);
  if (!concerns(from) && !concerns(to)) return real(from, to);
  if (other(to)) return -1;
  int code = real(from, to);
  if (code == 0) tell('R', from, 0, to, strlen(to));
  return code;
}

int unlink(const char *path) {
  REAL(unlink);
  if (!concerns(path)) return real(path);
  if (other(path)) return -1;
  int code = real(path);
  if (code == 0) tell('U', path, 0, NULL, 0);
  return code;
}

/* Files come into being here. */
static int opened(int folder, const char *path, int flags, mode_t mode) {
  int isNew = flags & O_CREAT && is_ours(path) && access(path, F_OK) != 0;
  int file = (int)syscall(SYS_openat, folder, path, flags | O_LARGEFILE, mode);
  char real[512];
  if (file >= 0 && isNew && path_of(file, real)) tell('C', real, 0, NULL, 0);
  return file;
}
#define MODE mode_t mode = 0; if (flags & O_CREAT || (flags & O_TMPFILE) == O_TMPFILE) { va_list more; va_start(more, flags); mode = va_arg(more, mode_t); va_end(more); }
int open(const char *path, int flags, ...) { MODE return opened(AT_FDCWD, path, flags, mode); }
int open64(const char *path, int flags, ...) { MODE return opened(AT_FDCWD, path, flags, mode); }

/* Seconds to add to this look at the clock. */
static time_t shift(void) {
  const char *text = getenv("FAULT_CLOCK");
  if (!text) return 0;
  long long first = 0, from = 0, then = 0;
  int parts = sscanf(text, "%lld:%lld:%lld", &first, &from, &then);
  if (parts < 3) return (time_t)first;
  return (time_t)(atomic_fetch_add(&looks, 1) >= from ? then : first);
}
int clock_gettime(clockid_t clock, struct timespec *time) {
  int code = (int)syscall(SYS_clock_gettime, clock, time);
  if (code == 0 && clock == CLOCK_REALTIME) time->tv_sec += shift();
  return code;
}
int gettimeofday(struct timeval *restrict time, void *restrict zone) {
  struct timespec now;
  int code = clock_gettime(CLOCK_REALTIME, &now);
  (void)zone;
  time->tv_sec = now.tv_sec;
  time->tv_usec = now.tv_nsec / 1000;
  return code;
}
