"""The words of a mail of about so many bytes, the same for all contenders that only send. Imports nothing."""

SENDER = "Bench <orders@bench.example>"


def recipient(i: int) -> str:
    """Whom the mail of this number goes to."""
    return f"c{i}@bench.example"


def subject(i: int) -> str:
    """Its subject."""
    return f"Your order o{i} is late"


def plain(i: int, size: int) -> str:
    """A quarter of `size` as text."""
    return f"Hello Customer {i}, your order is late.\n" * (size // 160)


def html(i: int, size: int) -> str:
    """Three quarters of `size` as HTML."""
    return f"<p>Hello Customer {i}, your order is late.</p>\n" * (size // 60)
