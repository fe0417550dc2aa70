#include "include/ckernels.h"
#include <stdlib.h>
#if defined(__linux__)
#include <malloc.h>
#endif

int ck_keep_memory(void) {
#if defined(__GLIBC__)
  return mallopt(M_MMAP_THRESHOLD, 32 << 20) && mallopt(M_TRIM_THRESHOLD, 512 << 20);
#else
  return 0;
#endif
}

void ck_return_memory(void) {
#if defined(__GLIBC__)
  malloc_trim(0);
#endif
}
