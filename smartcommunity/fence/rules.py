"""The fence, table by table: how the area or the person of a row is found.

`FENCED`: a row is open to a scope if one of the arms says so, to the platform always, to nobody
never; reading and writing alike. `OPEN`: tables without a fence, each with its reason: what it
holds is no personal data, or is guarded otherwise. `APPEND_ONLY`: the application adds rows and
changes none. A table that stands in neither fails `tests/architecture/test_fence.py`.
"""

from collections.abc import Mapping
from typing import Final

from smartcommunity.fence.arms import (
    AboutSubject,
    Arm,
    FromStranger,
    HangsOn,
    InArea,
    NamedBy,
    OfDevice,
    OfUser,
    OwnEntry,
)

RECORDED_ABOUT: Final = (
    AboutSubject("resident", "residents.Resident"),
    AboutSubject("dwelling", "residents.Dwelling"),
    AboutSubject("household", "residents.Household"),
    AboutSubject("organisation", "residents.Organisation"),
    AboutSubject("vehicle", "residents.Vehicle"),
)

FENCED: Final[Mapping[str, tuple[Arm, ...]]] = {
    # The registry: a person is found by his area, or is the one who is signed in.
    "residents.Resident": (InArea(), OwnEntry()),
    "residents.Residence": (HangsOn("resident"),),
    "residents.Dwelling": (InArea(), NamedBy("residents.Residence", "dwelling")),
    "residents.Household": (HangsOn("dwelling"), NamedBy("residents.Resident", "household")),
    "residents.ElementRecord": RECORDED_ABOUT,
    "residents.Proposal": RECORDED_ABOUT,
    "residents.Confirmation": (HangsOn("record"),),
    "residents.Consent": (HangsOn("resident"),),
    "residents.Seal": (HangsOn("resident"),),
    "residents.Seal_officers": (HangsOn("seal"),),
    "residents.ResidentAccount": (OfUser(), HangsOn("resident")),
    # Organisations and vehicles, by their area or by the person they belong to.
    "residents.Organisation": (InArea(),),
    "residents.Employment": (HangsOn("resident"), HangsOn("organisation")),
    "residents.Vehicle": (InArea(), HangsOn("keeper")),
    # Two entries of one person, or of two people.
    "residents.DistinctPair": (HangsOn("first"), HangsOn("second")),
    "residents.Merge": (HangsOn("survivor"), HangsOn("absorbed")),
    "residents.MergedRow": (HangsOn("merge"),),
    # What somebody asked of a list: his own.
    "residents.ListQuery": (OfUser(),),
    # Emergency access is reviewed by administrators too: who, when and why, no values.
    "datasharing.EmergencyAccess": (OfUser(), InArea(within="works")),
    "datasharing.EmergencyAccess_elements": (HangsOn("emergencyaccess"),),
    # Tables in and out: each officer's own.
    "residents.Import": (OfUser(),),
    "residents.ImportChunk": (HangsOn("job"),),
    "residents.Export": (OfUser(),),
    # What devices sent: by the device's area; administrators keep devices, so `works`.
    "devices.RawMessage": (OfDevice("source", key="code"), FromStranger("source")),
    "devices.DeviceEvent": (OfDevice("device"),),
    # Gates, faces, alerts.
    "security.FaceEnrolment": (HangsOn("resident"),),
    "security.WatchEntry": (InArea(), NamedBy("security.Alert", "watch_entry")),
    "security.Alert": (InArea(),),
    "security.Passage": (InArea(), HangsOn("resident")),
    "security.Pass": (InArea(), HangsOn("resident")),
    # Requests and what was done on them.
    "services.ServiceRequest": (InArea(), HangsOn("resident")),
    "services.RequestStep": (HangsOn("request"),),
    "services.RequestPhoto": (HangsOn("step"),),
}

OPEN: Final[Mapping[str, str]] = {
    "accounts.Area": "the tree itself",
    "accounts.Department": "offices, no people",
    "accounts.User": "asked for before a viewer is known; names staff and says who may sign in",
    "accounts.User_groups": "Django's own, unused",
    "accounts.User_user_permissions": "Django's own, unused",
    "accounts.Membership": "asked for to make the viewer; terms of office are official",
    "accounts.AreaShare": "asked for to make the viewer; who works where is official",
    "accounts.PermissionChange": "who was given which office, by whom: official",
    "kernel.LiveEvent": "says that something changed, never what; heard by its audience alone",
    "datasharing.CodeList": "reference data",
    "datasharing.Code": "reference data",
    "datasharing.DataElement": "the catalogue: which facts there are, no values",
    "datasharing.FormTemplate": "empty forms",
    "datasharing.FormField": "empty forms",
    "datasharing.Grant": "what departments may see of others' data, no people in it",
    "datasharing.Grant_elements": "what departments may see of others' data, no people in it",
    "datasharing.GrantStep": "what was decided on a grant, by which office",
    "datasharing.AccessRecord": (
        "append-only by privilege, trigger and hash chain; keys, never values. Every scope must"
        " read the newest to add the next; whose it may show is decided by its three selectors"
    ),
    "residents.FormFill": "counts of fields by month, nobody named",
    "residents.EstatePlan": "a drawing of buildings and roads",
    "residents.Building": "an address",
    "residents.Unit": "an address",
    "devices.DeviceProfile": "makes of devices",
    "devices.Device": "things with a place on the plan",
    "devices.DeviceState": "readings of things",
    "devices.Command": "what a thing was told to do",
    "devices.Refusal": "counts of refused messages",
    "devices.IntakeHour": "counts of messages",
    "devices.BrokerLog": "how far a log was read",
    "security.Gate": "a door with its devices",
    "security.GalleryVersion": "a counter",
    "security.Rule": "which event raises which alert",
    "services.ServiceItem": "the services that there are",
    "services.NumberSeries": "a counter",
    "services.Notice": "published text",
}

APPEND_ONLY: Final = frozenset({"datasharing.AccessRecord"})
