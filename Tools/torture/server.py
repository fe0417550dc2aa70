"""A PostgreSQL server that can be killed, stores on it, and a proxy that cuts connections."""
import contextlib
import dataclasses
import json
import os
import pathlib
import random
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time

from .stores import SCRATCH, Damaged, Row

PATIENCE = 60  # seconds for a server to start


def programs():
    """The folder of the newest server's programs; None where there is none."""
    found = [path for path in pathlib.Path("/usr/lib/postgresql").glob("*/bin") if (path / "initdb").exists()]
    return max(found, key=lambda path: int(path.parent.name), default=None)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Server:
    """A server in a folder of its own; it ends, and the folder goes, with this process, however that ends."""

    # Starts a server for each line that comes; at the end of the lines all goes away.
    SHELL = 'while read word; do "$1/postgres" -D "$2/data" >>"$2/log" 2>&1 & done; ' \
        'kill -QUIT $(head -1 "$2/data/postmaster.pid") 2>/dev/null; wait; rm -rf "$2"'

    def __init__(self, schema):
        self.programs = programs()
        self.folder = tempfile.mkdtemp(prefix="twinlens-pg-", dir=SCRATCH)
        self.port = free_port()
        self.count = 0
        # A server does not run as root.
        self.prefix = []
        if os.getuid() == 0:
            shutil.chown(self.folder, "postgres", "postgres")
            self.prefix = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", "--"]
        self._run("initdb", "-D", f"{self.folder}/data", "-U", "admin", "-A", "trust", "-E", "UTF8", "--locale=C")
        with open(f"{self.folder}/data/postgresql.conf", "a") as file:
            file.write(
                f"port = {self.port}\nlisten_addresses = '127.0.0.1'\nunix_socket_directories = '{self.folder}'\n"
                "max_connections = 60\nshared_buffers = 16MB\n")
        self.shell = subprocess.Popen(
            [*self.prefix, "sh", "-c", self.SHELL, "sh", self.programs, self.folder], stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd="/", start_new_session=True)
        self.start()
        self.sql("CREATE ROLE ann LOGIN", "postgres")
        self.sql("CREATE DATABASE empty", "postgres")
        self.sql(schema + "\nGRANT twinlens_annotator TO ann;", "empty")

    def _run(self, program, *arguments):
        done = subprocess.run(
            [*self.prefix, self.programs / program, *arguments], cwd="/", capture_output=True, text=True)
        if done.returncode:
            raise RuntimeError(f"{program}: {done.stderr.strip()}")
        return done.stdout

    def sql(self, script, database):
        """What psql prints for a script, of which all is done or nothing."""
        return self._run(
            "psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-h", self.folder, "-p", str(self.port), "-U",
            "admin", "-d", database, "-c", script)

    def start(self):
        self.shell.stdin.write(b"start\n")
        self.shell.stdin.flush()
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                return self.sql("SELECT 1", "postgres")
            except RuntimeError as error:
                if time.monotonic() > deadline:
                    raise RuntimeError(pathlib.Path(self.folder, "log").read_text()[-2000:]) from error
                time.sleep(0.02)

    def kill(self):
        """Ends the server in the middle of whatever it does, without a word to anybody."""
        data = f"{self.folder}/data"
        os.kill(int(pathlib.Path(data, "postmaster.pid").read_text().split("\n")[0]), signal.SIGKILL)
        # Its children see that it is gone and end.
        while any(self._works_in(process, data) for process in os.listdir("/proc") if process.isdigit()):
            time.sleep(0.005)
        # The shell has not taken note of the death, so the number would count as in use.
        for name in ["data/postmaster.pid", f".s.PGSQL.{self.port}", f".s.PGSQL.{self.port}.lock"]:
            pathlib.Path(self.folder, name).unlink(missing_ok=True)

    @staticmethod
    def _works_in(process, folder):
        try:
            return os.readlink(f"/proc/{process}/cwd") == folder
        except OSError:
            return False

    def store(self):
        """A new empty store."""
        self.count += 1
        name = f"s{self.count}"
        self.sql(f"CREATE DATABASE {name} TEMPLATE empty", "postgres")
        return PostgresStore(self, name)

    @contextlib.contextmanager
    def small_disk(self):
        """A `SmallDisk`; None where none can be mounted."""
        folder = pathlib.Path(tempfile.mkdtemp(prefix="disk-", dir=self.folder))
        if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=32m", "tmpfs", folder], capture_output=True).returncode:
            folder.rmdir()
            yield None
            return
        try:
            shutil.chown(folder, "postgres", "postgres")
            self.count += 1
            name = f"disk{self.count}"
            self.sql(f"CREATE TABLESPACE {name} LOCATION '{folder}'", "postgres")
            self.sql(f"CREATE DATABASE {name} TEMPLATE empty TABLESPACE {name}", "postgres")
            disk = SmallDisk(folder, PostgresStore(self, name))
            try:
                yield disk
            finally:
                disk.empty()
                disk.store.close()
                self.sql(f"DROP TABLESPACE {name}", "postgres")
        finally:
            subprocess.run(["umount", "-l", folder], capture_output=True)

    def close(self):
        self.shell.stdin.close()
        self.shell.wait()


@dataclasses.dataclass
class SmallDisk:
    """A store whose tables have a file system to themselves; the server's log is elsewhere."""

    folder: pathlib.Path
    store: "PostgresStore"

    def fill(self, pages):
        """Leaves room for so many pages of 8 KB."""
        with open(self.folder / "filler", "wb") as file:
            while True:
                room = os.statvfs(self.folder)
                try:
                    return os.posix_fallocate(file.fileno(), 0, max(1, room.f_bavail * room.f_frsize - pages * 8192))
                except OSError:
                    pages += 1  # the server took some of it meanwhile

    def empty(self):
        (self.folder / "filler").unlink(missing_ok=True)


class PostgresStore:
    """A database; read by psql, as the server's administrator."""

    is_file = False

    def __init__(self, server, database, port=None):
        self.server, self.database = server, database
        if port is None:
            self.address = f"postgres://ann@/{database}?host={server.folder}&port={server.port}"
        else:
            self.address = f"postgres://ann@127.0.0.1:{port}/{database}?sslmode=disable"

    def through(self, port):
        """The same store, where a proxy listens."""
        return PostgresStore(self.server, self.database, port)

    def rows(self):
        """All rows, oldest first. Raises `Damaged` for a checksum that does not fit, a gap, a step sent twice."""
        columns = ", ".join(field.name for field in dataclasses.fields(Row))
        text = self.server.sql(
            f"SELECT row_to_json(s) FROM (SELECT {columns}, checksum, key FROM twinlens.step ORDER BY sequence) s",
            self.database)
        rows, keys = [], set()
        for place, line in enumerate(text.split("\n")[:-1], 1):
            values = json.loads(line)
            checksum, key = values.pop("checksum"), values.pop("key")
            row = Row(**values)
            if row.sequence != place:
                raise Damaged(f"step {place} is missing")
            if row.checksum != checksum:
                raise Damaged(f"the checksum of step {place} does not fit")
            if key in keys:
                raise Damaged(f"step {place} is stored twice")
            keys.add(key)
            rows.append(row)
        return rows

    def forge(self):
        """For the self-test: gives a step another label, with a checksum that fits."""
        labelled = [row for row in self.rows() if '"type":"' in row.payload]
        if labelled:
            row = labelled[-1]
            row = dataclasses.replace(row, payload=row.payload.replace('"type":"', '"type":"X'))
            self.server.sql(
                "ALTER TABLE twinlens.step DISABLE TRIGGER USER; "
                f"UPDATE twinlens.step SET payload = $p${row.payload}$p$, checksum = '{row.checksum}' "
                f"WHERE sequence = {row.sequence}; ALTER TABLE twinlens.step ENABLE TRIGGER USER", self.database)

    def end_connections(self):
        """As an administrator ends them, or a server that has too little memory; how many there were."""
        return int(self.server.sql(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "
            f"WHERE datname = '{self.database}' AND usename = 'ann'", "postgres"))

    def close(self):
        self.server.sql(f"DROP DATABASE {self.database} WITH (FORCE)", "postgres")


class Proxy:
    """Passes connections on to a server, and cuts them after random numbers of bytes in one direction."""

    def __init__(self, port, seed, cuts):
        self.target, self.random, self.left = port, random.Random(seed), cuts
        self.cut = 0
        self.lock = threading.Lock()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self._pass, args=(client,), daemon=True).start()

    def _limits(self):
        """How many bytes may go up and down on the next connection; None for all."""
        with self.lock:
            if self.left == 0:
                return None, None
            self.left -= 1
            # A connection takes some 2 KB to begin with, and a step some 1 KB up and 100 bytes down.
            if self.random.random() < 0.5:
                return self.random.randrange(9_000), None
            return None, self.random.randrange(3_000)

    def _pass(self, client):
        try:
            server = socket.create_connection(("127.0.0.1", self.target))
        except OSError:
            client.close()
            return
        limits = self._limits()
        ways = [(client, server, limits[0]), (server, client, limits[1])]
        threads = [threading.Thread(target=self._copy, args=way, daemon=True) for way in ways]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        client.close()
        server.close()

    def _copy(self, source, target, limit):
        try:
            while data := source.recv(65_536):
                part = data if limit is None else data[:limit]
                target.sendall(part)
                if limit is not None:
                    limit -= len(part)
                    if len(part) < len(data) or limit == 0:
                        with self.lock:
                            self.cut += 1
                        break
        except OSError:
            pass
        for end in (source, target):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def close(self):
        # Else the thread that waits in it goes on waiting.
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
