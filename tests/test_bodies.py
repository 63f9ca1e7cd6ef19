"""store.bodies: what is kept is what was sent, whatever it was packed beside."""

from hypothesis import given
from hypothesis import strategies as st

from notifier.store.bodies import LONGEST, UNREADABLE, Packer, unpacked


@given(st.binary(max_size=5000), st.binary(max_size=40_000))
def test_a_body_comes_back_as_it_was(body: bytes, sample: bytes) -> None:
    assert unpacked(Packer(sample).packed(body), sample) == body


@given(st.lists(st.binary(max_size=500), max_size=5))
def test_one_packer_packs_each_body_for_itself(bodies: list[bytes]) -> None:
    packer = Packer(b"a sample")
    packed = [packer.packed(one) for one in bodies]
    assert [unpacked(one, b"a sample") for one in packed] == bodies


def test_what_was_packed_alone_is_read_with_any_sample() -> None:
    assert unpacked(Packer().packed(b"alone"), b"a sample that came later") == b"alone"


def test_a_sample_longer_than_the_window_still_helps() -> None:
    tail = bytes(range(256)) * 4
    sample = b"x" * (2 * LONGEST) + tail
    assert len(Packer(sample).packed(tail)) < 100


def test_beside_its_sample_a_body_takes_little_more_than_its_own_words() -> None:
    sample = b"".join(b"<td style='color:#%06x'>cell %d</td>\n" % (n, n * 7919 % 1000) for n in range(300))
    assert len(Packer(sample).packed(sample.replace(b"cell 0", b"Ann Miller"))) < 300


def test_a_body_whose_sample_is_gone_stops_nobody() -> None:
    kept = Packer(b"a sample " * 9).packed(b"a sample of mine")
    assert unpacked(kept, None).startswith(UNREADABLE)
