"""Name the export that a found file comes from: `manage.py trace_export FILE`."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from residents.errors import BadFile
from residents.models import Export
from residents.sheets import fingerprint
from residents.sheets.reading import lines


class Command(BaseCommand):
    help = "Name who exported a file, by its visible line or by the order of its rows."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="an .xlsx or .csv file, or a copy of its rows")

    def handle(self, *, file: Path, **_options: Any) -> None:
        try:
            rows = [list(line.cells) for line in lines(file.read_bytes())]
        except (OSError, BadFile) as error:
            raise CommandError(str(getattr(error, "message", error))) from None
        named = [found for row in rows for cell in row if (found := fingerprint.named_in(cell))]
        for code, genuine in dict.fromkeys(named):
            word = "genuine" if genuine else "NOT written by this platform, or changed"
            self._tell(code, f"visible line: {word}")
        body = [row for row in rows if not any(map(fingerprint.is_visible_line, row))]
        match = fingerprint.trace(body, Export.objects.values_list("code", flat=True))
        if match:
            self._tell(match.code, f"order of rows: {match.sigma:.1f} standard deviations")
        elif not named:
            raise CommandError("no export of this platform is recognised in the file")
        else:
            self.stdout.write("order of rows: too few rows, sorted, or not this platform's")

    def _tell(self, code: str, how: str) -> None:
        export = Export.objects.filter(code=code).select_related("user", "department").first()
        if export is None:
            self.stdout.write(f"{code} ({how}): no such export here")
            return
        self.stdout.write(
            f"{code} ({how}): exported by {export.user.username} ({export.user.display_name}), "
            f"{export.department.name}, {export.created_at:%Y-%m-%d %H:%M} UTC, "
            f"purpose {export.purpose}: {export.reason}; {export.rows} rows"
        )
