// A tile of a product: what a kernel gets, and what is done to a finished one.

// What one call of a kernel works on. A, B and their distances count bytes; the words of A and B have
// 32 bits whatever they hold.
typedef struct {
  const char *a;
  size_t across, along;  // from one row to the next, from one k to the next
  size_t taps, tap_a, k;
  const char *b;
  float *c;
  size_t ldc;
  const float *start;  // added to every sum, or null for 0
  size_t ld_start;     // 0 for the same numbers in every row
  const float *residual;  // added to that, or null
  size_t ld_residual;
  int relu;
  // Where to fetch from for later, and how far to go with each k: the next panel, and the next tile's
  // rows.
  const char *panel, *rows;
  size_t panel_step, rows_step;
  // Of low precision only; see ck_low.
  const float *scale;
  const int32_t *zero;
  size_t ld_scale;
  const float *column_scale;
  const int32_t *column_sum;
} Tile;

typedef void Kernel(const Tile *);

// Brings rows of `columns` numbers nearer, up to the first-level cache.
INLINE void fetch(const float *x, size_t ld, size_t rows, size_t columns) {
  for (size_t r = 0; r < rows; r++, x += ld)
    for (size_t i = 0; i < columns; i += 16) __builtin_prefetch(x + i, 0, 3);
}

// The activation of the numbers of a tile that stands in a row of its own, close together. There and not
// in C: numbers that are on their way out of the cache would have to be waited for.
INLINE void finish(const int activation, float *part, size_t count) {
  for (size_t i = 0; i < count; i += VL) store(part + i, activated(load(part + i), activation));
}

static void finish_tile(int activation, float *part, size_t rows) {
#define CASE(x)                              \
  case x:                                    \
    finish(x, part, rows * CK_PANEL);        \
    return;
  switch (activation) {
    CASE(CK_GELU)
    CASE(CK_GELU_TANH)
    CASE(CK_QUICK_GELU)
    CASE(CK_TANH)
  }
#undef CASE
}

// A finished tile to where it belongs.
INLINE void put_tile(const float *part, float *c, size_t ldc, size_t rows, size_t columns) {
  for (size_t i = 0; i < rows; i++, part += CK_PANEL, c += ldc)
    if (columns == CK_PANEL)
      for (size_t j = 0; j < CK_PANEL; j += VL) store(c + j, load(part + j));
    else
      memcpy(c, part, columns * sizeof(float));
}

// Copies rows of `columns` numbers to rows of 32; null stays null.
INLINE const float *widened(
    const float *from, size_t ld, size_t rows, size_t columns, float *to) {
  if (!from) return 0;
  for (size_t i = 0; i < rows; i++)
    memcpy(to + i * CK_PANEL, from + i * ld, columns * sizeof(float));
  return to;
}
