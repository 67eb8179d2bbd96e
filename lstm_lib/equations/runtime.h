/* What compiled steps are made of: functions of one number, and a product of matrices.

   REAL is float or double. Nothing here branches on a value, so that the compiler can compute
   several numbers at a time; NaN and infinity go through as they do in PyTorch. */

#include <math.h>
#include <stdint.h>
#include <string.h>

#define IS_FLOAT (sizeof(REAL) == 4)
#define INLINE static inline __attribute__((always_inline))

/* Stands before a loop over units, none of which depends on another. */
#if defined(__clang__)
#define UNITS _Pragma("clang loop vectorize(assume_safety)")
#else
#define UNITS _Pragma("GCC ivdep")
#endif

/* -- Functions ------------------------------------------------------------------------------ */

INLINE REAL power_of_two(int32_t n) /* from the bits of a floating-point number */
{
  if (IS_FLOAT) {
    union { int32_t bits; float value; } f = { (n + 127) << 23 };
    return f.value;
  }
  union { int64_t bits; double value; } d = { (int64_t)(n + 1023) << 52 };
  return d.value;
}

/* e^x = 2^n (1 + r): n is the whole number next to x / log 2, r from the Taylor series of what is
   left, at most log 2 / 2, in pairs of terms that do not wait for each other. Returns r; NaN gives
   n = 0 and r = NaN. */
INLINE REAL reduced_exp(REAL x, int32_t *n)
{
  const REAL big = IS_FLOAT ? (REAL)12582912.0 : (REAL)6755399441055744.0; /* 1.5 * 2^digits */
  const REAL high = IS_FLOAT ? (REAL)0.693359375 : (REAL)6.93147180369123816490e-01;
  const REAL low = IS_FLOAT ? (REAL)-2.12194440e-4 : (REAL)1.90821492927058770002e-10;
  const REAL whole = (x * (REAL)1.4426950408889634 + big) - big; /* rounds */
  const REAL y = (x - whole * high) - whole * low, y2 = y * y, y4 = y2 * y2;
#define PAIR(a, b) ((REAL)(1.0 / a) + (REAL)(1.0 / b) * y) /* of 1/k!, one over the next */
  REAL sum = PAIR(2, 6) + PAIR(24, 120) * y2;
  if (IS_FLOAT)
    sum += PAIR(720, 5040) * y4;
  else
    sum += (PAIR(720, 5040) + PAIR(40320, 362880) * y2
            + (PAIR(3628800, 39916800) + PAIR(479001600, 6227020800.0) * y2) * y4) * y4;
#undef PAIR
  *n = (int32_t)(whole == whole ? whole : (REAL)0);
  return sum * y2 + y;
}

INLINE REAL real_exp(REAL x)
{
  const REAL most = IS_FLOAT ? (REAL)105 : (REAL)750; /* beyond, the result is 0 or infinity */
  REAL y = x < -most ? -most : x;
  y = y > most ? most : y;
  int32_t n;
  const REAL r = reduced_exp(y, &n);
  const int32_t half = n >> 1; /* 2^n itself may be too large or too small for a number */
  return ((REAL)1 + r) * power_of_two(half) * power_of_two(n - half);
}

INLINE REAL real_sigmoid(REAL x) { return (REAL)1 / ((REAL)1 + real_exp(-x)); }

INLINE REAL real_tanh(REAL x) /* with m = e^(-2|x|) - 1 it is -m / (2 + m), and the sign of x */
{
  const REAL most = IS_FLOAT ? (REAL)20 : (REAL)40;
  REAL y = x < 0 ? (REAL)2 * x : (REAL)-2 * x;
  y = y < -most ? -most : y;
  int32_t n;
  const REAL r = reduced_exp(y, &n), scale = power_of_two(n);
  const REAL m = r * scale + (scale - (REAL)1);
  const REAL t = -m / ((REAL)2 + m);
  return IS_FLOAT ? (REAL)__builtin_copysignf((float)t, (float)x)
                  : (REAL)__builtin_copysign((double)t, (double)x);
}

INLINE REAL real_abs(REAL x)
{
  return IS_FLOAT ? (REAL)__builtin_fabsf((float)x) : (REAL)__builtin_fabs((double)x);
}

/* log(1 + u) for u from 0 to 1: twice the series of the inverse tanh of u / (2 + u). */
INLINE REAL log_one_plus(REAL u)
{
  const REAL s = u / ((REAL)2 + u), square = s * s;
  REAL sum = 0;
  for (int k = IS_FLOAT ? 15 : 35; k > 1; k -= 2)
    sum = (sum + (REAL)1 / (REAL)k) * square;
  return (REAL)2 * (s + s * sum);
}

INLINE REAL real_log_sigmoid(REAL x)
{
  return (x < 0 ? x : x == x ? (REAL)0 : x) - log_one_plus(real_exp(-real_abs(x)));
}

INLINE REAL real_relu(REAL x) { return x < 0 ? (REAL)0 : x; }
INLINE REAL real_max(REAL x, REAL y) { return x > y ? x : y >= x ? y : x + y; }
INLINE REAL real_larger(REAL x, REAL y) { return (REAL)(x > y) + (REAL)0.5 * (REAL)(x == y); }
INLINE REAL real_sign(REAL x) { return (REAL)(x > 0) - (REAL)(x < 0); }

/* -- Rows ----------------------------------------------------------------------------------- */

/* Multiplies rows by packed weights; in matrices.c. */
typedef void product(long rows, long columns, long depth, const REAL *a, long a_row,
                     const REAL *packed, REAL *c, long c_row, int add);

INLINE void zero(REAL *row, long n) { memset(row, 0, (size_t)n * sizeof(REAL)); }
INLINE void copy(REAL *to, const REAL *from, long n) { memcpy(to, from, (size_t)n * sizeof(REAL)); }
