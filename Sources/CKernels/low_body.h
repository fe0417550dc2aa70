// The packed product of words of bytes or of bfloat16, for LOW_IS_INT8 and LOW_DOT_… of the including
// file. Bias and residual come last: sums of bytes are integers.

#if LOW_IS_INT8
#define PRODUCT(x) NAME(int8_##x)
#else
#define PRODUCT(x) NAME(bfloat16_##x)
#endif
#define WORD int
#define WORDS VI
#if LOW_IS_INT8 || defined(LOW_DOT_BF16)
#define ROWS MOST_ROWS
#else
// Both halves of A and B take registers.
#define ROWS (MOST_ROWS - 2)
#endif
// Sums of integers cannot wait in C.
#define DEPTH SIZE_MAX

#ifndef LOW_BODY_H
#define LOW_BODY_H
INLINE V floats_of(VI bits) {
  V v;
  memcpy(&v, &bits, sizeof v);
  return v;
}

INLINE VI words_of(V v) {
  VI bits;
  memcpy(&bits, &v, sizeof bits);
  return bits;
}
#endif

INLINE void PRODUCT(begin)(const int rows, const Tile *tile, VI sums[][2]) {
#pragma clang loop unroll(full)
  for (int i = 0; i < rows; i++) sums[i][0] = sums[i][1] = (VI)(0);
}

// sum + a · b, word by word.
INLINE VI PRODUCT(dot)(VI sum, VI a, VI b) {
#if LOW_IS_INT8
#if defined(LOW_DOT_VNNI)
  return (VI)_mm512_dpbusd_epi32((__m512i)sum, (__m512i)a, (__m512i)b);
#elif defined(LOW_DOT_MADD_512)
  // Pairs of 16 bits: sums of pairs of bytes would not fit into 16.
  const __m512i even = _mm512_madd_epi16(
      (__m512i)(a & 0x00FF00FF), _mm512_srai_epi16(_mm512_slli_epi16((__m512i)b, 8), 8));
  const __m512i odd = _mm512_madd_epi16(
      (__m512i)((a >> 8) & 0x00FF00FF), _mm512_srai_epi16((__m512i)b, 8));
  return sum + (VI)even + (VI)odd;
#elif defined(LOW_DOT_MADD_256)
  const __m256i even = _mm256_madd_epi16(
      (__m256i)(a & 0x00FF00FF), _mm256_srai_epi16(_mm256_slli_epi16((__m256i)b, 8), 8));
  const __m256i odd = _mm256_madd_epi16(
      (__m256i)((a >> 8) & 0x00FF00FF), _mm256_srai_epi16((__m256i)b, 8));
  return sum + (VI)even + (VI)odd;
#else
  sum += (a & 255) * (b << 24 >> 24);
  sum += (a >> 8 & 255) * (b << 16 >> 24);
  sum += (a >> 16 & 255) * (b << 8 >> 24);
  return sum + (a >> 24 & 255) * (b >> 24);
#endif
#elif defined(LOW_DOT_BF16)
  const __m512 s = (__m512)floats_of(sum);
  return words_of((V)_mm512_dpbf16_ps(s, (__m512bh)a, (__m512bh)b));
#else
  const V high = multiply_add(
      floats_of(a & (int)0xFFFF0000), floats_of(b & (int)0xFFFF0000), floats_of(sum));
  return words_of(multiply_add(floats_of(a << 16), floats_of(b << 16), high));
#endif
}

INLINE V PRODUCT(value)(const Tile *tile, VI sum, int row, size_t column) {
#if LOW_IS_INT8
  VI columns;
  memcpy(&columns, tile->column_sum + column, sizeof columns);
  const VI exact = sum - tile->zero[row * tile->ld_scale] * columns;
  V v = __builtin_convertvector(exact, V) *
        (tile->scale[row * tile->ld_scale] * load(tile->column_scale + column));
#else
  V v = floats_of(sum);
#endif
  if (tile->start) v += load(tile->start + column);
  if (tile->residual) v += load(tile->residual + row * tile->ld_residual + column);
  return tile->relu ? __builtin_elementwise_max(v, splat(0)) : v;
}

INLINE void PRODUCT(end)(const int rows, const Tile *tile, VI sums[][2]) {
#pragma clang loop unroll(full)
  for (int i = 0; i < rows; i++) {
    store(tile->c + i * tile->ldc, PRODUCT(value)(tile, sums[i][0], i, 0));
    store(tile->c + i * tile->ldc + VL, PRODUCT(value)(tile, sums[i][1], i, VL));
  }
}

#include "product_body.h"
#undef LOW_IS_INT8
