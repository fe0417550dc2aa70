// Rounding of float32 to bytes and to bfloat16. Written so that every instruction set rounds alike: no
// product is contracted with a sum, and no division is replaced by an estimate.
#pragma float_control(precise, on, push)
#pragma clang fp contract(off)

#define MAGNITUDE 0x7FFFFFFF
#define INFINITY_BITS 0x7F800000
#define NAN_BITS 0x7FC00000

INLINE VI bits_of(V v) {
  VI i;
  memcpy(&i, &v, sizeof i);
  return i;
}

INLINE float not_a_number(void) {
  const int32_t bits = NAN_BITS;
  float x;
  memcpy(&x, &bits, sizeof x);
  return x;
}

// Least and largest, and whether all are finite: told from the bits, because the compiler may take it
// that numbers are finite.
void NAME(range)(const float *x, size_t n, float range[3]) {
  V low = splat(range[0]), high = splat(range[1]);
  VI most = (VI)(0);
  size_t i = 0;
  for (; i + VL <= n; i += VL) {
    const V v = load(x + i);
    low = __builtin_elementwise_min(low, v);
    high = __builtin_elementwise_max(high, v);
    most = __builtin_elementwise_max(most, bits_of(v) & MAGNITUDE);
  }
  if (i < n) {
    const V v = load_part(x + i, n - i);
    low = __builtin_elementwise_min(low, v);
    high = __builtin_elementwise_max(high, v);
    most = __builtin_elementwise_max(most, bits_of(v) & MAGNITUDE);
  }
  range[0] = __builtin_reduce_min(low);
  range[1] = __builtin_reduce_max(high);
  if (__builtin_reduce_max(most) >= INFINITY_BITS) range[2] = not_a_number();
}

INLINE int32_t scalar_bits(float x) {
  int32_t bits;
  memcpy(&bits, &x, sizeof bits);
  return bits;
}

void NAME(scale)(const float range[3], int precision, float *scale, int32_t *zero) {
  *zero = 0;
  if ((scalar_bits(range[2]) & MAGNITUDE) >= INFINITY_BITS) {
    *scale = not_a_number();
    return;
  }
  if (precision == CK_BFLOAT16) {
    *scale = 1;
    return;
  }
  // In double precision neither overflows.
  const double width = (double)range[1] - (double)range[0];
  // Numbers so small count as 0: their inverse is none.
  *scale = width < 1e-35 ? 0 : (float)(width / 255);
  if (*scale > 0) *zero = (int32_t)__builtin_rint(-(double)range[0] / (double)*scale);
}

// The numbers of one vector as q, not yet packed.
INLINE VI bytes_of(V x, V inverse, VI zero) {
  const VI q = __builtin_convertvector(__builtin_elementwise_roundeven(x * inverse), VI) + zero;
  return __builtin_elementwise_min(__builtin_elementwise_max(q, (VI)(0)), (VI)(255));
}

// To the nearest, ties to even; what is smaller than any normal number to 0, as DPBF16 takes it.
INLINE VI bfloat16_of(V x) {
  const VI bits = bits_of(x), magnitude = bits & MAGNITUDE;
  const VI rounded = bits + 0x7FFF + ((bits >> 16) & 1);
  const VI tiny = magnitude < 0x00800000;
  return ((rounded & ~tiny) >> 16) & 0xFFFF;
}

INLINE void store_bytes(uint8_t *to, VI q) {
  typedef uint8_t Bytes __attribute__((ext_vector_type(VL)));
  const Bytes b = __builtin_convertvector(q, Bytes);
  memcpy(to, &b, sizeof b);
}

INLINE void store_halves(uint16_t *to, VI q) {
  typedef uint16_t Halves __attribute__((ext_vector_type(VL)));
  const Halves h = __builtin_convertvector(q, Halves);
  memcpy(to, &h, sizeof h);
}

void NAME(round)(
    const float *x, size_t n, int precision, float scale, int32_t zero, uint32_t *words) {
  if (precision == CK_BFLOAT16) {
    uint16_t *to = (uint16_t *)words;
    size_t i = 0;
    for (; i + VL <= n; i += VL) store_halves(to + i, bfloat16_of(load(x + i)));
    if (i < n) {
      uint16_t t[VL];
      store_halves(t, bfloat16_of(load_part(x + i, n - i)));
      memcpy(to + i, t, (n - i) * sizeof *t);
    }
    return;
  }
  // Numbers that are not finite make a scale that is none; what becomes of them does not matter.
  const int usable = (scalar_bits(scale) & MAGNITUDE) < INFINITY_BITS && scale > 0;
  const V inverse = splat(usable ? (float)(1 / (double)scale) : 0);
  const VI shift = (VI)(zero);
  uint8_t *to = (uint8_t *)words;
  size_t i = 0;
  for (; i + VL <= n; i += VL) store_bytes(to + i, bytes_of(load(x + i), inverse, shift));
  if (i < n) {
    uint8_t t[VL];
    store_bytes(t, bytes_of(load_part(x + i, n - i), inverse, shift));
    memcpy(to + i, t, n - i);
  }
}

void NAME(narrow)(
    const float *x, size_t ldx, size_t rows, size_t k, int precision, uint32_t *words, size_t ldw,
    float *scale, int32_t *zero) {
  const size_t count = ck_words(k, precision);
  for (size_t r = 0; r < rows; r++, x += ldx, words += ldw) {
    float range[3] = {0, 0, 0};
    NAME(range)(x, k, range);
    NAME(scale)(range, precision, scale + r, zero + r);
    if (count > 0) words[count - 1] = 0;
    NAME(round)(x, k, precision, scale[r], zero[r], words);
  }
}

// One column as words that stand CK_PANEL apart.
static void pack_column_int8(
    const float *b, size_t k, uint32_t *words, float *scale, int32_t *sum) {
  float range[3] = {0, 0, 0};
  NAME(range)(b, k, range);
  const float most = range[1] > -range[0] ? range[1] : -range[0];
  const int finite = (scalar_bits(range[2]) & MAGNITUDE) < INFINITY_BITS;
  *scale = !finite ? not_a_number() : most < 1e-35f ? 0 : most / 127;
  const double inverse = finite && *scale > 0 ? 1 / (double)*scale : 0;
  int32_t total = 0;
  for (size_t i = 0; i < k; i += 4) {
    uint32_t word = 0;
    for (size_t j = 0; j < 4 && i + j < k; j++) {
      int32_t q = finite ? (int32_t)__builtin_rint((double)b[i + j] * inverse) : 0;
      q = q > 127 ? 127 : q < -127 ? -127 : q;
      total += q;
      word |= (uint32_t)(uint8_t)(int8_t)q << (8 * j);
    }
    words[i / 4 * CK_PANEL] = word;
  }
  *sum = total;
}

static void pack_column_bfloat16(const float *b, size_t k, uint32_t *words) {
  for (size_t i = 0; i < k; i += 2) {
    uint16_t pair[VL];
    store_halves(pair, bfloat16_of(load_part(b + i, k - i < 2 ? k - i : 2)));
    words[i / 2 * CK_PANEL] = pair[0] | (uint32_t)pair[1] << 16;
  }
}

void NAME(pack_low)(
    const float *b, size_t ldb, size_t n, size_t k, int precision, size_t panel0, size_t panel1,
    uint32_t *packed, float *column_scale, int32_t *column_sum) {
  const size_t depth = ck_words(k, precision);
  for (size_t column = panel0 * CK_PANEL; column < panel1 * CK_PANEL; column++) {
    uint32_t *words = packed + column / CK_PANEL * CK_PANEL * depth + column % CK_PANEL;
    if (column >= n) {
      for (size_t i = 0; i < depth; i++) words[i * CK_PANEL] = 0;
      if (precision == CK_INT8) column_scale[column] = 0, column_sum[column] = 0;
    } else if (precision == CK_INT8) {
      pack_column_int8(b + column * ldb, k, words, column_scale + column, column_sum + column);
    } else {
      pack_column_bfloat16(b + column * ldb, k, words);
    }
  }
}

#pragma float_control(pop)
