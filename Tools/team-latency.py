#!/usr/bin/env python3
"""How long an edit of one person takes to another's screen: two workbenches in pseudo-terminals on one store.

    Tools/team-latency.py PROGRAM DATASET STORE [ROUNDS]

STORE is what --store takes; edits are made in it, so take an empty one. Timed is from the key that changes a label
in the first workbench to the first byte that the second draws, which is quiet before; the median, the longest and all
times are printed.
"""
import fcntl
import os
import pty
import select
import statistics
import struct
import sys
import tempfile
import termios
import time

KEYS = "LPOM"


class Workbench:
    def __init__(self, program, dataset, store, annotator):
        state = tempfile.mkdtemp(prefix="team-latency-")
        self.process, self.terminal = pty.fork()
        if self.process == 0:
            os.environ.update(
                TERM="xterm-256color", XDG_STATE_HOME=state, XDG_CONFIG_HOME=state, LANG="C.UTF-8")
            os.execv(program, [
                program, dataset, "--store", store, "--annotator", annotator, "--no-models"])
        fcntl.ioctl(self.terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 36, 120, 0, 0))

    def wait(self, seconds):
        """Bytes that it draws within so many seconds, at the first of them."""
        ready, _, _ = select.select([self.terminal], [], [], seconds)
        try:
            return os.read(self.terminal, 1 << 16) if ready else b""
        except OSError:  # it has ended
            return b""

    def settle(self, seconds=1.0):
        """Everything that it draws until it is quiet for so long."""
        drawn = b""
        while part := self.wait(seconds):
            drawn += part
        return drawn

    def press(self, key):
        os.write(self.terminal, key.encode())


def main():
    if len(sys.argv) < 4:
        sys.exit(__doc__)
    program, dataset, store = (os.path.abspath(sys.argv[1]), *sys.argv[2:4])
    rounds = int(sys.argv[4]) if len(sys.argv) > 4 else 20
    ann = Workbench(program, dataset, store, "ann")
    bo = Workbench(program, dataset, store, "bo")
    for one in (ann, bo):
        one.settle(3)
    times = []
    told = b""
    for number in range(rounds):
        ann.settle(0.3)
        told += bo.settle()
        start = time.monotonic()
        ann.press(KEYS[number % len(KEYS)])
        part = bo.wait(10)
        if not part:
            sys.exit(f"round {number}: the other screen shows nothing within 10 s")
        times.append(time.monotonic() - start)
        told += part
    told += bo.settle()
    if b"changed this post" not in told:
        sys.exit("the other screen drew something else")
    for one in (ann, bo):
        one.press("q")
        one.settle(0.5)
        os.close(one.terminal)
        os.waitpid(one.process, 0)
    print(
        f"{rounds} edits: median {statistics.median(times) * 1000:.0f} ms, longest {max(times) * 1000:.0f} ms; "
        f"all (ms): {' '.join(f'{t * 1000:.0f}' for t in times)}")


if __name__ == "__main__":
    main()
