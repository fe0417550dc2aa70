"""The program under test: with a script, line by line, or on a terminal; and what it acknowledged."""
import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import termios
import time

PATIENCE = 120  # seconds that any answer may take on a busy machine


class Slow(Exception):
    """The program gave no answer in time."""


class Place:
    """Where programs of a run work: the dataset, a folder for the rest, the program, the fault library."""

    def __init__(self, program, shim, data, folder):
        self.program, self.shim, self.data, self.folder = program, shim, str(data), folder
        self.count = 0

    def environment(self, faults=None):
        variables = {
            "PATH": os.environ.get("PATH", "/usr/bin:/bin"), "HOME": str(self.folder), "LC_ALL": "C.UTF-8",
            "USER": "ann", "TERM": "xterm-256color", "TWINLENS_SHARE": "/var/empty/twinlens",
            "XDG_STATE_HOME": f"{self.folder}/state", "XDG_CONFIG_HOME": f"{self.folder}/config",
            "OPENBLAS_NUM_THREADS": "1", "SWIFT_BACKTRACE": "enable=no",
        }
        if faults is not None:
            variables["LD_PRELOAD"] = self.shim
            variables.update({"FAULT_" + name.upper(): str(value) for name, value in faults.items()})
        return variables

    def arguments(self, store, annotator, *more):
        return [
            self.program, self.data, "--no-models", "--store", store.address, "--annotator", annotator, *more]

    def name(self, ending):
        self.count += 1
        return f"{self.folder}/{self.count}.{ending}"

    def run(self, *arguments, faults=None):
        """A command to its end: status, output, errors."""
        done = subprocess.run(
            [self.program, *arguments], env=self.environment(faults), stdin=subprocess.DEVNULL,
            capture_output=True, timeout=PATIENCE)
        return done.returncode, done.stdout.decode(errors="replace"), done.stderr.decode(errors="replace")


class Script:
    """A key script; what it prints is acknowledged as soon as a line of it is whole."""

    def __init__(self, place, store, edits, annotator="ann", faults=None, after=(), before_exec=None, backups=0):
        self.output, self.errors = place.name("out"), place.name("err")
        lines = [f"text {c}\nkey Return" for edit in edits for c in edit.commands] + list(after)
        script = place.name("keys")
        with open(script, "w") as file:
            file.write("\n".join(lines) + "\n")
        arguments = place.arguments(
            store, annotator, "--script", script, "--size", "60x20", "--graphics", "none",
            *(["--keep-backups", str(backups)] if backups else []))
        with open(self.output, "wb") as output, open(self.errors, "wb") as errors:
            self.process = subprocess.Popen(
                arguments, env=place.environment(faults), stdin=subprocess.DEVNULL, stdout=output,
                stderr=errors, preexec_fn=before_exec)

    def end(self):
        """Waits; returns the status, negative for a signal."""
        try:
            return self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired as error:
            self.process.kill()
            self.process.wait()
            raise Slow("a script does not end") from error

    def acknowledged(self):
        with open(self.output, errors="replace") as file:
            text = file.read()
        whole = text[:text.rfind("\n") + 1]
        return {int(n) for n in re.findall(r"^committed (\d+)$", whole, re.M)}

    def said(self):
        with open(self.errors, errors="replace") as file:
            return file.read()


class Plain:
    """The workbench line by line, over pipes: one line in, sentences out."""

    def __init__(self, place, store, annotator="ann", faults=None):
        self.errors = place.name("err")
        with open(self.errors, "wb") as errors:
            self.process = subprocess.Popen(
                place.arguments(store, annotator, "--plain"), env=place.environment(faults),
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors, bufsize=0)
        self.text = ""
        self.acknowledged = set()
        self.opening = self._wait(r"Everything is saved\.|Saved, edit \d+\.|NOT SAVED")

    def _wait(self, pattern):
        """Reads until the pattern comes or the output ends; what was read."""
        start = len(self.text)
        deadline = time.monotonic() + PATIENCE
        while not re.search(pattern, self.text[start:]):
            left = deadline - time.monotonic()
            if left < 0:
                raise Slow(f"no {pattern}")
            if not select.select([self.process.stdout], [], [], left)[0]:
                continue
            data = os.read(self.process.stdout.fileno(), 65536)
            if not data:
                break
            self.text += data.decode(errors="replace")
        return self.text[start:]

    def send(self, edit):
        """Makes an edit; true when it was acknowledged, false when it was said not to be saved."""
        try:
            self.process.stdin.write(("\n".join(edit.commands) + "\n").encode())
        except BrokenPipeError:
            return False
        said = self._wait(r"Saved, edit \d+\.\n|NOT SAVED[^\n]*\n")
        found = re.findall(r"Saved, edit (\d+)\.", said)
        self.acknowledged.update(int(n) for n in found)
        return bool(found) and "NOT SAVED" not in said

    def command(self, line, pattern):
        """Sends a line that makes no edit, and waits for an answer."""
        try:
            self.process.stdin.write((line + "\n").encode())
        except BrokenPipeError:
            return ""
        return self._wait(pattern)

    def end(self, number=None):
        """Ends the input, or the process by a signal; the status."""
        if number is not None:
            self.process.send_signal(number)
        self.process.stdin.close()
        try:
            status = self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired as error:
            self.process.kill()
            self.process.wait()
            raise Slow("the plain workbench does not end") from error
        rest = self.process.stdout.read().decode(errors="replace")
        self.process.stdout.close()
        self.text += rest
        return status

    def said(self):
        with open(self.errors, errors="replace") as file:
            return self.text + file.read()


class Screen:
    """The workbench on a terminal of its own."""

    def __init__(self, place, store, annotator="ann"):
        self.mine, other = pty.openpty()
        fcntl.ioctl(other, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))

        def lead():
            os.setsid()
            fcntl.ioctl(other, termios.TIOCSCTTY, 0)

        self.process = subprocess.Popen(
            place.arguments(store, annotator, "--graphics", "none"), env=place.environment(), stdin=other,
            stdout=other, stderr=other, preexec_fn=lead)
        os.close(other)
        self.text = ""
        self.acknowledged = set()
        self._wait(r"all saved|saved #\d+")

    def _read(self, seconds):
        if not select.select([self.mine], [], [], seconds)[0]:
            return False
        try:
            data = os.read(self.mine, 65536)
        except OSError:
            return None
        if b"\x1b[c" in data:
            os.write(self.mine, b"\x1b[?64;1;2c")
        self.text += data.decode(errors="replace")
        return bool(data) or None

    def _wait(self, pattern):
        start = len(self.text)
        deadline = time.monotonic() + PATIENCE
        while not re.search(pattern, self.text[start:]):
            if time.monotonic() > deadline:
                raise Slow(f"no {pattern} on the screen")
            if self._read(0.2) is None:
                break
        return self.text[start:]

    def send(self, edit, number):
        """Types an edit; with `number`, that of its step, draws the screen until that is called saved."""
        os.write(self.mine, ("".join(f"{c}\r" for c in edit.commands)).encode())
        if number is None:
            return
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            start = len(self.text)
            os.write(self.mine, b"\x0c")
            while self._read(0.15):
                pass
            shown = re.findall(r"saved #(\d+)", self.text[start:])
            if shown:
                self.acknowledged.update(range(1, int(shown[-1]) + 1))
            if number in self.acknowledged or self.process.poll() is not None:
                return
        raise Slow(f"step {number} is never called saved")

    def hang_up(self):
        os.close(self.mine)
        self.mine = None
        return self.end()

    def end(self, number=None):
        if number is not None:
            self.process.send_signal(number)
        deadline = time.monotonic() + PATIENCE
        while self.process.poll() is None:
            if time.monotonic() > deadline:
                self.process.kill()
                self.process.wait()
                raise Slow("the workbench does not end")
            if self.mine is None:
                time.sleep(0.02)
            else:
                self._read(0.02)
        if self.mine is not None:
            os.close(self.mine)
        return self.process.returncode
