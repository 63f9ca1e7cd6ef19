"""Tries templates with what their purpose may have to say, before a customer gets it. Colour: root.

Called by pipeline.deliver, which holds what fails, and by pipeline.check; whoever publishes a template asks `survey`
first. Templates run in the limited processes only, and each version is tried once for each kind of message.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from notifier.render.catalogue import Catalogue, TemplateSource
from notifier.render.lint import Page, page_faults, text_faults, words_faults
from notifier.render.probes import Probe, is_tried, probes
from notifier.render_pool import RenderFailure, RenderJob, RenderPool
from notifier.terms.content import BrandLook
from notifier.terms.law import Jurisdiction
from notifier.terms.words import MessageClass, NoticeKind


class _OutOfTime(Exception):
    """The machine was too slow to tell; `failure` is what the pool said."""

    def __init__(self, failure: RenderFailure) -> None:
        super().__init__(failure.text)
        self.failure = failure


@dataclass(slots=True)
class Lawful:
    """What was found so far, by template version, brand and kind of message; kept for as long as the process lives."""

    found: dict[tuple[str, str, NoticeKind, Jurisdiction], list[str]] = field(default_factory=dict)

    def failures(self, catalogue: Catalogue, pool: RenderPool, jobs: Sequence[RenderJob]) -> dict[int, RenderFailure]:
        """Why jobs may not be rendered and sent, by their place: their required template lacks what their kind demands.

        Where the machine was too slow to tell, the failure is `out_of_time`, and a later try tells.
        """
        wrong: dict[int, RenderFailure] = {}
        for place, job in enumerate(jobs):
            if catalogue.purposes[job.source.purpose].message_class is not MessageClass.REQUIRED:
                continue
            try:
                faults = self._faults(catalogue, pool, job)
            except _OutOfTime as slow:
                wrong[place] = slow.failure
                continue
            if faults:
                more = f" (and {len(faults) - 1} more; see `notifier check`)" if len(faults) > 1 else ""
                wrong[place] = RenderFailure(faults[0] + more, "", job.source.version, unlawful=True)
        return wrong

    def _faults(self, catalogue: Catalogue, pool: RenderPool, job: RenderJob) -> list[str]:
        content = job.content
        key = (job.source.version, content.brand.key, content.notice, content.law)
        if key not in self.found:
            tries = [one for one in _probes(catalogue, job.source, content.brand) if one.fits(content)]
            self.found[key] = _tried(catalogue, pool, job.source, tries)
        return self.found[key]


def survey(
    catalogue: Catalogue, looks: Sequence[BrandLook], pool: RenderPool
) -> Mapping[tuple[str, str, str], list[str]]:
    """Faults by (purpose, locale, brand) of every template that the law or E1 binds; only what has any is named.

    The locales are those of the templates, and those of `_words/` that only say dates or phrases differently. "" is
    English.
    """
    wrong: dict[tuple[str, str, str], list[str]] = {}
    for name, purpose in sorted(catalogue.purposes.items()):
        for locale in spoken(catalogue, name) if is_tried(purpose) else ():
            for look in looks:
                source = catalogue.source(name, locale or "en", look.key)
                if faults := faults_of(catalogue, pool, source, look):
                    wrong[name, locale, look.key] = faults
    return wrong


def faults_of(catalogue: Catalogue, pool: RenderPool, source: TemplateSource, look: BrandLook) -> list[str]:
    """What one template lacks of what the law or E1 demands, a line each: file (which case): what, and the remedy."""
    if not is_tried(catalogue.purposes[source.purpose]):
        return []
    try:
        return _tried(catalogue, pool, source, _probes(catalogue, source, look))
    except _OutOfTime as slow:
        return [slow.failure.text]


def spoken(catalogue: Catalogue, purpose: str) -> list[str]:
    """The locales that templates are written in, "" (English) first, then those of `_words/` that only say dates or
    phrases differently.
    """
    written = catalogue.locales(purpose)
    near = (tag for tag in catalogue.words if "-" in tag and tag.partition("-")[0] in (*written, "en"))
    return [*written, *sorted(set(near) - set(written))]


def _probes(catalogue: Catalogue, source: TemplateSource, look: BrandLook) -> list[Probe]:
    return probes(catalogue.purposes[source.purpose], look, source.speaks)


def _tried(catalogue: Catalogue, pool: RenderPool, source: TemplateSource, tries: Sequence[Probe]) -> list[str]:
    """Everything that is wrong with one template, each fault once. Raises _OutOfTime."""
    purpose = catalogue.purposes[source.purpose]
    found = words_faults(catalogue, source.speaks, source.tone)
    pages = pool.render([RenderJob(source, probe.content) for probe in tries])
    texts = pool.render([RenderJob(source, probe.text) for probe in tries])
    for probe, page, text in zip(tries, pages, texts, strict=True):
        if isinstance(page, RenderFailure):
            found.append(_unfilled(probe, page))
        else:
            found += page_faults(probe, purpose, source, Page(page.subject, page.html, page.text))
        found += (
            [_unfilled(probe, text)]
            if isinstance(text, RenderFailure)
            else text_faults(probe, purpose, source, text.text)
        )
    return list(dict.fromkeys(found))


def _unfilled(probe: Probe, failure: RenderFailure) -> str:
    """What cannot be filled in says nothing that the law demands. Raises _OutOfTime where the machine may be slow."""
    if failure.out_of_time:
        raise _OutOfTime(failure)
    return f"{failure.where} ({probe.label}): {failure.text}"
