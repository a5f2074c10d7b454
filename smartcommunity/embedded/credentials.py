"""Who may connect to the MQTT broker and which topics they may use.

The project hands over the complete list of device credentials with :func:`write_credentials` and
makes the broker read it with :func:`reload`; both work from any process that runs as the launcher's
user. Files are written for both brokers every time, so the choice of broker may change without new
device passwords. Only hashes are stored:

* mosquitto: ``$7$`` (PBKDF2-SHA512), computed by the standard library;
* NATS: bcrypt (``$2b$``), computed by the system's libcrypt, because NATS knows no other hash.
  Where libcrypt is missing, accounts exist for mosquitto only.

Passwords here are generated (:func:`generate_password`, 192 random bits), so stretching would only
cost the broker time: it checks every connected client again on each reload.
"""

import base64
import ctypes
import ctypes.util
import fcntl
import hashlib
import json
import os
import re
import secrets
import signal
from collections.abc import Iterable, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from smartcommunity.embedded.process import Account, write_private

if TYPE_CHECKING:
    from collections.abc import Iterator

PASSWD, ACL, NATS_USERS = "passwd", "acl", "users.conf"
_SOURCE = "credentials.json"
_PBKDF2_ITERATIONS = 101
_BCRYPT_COST = "04"
_BCRYPT_MAX_BYTES = 72
_BCRYPT_ALPHABET = "./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
_USERNAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}")
_TOPIC = re.compile(r"[^\s\x00-\x1f\x7f]{1,512}")


@dataclass(frozen=True, slots=True)
class Credential:
    """One broker account.

    Attributes:
        username: letters, digits, ``.``, ``_``, ``-``.
        secret: what :func:`hash_password` returned.
        publish: topic filters the account may publish to.
        subscribe: topic filters it may receive from.
    """

    username: str
    secret: str
    publish: Sequence[str] = field(default_factory=list)
    subscribe: Sequence[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Refuse what would break out of a line of a configuration file."""
        if not _USERNAME.fullmatch(self.username):
            raise ValueError(f"not a broker user name: {self.username!r}")
        for topic in (*self.publish, *self.subscribe):
            if not _TOPIC.fullmatch(topic):
                raise ValueError(f"not a topic filter without spaces: {topic!r}")

    def hashed(self, scheme: str) -> str | None:
        """Return the hash of a scheme (``$7$`` or ``$2b$``) if the secret holds it."""
        return next((part for part in self.secret.split() if part.startswith(scheme)), None)


def generate_password() -> str:
    """Return a new device password: 32 URL-safe characters, 192 random bits."""
    return secrets.token_urlsafe(24)


def hash_password(password: str) -> str:
    """Return the hashes of a generated password that both brokers need, separated by a space.

    Raises:
        ValueError: the password is empty or longer than the 72 bytes bcrypt looks at.
    """
    raw = password.encode()
    if not 0 < len(raw) <= _BCRYPT_MAX_BYTES:
        raise ValueError("a broker password has 1 to 72 bytes")
    return " ".join(filter(None, (_pbkdf2(raw), _bcrypt(raw))))


def write_credentials(state_dir: Path, credentials: Iterable[Credential]) -> None:
    """Replace all device accounts of the broker; call :func:`reload` afterwards.

    Args:
        state_dir: the broker's directory (``SC_BROKER_DIR``).
        credentials: every device account; accounts left out lose their access.
    """
    _write(state_dir, devices=list(credentials))


def write_fixed_credentials(state_dir: Path, credentials: Iterable[Credential]) -> None:
    """Replace the platform's own accounts and keep the devices' (done at each start)."""
    _write(state_dir, fixed=list(credentials))


def reload(state_dir: Path) -> bool:
    """Make the running broker read the credentials; connected clients stay connected.

    Returns:
        False when no broker started by us runs on the directory.
    """
    try:
        pid = int((state_dir / "pid").read_text())
        if str(state_dir).encode() not in Path(f"/proc/{pid}/cmdline").read_bytes():
            return False
        os.kill(pid, signal.SIGHUP)
    except (OSError, ValueError):
        return False
    return True


def _write(
    state_dir: Path,
    *,
    fixed: list[Credential] | None = None,
    devices: list[Credential] | None = None,
) -> None:
    owner = state_dir.stat()
    account = Account(owner.st_uid, owner.st_gid)
    with _locked(state_dir):
        source = state_dir / _SOURCE
        kept = json.loads(source.read_text()) if source.exists() else {}
        given = {"fixed": fixed, "devices": devices}
        groups = {
            name: [Credential(**row) for row in kept.get(name, [])] if group is None else group
            for name, group in given.items()
        }
        everyone = [*groups["fixed"], *groups["devices"]]
        if len({one.username for one in everyone}) != len(everyone):
            raise ValueError("a broker user name occurs twice")
        rows = {name: [asdict(one) for one in group] for name, group in groups.items()}
        write_private(source, json.dumps(rows), account)
        write_private(state_dir / PASSWD, _mosquitto_passwords(everyone), account)
        write_private(state_dir / ACL, _mosquitto_acl(everyone), account)
        write_private(state_dir / NATS_USERS, _nats_users(everyone), account)


@contextmanager
def _locked(directory: Path) -> "Iterator[None]":
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _mosquitto_passwords(credentials: Iterable[Credential]) -> str:
    hashed = ((one.username, one.hashed("$7$")) for one in credentials)
    return "".join(f"{username}:{secret}\n" for username, secret in hashed if secret)


def _mosquitto_acl(credentials: Iterable[Credential]) -> str:
    blocks = (
        "".join(
            [
                f"user {one.username}\n",
                *(f"topic write {topic}\n" for topic in one.publish),
                *(f"topic read {topic}\n" for topic in one.subscribe),
            ]
        )
        for one in credentials
    )
    return "\n".join(blocks)


def _nats_users(credentials: Iterable[Credential]) -> str:
    users = [
        {
            "user": one.username,
            "password": secret,
            "permissions": {
                "publish": _nats_permission(one.publish),
                "subscribe": _nats_permission(one.subscribe),
            },
        }
        for one in credentials
        if (secret := one.hashed("$2b$"))
    ]
    return f"users: {json.dumps(users)}\n"


def _nats_permission(topics: Iterable[str]) -> dict[str, list[str]]:
    """Translate topic filters; an empty list must deny all, for NATS takes it as no limit."""
    subjects = [subject for topic in topics for subject in _nats_subjects(topic)]
    return {"allow": subjects} if subjects else {"deny": [">"]}


def _nats_subjects(topic: str) -> list[str]:
    """Return the NATS subjects of an MQTT filter (``a/#`` also means ``a`` in MQTT)."""
    levels = {"+": "*", "#": ">"}
    subject = ".".join(levels.get(level, level.replace(".", "//")) for level in topic.split("/"))
    return [subject, subject.removesuffix(".>")] if subject.endswith(".>") else [subject]


def _pbkdf2(password: bytes) -> str:
    salt = secrets.token_bytes(12)
    digest = hashlib.pbkdf2_hmac("sha512", password, salt, _PBKDF2_ITERATIONS, 64)
    encoded = (base64.b64encode(part).decode() for part in (salt, digest))
    return "$".join(["", "7", str(_PBKDF2_ITERATIONS), *encoded])


def _bcrypt(password: bytes) -> str | None:
    library = ctypes.util.find_library("crypt")
    if library is None:
        return None
    crypt_r = ctypes.CDLL(library).crypt_r
    crypt_r.restype = ctypes.c_char_p
    salt = "".join(secrets.choice(_BCRYPT_ALPHABET) for _ in range(21)) + "."
    workspace = ctypes.create_string_buffer(131_232)  # struct crypt_data, the largest in use
    result: bytes | None = crypt_r(password, f"$2b${_BCRYPT_COST}${salt}".encode(), workspace)
    text = (result or b"").decode()
    return text if text.startswith("$2b$") else None
