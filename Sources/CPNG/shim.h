#ifndef TWINLENS_CPNG_SHIM_H
#define TWINLENS_CPNG_SHIM_H

#include <png.h>
#include <setjmp.h>
#include <string.h>

/* The samples of a file with sixteen bits each, as they are stored: libpng's simplified interface
   rounds them to eight bits or takes them for linear light. */

struct twinlens_png_bytes {
  const unsigned char *at;
  size_t left;
};

static inline void twinlens_png_take(png_structp png, png_bytep out, png_size_t count) {
  struct twinlens_png_bytes *from = (struct twinlens_png_bytes *)png_get_io_ptr(png);
  if (count > from->left) png_error(png, "Read Error");
  memcpy(out, from->at, count);
  from->at += count;
  from->left -= count;
}

static inline void twinlens_png_quiet(png_structp png, png_const_charp words) {
  (void)png;
  (void)words;
}

/* Fills `samples` with height rows of `row` bytes, big-endian. Gives 0, or why not: 1 for a damaged
   file, 2 for one whose rows have another size, 3 for want of memory. */
static inline int twinlens_png_deep(
    const unsigned char *bytes, size_t count, unsigned char *samples, size_t row, size_t height) {
  struct twinlens_png_bytes from = {bytes, count};
  png_structp png = png_create_read_struct(PNG_LIBPNG_VER_STRING, NULL, NULL, twinlens_png_quiet);
  png_infop info = png ? png_create_info_struct(png) : NULL;
  int passes, pass;
  size_t y;
  if (!info) {
    png_destroy_read_struct(&png, NULL, NULL);
    return 3;
  }
  if (setjmp(png_jmpbuf(png))) {
    png_destroy_read_struct(&png, &info, NULL);
    return 1;
  }
  png_set_read_fn(png, &from, twinlens_png_take);
  png_read_info(png, info);
  passes = png_set_interlace_handling(png);
  png_read_update_info(png, info);
  if (png_get_rowbytes(png, info) != row || png_get_image_height(png, info) != height) {
    png_destroy_read_struct(&png, &info, NULL);
    return 2;
  }
  for (pass = 0; pass < passes; pass++)
    for (y = 0; y < height; y++) png_read_row(png, samples + y * row, NULL);
  png_destroy_read_struct(&png, &info, NULL);
  return 0;
}

#endif
