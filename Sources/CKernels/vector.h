// Vectors of VL floats for the instruction set that the including file was compiled for, and the
// functions over them. VL and NAME(x) are defined by that file.
#include "include/ckernels.h"
#include <string.h>

// Sums keep the order they are written in, so that results do not depend on how work was cut.
#pragma clang fp reassociate(off)

typedef float V __attribute__((ext_vector_type(VL)));
typedef int VI __attribute__((ext_vector_type(VL)));
typedef float VU __attribute__((ext_vector_type(VL), aligned(4)));

#define INLINE static inline __attribute__((always_inline))

INLINE V load(const float *p) { return *(const VU *)p; }
INLINE void store(float *p, V v) { *(VU *)p = v; }
INLINE V splat(float x) { return (V)(x); }

// One instruction where the set has it.
INLINE V multiply_add(V a, V b, V c) { return a * b + c; }

// The first n <= VL numbers; the others 0.
INLINE V load_part(const float *p, size_t n) {
  if (n == VL) return load(p);
  float t[VL] = {0};
  memcpy(t, p, n * sizeof(float));
  return load(t);
}

INLINE void store_part(float *p, V v, size_t n) {
  if (n == VL) return store(p, v);
  float t[VL];
  store(t, v);
  memcpy(p, t, n * sizeof(float));
}

INLINE float sum_of(V v) {
  float t[VL], s = 0;
  store(t, v);
  for (int w = VL / 2; w >= 1; w /= 2)
    for (int i = 0; i < w; i++) t[i] += t[i + w];
  s = t[0];
  return s;
}

INLINE float largest_of(V v) { return __builtin_reduce_max(v); }

// exp by splitting x = n ln 2 + r with |r| <= ln 2 / 2 and a polynomial of degree 6 for e^r;
// relative error below 2e-7. Inputs are clamped to where the result stays a normal float.
INLINE V exp_of(V x) {
  x = __builtin_elementwise_min(__builtin_elementwise_max(x, splat(-87.0f)), splat(88.0f));
  V n = __builtin_elementwise_roundeven(x * 1.44269504f);
  V r = multiply_add(n, splat(-0.693359375f), x);
  r = multiply_add(n, splat(2.12194440e-4f), r);
  V p = splat(1.3888889e-3f);
  p = multiply_add(p, r, splat(8.3333333e-3f));
  p = multiply_add(p, r, splat(4.1666667e-2f));
  p = multiply_add(p, r, splat(1.6666667e-1f));
  p = multiply_add(p, r, splat(0.5f));
  p = multiply_add(p, r, splat(1.0f));
  p = multiply_add(p, r, splat(1.0f));
  VI e = (__builtin_convertvector(n, VI) + 127) << 23;
  V scale;
  memcpy(&scale, &e, sizeof scale);
  return p * scale;
}

INLINE V sigmoid_of(V x) { return 1.0f / (1.0f + exp_of(-x)); }
INLINE V tanh_of(V x) { return 2.0f / (1.0f + exp_of(-2.0f * x)) - 1.0f; }

// The error function: x · P(x²) / Q(x²) fitted to |x| <= 3.92, constant beyond; absolute error
// below 5e-7.
INLINE V erf_of(V x) {
  x = __builtin_elementwise_min(__builtin_elementwise_max(x, splat(-3.92f)), splat(3.92f));
  V t = x * x;
  V p = splat(2.050229e-06f);
  p = multiply_add(p, t, splat(0.000284870403f));
  p = multiply_add(p, t, splat(0.00376496858f));
  p = multiply_add(p, t, splat(0.0527467045f));
  p = multiply_add(p, t, splat(0.190391027f));
  p = multiply_add(p, t, splat(1.12837915f));
  V q = splat(3.80925559e-05f);
  q = multiply_add(q, t, splat(0.00116238315f));
  q = multiply_add(q, t, splat(0.0149679069f));
  q = multiply_add(q, t, splat(0.114102753f));
  q = multiply_add(q, t, splat(0.502062398f));
  q = multiply_add(q, t, splat(1.0f));
  return x * p / q;
}

INLINE V activated(V x, int activation) {
  switch (activation) {
  case CK_RELU: return __builtin_elementwise_max(x, splat(0.0f));
  case CK_GELU: return 0.5f * x * (1.0f + erf_of(x * 0.70710678f));
  case CK_GELU_TANH:
    return x * sigmoid_of(1.59576912f * multiply_add(0.044715f * x * x, x, x));
  case CK_QUICK_GELU: return x * sigmoid_of(1.702f * x);
  case CK_TANH: return tanh_of(x);
  default: return x;
  }
}
