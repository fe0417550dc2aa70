// The packed product of float32. Sums start from bias and residual, so that the order of every sum is
// that of its numbers.

#define PRODUCT(x) NAME(x)
#define WORD float
#define WORDS V
#define ROWS MOST_ROWS
// Numbers of K that are worked through before the next panel: A's part of that depth stays in the
// second-level cache. Between two blocks the sums wait in C, which changes no bit.
#define DEPTH 1024

INLINE void NAME(begin)(const int rows, const Tile *tile, V sums[][2]) {
#pragma clang loop unroll(full)
  for (int i = 0; i < rows; i++) {
    const float *start = tile->start + i * tile->ld_start;
    sums[i][0] = tile->start ? load(start) : splat(0);
    sums[i][1] = tile->start ? load(start + VL) : splat(0);
  }
  if (tile->residual) {
#pragma clang loop unroll(full)
    for (int i = 0; i < rows; i++) {
      sums[i][0] += load(tile->residual + i * tile->ld_residual);
      sums[i][1] += load(tile->residual + i * tile->ld_residual + VL);
    }
  }
}

INLINE V NAME(dot)(V sum, V a, V b) { return multiply_add(a, b, sum); }

INLINE void NAME(end)(const int rows, const Tile *tile, V sums[][2]) {
  if (tile->relu) {
#pragma clang loop unroll(full)
    for (int i = 0; i < rows; i++) {
      sums[i][0] = __builtin_elementwise_max(sums[i][0], splat(0));
      sums[i][1] = __builtin_elementwise_max(sums[i][1], splat(0));
    }
  }
#pragma clang loop unroll(full)
  for (int i = 0; i < rows; i++) {
    store(tile->c + i * tile->ldc, sums[i][0]);
    store(tile->c + i * tile->ldc + VL, sums[i][1]);
  }
}

#include "product_body.h"
