"""Every reason of the face engine and of the gates in words.

The engine knows codes only; what a code means to an officer and what he can do about it stands
here once, for the enrolment form, the list of passages and the API.
"""

from collections.abc import Iterable, Mapping
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from security.recognition.base import PictureFault, Reason

FACE_ADVICE: Final[Mapping[Reason, Promise]] = {
    Reason.NO_FACE: _("No face was found. Use a photograph that shows the face from the front."),
    Reason.SEVERAL_FACES: _("More than one face is in the picture. Use one that shows one person."),
    Reason.TOO_SMALL: _("The face is too small. Move nearer or use a larger picture."),
    Reason.CUT_OFF: _("The face is cut off at the edge. Keep the whole face in the picture."),
    Reason.BLURRED: _("The face is blurred. Hold still and use a sharp picture."),
    Reason.DARK: _("The face is too dark. Turn towards the light."),
    Reason.BRIGHT: _("The face is too bright. Move out of the direct light."),
    Reason.FLAT: _("The picture has too little contrast. Use better light."),
    Reason.TURNED: _("The face is turned away. Look straight into the camera."),
    Reason.TILTED: _("The head is tilted. Hold it upright."),
}
PICTURE_ADVICE: Final[Mapping[PictureFault, Promise]] = {
    PictureFault.NOT_AN_IMAGE: _("This is not a picture. Choose a JPEG, PNG or WebP file."),
    PictureFault.TOO_MANY_BYTES: _("This picture is too large. At most 24 MB."),
    PictureFault.TOO_MANY_PIXELS: _("This picture has too many pixels. At most 50 million."),
    PictureFault.TRUNCATED: _("The picture is damaged: its end is missing. Send it again."),
    PictureFault.ANIMATED: _("Moving pictures are not accepted. Use a still photograph."),
}

_PASSAGE: Final[Mapping[str, Promise]] = {
    Reason.NO_FACE: _("no face in the frame"),
    Reason.SEVERAL_FACES: _("several faces in the frame"),
    Reason.TOO_SMALL: _("face too small"),
    Reason.CUT_OFF: _("face cut off"),
    Reason.BLURRED: _("face blurred"),
    Reason.DARK: _("face too dark"),
    Reason.BRIGHT: _("face too bright"),
    Reason.FLAT: _("too little contrast"),
    Reason.TURNED: _("face turned away"),
    Reason.TILTED: _("head tilted"),
    PictureFault.NOT_AN_IMAGE: _("not a picture"),
    PictureFault.TOO_MANY_BYTES: _("frame too large"),
    PictureFault.TOO_MANY_PIXELS: _("frame has too many pixels"),
    PictureFault.TRUNCATED: _("frame damaged"),
    PictureFault.ANIMATED: _("moving picture"),
    "frame_missing": _("frame not in the store"),
    "engine_error": _("face engine failed on this frame"),
    "engine_crashed": _("face engine crashed on this frame"),
    "not_entitled": _("consent withdrawn or moved out"),
    "method_off": _("this way in is switched off at this gate"),
    "controller_off": _("gate controller is switched off"),
    "too_late": _("came too late to open"),
    "unknown_pass": _("unknown code"),
    "pass_revoked": _("pass was revoked"),
    "pass_not_yet": _("pass is not valid yet"),
    "pass_expired": _("pass has expired"),
    "pass_used_up": _("pass is used up"),
    "pass_elsewhere": _("pass belongs to another estate"),
}


def face_advice(reasons: Iterable[Reason]) -> str:
    """What is wrong with a photograph and what to do, one sentence a reason."""
    return " ".join(str(FACE_ADVICE[reason]) for reason in reasons)


def passage_reason(code: str) -> str:
    """Why a gate stayed shut, in words; empty for an empty code."""
    return str(_PASSAGE.get(code, code))
