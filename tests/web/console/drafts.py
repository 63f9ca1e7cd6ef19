"""What somebody types into the template editor, as its script sends it."""

from tests.web.console.desk import Person

READY, READY_TEXT = "/console/templates/ready/email", "/console/templates/ready/sms"
SOUND = {"subject.txt": "Order {{ orders }}: {{ headline }}", "email.md": "{{ greeting }}\n\nIt is here."}


def typed(person: Person, page: str = READY, revision: int = 0, **more: str) -> str:
    """What comes back for what was typed."""
    fields = SOUND | {"revision": str(revision)} | {name.replace("_", "."): text for name, text in more.items()}
    answer = person.post(f"{page}/typed", **fields)
    assert answer.status_code == 200, answer.text
    return answer.text
