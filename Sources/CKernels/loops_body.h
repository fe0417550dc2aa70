// Elementwise functions, packing, softmax, layer norm, the LSTM's cell and Adam.

#define ELEMENTWISE(name, expression)                                  \
  void NAME(name)(const float *x, float *y, size_t n) {                \
    size_t i = 0;                                                      \
    for (; i + VL <= n; i += VL) {                                     \
      const V v = load(x + i);                                         \
      store(y + i, expression);                                        \
    }                                                                  \
    if (i < n) {                                                       \
      const V v = load_part(x + i, n - i);                             \
      store_part(y + i, expression, n - i);                            \
    }                                                                  \
  }
ELEMENTWISE(exp, exp_of(v))
ELEMENTWISE(tanh, tanh_of(v))
ELEMENTWISE(sigmoid, sigmoid_of(v))
#define ACTIVATION(kind, name) ELEMENTWISE(name, activated(v, kind))
ACTIVATION(CK_RELU, relu)
ACTIVATION(CK_GELU, gelu)
ACTIVATION(CK_GELU_TANH, gelu_tanh)
ACTIVATION(CK_QUICK_GELU, quick_gelu)

void NAME(activate)(const float *x, float *y, size_t n, int activation) {
  switch (activation) {
  case CK_RELU: NAME(relu)(x, y, n); return;
  case CK_GELU: NAME(gelu)(x, y, n); return;
  case CK_GELU_TANH: NAME(gelu_tanh)(x, y, n); return;
  case CK_QUICK_GELU: NAME(quick_gelu)(x, y, n); return;
  case CK_TANH: NAME(tanh)(x, y, n); return;
  default:
    if (x != y) memmove(y, x, n * sizeof(float));
  }
}

INLINE V gelu_slope(V x) {
  return 0.5f * (1.0f + erf_of(x * 0.70710678f)) + x * 0.39894228f * exp_of(-0.5f * x * x);
}

void NAME(gelu_gradient)(const float *x, const float *g, float *d, size_t n) {
  size_t i = 0;
  for (; i + VL <= n; i += VL)
    store(d + i, multiply_add(load(g + i), gelu_slope(load(x + i)), load(d + i)));
  if (i < n) {
    const size_t m = n - i;
    const V v = multiply_add(
        load_part(g + i, m), gelu_slope(load_part(x + i, m)), load_part(d + i, m));
    store_part(d + i, v, m);
  }
}

// A square of VL × VL numbers, mirrored along its diagonal, by halving: first neighbours swap, then
// pairs, then fours.
INLINE void transpose_square(V rows[VL]) {
#pragma clang loop unroll(full)
  for (int step = 1; step < VL; step *= 2) {
    V next[VL];
#pragma clang loop unroll(full)
    for (int i = 0; i < VL; i++) {
      // Row i takes from its partner what stands on the other side.
      const V a = rows[i & ~step], b = rows[i | step];
      V r;
#pragma clang loop unroll(full)
      for (int j = 0; j < VL; j++) {
        const int from = (i & step) ? (j & step ? -1 : j + step) : (j & step ? -1 : j);
        r[j] = (i & step) ? (from < 0 ? b[j] : a[j + step]) : (from < 0 ? b[j - step] : a[j]);
      }
      next[i] = r;
    }
#pragma clang loop unroll(full)
    for (int i = 0; i < VL; i++) rows[i] = next[i];
  }
}

// Packs one panel: columns that stand side by side become rows of 32.
static void pack_panel_transposed(
    const float *b, size_t ldb, size_t columns, size_t k, float *packed) {
  size_t i = 0;
  if (columns == CK_PANEL) {
    for (; i + VL <= k; i += VL)
      for (size_t j = 0; j < CK_PANEL; j += VL) {
        V rows[VL];
#pragma clang loop unroll(full)
        for (int r = 0; r < VL; r++) rows[r] = load(b + (j + r) * ldb + i);
        transpose_square(rows);
#pragma clang loop unroll(full)
        for (int r = 0; r < VL; r++) store(packed + (i + r) * CK_PANEL + j, rows[r]);
      }
  }
  for (; i < k; i += 16) {
    // 16 numbers of each column at a time: whole cache lines of both.
    const size_t m = k - i < 16 ? k - i : 16;
    for (size_t j = 0; j < columns; j++)
      for (size_t r = 0; r < m; r++) packed[(i + r) * CK_PANEL + j] = b[j * ldb + i + r];
    for (size_t j = columns; j < CK_PANEL; j++)
      for (size_t r = 0; r < m; r++) packed[(i + r) * CK_PANEL + j] = 0;
  }
}

void NAME(pack)(
    const float *b, size_t ldb, int transposed, size_t n, size_t k, size_t panel0, size_t panel1,
    float *packed) {
  for (size_t panel = panel0; panel < panel1; panel++) {
    const size_t column = panel * CK_PANEL;
    const size_t columns = n - column < CK_PANEL ? n - column : CK_PANEL;
    float *target = packed + column * k;
    if (transposed) {
      pack_panel_transposed(b + column * ldb, ldb, columns, k, target);
    } else if (columns == CK_PANEL) {
      for (size_t i = 0; i < k; i++)
        for (size_t j = 0; j < CK_PANEL; j += VL)
          store(target + i * CK_PANEL + j, load(b + i * ldb + column + j));
    } else {
      for (size_t i = 0; i < k; i++) {
        memcpy(target + i * CK_PANEL, b + i * ldb + column, columns * sizeof(float));
        for (size_t j = columns; j < CK_PANEL; j++) target[i * CK_PANEL + j] = 0;
      }
    }
  }
}

static void softmax_row(float *x, size_t width, size_t columns, float scale) {
  const size_t whole = width / VL * VL, rest = width - whole;
  float top = -3.0e38f;
  if (whole > 0) {
    V most = load(x);
    for (size_t i = VL; i < whole; i += VL) most = __builtin_elementwise_max(most, load(x + i));
    top = largest_of(most);
  }
  for (size_t i = whole; i < width; i++) top = x[i] > top ? x[i] : top;
  const V shift = splat(-top * scale), factor = splat(scale);
  V sum = splat(0);
  for (size_t i = 0; i < whole; i += VL) {
    const V e = exp_of(multiply_add(load(x + i), factor, shift));
    sum += e;
    store(x + i, e);
  }
  float total = sum_of(sum);
  if (rest > 0) {
    store_part(
        x + whole, exp_of(multiply_add(load_part(x + whole, rest), factor, shift)), rest);
    for (size_t i = whole; i < width; i++) total += x[i];
  }
  const float inverse = 1 / total;
  for (size_t i = 0; i < whole; i += VL) store(x + i, load(x + i) * inverse);
  for (size_t i = whole; i < width; i++) x[i] *= inverse;
  for (size_t i = width; i < columns; i++) x[i] = 0;
}

void NAME(softmax)(
    float *x, size_t ld, size_t rows, size_t width, size_t columns, float scale, int causal) {
  for (size_t r = 0; r < rows; r++) {
    const size_t seen = causal && r + 1 < width ? r + 1 : width;
    if (seen > 0) softmax_row(x + r * ld, seen, columns, scale);
  }
}

void NAME(layer_norm)(
    const float *x, size_t ldx, const float *residual, size_t ldr, const float *weight,
    const float *bias, float epsilon, float *y, size_t ldy, size_t rows, size_t n) {
  const size_t whole = n / VL * VL, rest = n - whole;
  for (size_t r = 0; r < rows; r++, x += ldx, y += ldy) {
    const float *add = residual ? residual + r * ldr : 0;
    V sum = splat(0);
    for (size_t i = 0; i < whole; i += VL) {
      V v = load(x + i);
      if (add) v += load(add + i);
      store(y + i, v);
      sum += v;
    }
    float total = sum_of(sum);
    for (size_t i = whole; i < n; i++) total += y[i] = x[i] + (add ? add[i] : 0);
    const float mean = total / n;
    V square = splat(0);
    for (size_t i = 0; i < whole; i += VL) {
      const V c = load(y + i) - mean;
      square = multiply_add(c, c, square);
    }
    float spread = sum_of(square);
    for (size_t i = whole; i < n; i++) spread += (y[i] - mean) * (y[i] - mean);
    const float scale = 1 / __builtin_sqrtf(spread / n + epsilon);
    for (size_t i = 0; i < whole; i += VL)
      store(
          y + i, multiply_add((load(y + i) - mean) * scale, load(weight + i), load(bias + i)));
    if (rest > 0) {
      const V c = (load_part(y + whole, rest) - mean) * scale;
      const V v = multiply_add(c, load_part(weight + whole, rest), load_part(bias + whole, rest));
      store_part(y + whole, v, rest);
    }
  }
}

void NAME(layer_norm_parts)(
    const float *x, const float *weight, const float *bias, float epsilon, float *y, float *hat,
    float *inverse, size_t rows, size_t n) {
  for (size_t r = 0; r < rows; r++, x += n, y += n, hat += n) {
    V sum = splat(0);
    for (size_t i = 0; i < n; i += VL) sum += load_part(x + i, n - i < VL ? n - i : VL);
    const float mean = sum_of(sum) / n;
    V square = splat(0);
    for (size_t i = 0; i < n; i += VL) {
      if (n - i < VL) {
        for (; i < n; i++) square[0] += (x[i] - mean) * (x[i] - mean);
        break;
      }
      const V c = load(x + i) - mean;
      square = multiply_add(c, c, square);
    }
    const float scale = 1 / __builtin_sqrtf(sum_of(square) / n + epsilon);
    inverse[r] = scale;
    for (size_t i = 0; i < n; i += VL) {
      const size_t m = n - i < VL ? n - i : VL;
      const V h = (load_part(x + i, m) - mean) * scale;
      store_part(hat + i, h, m);
      store_part(y + i, multiply_add(h, load_part(weight + i, m), load_part(bias + i, m)), m);
    }
  }
}

void NAME(layer_norm_gradient)(
    const float *g, const float *weight, const float *hat, const float *inverse, float *d,
    size_t rows, size_t n) {
  for (size_t r = 0; r < rows; r++, g += n, hat += n, d += n) {
    V sums = splat(0), dots = splat(0);
    for (size_t i = 0; i < n; i += VL) {
      const size_t m = n - i < VL ? n - i : VL;
      const V h = load_part(g + i, m) * load_part(weight + i, m);
      sums += h;
      dots = multiply_add(h, load_part(hat + i, m), dots);
    }
    const float sum = sum_of(sums) / n, dot = sum_of(dots) / n;
    for (size_t i = 0; i < n; i += VL) {
      const size_t m = n - i < VL ? n - i : VL;
      const V h = load_part(g + i, m) * load_part(weight + i, m);
      const V v = inverse[r] * (h - (sum + load_part(hat + i, m) * dot));
      store_part(d + i, load_part(d + i, m) + v, m);
    }
  }
}

void NAME(lstm_step)(
    const float *gates, size_t ld_gates, float *cell, float *state, float *out, size_t ld_out,
    size_t rows, size_t h) {
  for (size_t r = 0; r < rows; r++) {
    const float *p = gates + r * ld_gates;
    for (size_t j = 0; j < h; j += VL) {
      const size_t m = h - j < VL ? h - j : VL;
      const V i = sigmoid_of(load_part(p + j, m)), f = sigmoid_of(load_part(p + h + j, m));
      const V g = tanh_of(load_part(p + 2 * h + j, m)), o = sigmoid_of(load_part(p + 3 * h + j, m));
      const V c = multiply_add(f, load_part(cell + r * h + j, m), i * g);
      const V s = o * tanh_of(c);
      store_part(cell + r * h + j, c, m);
      store_part(state + r * h + j, s, m);
      if (out) store_part(out + r * ld_out + j, s, m);
    }
  }
}

void NAME(adam)(float *p, const float *g, float *m, float *v, size_t n, const ck_adam_rule *rule) {
  const ck_adam_rule u = *rule;
  size_t i = 0;
  for (; i + VL <= n; i += VL) {
    const V gradient = load(g + i) * u.factor, old = load(p + i);
    const V first = u.beta1 * load(m + i) + (1 - u.beta1) * gradient;
    const V second = u.beta2 * load(v + i) + (1 - u.beta2) * gradient * gradient;
    const V root = __builtin_elementwise_sqrt(second * u.scale2) + u.epsilon;
    store(m + i, first);
    store(v + i, second);
    store(p + i, old - u.rate * (first * u.scale1 / root + u.decay * old));
  }
  for (; i < n; i++) {
    const float gradient = g[i] * u.factor;
    m[i] = u.beta1 * m[i] + (1 - u.beta1) * gradient;
    v[i] = u.beta2 * v[i] + (1 - u.beta2) * gradient * gradient;
    const float root = __builtin_sqrtf(v[i] * u.scale2) + u.epsilon;
    p[i] -= u.rate * (m[i] * u.scale1 / root + u.decay * p[i]);
  }
}

void NAME(max_pool_line)(
    const float *x, size_t line, size_t channels, size_t kernel, size_t stride, float *y,
    size_t ldy, size_t count) {
  for (size_t i = 0; i < count; i++, x += stride * channels, y += ldy) {
    size_t c = 0;
    for (; c + VL <= channels; c += VL) {
      V most = load(x + c);
      for (size_t ky = 0; ky < kernel; ky++)
        for (size_t kx = 0; kx < kernel; kx++)
          most = __builtin_elementwise_max(most, load(x + ky * line + kx * channels + c));
      store(y + c, most);
    }
    for (; c < channels; c++) {
      float most = x[c];
      for (size_t ky = 0; ky < kernel; ky++)
        for (size_t kx = 0; kx < kernel; kx++) {
          const float v = x[ky * line + kx * channels + c];
          most = v > most ? v : most;
        }
      y[c] = most;
    }
  }
}

typedef uint32_t VW __attribute__((ext_vector_type(VL)));

// Mixes the bits of 32-bit numbers: multiplications and shifts that lose nothing, with the constants
// that C. Wellons found by search ("lowbias32").
INLINE VW mixed(VW x) {
  x ^= x >> 16;
  x *= 0x7feb352dU;
  x ^= x >> 15;
  x *= 0x846ca68bU;
  x ^= x >> 16;
  return x;
}

void NAME(dropout)(
    const float *x, float *y, size_t n, size_t first, uint64_t seed, float probability, int adds) {
  const float keep = 1 / (1 - probability);
  const uint32_t limit = probability >= 1 ? UINT32_MAX : (uint32_t)(probability * 4294967296.0);
  VW lane;
  for (int i = 0; i < VL; i++) lane[i] = i;
  for (size_t i = 0; i < n; i += VL) {
    const size_t m = n - i < VL ? n - i : VL;
    const uint64_t at = first + i;
    // The decision about a number depends on its place only, not on where vectors start.
    VW h = mixed((lane + (uint32_t)at) ^ (uint32_t)seed);
    h = mixed(h + (uint32_t)(seed >> 32) + (uint32_t)(at >> 32));
    const V v = load_part(x + i, m) * keep;
    const V kept = h >= limit ? v : splat(0);
    store_part(y + i, adds ? load_part(y + i, m) + kept : kept, m);
  }
}

void NAME(add)(const float *x, float *y, size_t n) {
  for (size_t i = 0; i < n; i += VL) {
    const size_t m = n - i < VL ? n - i : VL;
    store_part(y + i, load_part(y + i, m) + load_part(x + i, m), m);
  }
}
