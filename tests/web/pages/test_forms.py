"""What a form says, whatever its body looks like."""

from time import process_time

import pytest

from notifier.terms.page import MOST_TOGETHER
from notifier.web.pages.forms import FORM, read_form

PARTS = "multipart/form-data; boundary=x"
GOOD = b'--x\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--x--\r\n'


@pytest.mark.parametrize(
    ("kind", "body", "said"),
    [
        (PARTS, GOOD, True),
        ('multipart/form-data; boundary="x"', GOOD, True),
        (PARTS, b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n' + GOOD, True),
        (PARTS, GOOD.replace(b"One-Click", b"Two-Click"), False),
        (PARTS, GOOD.replace(b"List-Unsubscribe", b"Other"), False),
        ("multipart/form-data; boundary=y", GOOD, False),
        ("multipart/form-data", GOOD, False),
    ],
)
def test_one_click_is_a_part_of_its_own(kind: str, body: bytes, said: bool) -> None:
    assert read_form(kind, body).one_click is said


def test_a_body_of_many_beginnings_costs_no_more_than_its_length() -> None:
    begun = b'content-disposition: form-data; name="list-unsubscribe"\r\n' + b"a\r\n" * 8
    before = process_time()
    read_form(PARTS, begun * 10_000)
    assert process_time() - before < 2


@pytest.mark.parametrize(("many", "named"), [(MOST_TOGETHER, MOST_TOGETHER), (MOST_TOGETHER + 1, 0)])
def test_a_form_of_too_many_lines_is_refused_whole(many: int, named: int) -> None:
    lines = ",".join(str(number) for number in range(1, many + 1))
    assert len(read_form(FORM, f"act=cancel&lines={lines}".encode()).lines) == named
