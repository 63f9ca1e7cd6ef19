"""Two texts beside each other."""

from notifier.render.side_by_side import Row, side_by_side


def test_the_same_texts_have_no_rows() -> None:
    assert side_by_side("a\nb", "a\nb") == []


def test_a_changed_line_stands_beside_the_one_that_it_replaces() -> None:
    assert Row("b", "c", 2, 2, changed=True) in side_by_side("a\nb", "a\nc")


def test_a_new_line_has_nothing_beside_it() -> None:
    assert Row("", "b", 0, 2, changed=True) in side_by_side("a\nc", "a\nb\nc")


def test_lines_far_from_any_difference_are_left_out() -> None:
    before = [f"{n}" for n in range(60)]
    after = [*before]
    after[5], after[50] = "x", "y"
    rows = side_by_side("\n".join(before), "\n".join(after))
    assert [row.gap for row in rows].count(True) == 1 and len(rows) == 11
