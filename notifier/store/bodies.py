"""Bodies as they are kept: an email beside a sample of its template, so that only what is its own takes place.

Colour: store. Used by pipeline when a message is handed off, and by whoever reads one again.
"""

import zlib
from base64 import b64encode

LEVEL = 2
"""Of zlib's nine: beside a sample the others gain little and cost more."""
WINDOW = 14
"""zlib's window, as a power of two. A packer is copied for each body, and its size is what that costs."""
LONGEST = (1 << WINDOW) - 512
"""Bytes of a sample that the window can still see."""


UNREADABLE = b"This body cannot be unpacked any more. As it is kept: "


class Packer:
    """Packs bodies of one template version. `sample`: what one of them looks like; empty: they are packed alone."""

    def __init__(self, sample: bytes = b"") -> None:
        settings = (LEVEL, zlib.DEFLATED, WINDOW, WINDOW // 2, zlib.Z_DEFAULT_STRATEGY)
        self._fresh = zlib.compressobj(*settings, sample[-LONGEST:]) if sample else None

    def packed(self, body: bytes) -> bytes:
        """The body as it is kept."""
        if self._fresh is None:
            return zlib.compress(body, 1)
        packer = self._fresh.copy()
        return packer.compress(body) + packer.flush()


def unpacked(kept: bytes, sample: bytes | None) -> bytes:
    """The body again. `sample` is the one that it was packed with; of one that was packed alone it does not matter.

    One whose sample is gone comes back as it is kept, in base64: it must not stop an export or an erasure.
    """
    reader = zlib.decompressobj(zdict=sample[-LONGEST:]) if sample else zlib.decompressobj()
    try:
        return reader.decompress(kept) + reader.flush()
    except zlib.error:
        return UNREADABLE + b64encode(kept)
