// Chooses among the instruction sets.
#include "include/ckernels.h"
#include <stdatomic.h>

#define DECLARE(type, name, parameters)                                                          \
  type ck_plain_##name parameters;                                                               \
  type ck_avx2_##name parameters;                                                                \
  type ck_avx512_##name parameters;

#if defined(__x86_64__)
#define CHOOSE(name, arguments)                                                                  \
  switch (ck_level()) {                                                                          \
  case CK_BF16:                                                                                  \
  case CK_VNNI:                                                                                  \
  case CK_AVX512: return ck_avx512_##name arguments;                                             \
  case CK_AVX2: return ck_avx2_##name arguments;                                                 \
  default: return ck_plain_##name arguments;                                                     \
  }
#else
#define CHOOSE(name, arguments) return ck_plain_##name arguments;
#endif

#define KERNEL(type, name, parameters, arguments)                                                \
  DECLARE(type, name, parameters)                                                                \
  type ck_##name parameters { CHOOSE(name, arguments) }

int ck_widest_level(void) {
#if defined(__x86_64__)
  __builtin_cpu_init();
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
      __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl")) {
    if (!__builtin_cpu_supports("avx512vnni")) return CK_AVX512;
    return __builtin_cpu_supports("avx512bf16") ? CK_BF16 : CK_VNNI;
  }
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return CK_AVX2;
#endif
  return CK_PLAIN;
}

static _Thread_local int forced = -1;

int ck_level(void) {
  static atomic_int widest = -1;
  if (forced >= 0) return forced;
  int level = atomic_load_explicit(&widest, memory_order_relaxed);
  if (level < 0) {
    level = ck_widest_level();
    atomic_store_explicit(&widest, level, memory_order_relaxed);
  }
  return level;
}

int ck_is_level_forced(void) { return forced >= 0; }

void ck_force_level(int level) {
  const int widest = ck_widest_level();
  forced = level > widest ? widest : level;
}

KERNEL(void, exp, (const float *x, float *y, size_t n), (x, y, n))
KERNEL(void, tanh, (const float *x, float *y, size_t n), (x, y, n))
KERNEL(void, sigmoid, (const float *x, float *y, size_t n), (x, y, n))
KERNEL(void, activate, (const float *x, float *y, size_t n, int activation), (x, y, n, activation))
KERNEL(
    void, gelu_gradient, (const float *x, const float *g, float *d, size_t n), (x, g, d, n))
KERNEL(
    void, pack,
    (const float *b, size_t ldb, int transposed, size_t n, size_t k, size_t panel0, size_t panel1,
     float *packed),
    (b, ldb, transposed, n, k, panel0, panel1, packed))
#define MULTIPLY_PARAMETERS                                                                      \
  (const ck_product *p, size_t line0, size_t line1, size_t row0, size_t row1, size_t panel0,     \
   size_t panel1, size_t after)
#define MULTIPLY_ARGUMENTS (p, line0, line1, row0, row1, panel0, panel1, after)

DECLARE(void, multiply, MULTIPLY_PARAMETERS)
DECLARE(void, int8_multiply, MULTIPLY_PARAMETERS)
DECLARE(void, bfloat16_multiply, MULTIPLY_PARAMETERS)
void ck_vnni_int8_multiply MULTIPLY_PARAMETERS;
void ck_bf16_bfloat16_multiply MULTIPLY_PARAMETERS;

static void multiply_float32 MULTIPLY_PARAMETERS { CHOOSE(multiply, MULTIPLY_ARGUMENTS) }

static void multiply_int8 MULTIPLY_PARAMETERS {
#if defined(__x86_64__)
  if (ck_level() >= CK_VNNI) return ck_vnni_int8_multiply MULTIPLY_ARGUMENTS;
#endif
  CHOOSE(int8_multiply, MULTIPLY_ARGUMENTS)
}

static void multiply_bfloat16 MULTIPLY_PARAMETERS {
#if defined(__x86_64__)
  if (ck_level() >= CK_BF16) return ck_bf16_bfloat16_multiply MULTIPLY_ARGUMENTS;
#endif
  CHOOSE(bfloat16_multiply, MULTIPLY_ARGUMENTS)
}

void ck_multiply MULTIPLY_PARAMETERS {
  switch (p->low ? p->low->precision : CK_FLOAT32) {
  case CK_INT8: return multiply_int8 MULTIPLY_ARGUMENTS;
  case CK_BFLOAT16: return multiply_bfloat16 MULTIPLY_ARGUMENTS;
  default: return multiply_float32 MULTIPLY_ARGUMENTS;
  }
}

KERNEL(
    void, softmax,
    (float *x, size_t ld, size_t rows, size_t width, size_t columns, float scale, int causal),
    (x, ld, rows, width, columns, scale, causal))
KERNEL(
    void, layer_norm,
    (const float *x, size_t ldx, const float *residual, size_t ldr, const float *weight,
     const float *bias, float epsilon, float *y, size_t ldy, size_t rows, size_t n),
    (x, ldx, residual, ldr, weight, bias, epsilon, y, ldy, rows, n))
KERNEL(size_t, attention_scratch, (size_t tq, size_t tk, size_t d), (tq, tk, d))
KERNEL(
    void, attention,
    (const float *q, size_t ldq, const float *k, const float *v, size_t ldkv, size_t tq, size_t tk,
     size_t d, float scale, int causal, float *out, size_t ldo, float *weights,
     size_t ldw, float *scratch),
    (q, ldq, k, v, ldkv, tq, tk, d, scale, causal, out, ldo, weights, ldw, scratch))
KERNEL(
    void, lstm_step,
    (const float *gates, size_t ld_gates, float *cell, float *state, float *out, size_t ld_out,
     size_t rows, size_t h),
    (gates, ld_gates, cell, state, out, ld_out, rows, h))
KERNEL(
    void, adam,
    (float *p, const float *g, float *m, float *v, size_t n, const ck_adam_rule *rule),
    (p, g, m, v, n, rule))
KERNEL(
    void, max_pool_line,
    (const float *x, size_t line, size_t channels, size_t kernel, size_t stride, float *y,
     size_t ldy, size_t count),
    (x, line, channels, kernel, stride, y, ldy, count))
KERNEL(
    void, layer_norm_parts,
    (const float *x, const float *weight, const float *bias, float epsilon, float *y, float *hat,
     float *inverse, size_t rows, size_t n),
    (x, weight, bias, epsilon, y, hat, inverse, rows, n))
KERNEL(
    void, layer_norm_gradient,
    (const float *g, const float *weight, const float *hat, const float *inverse, float *d,
     size_t rows, size_t n),
    (g, weight, hat, inverse, d, rows, n))
KERNEL(
    void, dropout,
    (const float *x, float *y, size_t n, size_t first, uint64_t seed, float probability, int adds),
    (x, y, n, first, seed, probability, adds))
KERNEL(void, add, (const float *x, float *y, size_t n), (x, y, n))
KERNEL(
    void, narrow,
    (const float *x, size_t ldx, size_t rows, size_t k, int precision, uint32_t *words, size_t ldw,
     float *scale, int32_t *zero),
    (x, ldx, rows, k, precision, words, ldw, scale, zero))
KERNEL(void, range, (const float *x, size_t n, float range[3]), (x, n, range))
KERNEL(
    void, scale, (const float range[3], int precision, float *scale, int32_t *zero),
    (range, precision, scale, zero))
KERNEL(
    void, round,
    (const float *x, size_t n, int precision, float scale, int32_t zero, uint32_t *words),
    (x, n, precision, scale, zero, words))
KERNEL(
    void, pack_low,
    (const float *b, size_t ldb, size_t n, size_t k, int precision, size_t panel0, size_t panel1,
     uint32_t *packed, float *column_scale, int32_t *column_sum),
    (b, ldb, n, k, precision, panel0, panel1, packed, column_scale, column_sum))
KERNEL(
    void, winograd_input,
    (const float *const lines[4], size_t pixel, size_t channels, size_t count, float *planes,
     size_t ld, size_t plane),
    (lines, pixel, channels, count, planes, ld, plane))
KERNEL(
    void, winograd_output,
    (const float *planes, size_t ld, size_t plane, size_t channels, size_t columns,
     const float *bias, const float *const residual[2], size_t ld_residual, int relu,
     float *const lines[2], size_t ldy),
    (planes, ld, plane, channels, columns, bias, residual, ld_residual, relu, lines, ldy))
