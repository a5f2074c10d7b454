"""Removes each line of a file in turn, in a copy of the project, and runs the tests that prove it.

Libraries for mutation testing swap operators; the promise here is about lines: every one of the
access decision is needed. A mutant is the file without one statement, or without one line of a
statement of several, wherever Python still reads what is left.
"""

import ast
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
FILE = "datasharing/policy.py"
TESTS = [
    "tests/datasharing/test_policy.py",
    "tests/datasharing/test_policy_attacks.py",
    "tests/architecture/matrix/test_decision.py",
]
LEFT_BEHIND = shutil.ignore_patterns(".venv", ".data", ".git", "node_modules", ".*_cache", "*.pyc")
# Removing a whole class or function, or an import, fails trivially.
WHOLE = (ast.FunctionDef, ast.ClassDef, ast.Import, ast.ImportFrom)


@dataclass(frozen=True, slots=True, order=True)
class Mutant:
    """The file without its lines `first` to `last` (counted from 1)."""

    first: int
    last: int
    text: str

    def named(self, lines: list[str]) -> str:
        where = f"{self.first}" if self.first == self.last else f"{self.first}-{self.last}"
        return f"{where:>9}  {lines[self.first - 1].strip()[:80]}"


def mutants(source: str) -> list[Mutant]:
    """Every mutant that is still Python, in the order of the lines."""
    lines = source.splitlines()
    found: dict[str, Mutant] = {}
    for first, last in sorted(set(_ranges(ast.parse(source)))):
        for text in _without(lines, first, last):
            if _is_python(text):
                found.setdefault(text, Mutant(first, last, text))
                break
    return sorted(found.values())


def _ranges(tree: ast.Module) -> Iterator[tuple[int, int]]:
    for node in ast.walk(tree):
        if not isinstance(node, ast.stmt) or isinstance(node, WHOLE) or _is_docstring(node):
            continue
        end = node.end_lineno or node.lineno
        yield node.lineno, end
        yield from ((line, line) for line in range(node.lineno, end + 1))


def _is_docstring(node: ast.stmt) -> bool:
    return (
        isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    )


def _without(lines: list[str], first: int, last: int) -> Iterator[str]:
    """The text without the lines, or with `pass` in their place where a block would be empty."""
    before, after = lines[: first - 1], lines[last:]
    indent = lines[first - 1][: len(lines[first - 1]) - len(lines[first - 1].lstrip())]
    yield "\n".join([*before, *after, ""])
    yield "\n".join([*before, f"{indent}pass", *after, ""])


def _is_python(text: str) -> bool:
    try:
        compile(text, FILE, "exec")
    except SyntaxError:
        return False
    return True


def _passes(copy: Path, tests: list[str]) -> bool:
    """Whether the tests pass; quick, since the test database is kept from one run to the next."""
    argv = [sys.executable, "-m", "pytest", "-x", "-q", "--reuse-db", "-p", "no:cacheprovider"]
    done = subprocess.run([*argv, *tests], cwd=copy, capture_output=True, text=True, check=False)
    return done.returncode == 0


def main(file: str = FILE, *tests: str) -> int:
    source = (ROOT / file).read_text("utf-8")
    lines, chosen = source.splitlines(), list(tests) or TESTS
    with tempfile.TemporaryDirectory(prefix="sc-mutants-") as directory:
        copy = Path(directory) / "project"
        shutil.copytree(ROOT, copy, ignore=LEFT_BEHIND)
        if not _passes(copy, chosen):
            print(f"{file} as it is fails its tests: mend that first")
            return 1
        survivors, began = [], time.monotonic()
        found = mutants(source)
        for mutant in found:
            (copy / file).write_text(mutant.text, "utf-8")
            survived = _passes(copy, chosen)
            survivors += [mutant] if survived else []
            print("SURVIVED" if survived else "killed  ", mutant.named(lines), flush=True)
    seconds = time.monotonic() - began
    print(f"\n{file}: {len(found)} mutants, {len(survivors)} survived, {seconds:.0f} s")
    for mutant in survivors:
        print("SURVIVED", mutant.named(lines))
    return bool(survivors)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
