// The kernels for any CPU.
#include "include/ckernels.h"

#define VL 4
#define MOST_ROWS 6
#define NAME(x) ck_plain_##x
#include "vector.h"

#include "tile.h"

#include "float32_body.h"

#include "loops_body.h"

#include "attention_body.h"

#include "winograd_body.h"

#include "narrow_body.h"

#define LOW_IS_INT8 1
#include "low_body.h"

#define LOW_IS_INT8 0
#include "low_body.h"
