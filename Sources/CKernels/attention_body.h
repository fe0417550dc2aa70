// One head of attention over one sequence, from the packed product.

INLINE size_t rounded(size_t n, size_t to) { return (n + to - 1) / to * to; }

// Rows of the scores stand an odd number of cache lines apart.
INLINE size_t score_stride(size_t tk) { return rounded(tk, 16) + (tk % 1024 ? 0 : 16); }

size_t NAME(attention_scratch)(size_t tq, size_t tk, size_t d) {
  return ck_packed_size(tk, d) + ck_packed_size(d, tk) + tq * score_stride(tk);
}

void NAME(attention)(
    const float *q, size_t ldq, const float *k, const float *v, size_t ldkv, size_t tq, size_t tk,
    size_t d, float scale, int causal, float *out, size_t ldo, float *weights,
    size_t ldw, float *scratch) {
  float *keys = scratch, *values = keys + ck_packed_size(tk, d);
  float *scores = values + ck_packed_size(d, tk);
  const size_t ld = weights ? ldw : score_stride(tk);
  if (weights) scores = weights;
  const size_t key_panels = (tk + CK_PANEL - 1) / CK_PANEL, panels = (d + CK_PANEL - 1) / CK_PANEL;
  NAME(pack)(k, ldkv, 1, tk, d, 0, key_panels, keys);
  NAME(pack)(v, ldkv, 0, d, tk, 0, panels, values);
  // Meanwhile the head beside this one comes nearer, which is likely to be next.
  fetch(k + d, ldkv, tk, d);
  const ck_product product = {
      .a = q, .lda = ldq, .taps = 1, .k = d, .b = keys, .n = tk, .c = scores, .ldc = ld};
  NAME(multiply)(&product, 0, 1, 0, tq, 0, key_panels, key_panels);
  fetch(v + d, ldkv, tk, d);
  NAME(softmax)(scores, ld, tq, tk, tk, scale, causal);
  fetch(q + d, ldq, tq, d);
  const ck_product mix = {
      .a = scores, .lda = ld, .taps = 1, .k = tk, .b = values, .n = d, .c = out, .ldc = ldo};
  NAME(multiply)(&mix, 0, 1, 0, tq, 0, panels, panels);
}
