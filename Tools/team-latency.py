#!/usr/bin/env python3
"""How long an edit of one person takes to another's screen: two workbenches in pseudo-terminals on one store.

    Tools/team-latency.py PROGRAM DATASET STORE [ROUNDS]

STORE is what --store takes; edits are made in it, so take an empty one. Timed is from the key that changes a label
in the first workbench until the second has drawn the new label over its word, whatever else it draws meanwhile:
others may be at work in the store, at other posts. The median, the longest and all times are printed.
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

# Keys, and what stands over the word then. No two have a letter at the same place, so all of it is drawn.
LABELS = [("L", "LOC─"), ("P", "PER─"), ("O", "ORG─"), ("M", "MISC─")]
PATIENCE = 30.0  # seconds


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

    def draw(self, seconds):
        """Everything that it draws in so many seconds, or until it is quiet for a third of them."""
        end = time.monotonic() + seconds
        drawn = b""
        while (left := end - time.monotonic()) > 0 and (part := self.wait(min(left, seconds / 3))):
            drawn += part
        return drawn

    def until(self, text):
        """Waits until it draws the text; false when it does not."""
        end = time.monotonic() + PATIENCE
        drawn = b""
        while (left := end - time.monotonic()) > 0:
            drawn += self.wait(left)
            if text.encode() in drawn:
                return True
        return False

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
        one.draw(4)
    times = []
    for number in range(rounds):
        key, label = LABELS[number % len(LABELS)]
        ann.draw(0.3)
        bo.draw(1)
        start = time.monotonic()
        ann.press(key)
        if not bo.until(label):
            sys.exit(f"round {number}: the other screen does not show {label[:-1]} within {PATIENCE:.0f} s")
        times.append(time.monotonic() - start)
    for one in (ann, bo):
        one.press("q")
        one.draw(1)
        os.close(one.terminal)
        os.waitpid(one.process, 0)
    print(
        f"{rounds} edits: median {statistics.median(times) * 1000:.0f} ms, longest {max(times) * 1000:.0f} ms; "
        f"all (ms): {' '.join(f'{t * 1000:.0f}' for t in times)}")


if __name__ == "__main__":
    main()
