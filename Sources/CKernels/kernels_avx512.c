// The kernels for AVX-512.
#include "include/ckernels.h"

#if defined(__x86_64__)
#include <immintrin.h>
#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx2,fma"))), apply_to = function)
#define VL 16
#define MOST_ROWS 14
#define NAME(x) ck_avx512_##x
#include "vector.h"

#include "tile.h"

#include "float32_body.h"

#include "loops_body.h"

#include "attention_body.h"

#include "winograd_body.h"

#include "narrow_body.h"

#define LOW_IS_INT8 1
#define LOW_DOT_MADD_512
#include "low_body.h"

#define LOW_IS_INT8 0
#include "low_body.h"
#pragma clang attribute pop
#endif
