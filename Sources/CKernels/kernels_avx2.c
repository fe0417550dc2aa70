// The kernels for AVX2 with FMA.
#include "include/ckernels.h"

#if defined(__x86_64__)
#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#define LEVEL CK_AVX2
#define VL 8
#define MOST_ROWS 6
#define NAME(x) ck_avx2_##x
#include "vector.h"

#include "product_body.h"

#include "loops_body.h"

#include "attention_body.h"
#pragma clang attribute pop
#endif
