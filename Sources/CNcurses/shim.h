#ifndef TWINLENS_NCURSES_SHIM_H
#define TWINLENS_NCURSES_SHIM_H
#define NCURSES_WIDECHAR 1
#include <ncurses.h>
#endif
