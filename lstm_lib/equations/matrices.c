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

enum { LANES = VECTOR_BYTES / sizeof(REAL), PANEL = 2 * LANES, DEPTH = 384 };

long panel_width(void) { return PANEL; }

/* Pack matrices that stand under each other, each of `length` columns, for a product with their
   rows: element (n, k) goes to row k and column n of the panels. */
void pack(long count, const long *heights, long length, const REAL *const *matrices, REAL *packed)
{
  long n = 0;
  for (long m = 0; m < count; m++)
    for (long i = 0; i < heights[m]; i++, n++) {
      const REAL *row = matrices[m] + i * length;
      REAL *column = packed + n / PANEL * PANEL * length + n % PANEL;
      for (long k = 0; k < length; k++)
        column[k * PANEL] = row[k];
    }
  for (; n % PANEL; n++)
    for (long k = 0; k < length; k++)
      packed[n / PANEL * PANEL * length + k * PANEL + n % PANEL] = 0;
}

/* The same for a product with their columns. */
void pack_transposed(long count, const long *heights, long length, const REAL *const *matrices,
                     REAL *packed)
{
  for (long first = 0; first < length; first += PANEL) {
    const long width = length - first < PANEL ? length - first : PANEL;
    for (long m = 0; m < count; m++)
      for (long i = 0; i < heights[m]; i++, packed += PANEL) {
        if (width < PANEL)
          zero(packed, PANEL);
        copy(packed, matrices[m] + i * length + first, width);
      }
  }
}

/* `rows` rows of one panel: c (+)= a * panel. With a constant number of rows it is unrolled. */
INLINE void block_of(const int rows, long depth, const REAL *restrict a, long a_row, long a_column,
                     const REAL *restrict panel, REAL *restrict c, long c_row, int add)
{
  vector sum[BLOCK][2];
  for (int i = 0; i < rows; i++)
    for (int v = 0; v < 2; v++)
      sum[i][v] = add ? *(const vector *)(c + i * c_row + v * LANES) : (vector){ 0 };
  for (long k = 0; k < depth; k++) {
    const vector w0 = *(const vector *)(panel + k * PANEL);
    const vector w1 = *(const vector *)(panel + k * PANEL + LANES);
#pragma GCC unroll 12
    for (int i = 0; i < rows; i++) {
      const REAL factor = a[i * a_row + k * a_column];
      sum[i][0] += factor * w0;
      sum[i][1] += factor * w1;
    }
  }
  for (int i = 0; i < rows; i++)
    for (int v = 0; v < 2; v++)
      *(vector *)(c + i * c_row + v * LANES) = sum[i][v];
}

static void full_block(int rows, long depth, const REAL *a, long a_row, long a_column,
                       const REAL *panel, REAL *c, long c_row, int add)
{
#define CASE(n) \
  case n: block_of(n, depth, a, a_row, a_column, panel, c, c_row, add); break;
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

/* The same where c may have fewer columns than a panel: then through a buffer of full width. */
static void block(int rows, long columns, long depth, const REAL *a, long a_row, long a_column,
                  const REAL *panel, REAL *c, long c_row, int add)
{
  if (columns >= PANEL) {
    full_block(rows, depth, a, a_row, a_column, panel, c, c_row, add);
    return;
  }
  REAL whole[BLOCK * PANEL] = { 0 };
  for (int i = 0; add && i < rows; i++)
    copy(whole + i * PANEL, c + i * c_row, columns);
  full_block(rows, depth, a, a_row, a_column, panel, whole, PANEL, add);
  for (int i = 0; i < rows; i++)
    copy(c + i * c_row, whole + i * PANEL, columns);
}

/* c (+)= a * weights, with the weights packed: a has `depth` columns, c has `columns`. */
void multiply(long rows, long columns, long depth, const REAL *a, long a_row,
              const REAL *packed, REAL *c, long c_row, int add)
{
  const long blocks = (rows + BLOCK - 1) / BLOCK; /* of even height: 8 rows are 4 + 4, not 6 + 2 */
  for (long k = 0; k < depth; k += DEPTH) { /* in pieces that stay in the cache */
    const long piece = depth - k < DEPTH ? depth - k : DEPTH;
    for (long column = 0; column < columns; column += PANEL)
      for (long b = 0; b < blocks; b++) {
        const long first = b * rows / blocks, last = (b + 1) * rows / blocks;
        block((int)(last - first), columns - column, piece, a + first * a_row + k, a_row, 1,
              packed + column * depth + k * PANEL, c + first * c_row + column, c_row,
              add || k > 0);
      }
  }
}

/* Copy `rows` rows into panels of `width` columns; the last is filled up with zeros. */
INLINE void to_panels(long rows, long columns, const long width, const REAL *a, long a_row,
                      REAL *panels)
{
  const long whole = columns - columns % width;
  for (long k = 0; k < rows; k++, a += a_row, panels += width) {
    for (long j = 0; j < whole; j += width)
      copy(panels + j * rows, a + j, width);
    for (long j = whole; j < columns; j += width) {
      zero(panels + j * rows, width);
      copy(panels + j * rows, a + j, columns - j);
    }
  }
}

/* How many numbers `multiply_transposed` needs to work in. */
long work_size(long rows, long columns) { return (rows + BLOCK + columns + PANEL) * DEPTH; }

/* c = a^T b for several b: a has `rows` columns, b[m] has `columns[m]`, and all have `depth` rows. */
void multiply_transposed(long rows, long depth, const REAL *a, long a_row, long count,
                         const long *columns, const REAL *const *b, REAL *const *c, REAL *work)
{
  REAL *panels = work + (rows + BLOCK) * DEPTH;
  for (long k = 0; k < depth; k += DEPTH) {
    const long piece = depth - k < DEPTH ? depth - k : DEPTH;
    to_panels(piece, rows, BLOCK, a + k * a_row, a_row, work);
    for (long m = 0; m < count; m++) {
      to_panels(piece, columns[m], PANEL, b[m] + k * columns[m], columns[m], panels);
      for (long first = 0; first < rows; first += BLOCK)
        for (long column = 0; column < columns[m]; column += PANEL)
          block((int)(rows - first < BLOCK ? rows - first : BLOCK), columns[m] - column, piece,
                work + first * piece, 1, BLOCK, panels + column * piece,
                c[m] + first * columns[m] + column, columns[m], k > 0);
    }
  }
}
