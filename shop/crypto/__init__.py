"""Personal data and secrets at rest: sealed values with their columns, keyed hashes, masks, scrambled numbers."""

from shop.crypto.fields import EncryptedTextField, Erased, Sealed, Unreadable, list_unreadable
from shop.crypto.hashes import as_number, keyed_hash, keyed_hashes
from shop.crypto.masks import mask_address, mask_email, mask_name, mask_phone
from shop.crypto.scrambling import scramble, unscramble
from shop.crypto.sealing import BOUND_PREFIX, Undecryptable, current_prefix, new_secret, seal, unseal
from shop.crypto.tokens import read_token, write_token

__all__ = [
    "BOUND_PREFIX",
    "EncryptedTextField",
    "Erased",
    "Sealed",
    "Undecryptable",
    "Unreadable",
    "as_number",
    "current_prefix",
    "keyed_hash",
    "keyed_hashes",
    "list_unreadable",
    "mask_address",
    "mask_email",
    "mask_name",
    "mask_phone",
    "new_secret",
    "read_token",
    "scramble",
    "seal",
    "unscramble",
    "unseal",
    "write_token",
]
