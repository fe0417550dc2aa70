// The packed matrix product, once for each kind of words: for VL and MOST_ROWS, and for WORD, WORDS (a
// vector of them), ROWS of a tile, DEPTH and PRODUCT(begin), PRODUCT(dot), PRODUCT(end) of the
// including file.

// Columns at once.
#define PASS (2 * VL)
// With few rows in flight every instruction counts, and the first-level cache may be small.
#define IS_WIDE (MOST_ROWS > 6)

// Four row pointers with three offsets each reach 14 rows without spilling any to memory.
INLINE void PRODUCT(kernel)(const int rows, const Tile *tile) {
  WORDS sums[MOST_ROWS][2];
  PRODUCT(begin)(rows, tile, sums);
  const size_t across = tile->across, across3 = 3 * across, along = tile->along;
  const size_t panel_step = tile->panel_step, rows_step = tile->rows_step;
  const char *b = tile->b, *panel = tile->panel, *later = tile->rows;
  for (size_t t = 0; t < tile->taps; t++) {
    const char *p0 = tile->a + t * tile->tap_a;
    const char *p1 = p0 + 4 * across, *p2 = p1 + 4 * across, *p3 = p2 + 4 * across;
    for (size_t k = tile->k; k > 0; k--) {
      // Keeps the four pointers and the offsets apart: the compiler would make one pointer per row.
      __asm__("" : "+r"(p0), "+r"(p1), "+r"(p2), "+r"(p3));
      WORDS b0, b1;
      memcpy(&b0, b, sizeof b0);
      memcpy(&b1, b + sizeof b0, sizeof b1);
      __builtin_prefetch(panel, 0, IS_WIDE ? 3 : 2);
      if (IS_WIDE) __builtin_prefetch(later, 0, 3);
#pragma clang loop unroll(full)
      for (int i = 0; i < rows; i++) {
        const char *base = i < 4 ? p0 : i < 8 ? p1 : i < 12 ? p2 : p3;
        const size_t offset =
            i % 4 == 0 ? 0 : i % 4 == 1 ? across : i % 4 == 2 ? 2 * across : across3;
        const WORDS a = (WORDS)(*(const WORD *)(base + offset));
        sums[i][0] = PRODUCT(dot)(sums[i][0], a, b0);
        sums[i][1] = PRODUCT(dot)(sums[i][1], a, b1);
      }
      b += CK_PANEL * sizeof(WORD);
      panel += panel_step;
      later += rows_step;
      p0 += along, p1 += along, p2 += along, p3 += along;
    }
  }
  PRODUCT(end)(rows, tile, sums);
}

#define KERNEL(n) static void PRODUCT(rows_##n)(const Tile *t) { PRODUCT(kernel)(n, t); }
KERNEL(1) KERNEL(2) KERNEL(3) KERNEL(4) KERNEL(5) KERNEL(6)
#if IS_WIDE
KERNEL(7) KERNEL(8) KERNEL(9) KERNEL(10) KERNEL(11) KERNEL(12) KERNEL(13) KERNEL(14)
#endif
#undef KERNEL

static Kernel *const PRODUCT(kernels)[] = {
#define KERNEL(n) PRODUCT(rows_##n),
    0, KERNEL(1) KERNEL(2) KERNEL(3) KERNEL(4) KERNEL(5) KERNEL(6)
#if IS_WIDE
    KERNEL(7) KERNEL(8) KERNEL(9) KERNEL(10) KERNEL(11) KERNEL(12) KERNEL(13) KERNEL(14)
#endif
#undef KERNEL
};

// Where a tile stands.
typedef struct {
  size_t line, row, rows, panel;
} PRODUCT(Place);

// One tile: rows × 32 columns (or the fewer that the last panel has) for one block of K.
static void PRODUCT(run_tile)(
    const ck_product *p, Tile tile, PRODUCT(Place) at, int is_first, int is_last) {
  const size_t column = at.panel * CK_PANEL;
  const size_t columns = p->n - column < CK_PANEL ? p->n - column : CK_PANEL;
  float *c = p->c + at.line * p->line_c + at.row * p->ldc + column;
  tile.c = c;
  tile.ldc = p->ldc;
  const int adds = !is_first || p->accumulate;
  tile.start = adds ? c : p->bias ? p->bias + column : 0;
  tile.ld_start = adds ? p->ldc : 0;
  if (is_first && p->residual) {
    tile.residual =
        p->residual + at.line * p->line_residual + at.row * p->ld_residual + column;
    tile.ld_residual = p->ld_residual;
  }
  tile.relu = is_last && p->activation == CK_RELU;
  const ck_low *low = p->low;
  if (low) {
    tile.scale = low->scale + at.row * low->ld;
    tile.ld_scale = low->ld;
    if (low->precision == CK_INT8) {
      tile.zero = low->zero + at.row * low->ld;
      tile.column_scale = low->column_scale + column;
      tile.column_sum = low->column_sum + column;
    }
  }
  float part[MOST_ROWS * CK_PANEL], start[MOST_ROWS * CK_PANEL], more[MOST_ROWS * CK_PANEL];
  if (columns < CK_PANEL) {
    // The panel is wider than C: work beside it.
    tile.start = widened(tile.start, tile.ld_start, adds ? at.rows : 1, columns, start);
    if (adds) tile.ld_start = CK_PANEL;
    tile.residual = widened(tile.residual, tile.ld_residual, at.rows, columns, more);
    tile.ld_residual = CK_PANEL;
  }
  const int finishes = is_last && p->activation > CK_RELU;
  const int beside = finishes || columns < CK_PANEL;
  if (beside) {
    tile.c = part;
    tile.ldc = CK_PANEL;
  }
  for (size_t pass = 0; pass < columns; pass += PASS) {
    Tile t = tile;
    t.b += pass * sizeof(WORD);
    t.c += pass;
    if (t.start) t.start += pass;
    if (t.residual) t.residual += pass;
    if (t.column_scale) t.column_scale += pass, t.column_sum += pass;
    if (pass > 0) t.panel_step = t.rows_step = 0;
    PRODUCT(kernels)[at.rows](&t);
  }
  if (finishes) finish_tile(p->activation, part, at.rows);
  if (beside) put_tile(part, c, p->ldc, at.rows, columns);
  if (!low) return;
  // By the bits: the compiler may take it that no number is NaN, and relu would hide it.
  for (size_t i = 0; i < at.rows; i++) {
    int32_t bits;
    memcpy(&bits, tile.scale + i * tile.ld_scale, sizeof bits);
    if ((bits & 0x7FFFFFFF) <= 0x7F800000) continue;
    for (size_t j = 0; j < columns; j++) memcpy(c + i * p->ldc + j, &bits, sizeof bits);
  }
}

// Numbers of K below which a tile is done before anything can come nearer.
#define LEAST_WAIT 256

// While a tile is multiplied, what the next one starts from comes nearer.
INLINE void PRODUCT(approach)(const ck_product *p, PRODUCT(Place) at, int is_first) {
  const size_t column = at.panel * CK_PANEL;
  if (!is_first || p->accumulate)
    fetch(p->c + at.line * p->line_c + at.row * p->ldc + column, p->ldc, at.rows, CK_PANEL);
  if (is_first && p->residual)
    fetch(
        p->residual + at.line * p->line_residual + at.row * p->ld_residual + column,
        p->ld_residual, at.rows, CK_PANEL);
}

void PRODUCT(multiply)(
    const ck_product *p, size_t line0, size_t line1, size_t row0, size_t row1, size_t panel0,
    size_t panel1, size_t after) {
  if (row0 >= row1 || line0 >= line1 || panel0 >= panel1 || p->n == 0) return;
  const size_t depth = p->taps * p->k, panel_bytes = depth * CK_PANEL * sizeof(WORD);
  // Rows in tiles of nearly the same height.
  const size_t tiles = (row1 - row0 + ROWS - 1) / ROWS;
  const size_t height = (row1 - row0) / tiles, higher = (row1 - row0) % tiles;
  const size_t all_tiles = tiles * (line1 - line0);
  size_t tap = 0, k = 0;
  do {
    // A block of K: some taps in whole, or a part of one.
    size_t taps = 1, length = p->k - k;
    if (length > DEPTH) {
      const size_t blocks = (length + DEPTH - 1) / DEPTH;
      length = (length + blocks - 1) / blocks;
    } else if (k == 0 && p->k > 0) {
      taps = DEPTH / p->k;
      if (taps > p->taps - tap) taps = p->taps - tap;
    }
    const size_t done = tap * p->k + k, next_done = done + taps * length;
    const int is_first = done == 0, is_last = next_done >= depth;
    const size_t block_bytes = taps * length * CK_PANEL * sizeof(WORD);
    for (size_t panel = panel0; panel < panel1; panel++) {
      const char *words = (const char *)p->b;
      const char *b = words + panel * panel_bytes + done * CK_PANEL * sizeof(WORD);
      // While this panel is multiplied the next one comes nearer, a share with each tile.
      const char *next =
          panel + 1 < panel1 ? b + panel_bytes
          : !is_last ? words + panel0 * panel_bytes + next_done * CK_PANEL * sizeof(WORD)
          : after * CK_PANEL < p->n ? words + after * panel_bytes
                                    : 0;
      const size_t step = next && all_tiles <= 64 ? CK_PANEL * sizeof(WORD) / all_tiles : 0;
      PRODUCT(Place) at = {line0, row0, height + (higher > 0), panel};
      for (size_t i = 0; i < all_tiles; i++) {
        PRODUCT(Place) then = at;
        then.row += at.rows;
        if ((i + 1) % tiles == 0) then.row = row0, then.line++;
        if (i + 1 == all_tiles) then.line = line0, then.panel++;
        then.rows = height + ((i + 1) % tiles < higher);
        if (then.panel < panel1 && taps * length >= LEAST_WAIT) PRODUCT(approach)(p, then, is_first);
        const WORD *a = (const WORD *)p->a + at.line * p->line_a + tap * p->tap_a;
        a += p->a_by_columns ? k * p->lda + at.row : at.row * p->lda + k;
        const size_t lda = p->lda * sizeof(WORD);
        Tile tile = {
            .a = (const char *)a, .across = p->a_by_columns ? sizeof(WORD) : lda,
            .along = p->a_by_columns ? lda : sizeof(WORD), .taps = taps,
            .tap_a = p->tap_a * sizeof(WORD), .k = length, .b = b,
            .panel = step ? next + i * (block_bytes / all_tiles) : b, .panel_step = step,
            .rows = (const char *)a};
        // The first panel meets rows that nobody has touched for long. Where they stand close together,
        // a cache line with each k is enough.
        if (panel == panel0 && then.row > at.row && !p->a_by_columns && taps * length == p->k &&
            then.rows * lda <= 64 * length) {
          tile.rows += at.rows * lda;
          tile.rows_step = 64;
        }
        PRODUCT(run_tile)(p, tile, at, is_first, is_last);
        at = then;
      }
    }
    if (taps * length == 0) return;
    k += length;
    if (k >= p->k) {
      k = 0;
      tap += taps;
    }
  } while (tap < p->taps);
}

#undef PASS
#undef LEAST_WAIT
#undef IS_WIDE
#undef PRODUCT
#undef WORD
#undef WORDS
#undef ROWS
#undef DEPTH
