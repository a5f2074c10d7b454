"""Message catalogues: compile, check, list what is missing, add translations.

    python -m smartcommunity.i18n compile          django.po to django.mo, without gettext
    python -m smartcommunity.i18n check            fail on a missing, fuzzy or unextracted message
    python -m smartcommunity.i18n missing          print untranslated msgids as a JSON object
    python -m smartcommunity.i18n apply FILE.json  add {msgid: msgstr}; one form serves a plural

A message with a context is written as in a .mo file: context, U+0004, msgid.
Extraction needs GNU gettext (xgettext); without it `check` says so and checks what is recorded.
"""

import fcntl
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import polib

ROOT = Path(__file__).resolve().parents[1]
CATALOGUES = {"zh_Hans": ROOT / "locale/zh_Hans/LC_MESSAGES/django.po"}
CONTEXT_END = "\x04"
IGNORED = [".venv", ".data", "frontend", "tests", "static", "node_modules", "benchmarks"]


@contextmanager
def locked() -> Iterator[None]:
    """One writer at a time."""
    with (ROOT / "locale/.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def extract() -> bool:
    """Bring the catalogues up to date with the source. False when xgettext is not installed."""
    if shutil.which("xgettext") is None:
        return False
    ignore = [argument for name in IGNORED for argument in ("-i", name)]
    subprocess.run(  # noqa: S603  fixed arguments
        [
            sys.executable,
            "manage.py",
            "makemessages",
            "-l",
            "zh_Hans",
            "--no-location",
            "--no-wrap",
            "-v",
            "0",
            *ignore,
        ],
        cwd=ROOT,
        check=True,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "smartcommunity.settings.test"},
    )
    for path in CATALOGUES.values():
        catalogue = polib.pofile(str(path), wrapwidth=10_000)
        for entry in catalogue:
            if entry.fuzzy:  # a guess of msgmerge is worse than a visible gap
                entry.flags.remove("fuzzy")
                entry.msgstr = ""
                entry.msgstr_plural = dict.fromkeys(entry.msgstr_plural, "")
                entry.previous_msgid = entry.previous_msgid_plural = None
        catalogue.metadata["POT-Creation-Date"] = ""
        catalogue.metadata["PO-Revision-Date"] = ""
        catalogue.save()
    return True


def compile_all() -> None:
    for path in CATALOGUES.values():
        polib.pofile(str(path)).save_as_mofile(str(path.with_suffix(".mo")))


def missing() -> list[str]:
    """The msgids without a translation, over all catalogues."""
    return [
        f"{entry.msgctxt}{CONTEXT_END}{entry.msgid}" if entry.msgctxt else entry.msgid
        for path in CATALOGUES.values()
        for entry in polib.pofile(str(path))
        if not entry.obsolete and not entry.translated()
    ]


def apply(translations: dict[str, str]) -> int:
    """Record translations; a msgid not yet extracted is added. Returns how many were set."""
    for path in CATALOGUES.values():
        catalogue = polib.pofile(str(path), wrapwidth=10_000)
        for key, msgstr in translations.items():
            *context, msgid = key.split(CONTEXT_END)
            msgctxt = context[0] if context else None
            same = (e for e in catalogue if (e.msgctxt, e.msgid) == (msgctxt, msgid))
            if (entry := next(same, None)) is None:
                entry = polib.POEntry(msgid=msgid, msgctxt=msgctxt)
                catalogue.append(entry)
            entry.obsolete = False  # a message that comes back is revived: never defined twice
            if entry.msgid_plural:
                entry.msgstr_plural = dict.fromkeys(entry.msgstr_plural or {0: ""}, msgstr)
            else:
                entry.msgstr = msgstr
        catalogue.save()
    compile_all()
    return len(translations)


def main(arguments: list[str]) -> int:
    match arguments:
        case ["compile"]:
            compile_all()
        case ["missing"]:
            with locked():
                extract()
            print(json.dumps(dict.fromkeys(missing(), ""), ensure_ascii=False, indent=1))
        case ["apply", file]:
            with locked():
                count = apply(json.loads(Path(file).read_text("utf-8")))
            print(f"{count} messages recorded")
        case ["check"]:
            with locked():
                extracted = extract()
            if not extracted:
                print("i18n: xgettext is not installed; only recorded messages were checked")
            gaps = missing()
            for msgid in gaps:
                print(f"i18n: no zh_Hans translation: {msgid!r}")
            print(f"i18n: {len(gaps)} messages without a translation")
            return bool(gaps)
        case _:
            print(__doc__)
            return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
