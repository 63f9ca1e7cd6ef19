"""Sends one message of a draft to whoever wrote it, by the way that messages to customers go. Colour: root.

Called by the console's editor. It is no contact: nothing is planned, claimed, counted or kept, no cap and no rule of
the law is asked, and its links open nothing. The rules of safety hold: nothing goes before go-live, after a restore, or
while the clocks disagree; mode redirect redirects it, `only_to` holds it back, folder and shadow keep it here.
"""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from email.utils import parseaddr

from notifier.channels.redirect import marked_mail
from notifier.errors import UsageError
from notifier.pipeline.guard import known_to, require_safe
from notifier.pipeline.house import House
from notifier.render.mime import EmailHeaders
from notifier.render_pool import RenderFailure, RenderJob, RenderPool
from notifier.terms.content import Content
from notifier.terms.delivery import ChannelSender, Parcel, SendResult
from notifier.terms.operator import Operator
from notifier.terms.words import Channel, DeliveryMode, Outcome

MARK = "[test]"
Senders = Mapping[Channel, ChannelSender]
WHERE: Mapping[DeliveryMode, str] = {
    DeliveryMode.FOLDER: "It lies in the folder {folder}: mode folder sends nothing.",
    DeliveryMode.SHADOW: "It went nowhere: mode shadow sends nothing.",
    DeliveryMode.REDIRECT: "It went to {redirected}: mode redirect sends everything there.",
    DeliveryMode.LIVE: "It went to {to}.",
}
"""Where a test is to be found, by the mode of delivery."""


@dataclass(frozen=True, slots=True)
class Places:
    """What the settings say of where things go: the folder of mode folder, and the addresses of mode redirect."""

    folder: str
    redirected: Mapping[Channel, str]


def trial_parcel(house: House, pool: RenderPool, job: RenderJob, to: Operator, now: datetime) -> Parcel:
    """The message of `job`, ready to be sent to an operator; takes from some 10 ms to a few seconds.

    Raises UsageError where the operator has no address or the draft cannot be filled in, and Unsafe where nothing may
    go out.
    """
    content, uid = job.content, f"test-{secrets.token_hex(12)}"
    if content.channel is Channel.EMAIL and not to.email:
        raise UsageError("your account has no email address; set one on the page of your account, then try again")
    with house.store.read() as tx:
        require_safe(tx, house.guards, known_to(house.guards))
    headers = _headers(house, content, to.email, uid, now) if content.channel is Channel.EMAIL else None
    (answer,) = pool.render([RenderJob(job.source, content, headers)])
    if isinstance(answer, RenderFailure):
        raise UsageError(f"nothing was sent, because the draft cannot be filled in: {answer.text} ({answer.where})")
    if headers:
        body, sender = marked_mail(answer.body, to.email, MARK), parseaddr(content.brand.sender)[1]
        return Parcel(0, 0, uid, Channel.EMAIL, sender, to.email, body)
    return Parcel(0, 0, uid, Channel.SMS, content.brand.text_sender, "", f"{MARK} ".encode() + answer.body)


def _headers(house: House, content: Content, to: str, uid: str, now: datetime) -> EmailHeaders:
    return EmailHeaders(
        sender=content.brand.sender,
        recipient=to,
        reply_to=content.brand.reply_address,
        message_id=f"{uid}@{house.sending.message_id_domain}",
        date=now,
        message_class=content.message_class,
    )


def untestable(channel: Channel, mode: DeliveryMode) -> str:
    """Why no test can be sent by this channel; "" where one can."""
    if channel is Channel.SMS and mode is DeliveryMode.LIVE:
        return "a text cannot be tested while messages go to customers, because accounts have no number"
    return ""


async def send_trial(parcel: Parcel, senders: Callable[[], Senders], mode: DeliveryMode, places: Places) -> str:
    """Send it, and say in words where it went. Raises UsageError with the reason where it did not go."""
    redirected = places.redirected.get(parcel.channel, "")
    if why := untestable(parcel.channel, mode):
        raise UsageError(why)
    opened = senders()
    try:
        sender = opened.get(parcel.channel)
        if sender is None:
            raise UsageError(f"nothing was sent: there is no way out for {parcel.channel} in mode {mode}")
        result = await sender.send(parcel)
    finally:
        for one in dict.fromkeys(opened.values()):
            await one.close()
    _require_gone(result)
    return f"A test was sent. {WHERE[mode].format(folder=places.folder, redirected=redirected, to=parcel.recipient)}"


def _require_gone(result: SendResult) -> None:
    if result.outcome is Outcome.UNKNOWN:
        raise UsageError("the server broke off: nobody knows whether the test went. Look into your mailbox")
    if result.outcome is not Outcome.ACCEPTED:
        raise UsageError(f"the server did not take the test ({result.code}); tell whoever looks after it")
