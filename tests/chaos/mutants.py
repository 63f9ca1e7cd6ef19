"""Two wrong orders of work. A harness that does not catch them proves nothing."""

from collections.abc import Callable, Sequence

from notifier.pipeline.ledger import OutboxLedger
from notifier.terms.delivery import Parcel, SendResult
from notifier.terms.words import Outcome


class MarkThenSend(OutboxLedger):
    """Says that a message was accepted before it is sent: a crash between loses it."""

    def hand_off(self, group: Sequence[Parcel]) -> Sequence[Parcel]:
        going = super().hand_off(group)
        said = [SendResult(one.message_id, one.attempt_id, Outcome.ACCEPTED, "sent", "") for one in going]
        super().settle(said)
        return going

    def settle(self, results: Sequence[SendResult]) -> None:
        """All was said before."""


class SendThenMark(OutboxLedger):
    """Writes the hand-off down only after the sending: a crash between sends it twice."""

    def hand_off(self, group: Sequence[Parcel]) -> Sequence[Parcel]:
        self._held = getattr(self, "_held", {}) | {one.message_id: one for one in group}
        return group

    def settle(self, results: Sequence[SendResult]) -> None:
        went = {one.message_id: one for one in super().hand_off([self._held.pop(one.message_id) for one in results])}
        known = [one for one in results if one.message_id in went]
        super().settle(
            [SendResult(one.message_id, went[one.message_id].attempt_id, one.outcome, one.code, "") for one in known]
        )


LEDGERS: dict[str, Callable[..., OutboxLedger]] = {
    "": OutboxLedger,
    "mark_then_send": MarkThenSend,
    "send_then_mark": SendThenMark,
}
