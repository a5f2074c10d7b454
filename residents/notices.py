"""What a person is told before consenting, in numbered versions. A changed text is a new version.

PIPL art. 17 and 30: who handles what, why, how long, the effect, and the rights.
人脸识别技术应用安全管理办法 (2025-06-01) art. 5 and 10: separate consent, and another way in.
"""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from residents.choices import ConsentPurpose


@dataclass(frozen=True, slots=True)
class Notice:
    version: str
    paragraphs: tuple[str | Promise, ...]


NOTICES = {
    ConsentPurpose.FACE_GATE: Notice(
        "face-2026-1",
        (
            _("Your face picture is used only to open the gates of the estate where you live, and "
              "to compare with the list of persons sought by the police at those gates."),
            _("The picture and the numbers computed from it are stored encrypted on the "
              "community's own servers, for as long as you live here and this consent stands."),
            _("You need not agree: a card, a code on your phone or a PIN opens the gates as well, "
              "and nothing else changes for you."),
            _("You may withdraw at any time, here or at the property office. The picture and the "
              "numbers are then erased at once."),
            _("For a child under 14, a parent or another guardian decides."),
        ),
    ),
    ConsentPurpose.CARE: Notice(
        "care-2026-1",
        (
            _("Staff of the community call or visit you as agreed, and see your name, address, "
              "telephone number and emergency contact for this."),
            _("You may withdraw at any time; the calls and visits then end."),
        ),
    ),
}  # fmt: skip
