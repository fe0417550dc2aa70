// Products of bfloat16 for AVX-512 with BF16.
#include "include/ckernels.h"

#if defined(__x86_64__)
#include <immintrin.h>
#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx512bf16,avx2,fma"))), apply_to = function)
#define VL 16
#define MOST_ROWS 14
#define NAME(x) ck_bf16_##x
#include "vector.h"

#include "tile.h"

#define LOW_IS_INT8 0
#define LOW_DOT_BF16
#include "low_body.h"
#pragma clang attribute pop
#endif
