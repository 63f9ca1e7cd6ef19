"""The process of `benchmarks.post_office`: queues the mails, waits for the word, and sends until none is queued.

Runs in `.venv/bench`, where nothing of ours is installed.
"""

import json
import resource
import sys
from typing import Any

import django
from django.conf import settings
from django.core.mail.utils import DNS_NAME
from django.core.management import call_command
from psycopg.conninfo import conninfo_to_dict

from benchmarks import letter

QUEUED_AT_ONCE = 1000
QUIET = {
    "version": 1,
    "handlers": {"stderr": {"class": "logging.StreamHandler"}},
    "loggers": {"post_office": {"handlers": ["stderr"], "level": "ERROR"}},
}
"""It tells each batch otherwise."""


def configure(given: dict[str, Any]) -> None:
    """Settings as a shop has them: PostgreSQL, SMTP, and of post_office what `given` names in capitals."""
    place = conninfo_to_dict(given["url"])
    database = {"ENGINE": "django.db.backends.postgresql", "NAME": place["dbname"], "HOST": place["host"]}
    database |= {"USER": place.get("user", ""), "PASSWORD": place.get("password", ""), "PORT": place.get("port", "")}
    settings.configure(
        INSTALLED_APPS=["post_office"],
        DATABASES={"default": database},
        TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates"}],
        EMAIL_BACKEND="post_office.EmailBackend",
        EMAIL_HOST="127.0.0.1",
        EMAIL_PORT=given["port"],
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        USE_TZ=True,
        LOGGING=QUIET,
        POST_OFFICE={name: value for name, value in given.items() if name.isupper()},
    )
    django.setup()


def queue(mails: int, size: int) -> None:
    """Write them by its own `send_many`, which its documentation advises for many."""
    from post_office import mail  # type: ignore[import-not-found]  # only once the settings are there

    for first in range(0, mails, QUEUED_AT_ONCE):
        mail.send_many([_mail(i, size) for i in range(first, min(first + QUEUED_AT_ONCE, mails))])


def _mail(i: int, size: int) -> dict[str, Any]:
    words = {"message": letter.plain(i, size), "html_message": letter.html(i, size)}
    return {"sender": letter.SENDER, "recipients": [letter.recipient(i)], "subject": letter.subject(i)} | words


def spent() -> float:
    """Seconds of processor so far, those of ended processes of ours included."""
    both = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in both)


if __name__ == "__main__":
    asked = json.loads(sys.argv[1])
    configure(asked)
    call_command("migrate", verbosity=0)
    queue(asked["mails"], asked["size"])
    str(DNS_NAME)  # each connection names this machine; to ask for the name once is not sending
    print("ready", flush=True)
    sys.stdin.readline()
    begun = spent()
    call_command("send_queued_mail", processes=asked.get("processes", 1), lockfile=asked["lock"])
    print(json.dumps({"sent_us": round((spent() - begun) * 1e6 / asked["mails"])}), flush=True)
