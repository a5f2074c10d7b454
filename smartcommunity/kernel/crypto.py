"""Authenticated encryption of values at rest, and keyed hashes to look them up.

A sealed value is
`version(1) | key-id length(1) | key-id | cipher(1) | nonce(12) | ciphertext | tag(16)`.
The associated data binds it to its row and column, so a value copied into another row does not
open. Keys come from settings.FIELD_KEYS (outside the database); the first key seals, all open.

Ciphers: AES-256-GCM (default) and SM4-GCM (RFC 8998), chosen by settings.FIELD_CIPHER.
"""

import hashlib
import hmac
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

VERSION = 1
AES_GCM, SM4_GCM = 1, 2
CIPHERS = {"AES-GCM": AES_GCM, "SM4-GCM": SM4_GCM}
NONCE_BYTES = 12
TAG_BYTES = 16


class CannotOpen(Exception):
    """The value was not sealed here, by a key we hold, for this row and column."""


def _key(key_id: str) -> bytes:
    try:
        return bytes(settings.FIELD_KEYS[key_id])
    except KeyError:
        raise CannotOpen(f"key {key_id!r} is not in FIELD_KEYS") from None


def _sm4_key(key: bytes) -> bytes:
    """SM4 takes 128 bits: derive them so that both ciphers never share a raw key."""
    return hmac.digest(key, b"smartcommunity/sm4", "sha256")[:16]


def head_of_new() -> bytes:
    """How values sealed now begin: version, key and cipher. What begins otherwise is sealed with an
    old key or another cipher (`rotation`)."""
    if not settings.FIELD_KEYS:
        raise ImproperlyConfigured("FIELD_KEYS is empty: no value can be sealed")
    key_id = next(iter(settings.FIELD_KEYS))
    cipher = CIPHERS[settings.FIELD_CIPHER]
    head: bytes = bytes([VERSION, len(key_id)]) + key_id.encode() + bytes([cipher])
    return head


def seal(plain: bytes, bound_to: str) -> bytes:
    """Encrypt `plain`, bound to `bound_to` (for instance "residents.resident.doc_no:<pk>")."""
    head = head_of_new()
    key_id, cipher = next(iter(settings.FIELD_KEYS)), head[-1]
    nonce = os.urandom(NONCE_BYTES)
    associated = head + bound_to.encode()
    if cipher == AES_GCM:
        return head + nonce + bytes(AESGCM(_key(key_id)).encrypt(nonce, plain, associated))
    sealer = Cipher(algorithms.SM4(_sm4_key(_key(key_id))), modes.GCM(nonce)).encryptor()
    sealer.authenticate_additional_data(associated)
    return head + nonce + bytes(sealer.update(plain) + sealer.finalize() + sealer.tag)


def open_sealed(sealed: bytes, bound_to: str) -> bytes:
    """Decrypt what `seal` made. Raises CannotOpen."""
    try:
        if sealed[0] != VERSION:
            raise CannotOpen("unknown version")
        end = 2 + sealed[1]
        key_id, cipher, body = sealed[2:end].decode(), sealed[end], sealed[end + 1 :]
    except (IndexError, UnicodeDecodeError):
        raise CannotOpen("not a sealed value") from None
    associated = sealed[: end + 1] + bound_to.encode()
    nonce, ciphertext = body[:NONCE_BYTES], body[NONCE_BYTES:]
    try:
        if cipher == AES_GCM:
            return bytes(AESGCM(_key(key_id)).decrypt(nonce, ciphertext, associated))
        opener = Cipher(
            algorithms.SM4(_sm4_key(_key(key_id))), modes.GCM(nonce, ciphertext[-TAG_BYTES:])
        ).decryptor()
        opener.authenticate_additional_data(associated)
        return opener.update(ciphertext[:-TAG_BYTES]) + opener.finalize()
    except (InvalidTag, ValueError):
        raise CannotOpen("wrong key, wrong row, or damaged value") from None


def blind_index(kind: str, value: str) -> bytes:
    """Keyed hash (HMAC-SHA256, 32 bytes) of a normalised value, for exact look-up only."""
    if not settings.BLIND_INDEX_KEY:
        raise ImproperlyConfigured("BLIND_INDEX_KEY is empty: nothing can be looked up")
    return hmac.digest(settings.BLIND_INDEX_KEY, f"{kind}\0{value}".encode(), hashlib.sha256)
