"""The `referral` command as an operator runs it: a process of its own, on the database of the test run."""

import os
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

SECONDS = 90


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """How a command ended and what it said; errors are on `complaints`."""

    code: int
    said: str
    complaints: str


def environment(dsn: str, home: Path, **more: str) -> dict[str, str]:
    clean = {name: text for name, text in os.environ.items() if not name.startswith("REFERRAL_")}
    return {
        **clean,
        "REFERRAL_DATABASE_URL": dsn,
        "REFERRAL_HOME": str(home),
        "REFERRAL_PLAN": "off",
        "COLUMNS": "200",
        "PYTHONUNBUFFERED": "1",
        **more,
    }


def referral(dsn: str, home: Path, *words: str, typed: str = "", **more: str) -> Told:
    done = subprocess.run(
        [sys.executable, "-m", "referral", *words],
        input=typed,
        capture_output=True,
        text=True,
        timeout=SECONDS,
        env=environment(dsn, home, **more),
        check=False,
    )
    return Told(code=done.returncode, said=done.stdout, complaints=done.stderr)


@dataclass(frozen=True, slots=True)
class Running:
    """A command that goes on until it is told to stop."""

    process: subprocess.Popen[str]

    def until(self, words: str) -> list[str]:
        """The lines up to one that holds these words; fails where the process ends before."""
        lines: list[str] = []
        for line in self.process.stdout or ():
            lines.append(line.rstrip("\n"))
            if words in line:
                return lines
        raise AssertionError(f"It ended before it said {words!r}:\n" + "\n".join(lines))

    def stop(self) -> int:
        with self.process:
            self.process.send_signal(signal.SIGTERM)
            return self.process.wait(SECONDS)


def start(dsn: str, home: Path, *words: str, **more: str) -> Running:
    process = subprocess.Popen(
        [sys.executable, "-m", "referral", *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env=environment(dsn, home, **more),
    )
    return Running(process)
