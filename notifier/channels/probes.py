"""Can a provider be reached, and does it know us? Nothing is sent. Colour: wire. Called by pipeline.check.

Each probe returns what it found as a phrase, or raises Transient (the network) or Permanent (settings) with the remedy.
"""

import ssl
from typing import Any

import aiohttp
import aiosmtplib
from twilio.base.exceptions import TwilioException  # type: ignore[import-untyped]

from notifier.channels.email import EmailAccess, EmailSender
from notifier.channels.sms import SmsAccess, SmsSender
from notifier.errors import Permanent, Transient
from notifier.terms.network import Security


async def probe_email(access: EmailAccess) -> str:
    """Connect, EHLO, TLS and login as sending does, without a mail. Takes at most `access.timeout` seconds."""
    where = f"{access.host}:{access.port}"
    sender = EmailSender(access)
    try:
        await sender.greet()
    except aiosmtplib.SMTPAuthenticationError as fault:
        raise Permanent(
            f"{where} refuses the login ({fault.code}). Set [email] username and NOTIFIER_EMAIL__PASSWORD"
        ) from None
    except TimeoutError:
        raise Transient(f"{where} did not answer in {access.timeout:g} seconds. Set [email] host and port") from None
    except (aiosmtplib.SMTPException, OSError) as fault:
        raise _unreached(where, fault) from None
    finally:
        await sender.close()
    how = "without encryption" if access.security is Security.NONE else f"with {access.security.value.upper()}"
    return f"{where} answers {how}{', and takes the login' if access.username else ''}"


def _unreached(where: str, fault: Exception) -> Permanent | Transient:
    if isinstance(fault, ssl.SSLError) or isinstance(fault.__cause__, ssl.SSLError):
        reason = getattr(fault.__cause__ or fault, "verify_message", "") or "TLS does not come about"
        return Permanent(
            f"{where}: {reason}. Set [email] host to the name in its certificate, or security to fit the port"
        )
    if "STARTTLS" in str(fault):
        return Permanent(f'{where} offers no STARTTLS. Set [email] security = "tls" with port 465')
    if isinstance(fault, aiosmtplib.SMTPConnectError | aiosmtplib.SMTPServerDisconnected | OSError):
        return Transient(f"{where} cannot be reached. Is the server up, and are [email] host, port and security right?")
    return Permanent(f"{where} answers, but not as a mail server should. Set [email] host and port")


async def probe_sms(access: SmsAccess) -> str:
    """Fetch the account. Takes at most `access.timeout` seconds."""
    sender = SmsSender(access)
    try:
        state = await sender.account_state()
    except TimeoutError:
        raise Transient(f"Twilio did not answer in {access.timeout:g} seconds. Is this machine online?") from None
    except (aiohttp.ClientError, OSError):
        raise Transient("Twilio cannot be reached. Is this machine online?") from None
    except TwilioException as fault:
        raise _twilio_fault(fault) from None
    finally:
        await sender.close()
    if state != "active":
        raise Permanent(f"Twilio says that the account is {state}. Open Twilio's console")
    return "Twilio knows the account, and it is active"


def _twilio_fault(fault: Any) -> Permanent | Transient:
    reply = int(getattr(fault, "status", 0) or 0)
    if reply in (401, 403, 404):
        return Permanent(
            "Twilio does not know this account and token. Set [sms] account_sid and NOTIFIER_SMS__AUTH_TOKEN"
        )
    return Transient(f"Twilio answers with an error (http {reply or 'unknown'}). Try again later")
