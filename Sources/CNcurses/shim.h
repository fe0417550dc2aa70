#ifndef TWINLENS_NCURSES_SHIM_H
#define TWINLENS_NCURSES_SHIM_H
/* What Swift cannot import from curses (macros, mutable globals), each as one small function. */
#define NCURSES_WIDECHAR 1
#include <ncurses.h>
#include <stdio.h>
#include <stdlib.h>
#include <wchar.h>

enum { twinlens_bold = 1, twinlens_underline = 2, twinlens_reverse = 4, twinlens_dim = 8 };

/* Starts curses on a terminal of a size; 0 when its type is unknown. */
static inline SCREEN *twinlens_begin(const char *type, FILE *out, FILE *in, int rows, int columns) {
  /* Curses believes these before it asks the kernel; a wrong number in them, or a window of the
     largest size there is, would make it allocate gigabytes. */
  char number[16];
  snprintf(number, sizeof number, "%d", rows);
  setenv("LINES", number, 1);
  snprintf(number, sizeof number, "%d", columns);
  setenv("COLUMNS", number, 1);
  SCREEN *screen = newterm(type, out, in);
  unsetenv("LINES");
  unsetenv("COLUMNS");
  if (!screen) return NULL;
  raw();
  noecho();
  nonl();
  typeahead(-1);
  /* Shifting and scrolling would move text away from under pictures. */
  idlok(stdscr, FALSE);
  idcok(stdscr, FALSE);
  scrollok(stdscr, FALSE);
  leaveok(stdscr, FALSE);
  return screen;
}

/* The number of colours, 0 for none; default_colors tells whether -1 may be used. */
static inline int twinlens_colors(int *default_colors) {
  *default_colors = 0;
  if (!has_colors() || start_color() == ERR) return 0;
  *default_colors = use_default_colors() == OK;
  return COLORS;
}

static inline int twinlens_pairs(void) { return COLOR_PAIRS; }

static inline void twinlens_put(int row, int column, const wchar_t *text, int attributes, int pair) {
  attr_t bits = A_NORMAL;
  if (attributes & twinlens_bold) bits |= A_BOLD;
  if (attributes & twinlens_underline) bits |= A_UNDERLINE;
  if (attributes & twinlens_reverse) bits |= A_REVERSE;
  if (attributes & twinlens_dim) bits |= A_DIM;
  cchar_t cell;
  if (setcchar(&cell, text, bits, 0, &pair) == OK) mvwadd_wch(stdscr, row, column, &cell);
}

/* Sends the changed cells; the hardware cursor ends at a cell or is hidden (row < 0). */
static inline void twinlens_flush(int row, int column) {
  curs_set(row < 0 ? 0 : 1);
  /* Terminals that cannot hide it show it in the last row. */
  wmove(stdscr, row < 0 ? getmaxy(stdscr) - 1 : row, row < 0 ? 0 : column);
  wnoutrefresh(stdscr);
  doupdate();
}

/* Sends the cells put so far, whose hardware cursor may be left anywhere. curses sets scrolling
   regions and scrolls them where several lines moved (ncurses/tty/hardscroll.c), whatever idlok
   says, and the pixels of a picture then stand in other rows than the cells that hold it. It looks
   for lines that stood once and stand once (ncurses/tty/hashmap.c). A line that came from elsewhere
   and is sent before that place changes stands twice, so that there is nothing to move: the caller
   sends in between. */
static inline void twinlens_send_lines(void) {
  leaveok(stdscr, TRUE);
  wnoutrefresh(stdscr);
  doupdate();
  leaveok(stdscr, FALSE);
}

/* Makes the next flush repaint every cell. */
static inline void twinlens_repaint(void) { clearok(curscr, TRUE); }

static inline void twinlens_resize(int rows, int columns) {
  resizeterm(rows, columns);
  werase(stdscr);
  clearok(curscr, TRUE);
}

/* The columns the C library gives a character; curses measures with it. */
extern int wcwidth(wchar_t character);
static inline int twinlens_width(unsigned int character) { return wcwidth((wchar_t)character); }

/* A string capability, NULL when the terminal does not have it. */
static inline const char *twinlens_string(const char *name) {
  const char *text = tigetstr((char *)name);
  return text == (const char *)-1 ? NULL : text;
}

#endif
