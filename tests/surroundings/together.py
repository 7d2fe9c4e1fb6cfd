"""Several processes of a test that begin at the same moment."""

import subprocess
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack


def run_together(command: Sequence[str], count: int) -> list[str]:
    """Start a command so many times, let all go on once each has said `ready`, and return what each says then."""
    with ExitStack() as stack:
        processes = [
            stack.enter_context(
                subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)  # noqa: S603 - ours
            )
            for _ in range(count)
        ]
        for process in processes:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
        for process in processes:
            assert process.stdin is not None
            process.stdin.write("\n")
            process.stdin.flush()
        # All at the same time, so that none waits to be heard.
        with ThreadPoolExecutor(count) as threads:
            return list(threads.map(lambda process: process.communicate()[0], processes))
