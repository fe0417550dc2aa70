// Products of bytes for AVX-512 with VNNI.
#include "include/ckernels.h"

#if defined(__x86_64__)
#include <immintrin.h>
#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx512vnni,avx2,fma"))), apply_to = function)
#define VL 16
#define MOST_ROWS 14
#define NAME(x) ck_vnni_##x
#include "vector.h"

#include "tile.h"

#define LOW_IS_INT8 1
#define LOW_DOT_VNNI
#include "low_body.h"
#pragma clang attribute pop
#endif
