// The kernels for AVX-512.
#include "include/ckernels.h"

#if defined(__x86_64__)
#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx2,fma"))), apply_to = function)
#define LEVEL CK_AVX512
#define VL 16
#define MOST_ROWS 14
#define NAME(x) ck_avx512_##x
#include "vector.h"

#include "product_body.h"

#include "loops_body.h"

#include "attention_body.h"
#pragma clang attribute pop
#endif
