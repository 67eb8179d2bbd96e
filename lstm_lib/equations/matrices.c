/* A product of matrices that suits the steps of a cell: few rows, the same weights at every step.

   The weights are packed once, in panels of as many columns as two vectors hold, so that the
   innermost loop reads them in order; a block of rows stays in registers meanwhile. */

#include "runtime.h"

#if defined(__AVX512F__)
#define VECTOR_BYTES 64
#define BLOCK 12 /* rows at a time: as many as there are registers for their sums */
#elif defined(__AVX__)
#define VECTOR_BYTES 32
#define BLOCK 6
#else
#define VECTOR_BYTES 16
#define BLOCK 4
#endif

typedef REAL vector __attribute__((vector_size(VECTOR_BYTES), aligned(sizeof(REAL)), may_alias));

enum { LANES = VECTOR_BYTES / sizeof(REAL), PANEL = 2 * LANES, DEPTH = 512 };

long panel_width(void) { return PANEL; }

/* Pack rows of weights, each of `length` numbers, as the columns that rows are multiplied by. */
void pack(long count, long length, const REAL *const *rows, REAL *packed)
{
  for (long first = 0; first < count; first += PANEL)
    for (long k = 0; k < length; k++)
      for (long j = 0; j < PANEL; j++)
        *packed++ = first + j < count ? rows[first + j][k] : 0;
}

/* The same for the transposed product: `count` rows of weights, each `length` columns wide. */
void pack_transposed(long count, long length, const REAL *const *rows, REAL *packed)
{
  for (long first = 0; first < length; first += PANEL)
    for (long k = 0; k < count; k++)
      for (long j = 0; j < PANEL; j++)
        *packed++ = first + j < length ? rows[k][first + j] : 0;
}

/* `rows` rows of one panel: c (+)= a * panel. With a constant number of rows it is unrolled. */
INLINE void block_of(const int rows, long depth, const REAL *restrict a, long a_stride,
                     const REAL *restrict panel, REAL *restrict c, long c_stride, int add)
{
  vector sum[BLOCK][2];
  for (int i = 0; i < rows; i++)
    for (int v = 0; v < 2; v++)
      sum[i][v] = add ? *(const vector *)(c + i * c_stride + v * LANES) : (vector){ 0 };
  for (long k = 0; k < depth; k++) {
    const vector w0 = *(const vector *)(panel + k * PANEL);
    const vector w1 = *(const vector *)(panel + k * PANEL + LANES);
#pragma GCC unroll 12
    for (int i = 0; i < rows; i++) {
      const REAL factor = a[i * a_stride + k];
      sum[i][0] += factor * w0;
      sum[i][1] += factor * w1;
    }
  }
  for (int i = 0; i < rows; i++)
    for (int v = 0; v < 2; v++)
      *(vector *)(c + i * c_stride + v * LANES) = sum[i][v];
}

static void block(int rows, long depth, const REAL *a, long a_stride, const REAL *panel, REAL *c,
                  long c_stride, int add)
{
#define CASE(n) \
  case n: block_of(n, depth, a, a_stride, panel, c, c_stride, add); break;
  switch (rows) {
    CASE(1) CASE(2) CASE(3) CASE(4)
#if BLOCK >= 6
    CASE(5) CASE(6)
#endif
#if BLOCK >= 12
    CASE(7) CASE(8) CASE(9) CASE(10) CASE(11) CASE(12)
#endif
  }
}

/* c (+)= a * weights, with the weights packed: a has `depth` columns, c has `columns`. */
void multiply(long rows, long columns, long depth, const REAL *a, long a_stride,
              const REAL *packed, REAL *c, long c_stride, int add)
{
  const long blocks = (rows + BLOCK - 1) / BLOCK; /* of even height: 8 rows are 4 + 4, not 6 + 2 */
  for (long k = 0; k < depth; k += DEPTH) { /* in pieces that stay in the cache */
    const long piece = depth - k < DEPTH ? depth - k : DEPTH;
    const int adding = add || k > 0;
    for (long column = 0; column < columns; column += PANEL) {
      const REAL *panel = packed + column * depth + k * PANEL;
      const long width = columns - column < PANEL ? columns - column : PANEL;
      for (long b = 0; b < blocks; b++) {
        const long first = b * rows / blocks;
        const int height = (int)((b + 1) * rows / blocks - first);
        const REAL *from = a + first * a_stride + k;
        REAL *to = c + first * c_stride + column;
        if (width == PANEL) {
          block(height, piece, from, a_stride, panel, to, c_stride, adding);
        } else { /* the last columns, through a buffer of full width */
          REAL whole[BLOCK * PANEL] = { 0 };
          for (int i = 0; adding && i < height; i++)
            copy(whole + i * PANEL, to + i * c_stride, width);
          block(height, piece, from, a_stride, panel, whole, PANEL, adding);
          for (int i = 0; i < height; i++)
            copy(to + i * c_stride, whole + i * PANEL, width);
        }
      }
    }
  }
}
