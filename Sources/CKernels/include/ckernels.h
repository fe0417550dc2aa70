#ifndef CKERNELS_H
#define CKERNELS_H
#include <stddef.h>

// Loops over float32 arrays that need the CPU's widest vectors. Each is compiled for several instruction
// sets and picked when the program starts. `y` may be `x`.
void ck_exp(const float *x, float *y, size_t n);
void ck_tanh(const float *x, float *y, size_t n);
void ck_sigmoid(const float *x, float *y, size_t n);

#endif
