#ifndef CKERNELS_H
#define CKERNELS_H
#include <stddef.h>
#include <stdint.h>

// Loops that need more of the CPU than the compiler may take for granted, most of them over float32
// arrays. Each is compiled for several instruction sets and picked when the program runs. Unless said
// otherwise `y` may be `x`.

// Instruction sets, narrowest first. The last two are AVX-512 with products of bytes (VNNI), and with
// products of bfloat16 as well; they matter to products of low precision only.
enum { CK_PLAIN = 0, CK_AVX2 = 1, CK_AVX512 = 2, CK_VNNI = 3, CK_BF16 = 4 };
// The widest that this CPU has, and the one in use.
int ck_widest_level(void);
int ck_level(void);
// For tests: lets the calling thread use a narrower one; below 0 the widest again.
void ck_force_level(int level);
int ck_is_level_forced(void);

void ck_exp(const float *x, float *y, size_t n);
void ck_tanh(const float *x, float *y, size_t n);
void ck_sigmoid(const float *x, float *y, size_t n);

// What is done to a finished element of a product.
enum { CK_IDENTITY = 0, CK_RELU, CK_GELU, CK_GELU_TANH, CK_QUICK_GELU, CK_TANH };
void ck_activate(const float *x, float *y, size_t n, int activation);
// d += g · activation'(x); CK_GELU only.
void ck_gelu_gradient(const float *x, const float *g, float *d, size_t n);

// Packed matrices: B (k rows, n columns) as ceil(n / 32) panels, one after the other, each k × 32,
// the last one filled up with zeros.
#define CK_PANEL 32
static inline size_t ck_packed_size(size_t n, size_t k) {
  return (n + CK_PANEL - 1) / CK_PANEL * CK_PANEL * k;
}
// Packs panels [panel0, panel1) of B. Element (row, column) of B is
// b[row * ldb + column], or b[column * ldb + row] when `transposed`.
void ck_pack(
    const float *b, size_t ldb, int transposed, size_t n, size_t k, size_t panel0, size_t panel1,
    float *packed);

// Products of low precision. Their A and B hold words of 32 bits: four bytes, or two bfloat16, that
// stand side by side in K; `lda`, `line_a`, `tap_a` and `k` of a product count words.
//
// CK_INT8: A holds q of 0 ... 255 with x = scale · (q − zero), scale and zero of its row; B holds
// −128 ... 127 times the scale of its column. Sums are exact in 32 bits while K <= 65,000, so all
// instruction sets give the same. CK_BFLOAT16: sums are float32.
//
// A row whose scale is NaN becomes NaN, whatever its numbers.
enum { CK_FLOAT32 = 0, CK_BFLOAT16 = 1, CK_INT8 = 2 };
typedef struct {
  int precision;
  const float *scale;   // of row r at scale[r · ld]; with CK_BFLOAT16 1 or NaN
  const int32_t *zero;  // CK_INT8: likewise
  size_t ld;
  const float *column_scale;   // CK_INT8: these two for whole panels
  const int32_t *column_sum;
} ck_low;

// How many words hold k numbers.
static inline size_t ck_words(size_t k, int precision) {
  return precision == CK_INT8 ? (k + 3) / 4 : precision == CK_BFLOAT16 ? (k + 1) / 2 : k;
}
// Rounds rows of k numbers to words, filled up with zeros: CK_INT8 between the least and the largest
// of the row (0 among them), CK_BFLOAT16 to the nearest, ties to even. A row with a number that is
// not finite gets the scale NaN. `words` of different rows stand ldw apart.
void ck_narrow(
    const float *x, size_t ldx, size_t rows, size_t k, int precision, uint32_t *words, size_t ldw,
    float *scale, int32_t *zero);
// The same in two steps, for numbers of one scale in several parts: first `range` grows to hold them
// (start with {0, 0, 0}; the third becomes NaN), then they are rounded by the scale and zero that
// ck_scale makes of it. k is a multiple of what a word holds.
void ck_range(const float *x, size_t n, float range[3]);
void ck_scale(const float range[3], int precision, float *scale, int32_t *zero);
void ck_round(const float *x, size_t n, int precision, float scale, int32_t zero, uint32_t *words);
// Packs panels [panel0, panel1) of a B whose columns stand one after the other, ldb apart, k numbers
// each. CK_INT8: writes the scale of each column (largest / 127) and the sum of its bytes.
void ck_pack_low(
    const float *b, size_t ldb, size_t n, size_t k, int precision, size_t panel0, size_t panel1,
    uint32_t *packed, float *column_scale, int32_t *column_sum);

// C ← activation(A · B + bias + residual), or with C in place of the bias (`accumulate`), for a B that is packed.
//
// A has lines of rows: a plain product has one line, a convolution one per row of output pixels.
// Row r of line l is the concatenation over taps t of the k numbers at
// a + l·line_a + t·tap_a + r·lda; with `a_by_columns` (one tap, one line) element (r, i) is a[i·lda + r].
// The order of every sum is fixed: it depends on no split into rows, panels or threads.
typedef struct {
  const float *a;
  size_t lda, line_a, taps, tap_a, k;
  int a_by_columns;
  const float *b;
  size_t n;
  float *c;
  size_t ldc, line_c;
  int accumulate;
  const float *bias;      // n numbers, or null; not with `accumulate`
  const float *residual;  // as C, or null
  size_t ld_residual, line_residual;
  int activation;
  const ck_low *low;  // null: A and B are float32. Not with `a_by_columns` or `accumulate`
} ck_product;

// Computes rows [row0, row1) of lines [line0, line1), panels [panel0, panel1). `after` is the panel
// that the same thread is likely to work on next, or a number past the last one.
void ck_multiply(
    const ck_product *p, size_t line0, size_t line1, size_t row0, size_t row1, size_t panel0,
    size_t panel1, size_t after);

// Winograd's two transformations of a 3×3 convolution with stride 1, for a number of channels that is a
// multiple of 16. A tile is 4×4 pixels of the input, two further than the tile before it.
//
// Input: `count` tiles of four lines, `pixel` numbers from one pixel to the next, become 16 planes:
// plane p has a row of `channels` numbers for each tile at planes + p·plane + tile·ld.
void ck_winograd_input(
    const float *const lines[4], size_t pixel, size_t channels, size_t count, float *planes,
    size_t ld, size_t plane);
// Output: the planes' products with the transformed kernels become two lines of `columns` pixels, of
// which the second may be null; bias and, unless null, residual are added.
void ck_winograd_output(
    const float *planes, size_t ld, size_t plane, size_t channels, size_t columns,
    const float *bias, const float *const residual[2], size_t ld_residual, int relu,
    float *const lines[2], size_t ldy);

// Softmax of the first `width` numbers of each row of x times `scale`; with `causal` row r only has
// the first r + 1. What is not among them becomes 0 up to `columns`. In place.
void ck_softmax(
    float *x, size_t ld, size_t rows, size_t width, size_t columns, float scale, int causal);

// Largest of kernel × kernel pixels for each of `count` pixels in a row of the result; channels side
// by side. Pixels of x stand `channels` apart, lines `line`; x points at the first window's corner.
void ck_max_pool_line(
    const float *x, size_t line, size_t channels, size_t kernel, size_t stride, float *y,
    size_t ldy, size_t count);

// y ← (x + residual − mean) / √(variance + epsilon) · weight + bias, row by row; residual may be
// null.
void ck_layer_norm(
    const float *x, size_t ldx, const float *residual, size_t ldr, const float *weight,
    const float *bias, float epsilon, float *y, size_t ldy, size_t rows, size_t n);

// The same without residual, rows close together, keeping what the gradient needs:
// hat = (x − mean) · inverse, and inverse of each row.
void ck_layer_norm_parts(
    const float *x, const float *weight, const float *bias, float epsilon, float *y, float *hat,
    float *inverse, size_t rows, size_t n);
// d += the gradient with respect to x, from that of y.
void ck_layer_norm_gradient(
    const float *g, const float *weight, const float *hat, const float *inverse, float *d,
    size_t rows, size_t n);

// One head of attention over one sequence: out ← softmax(q kᵀ · scale) v. q is tq × d, k and v
// tk × d. `weights` gets tq × tk probabilities, rows ldw apart,
// unless null. Scratch: ck_attention_scratch floats,
// aligned to 64 bytes.
size_t ck_attention_scratch(size_t tq, size_t tk, size_t d);
void ck_attention(
    const float *q, size_t ldq, const float *k, const float *v, size_t ldkv, size_t tq, size_t tk,
    size_t d, float scale, int causal, float *out, size_t ldo, float *weights,
    size_t ldw, float *scratch);

// An LSTM step for `rows` sequences: gates (i, f, g, o before activation, 4·h a row) and cell (h a
// row, updated) → state (h a row) and, unless null, a copy of it in out.
void ck_lstm_step(
    const float *gates, size_t ld_gates, float *cell, float *state, float *out, size_t ld_out,
    size_t rows, size_t h);

// Dropout: numbers first ... first + n − 1 of a row of random decisions that `seed` fixes. Each x is
// dropped (0) with the probability, else divided by what is left of 1; y becomes that, or grows
// by it (`adds`).
void ck_dropout(
    const float *x, float *y, size_t n, size_t first, uint64_t seed, float probability, int adds);

// y += x.
void ck_add(const float *x, float *y, size_t n);

// A step of Adam over n parameters: m ← β₁m + (1−β₁)g, v ← β₂v + (1−β₂)g²,
// p ← p − rate · (m·scale1 / (√(v·scale2) + epsilon) + decay · p), with g times `factor` first.
typedef struct {
  float beta1, beta2, scale1, scale2, epsilon, rate, decay, factor;
} ck_adam_rule;
void ck_adam(
    float *p, const float *g, float *m, float *v, size_t n, const ck_adam_rule *rule);

// Takes so many blocks of 64 bytes into a SHA-256. The same with every instruction set.
void ck_sha256(uint32_t state[8], const uint8_t *bytes, size_t blocks);

// Lets the C library keep freed blocks of up to 32 MB for whoever asks next; 0 where it can't.
int ck_keep_memory(void);
// Gives freed blocks back to the system.
void ck_return_memory(void);

// Tells the CPU that a thread waits for another.
static inline void ck_pause(void) {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("yield");
#endif
}

#endif
