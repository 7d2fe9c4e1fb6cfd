"""Count and price what a process makes durable: a library loaded before all others stands before fsync."""

import mmap
import shutil
import subprocess
from pathlib import Path

_SOURCE = r"""
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

static volatile long *count;
static long price;

__attribute__((constructor)) static void begin(void) {
    const char *path = getenv("BENCH_SYNCS"), *microseconds = getenv("BENCH_SYNC_US");
    int file = path ? open(path, O_RDWR) : -1;
    if (file >= 0) {
        void *page = mmap(0, sizeof(long), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
        count = page == MAP_FAILED ? 0 : page;
        close(file);
    }
    price = microseconds ? atol(microseconds) : 0;
}

static int note(int (*sync)(int), int file) {
    if (count) __sync_fetch_and_add(count, 1);
    if (price) usleep(price);
    return sync(file);
}

int fsync(int file) { return note((int (*)(int))dlsym(RTLD_NEXT, "fsync"), file); }
int fdatasync(int file) { return note((int (*)(int))dlsym(RTLD_NEXT, "fdatasync"), file); }
"""
_BYTES = 8


class SyncCounter:
    """Counts the syncs of every process that runs in its surroundings."""

    def __init__(self, folder: Path, price_us: int) -> None:
        """Build the library in a folder; `price_us`: what every sync takes longer, in microseconds."""
        compiler = shutil.which("cc")
        if compiler is None:
            raise SystemExit("counting syncs needs a C compiler named cc; install one or leave out --syncs")
        source, library, counted = folder / "syncs.c", folder / "syncs.so", folder / "syncs"
        source.write_text(_SOURCE, encoding="ascii")
        subprocess.run(  # noqa: S603 - our own source
            [compiler, "-shared", "-fPIC", "-O2", "-o", str(library), str(source), "-ldl"], check=True
        )
        counted.write_bytes(bytes(_BYTES))
        with counted.open("r+b") as file:
            self._page = mmap.mmap(file.fileno(), _BYTES)
        self.surroundings = {"LD_PRELOAD": str(library), "BENCH_SYNCS": str(counted), "BENCH_SYNC_US": str(price_us)}

    def read(self) -> int:
        """Return how many syncs there have been."""
        return int.from_bytes(self._page[:_BYTES], "little")
