"""Runs every bench and writes what it said into docs/performance.md (`make bench`)."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

from reviewer.config import ROOT

PAGE = ROOT / "docs" / "performance.md"
BENCHES = {
    "bench_documents": "Documents: reading, searching, pictures",
    "bench_reviews": "Answering",
    "bench_findings": "Figures, reports, and a million answers",
    "bench_charts": "Charts",
    "bench_recall": "The evidence finder",
}
OURS, END = "<!-- Made by `make bench`. -->", "<!-- End of what `make bench` makes. -->"


def machine() -> str:
    """What it was measured on, and how busy that was: numbers of a busy machine are worse."""
    load = os.getloadavg()[0]
    return (
        f"Measured on {datetime.now(UTC):%d %B %Y}: {os.cpu_count()} cores, "
        f"CPython {platform.python_version()}; {load:.1f} programs wanted a core when it began."
    )


def main() -> int:
    said, failed = [machine()], []
    for name, heading in BENCHES.items():
        print(heading, flush=True)
        ran = subprocess.run(
            [sys.executable, "-m", f"tests.{name}"], cwd=ROOT, capture_output=True, text=True
        )
        print(ran.stdout, ran.stderr if ran.returncode else "", flush=True)
        lines = [line for line in ran.stdout.splitlines() if line.strip()]
        said += [f"### {heading}", *(["```", *lines, "```"] if lines else [])]
        if ran.returncode:
            failed.append(name)
            said.append(f"It did not come to its end: exit status {ran.returncode}.")
    write(PAGE, said)
    return 1 if failed else 0


def write(page: Path, said: list[str]) -> None:
    """Put this in the place of what the last run said; the rest of the page is written by hand."""
    text = page.read_text(encoding="utf-8")
    before, _, rest = text.partition(OURS)
    after = rest.partition(END)[2]
    fenced, inside = "", False
    for line in said:
        inside ^= line == "```"
        fenced += f"{line}\n" if inside or line == "```" else f"{line}\n\n"
        if line == "```" and not inside:
            fenced += "\n"
    page.write_text(f"{before}{OURS}\n\n{fenced}{END}{after}", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
