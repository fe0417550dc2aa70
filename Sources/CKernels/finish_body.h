// What is done to a finished tile of a product.

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
