"""The design of a form: how fields move, what is refused, what differs. No pages, no rights."""

from dataclasses import replace

import pytest

from accounts.choices import DepartmentKind
from datasharing import design
from datasharing.catalogue.specs import ConditionSpec, FieldSpec, SectionSpec, TemplateSpec
from datasharing.choices import Subject
from datasharing.models import DataElement
from smartcommunity.kernel.errors import Invalid


def field(key: str, show_if: ConditionSpec | None = None, **more: object) -> FieldSpec:
    return replace(FieldSpec(key, False, "", "", show_if), **more)  # type: ignore[arg-type]


def form(*sections: tuple[FieldSpec, ...]) -> TemplateSpec:
    named = (SectionSpec(f"第{n}节", f"Part {n}", fields) for n, fields in enumerate(sections))
    return TemplateSpec("grid.x", DepartmentKind.GRID, Subject.RESIDENT, "表", "Form", tuple(named))


def keys(found: TemplateSpec) -> list[list[str]]:
    return [[each.element for each in section.fields] for section in found.sections]


ELEMENTS = {
    key: DataElement(key=key, label_zh=key, type=kind, storage="record", restricted=restricted)
    for key, kind, restricted in [
        ("a", "boolean", False),
        ("b", "boolean", False),
        ("c", "text", False),
        ("secret", "boolean", True),
    ]
} | {
    "elsewhere": DataElement(
        key="elsewhere", label_zh="elsewhere", type="reference", storage="elsewhere"
    )
}
ABC = form((field("a"), field("b")), (field("c"),))


def test_a_field_moves_one_place_and_over_the_edge_of_its_section() -> None:
    assert keys(design.move_field(ABC, "a", 1)) == [["b", "a"], ["c"]]
    assert keys(design.move_field(ABC, "b", 1)) == [["a"], ["b", "c"]]
    assert keys(design.move_field(ABC, "c", -1)) == [["a", "b", "c"], []]
    assert keys(design.move_field(ABC, "a", -1)) == keys(ABC)
    assert keys(design.move_field(ABC, "c", 1)) == keys(ABC)
    assert keys(design.move_field(ABC, "absent", 1)) == keys(ABC)


def test_sections_are_added_moved_and_removed_with_their_fields() -> None:
    assert keys(design.move_section(ABC, 0, 1)) == [["c"], ["a", "b"]]
    assert keys(design.move_section(ABC, 1, 1)) == keys(ABC)
    assert keys(design.remove_section(ABC, 0)) == [["c"]]
    twice = design.add_section(design.add_section(ABC))
    titles = [section.title_zh for section in twice.sections]
    assert len(set(titles)) == 4


def test_an_element_is_added_once() -> None:
    assert keys(design.add_fields(ABC, 1, ["a", "secret"])) == [["a", "b"], ["c", "secret"]]


@pytest.mark.parametrize(
    "wrong",
    [
        form((field("a"), field("a"))),
        form((field("absent"),)),
        form((field("elsewhere"),)),
        form(tuple(field(f"x{n}") for n in range(500))),
        form(*(() for _ in range(31))),
        replace(ABC, title_zh=""),
        replace(ABC, title_zh="长" * 81),
        replace(ABC, sections=(ABC.sections[0], replace(ABC.sections[1], title_zh="第0节"))),
        form((field("a", help_zh="\x00"),)),
        form((field("a", help_en="x" * 301),)),
        form((field("a"), field("b", ConditionSpec("a", tuple(map(str, range(500))))))),
    ],
)
def test_what_no_draft_may_hold(wrong: TemplateSpec) -> None:
    with pytest.raises(Invalid):
        design.refuse_unsound(wrong, ELEMENTS)


def test_what_may_not_be_asked_is_named() -> None:
    with pytest.raises(Invalid) as refused:
        design.refuse_unsound(form((field("elsewhere"),)), ELEMENTS)
    assert "elsewhere" in str(refused.value.message)


def test_a_sound_draft_may_be_unfinished() -> None:
    design.refuse_unsound(form(()), ELEMENTS)
    design.refuse_unsound(form((field("a", ConditionSpec("b", ())),)), ELEMENTS)


@pytest.mark.parametrize(
    ("fields", "at"),
    [
        ((field("a", ConditionSpec("b", ("true",))), field("b")), "a"),  # later
        ((field("a", ConditionSpec("a", ("true",))),), "a"),  # itself
        (
            (field("a", ConditionSpec("b", ("true",))), field("b", ConditionSpec("a", ("true",)))),
            "a",
        ),  # a circle
        ((field("b", ConditionSpec("a", ("true",))),), "b"),  # absent
        ((field("secret"), field("a", ConditionSpec("secret", ("true",)))), "a"),  # restricted
        ((field("c"), field("a", ConditionSpec("c", ("x",)))), "a"),  # free text
        ((field("a"), field("b", ConditionSpec("a", ()))), "b"),  # no value
        ((field("a"), field("b", ConditionSpec("a", ("maybe",)))), "b"),  # not one of its values
    ],
)
def test_a_condition_looks_up_only_and_never_at_what_is_restricted(
    fields: tuple[FieldSpec, ...], at: str
) -> None:
    assert [problem.element for problem in design.problems(form(fields), ELEMENTS)] == [at]


def test_a_good_condition_is_no_problem() -> None:
    good = form((field("a"), field("c", ConditionSpec("a", ("true",)))))
    assert design.problems(good, ELEMENTS) == []
    assert [each.element for each in design.problems(form(()), ELEMENTS)] == [""]


def test_what_differs_between_two_versions() -> None:
    new = form(
        (field("b", required=True, help_zh="写"), field("secret")),
        (field("c", ConditionSpec("b", ("true",))),),
    )
    found = {(each.kind, each.element): each for each in design.compare(ABC, new)}
    assert set(found) == {
        ("added", "secret"), ("removed", "a"), ("changed", "b"), ("changed", "c"),
    }  # fmt: skip
    assert found["changed", "b"].what == ("required", "help_zh")
    assert found["changed", "c"].what == ("show_if",)


def test_moving_one_field_is_one_difference() -> None:
    old = form((field("a"), field("b"), field("c"), field("secret")))
    new = form((field("b"), field("c"), field("secret"), field("a")))
    assert [(each.kind, each.element) for each in design.compare(old, new)] == [("moved", "a")]
    across = design.move_field(ABC, "b", 1)
    (moved,) = design.compare(ABC, across)
    assert (moved.kind, moved.element, moved.old, moved.new) == ("moved", "b", "第0节", "第1节")
    assert design.compare(ABC, ABC) == []
