// The packed product of words of bytes or of bfloat16, for VL, MOST_ROWS, LOW_IS_INT8 and
// LOW_DOT_… of the including file. The kernel is that of product_body.h; the whole depth is done at once, because a
// word holds several numbers.

#ifndef PASS
#define PASS (2 * VL)
#endif

#ifndef LOW_TILE
#define LOW_TILE
// What one call of a kernel works on; strides in bytes.
typedef struct {
  const uint32_t *a;
  size_t lda, taps, tap_a, k;
  const uint32_t *b;
  const char *ahead;
  size_t ahead_step;
  const float *scale;
  const int32_t *zero;
  size_t ld_scale;
  const float *column_scale;
  const int32_t *column_sum;
  const float *bias, *residual;
  size_t ld_residual;
  float *c;
  size_t ldc;
  int relu;
} LowTile;

INLINE VI load_words(const void *p) {
  VI v;
  memcpy(&v, p, sizeof v);
  return v;
}

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

// sum + a · b, word by word.
INLINE VI LOW_NAME(dot)(VI sum, VI a, VI b) {
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

INLINE V LOW_NAME(value)(const LowTile *tile, VI sum, int row, size_t column) {
#if LOW_IS_INT8
  const VI exact = sum - tile->zero[row * tile->ld_scale] * load_words(tile->column_sum + column);
  V v = __builtin_convertvector(exact, V) *
        (tile->scale[row * tile->ld_scale] * load(tile->column_scale + column));
#else
  V v = floats_of(sum);
#endif
  if (tile->bias) v += load(tile->bias + column);
  if (tile->residual) v += load(tile->residual + row * tile->ld_residual + column);
  return tile->relu ? __builtin_elementwise_max(v, splat(0)) : v;
}

INLINE void LOW_NAME(rows)(const int rows, const LowTile *tile) {
  VI sums[MOST_ROWS][2];
#pragma clang loop unroll(full)
  for (int i = 0; i < rows; i++) sums[i][0] = sums[i][1] = (VI)(0);
  const size_t ld = tile->lda, ld3 = 3 * ld, step = tile->ahead_step;
  const uint32_t *b = tile->b;
  const char *ahead = tile->ahead;
  for (size_t t = 0; t < tile->taps; t++) {
    const char *p0 = (const char *)tile->a + t * tile->tap_a;
    const char *p1 = p0 + 4 * ld, *p2 = p1 + 4 * ld, *p3 = p2 + 4 * ld;
    for (size_t k = tile->k; k > 0; k--) {
      __asm__("" : "+r"(p0), "+r"(p1), "+r"(p2), "+r"(p3));
      const VI b0 = load_words(b), b1 = load_words(b + VL);
      __builtin_prefetch(ahead, 0, 2);
#pragma clang loop unroll(full)
      for (int i = 0; i < rows; i++) {
        const char *base = i < 4 ? p0 : i < 8 ? p1 : i < 12 ? p2 : p3;
        const size_t offset = i % 4 == 0 ? 0 : i % 4 == 1 ? ld : i % 4 == 2 ? 2 * ld : ld3;
        const VI a = (VI)(*(const int *)(base + offset));
        sums[i][0] = LOW_NAME(dot)(sums[i][0], a, b0);
        sums[i][1] = LOW_NAME(dot)(sums[i][1], a, b1);
      }
      b += CK_PANEL;
      ahead += step;
      p0 += 4, p1 += 4, p2 += 4, p3 += 4;
    }
  }
#pragma clang loop unroll(full)
  for (int i = 0; i < rows; i++) {
    store(tile->c + i * tile->ldc, LOW_NAME(value)(tile, sums[i][0], i, 0));
    store(tile->c + i * tile->ldc + VL, LOW_NAME(value)(tile, sums[i][1], i, VL));
  }
}

#define KERNEL(n) static void LOW_NAME(rows_##n)(const LowTile *t) { LOW_NAME(rows)(n, t); }
KERNEL(1) KERNEL(2) KERNEL(3) KERNEL(4) KERNEL(5) KERNEL(6)
#if MOST_ROWS > 6
KERNEL(7) KERNEL(8) KERNEL(9) KERNEL(10) KERNEL(11) KERNEL(12) KERNEL(13) KERNEL(14)
#endif
#undef KERNEL

static void (*const LOW_NAME(kernels)[])(const LowTile *) = {
#define KERNEL(n) LOW_NAME(rows_##n),
    0, KERNEL(1) KERNEL(2) KERNEL(3) KERNEL(4) KERNEL(5) KERNEL(6)
#if MOST_ROWS > 6
    KERNEL(7) KERNEL(8) KERNEL(9) KERNEL(10) KERNEL(11) KERNEL(12) KERNEL(13) KERNEL(14)
#endif
#undef KERNEL
};

// One tile: rows × 32 columns, or the fewer that the last panel has.
static void LOW_NAME(tile)(
    const ck_product *p, LowTile tile, size_t rows, size_t columns, size_t line, size_t row,
    size_t column) {
  const ck_low *low = p->low;
  float *c = p->c + line * p->line_c + row * p->ldc + column;
  tile.scale = low->scale + row * low->ld;
  tile.ld_scale = low->ld;
#if LOW_IS_INT8
  tile.zero = low->zero + row * low->ld;
  tile.column_scale = low->column_scale + column;
  tile.column_sum = low->column_sum + column;
#endif
  tile.bias = p->bias ? p->bias + column : 0;
  tile.residual =
      p->residual ? p->residual + line * p->line_residual + row * p->ld_residual + column : 0;
  tile.ld_residual = p->ld_residual;
  tile.c = c;
  tile.ldc = p->ldc;
  tile.relu = p->activation == CK_RELU;
  float part[MOST_ROWS * CK_PANEL], start[CK_PANEL], more[MOST_ROWS * CK_PANEL];
  if (columns < CK_PANEL) {
    tile.bias = widened(tile.bias, 0, 1, columns, start);
    tile.residual = widened(tile.residual, tile.ld_residual, rows, columns, more);
    tile.ld_residual = CK_PANEL;
  }
  const int finishes = p->activation > CK_RELU, beside = finishes || columns < CK_PANEL;
  if (beside) {
    tile.c = part;
    tile.ldc = CK_PANEL;
  }
  for (size_t pass = 0; pass < CK_PANEL && pass < columns; pass += PASS) {
    LowTile t = tile;
    t.b += pass;
    t.c += pass;
    t.column_scale += pass;
    t.column_sum += pass;
    if (t.bias) t.bias += pass;
    if (t.residual) t.residual += pass;
    if (pass > 0) t.ahead_step = 0;
    LOW_NAME(kernels)[rows](&t);
  }
  if (finishes) finish_tile(p->activation, part, rows);
  if (beside) put_tile(part, c, p->ldc, rows, columns);
  // By the bits: the compiler may take it that no number is NaN, and relu would hide it.
  for (size_t i = 0; i < rows; i++) {
    int32_t bits;
    memcpy(&bits, tile.scale + i * tile.ld_scale, sizeof bits);
    if ((bits & 0x7FFFFFFF) <= 0x7F800000) continue;
    for (size_t j = 0; j < columns; j++) memcpy(c + i * p->ldc + j, &bits, sizeof bits);
  }
}

void LOW_NAME(multiply)(
    const ck_product *p, size_t line0, size_t line1, size_t row0, size_t row1, size_t panel0,
    size_t panel1, size_t after) {
  if (row0 >= row1 || line0 >= line1 || panel0 >= panel1 || p->n == 0) return;
  const size_t panel_size = p->taps * p->k * CK_PANEL;
  const size_t tiles = (row1 - row0 + MOST_ROWS - 1) / MOST_ROWS;
  const size_t all_tiles = tiles * (line1 - line0);
  const uint32_t *words = (const uint32_t *)p->b;
  for (size_t panel = panel0; panel < panel1; panel++) {
    size_t columns = p->n - panel * CK_PANEL;
    if (columns > CK_PANEL) columns = CK_PANEL;
    const uint32_t *b = words + panel * panel_size;
    const uint32_t *next = panel + 1 < panel1           ? b + panel_size
                           : after * CK_PANEL < p->n ? words + after * panel_size
                                                     : 0;
    const size_t step = next && all_tiles <= 64 ? CK_PANEL * sizeof *b / all_tiles : 0;
    size_t tile_index = 0;
    for (size_t line = line0; line < line1; line++) {
      size_t row = row0;
      for (size_t i = 0; i < tiles; i++, tile_index++) {
        const size_t rows = (row1 - row0) / tiles + (i < (row1 - row0) % tiles ? 1 : 0);
        LowTile tile = {
            .a = (const uint32_t *)p->a + line * p->line_a + row * p->lda,
            .lda = p->lda * sizeof *b, .taps = p->taps, .tap_a = p->tap_a * sizeof *b,
            .k = p->k, .b = b,
            .ahead = step ? (const char *)next + tile_index * (panel_size * sizeof *b / all_tiles)
                          : (const char *)b,
            .ahead_step = step};
        LOW_NAME(tile)(p, tile, rows, columns, line, row, panel * CK_PANEL);
        row += rows;
      }
    }
  }
}
