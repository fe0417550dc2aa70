// The packed matrix product, for VL, MOST_ROWS and PASS (columns at once: 2·VL) of the including
// file.

#define PASS (2 * VL)
// Numbers of K that are worked through before the next panel: A's part of that depth stays in the
// second-level cache.
#ifndef DEPTH
#define DEPTH 1024
#endif

// What one call of a kernel works on.
typedef struct {
  const float *a;
  size_t lda;       // bytes
  size_t taps;
  size_t tap_a;     // bytes
  size_t k;         // per tap
  const float *b;
  float *c;
  size_t ldc;       // floats
  const float *start;     // what the sums start from, or null for 0
  size_t ld_start;        // floats; 0 for the same numbers in every row
  const float *residual;  // added to that, or null
  size_t ld_residual;
  int relu;
  const char *ahead;  // where to prefetch
  size_t ahead_step;  // bytes per k
} Tile;

INLINE void begin(const int rows, const Tile *tile, V acc[][2]) {
#pragma clang loop unroll(full)
  for (int i = 0; i < rows; i++) {
    const float *start = tile->start + i * tile->ld_start;
    acc[i][0] = tile->start ? load(start) : splat(0);
    acc[i][1] = tile->start ? load(start + VL) : splat(0);
  }
  if (tile->residual) {
#pragma clang loop unroll(full)
    for (int i = 0; i < rows; i++) {
      acc[i][0] += load(tile->residual + i * tile->ld_residual);
      acc[i][1] += load(tile->residual + i * tile->ld_residual + VL);
    }
  }
}

INLINE void end(const int rows, const Tile *tile, V acc[][2]) {
  if (tile->relu) {
#pragma clang loop unroll(full)
    for (int i = 0; i < rows; i++) {
      acc[i][0] = __builtin_elementwise_max(acc[i][0], splat(0));
      acc[i][1] = __builtin_elementwise_max(acc[i][1], splat(0));
    }
  }
#pragma clang loop unroll(full)
  for (int i = 0; i < rows; i++) {
    store(tile->c + i * tile->ldc, acc[i][0]);
    store(tile->c + i * tile->ldc + VL, acc[i][1]);
  }
}

// Rows of A stand lda apart. Four row pointers with three offsets each reach 14 rows without
// spilling any to memory.
INLINE void kernel_rows(const int rows, const Tile *tile) {
  V acc[MOST_ROWS][2];
  begin(rows, tile, acc);
  const size_t ld = tile->lda, ld3 = 3 * ld, step = tile->ahead_step;
  const float *b = tile->b;
  const char *ahead = tile->ahead;
  for (size_t t = 0; t < tile->taps; t++) {
    const char *p0 = (const char *)tile->a + t * tile->tap_a;
    const char *p1 = p0 + 4 * ld, *p2 = p1 + 4 * ld, *p3 = p2 + 4 * ld;
    for (size_t k = tile->k; k > 0; k--) {
      // Keeps the four pointers and the offsets apart: the compiler would make one pointer per row.
      __asm__("" : "+r"(p0), "+r"(p1), "+r"(p2), "+r"(p3));
      const V b0 = load(b), b1 = load(b + VL);
      __builtin_prefetch(ahead, 0, 2);
#pragma clang loop unroll(full)
      for (int i = 0; i < rows; i++) {
        const char *base = i < 4 ? p0 : i < 8 ? p1 : i < 12 ? p2 : p3;
        const size_t offset = i % 4 == 0 ? 0 : i % 4 == 1 ? ld : i % 4 == 2 ? 2 * ld : ld3;
        const V a = splat(*(const float *)(base + offset));
        acc[i][0] = multiply_add(a, b0, acc[i][0]);
        acc[i][1] = multiply_add(a, b1, acc[i][1]);
      }
      b += CK_PANEL;
      ahead += step;
      p0 += 4, p1 += 4, p2 += 4, p3 += 4;
    }
  }
  end(rows, tile, acc);
}

// A by columns: the numbers of one k stand side by side.
INLINE void kernel_columns(const int rows, const Tile *tile) {
  V acc[MOST_ROWS][2];
  begin(rows, tile, acc);
  const float *a = tile->a, *b = tile->b;
  const char *ahead = tile->ahead;
  for (size_t k = tile->k; k > 0; k--) {
    const V b0 = load(b), b1 = load(b + VL);
    __builtin_prefetch(ahead, 0, 2);
#pragma clang loop unroll(full)
    for (int i = 0; i < rows; i++) {
      const V x = splat(a[i]);
      acc[i][0] = multiply_add(x, b0, acc[i][0]);
      acc[i][1] = multiply_add(x, b1, acc[i][1]);
    }
    b += CK_PANEL;
    ahead += tile->ahead_step;
    a = (const float *)((const char *)a + tile->lda);
  }
  end(rows, tile, acc);
}

typedef void Kernel(const Tile *);
#define KERNEL(n)                                                      \
  static void rows_##n(const Tile *t) { kernel_rows(n, t); }           \
  static void columns_##n(const Tile *t) { kernel_columns(n, t); }
KERNEL(1) KERNEL(2) KERNEL(3) KERNEL(4) KERNEL(5) KERNEL(6)
#if MOST_ROWS > 6
KERNEL(7) KERNEL(8) KERNEL(9) KERNEL(10) KERNEL(11) KERNEL(12) KERNEL(13) KERNEL(14)
#endif
#undef KERNEL

static Kernel *const row_kernels[] = {
    0, rows_1, rows_2, rows_3, rows_4, rows_5, rows_6,
#if MOST_ROWS > 6
    rows_7, rows_8, rows_9, rows_10, rows_11, rows_12, rows_13, rows_14,
#endif
};
static Kernel *const column_kernels[] = {
    0, columns_1, columns_2, columns_3, columns_4, columns_5, columns_6,
#if MOST_ROWS > 6
    columns_7, columns_8, columns_9, columns_10, columns_11, columns_12, columns_13, columns_14,
#endif
};

// One tile: rows × 32 columns (or the fewer that the last panel has) for one block of K.
static void run_tile(
    const ck_product *p, Tile tile, size_t rows, size_t columns, size_t line, size_t row,
    size_t panel, int is_first, int is_last) {
  const size_t column = panel * CK_PANEL;
  float *c = p->c + line * p->line_c + row * p->ldc + column;
  Kernel *kernel = (p->a_by_columns ? column_kernels : row_kernels)[rows];
  tile.c = c;
  tile.ldc = p->ldc;
  // Sums start from what is in C already, or from the bias; the residual is added at the start.
  if (!is_first || p->accumulate) {
    tile.start = c;
    tile.ld_start = p->ldc;
  } else {
    tile.start = p->bias ? p->bias + column : 0;
    tile.ld_start = 0;
  }
  if (is_first && p->residual) {
    tile.residual = p->residual + line * p->line_residual + row * p->ld_residual + column;
    tile.ld_residual = p->ld_residual;
  }
  tile.relu = is_last && p->activation == CK_RELU;
  float part[MOST_ROWS * CK_PANEL], start[MOST_ROWS * CK_PANEL], more[MOST_ROWS * CK_PANEL];
  const int finishes = is_last && p->activation > CK_RELU;
  if (columns < CK_PANEL) {
    // The panel is wider than C: work beside it.
    tile.start = widened(tile.start, tile.ld_start, tile.ld_start ? rows : 1, columns, start);
    if (tile.ld_start) tile.ld_start = CK_PANEL;
    tile.residual = widened(tile.residual, tile.ld_residual, rows, columns, more);
    tile.ld_residual = CK_PANEL;
  }
  const int beside = finishes || columns < CK_PANEL;
  if (beside) {
    tile.c = part;
    tile.ldc = CK_PANEL;
  }
  for (size_t pass = 0; pass < CK_PANEL && pass < columns; pass += PASS) {
    Tile t = tile;
    t.b += pass;
    t.c += pass;
    if (t.start) t.start += pass;
    if (t.residual) t.residual += pass;
    if (pass > 0) t.ahead_step = 0;
    kernel(&t);
  }
  if (finishes) finish_tile(p->activation, part, rows);
  if (beside) put_tile(part, c, p->ldc, rows, columns);
}

void NAME(multiply)(
    const ck_product *p, size_t line0, size_t line1, size_t row0, size_t row1, size_t panel0,
    size_t panel1, size_t after) {
  if (row0 >= row1 || line0 >= line1 || panel0 >= panel1 || p->n == 0) return;
  const size_t depth = p->taps * p->k, panel_size = depth * CK_PANEL;
  // Rows in tiles of nearly the same height.
  const size_t tiles = (row1 - row0 + MOST_ROWS - 1) / MOST_ROWS;
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
    const int is_last = next_done >= depth;
    const size_t ahead_bytes = taps * length * CK_PANEL * sizeof(float);
    for (size_t panel = panel0; panel < panel1; panel++) {
      size_t columns = p->n - panel * CK_PANEL;
      if (columns > CK_PANEL) columns = CK_PANEL;
      const float *b = p->b + panel * panel_size + done * CK_PANEL;
      // While this panel is multiplied the next one comes nearer, a share with each tile.
      const float *next = panel + 1 < panel1 ? b + panel_size
                          : !is_last ? p->b + panel0 * panel_size + next_done * CK_PANEL
                          : after * CK_PANEL < p->n ? p->b + after * panel_size
                                                    : 0;
      const size_t step = next && all_tiles <= 64 ? CK_PANEL * sizeof(float) / all_tiles : 0;
      size_t tile_index = 0;
      for (size_t line = line0; line < line1; line++) {
        size_t row = row0;
        for (size_t i = 0; i < tiles; i++, tile_index++) {
          const size_t rows = (row1 - row0) / tiles + (i < (row1 - row0) % tiles ? 1 : 0);
          const float *a = p->a + line * p->line_a + tap * p->tap_a;
          a += p->a_by_columns ? k * p->lda + row : row * p->lda + k;
          Tile tile = {
              .a = a, .lda = p->lda * sizeof(float), .taps = taps,
              .tap_a = p->tap_a * sizeof(float), .k = length, .b = b,
              .ahead = step ? (const char *)next + tile_index * (ahead_bytes / all_tiles)
                            : (const char *)b,
              .ahead_step = step};
          run_tile(p, tile, rows, columns, line, row, panel, done == 0, is_last);
          row += rows;
        }
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
