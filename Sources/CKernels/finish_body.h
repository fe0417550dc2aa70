// What is done to a finished tile of a product.

// The activation of a finished tile, where the kernel has not applied it.
INLINE void finish(const int activation, float *c, size_t ldc, size_t rows, size_t columns) {
  for (size_t i = 0; i < rows; i++) {
    float *p = c + i * ldc;
    size_t j = 0;
    for (; j + VL <= columns; j += VL) store(p + j, activated(load(p + j), activation));
    if (j < columns)
      store_part(p + j, activated(load_part(p + j, columns - j), activation), columns - j);
  }
}

static void finish_tile(int activation, float *c, size_t ldc, size_t rows, size_t columns) {
#define CASE(x)                              \
  case x:                                    \
    finish(x, c, ldc, rows, columns);        \
    return;
  switch (activation) {
    CASE(CK_GELU)
    CASE(CK_GELU_TANH)
    CASE(CK_QUICK_GELU)
    CASE(CK_TANH)
  }
#undef CASE
}

// Copies rows of `columns` numbers to rows of 32; null stays null.
INLINE const float *widened(
    const float *from, size_t ld, size_t rows, size_t columns, float *to) {
  if (!from) return 0;
  for (size_t i = 0; i < rows; i++)
    memcpy(to + i * CK_PANEL, from + i * ld, columns * sizeof(float));
  return to;
}
