#include "ckernels.h"
#include <math.h>

#if defined(__x86_64__)
#define MULTI __attribute__((target_clones("avx512f", "avx2", "default")))
#else
#define MULTI
#endif

// exp by splitting x = n ln 2 + r with |r| <= ln 2 / 2 and a polynomial of degree 6 for e^r; relative error
// below 2e-7. Inputs are clamped to where the result stays a normal float.
static inline float exp_one(float x) {
  x = x < -87.0f ? -87.0f : x > 88.0f ? 88.0f : x;
  float n = __builtin_rintf(x * 1.44269504f);
  float r = x - n * 0.693359375f - n * -2.12194440e-4f;
  float p = 1.3888889e-3f;
  p = p * r + 8.3333333e-3f;
  p = p * r + 4.1666667e-2f;
  p = p * r + 1.6666667e-1f;
  p = p * r + 0.5f;
  p = p * r + 1.0f;
  p = p * r + 1.0f;
  union { int i; float f; } scale = {((int)n + 127) << 23};
  return p * scale.f;
}

MULTI void ck_exp(const float *x, float *y, size_t n) {
  for (size_t i = 0; i < n; i++) y[i] = exp_one(x[i]);
}

MULTI void ck_sigmoid(const float *x, float *y, size_t n) {
  for (size_t i = 0; i < n; i++) y[i] = 1.0f / (1.0f + exp_one(-x[i]));
}

MULTI void ck_tanh(const float *x, float *y, size_t n) {
  for (size_t i = 0; i < n; i++) y[i] = 2.0f / (1.0f + exp_one(-2.0f * x[i])) - 1.0f;
}
