// The kernels for any CPU.
#include "include/ckernels.h"

#define VL 4
#define MOST_ROWS 6
#define NAME(x) ck_plain_##x
#include "vector.h"

#include "finish_body.h"

#include "product_body.h"

#include "loops_body.h"

#include "attention_body.h"

#include "winograd_body.h"

#include "narrow_body.h"

#define LOW_IS_INT8 1
#define LOW_NAME(x) NAME(int8_##x)
#include "low_body.h"
#undef LOW_IS_INT8
#undef LOW_NAME

#define LOW_IS_INT8 0
#define LOW_NAME(x) NAME(bfloat16_##x)
#include "low_body.h"
