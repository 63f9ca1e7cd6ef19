"""Template versions at their first use: their text is kept, with a made-up email beside which bodies are packed.

Colour: root. Called by pipeline.deliver.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime

from notifier import outbox
from notifier.pipeline.house import House
from notifier.pipeline.sample import sample_content
from notifier.render.mime import EmailHeaders
from notifier.render_pool import Answer, Rendered, RenderFailure, RenderJob, RenderPool
from notifier.store.bodies import Packer
from notifier.terms.words import Channel


@dataclass(slots=True)
class Versions:
    """The versions that one delivery has met, each with its packer. Only for so long: a database that is restored
    meanwhile stops the delivery, and may lack what was kept.
    """

    packers: dict[str, Packer] = field(default_factory=dict)

    def meet(self, house: House, pool: RenderPool, jobs: Sequence[RenderJob], now: datetime) -> None:
        """Keep the versions of these jobs that were never used before. No transaction is open while they render."""
        new = {job.source.version: job for job in jobs if job.source.version not in self.packers}
        if not new:
            return
        with house.store.read() as tx:
            known = outbox.samples_of(tx, list(new))
        first = [job for version, job in new.items() if version not in known]
        if first:
            answers = pool.render([_sample_job(house, job) for job in first])
            used = [_used(job, one) for job, one in zip(first, answers, strict=True) if not _is_out_of_time(one)]
            with house.store.write() as tx:
                known |= outbox.keep_versions(tx, used, now)
        self.packers |= {version: Packer(known[version]) for version in new if version in known}

    def packed(self, rendered: Rendered, channel: Channel) -> bytes:
        """The body as it is kept; alone where its version was not met. A text is too short to gain by a sample."""
        packer = self.packers.get(rendered.version, _ALONE) if channel is Channel.EMAIL else _ALONE
        return packer.packed(rendered.body)


_ALONE = Packer()


def _is_out_of_time(answer: Answer) -> bool:
    """A slow machine gives no sample this time; the version is met again with the next claim."""
    return isinstance(answer, RenderFailure) and answer.out_of_time


def _sample_job(house: House, job: RenderJob) -> RenderJob:
    """An email of the same template to somebody made up: what is kept with a version holds nobody's name."""
    said = job.content
    purpose = house.catalogue.purposes[said.purpose]
    content = sample_content(purpose, said.locale, said.brand, Channel.EMAIL, said.today)
    headers = EmailHeaders(
        sender=said.brand.sender,
        recipient="customer@shop.example",
        reply_to=said.brand.reply_address,
        message_id=f"sample@{house.sending.message_id_domain}",
        date=datetime(said.today.year, said.today.month, said.today.day, tzinfo=house.judging.policy.timezone),
        message_class=content.message_class,
    )
    return RenderJob(job.source, content, headers)


def _used(job: RenderJob, answer: Answer) -> outbox.VersionUsed:
    one, sample = job.source, answer.body if isinstance(answer, Rendered) else b""
    return outbox.VersionUsed(one.version, one.purpose, one.locale, one.brand, json.dumps(asdict(one)), sample)
