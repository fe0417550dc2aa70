// The kernels for any CPU.
#include "include/ckernels.h"

#define LEVEL CK_PLAIN
#define VL 4
#define MOST_ROWS 6
#define NAME(x) ck_plain_##x
#include "vector.h"

#include "product_body.h"

#include "loops_body.h"

#include "attention_body.h"
