"""What can go wrong while Twilio's list of texts is read, in words for the log. Colour: wire.

Used by texts_heard and sms_search.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import aiohttp
from twilio.base.exceptions import TwilioException  # type: ignore[import-untyped]

from notifier.errors import Transient


@contextmanager
def reading_the_list() -> Iterator[None]:
    """A block that reads the list. Raises Transient where Twilio does not tell, or tells what makes no sense."""
    try:
        yield
    except TimeoutError:
        raise Transient("Twilio's list of texts did not come in time") from None
    except (TwilioException, aiohttp.ClientError, OSError) as fault:
        kind = type(fault).__name__
        raise Transient(f"Twilio's list of texts cannot be read ({kind}); `notifier check` tells more") from None
    except (ValueError, KeyError, TypeError, AttributeError) as fault:
        raise Transient(f"Twilio's list of texts makes no sense ({type(fault).__name__})") from None
