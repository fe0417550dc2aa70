// Winograd's transformations for 3×3 windows, two by two results at a time: a tile of 4×4 pixels needs
// 16 multiplications for each pair of channels where the plain sums need 36. Lavin and Gray, Fast
// Algorithms for Convolutional Neural Networks, 2016.

// A row or column of four, Bᵀ.
INLINE void into_planes(V x[4]) {
  const V a = x[0] - x[2], b = x[1] + x[2], c = x[2] - x[1], d = x[1] - x[3];
  x[0] = a, x[1] = b, x[2] = c, x[3] = d;
}

void NAME(winograd_input)(
    const float *const lines[4], size_t pixel, size_t channels, size_t count, float *planes,
    size_t ld, size_t plane) {
  for (size_t tile = 0; tile < count; tile++)
    for (size_t c = 0; c < channels; c += VL) {
      V x[4][4];
#pragma clang loop unroll(full)
      for (int i = 0; i < 4; i++) {
#pragma clang loop unroll(full)
        for (int j = 0; j < 4; j++) x[i][j] = load(lines[i] + (2 * tile + j) * pixel + c);
        into_planes(x[i]);
      }
#pragma clang loop unroll(full)
      for (int j = 0; j < 4; j++) {
        V column[4] = {x[0][j], x[1][j], x[2][j], x[3][j]};
        into_planes(column);
#pragma clang loop unroll(full)
        for (int i = 0; i < 4; i++)
          store(planes + (4 * i + j) * plane + tile * ld + c, column[i]);
      }
    }
}

void NAME(winograd_output)(
    const float *planes, size_t ld, size_t plane, size_t channels, size_t columns,
    const float *bias, const float *const residual[2], size_t ld_residual, int relu,
    float *const lines[2], size_t ldy) {
  for (size_t column = 0; column < columns; column += 2)
    for (size_t c = 0; c < channels; c += VL) {
      V x[4][2];
#pragma clang loop unroll(full)
      for (int i = 0; i < 4; i++) {
        const float *p = planes + 4 * i * plane + column / 2 * ld + c;
        const V a = load(p), b = load(p + plane), d = load(p + 2 * plane), e = load(p + 3 * plane);
        x[i][0] = a + (b + d);
        x[i][1] = (b - d) - e;
      }
      const V start = load(bias + c);
#pragma clang loop unroll(full)
      for (int j = 0; j < 2; j++) {
        if (column + j >= columns) break;
        const V y[2] = {
            x[0][j] + (x[1][j] + x[2][j]) + start, (x[1][j] - x[2][j]) - x[3][j] + start};
#pragma clang loop unroll(full)
        for (int i = 0; i < 2; i++) {
          if (!lines[i]) continue;
          V v = y[i];
          if (residual) v += load(residual[i] + (column + j) * ld_residual + c);
          if (relu) v = __builtin_elementwise_max(v, splat(0));
          store(lines[i] + (column + j) * ldy + c, v);
        }
      }
    }
}
