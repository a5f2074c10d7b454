"""The catalogue files as shipped, and the errors a wrong file gives."""

import shutil
from pathlib import Path

import pytest

from datasharing import identifiers
from datasharing.catalogue import Catalogue, CatalogueError, ElementType, load
from datasharing.catalogue.loader import FOLDER
from datasharing.choices import Sensitivity, Subject

LEFT_OUT = (
    "religion",
    "宗教",
    "hiv",
    "艾滋",
    "重点人员",
    "前科",
    "吸毒",
    "risk",
    "风险等级",
    "信访",
)


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return load()


def test_it_is_large_enough(catalogue: Catalogue) -> None:
    assert len(catalogue.elements) >= 110
    assert {element.subject for element in catalogue.elements.values()} == set(Subject)


def test_forbidden_classes_of_people_are_absent(catalogue: Catalogue) -> None:
    texts = [
        " ".join((each.key, each.label_zh, each.label_en)).lower()
        for each in catalogue.elements.values()
    ]
    texts += [
        " ".join((code.label_zh, code.label_en)).lower()
        for code_list in catalogue.code_lists.values()
        for code in code_list.codes
    ]
    assert [text for text in texts for word in LEFT_OUT if word in text] == []


def test_principle_one_elements_are_restricted(catalogue: Catalogue) -> None:
    restricted = {each.key for each in catalogue.elements.values() if each.restricted}
    assert restricted == {"ethnicity", "political", "marital"}


def test_only_the_hot_elements_have_a_column(catalogue: Catalogue) -> None:
    columns = {
        each.key: each.storage
        for each in catalogue.elements.values()
        if each.storage.startswith("column:")
    }
    assert columns == {
        "name_cn": "column:name",
        "doc_type": "column:doc_type",
        "doc_no": "column:doc_no",
        "sex": "column:sex",
        "birth_date": "column:birth_date",
        "mobile": "column:mobile",
        "uscc": "column:uscc",
        "unit_name": "column:name",
        "plate_no": "column:plate",
    }


def test_derived_elements(catalogue: Catalogue) -> None:
    derived = {e.key: e.derived_from for e in catalogue.elements.values() if e.derived_from}
    assert derived == {"sex": "doc_no", "birth_date": "doc_no", "aged_flag": "birth_date"}
    assert catalogue.elements["aged_flag"].is_computed
    assert catalogue.elements["birth_date"].is_asked


def test_document_numbers_are_sensitive(catalogue: Catalogue) -> None:
    for element in catalogue.elements.values():
        if element.type is ElementType.DOCUMENT_NO:
            assert element.sensitivity is Sensitivity.SENSITIVE, element.key


def test_every_kind_of_document_has_a_rule(catalogue: Catalogue) -> None:
    codes = {code.code for code in catalogue.code_lists["doc_type"].codes}
    assert codes == identifiers.KINDS - {"uscc", "mobile", "plate"}


def test_sex_codes_agree_with_the_identifier_rules(catalogue: Catalogue) -> None:
    sex = catalogue.code_lists["sex"]
    assert sex.has(identifiers.MALE)
    assert sex.has(identifiers.FEMALE)


def test_the_templates_of_the_departments_exist(catalogue: Catalogue) -> None:
    assert set(catalogue.templates) == {
        "police.resident",
        "police.floating",
        "housing.dwelling",
        "civil_affairs.resident",
        "grid.visit",
        "property.resident",
        "police.organisation",
        "market_regulation.organisation",
        "police.vehicle",
        "property.vehicle",
    }


def test_police_and_civil_affairs_share_elements(catalogue: Catalogue) -> None:
    police, civil = (
        {field.element for field in catalogue.templates[key].fields}
        for key in ("police.resident", "civil_affairs.resident")
    )
    assert len(police & civil) >= 6


def test_every_template_starts_from_keys_prefixed_with_its_department(
    catalogue: Catalogue,
) -> None:
    for key, template in catalogue.templates.items():
        assert key.startswith(f"{template.department_kind.value}.")


@pytest.mark.parametrize(
    ("file", "old", "new", "message"),
    [
        ("elements/vehicle.toml", "[elements.plate_no]", "[elements.plate_no", "not valid TOML"),
        ("elements/vehicle.toml", 'subject = "vehicle"', 'subject = "boat"', "'subject' is 'boat'"),
        (
            "elements/vehicle.toml",
            "[elements.plate_no]",
            "[elements.mobile]",
            "vehicle.toml: mobile: this key is already used",
        ),
        (
            "elements/vehicle.toml",
            'code_list = "plate_type"',
            'code_list = "plate_types"',
            "plate_type: code list 'plate_types' does not exist",
        ),
        (
            "elements/vehicle.toml",
            'mask = "plate"',
            'masks = "plate"',
            "plate_no: unknown key 'masks', did you mean 'mask'?",
        ),
        ("elements/vehicle.toml", 'mask = "plate"', "", "plate_no: personal data of type 'plate'"),
        ("elements/vehicle.toml", 'mask = "plate"', 'mask = "veil"', "mask 'veil' is none of"),
        ("elements/vehicle.toml", "max_length = 10", "", "'max_length' belongs to"),
        ("elements/vehicle.toml", "max_length = 10", "max_length = 0", "whole number from 1"),
        ("elements/vehicle.toml", 'sensitivity = "G"', "", "'sensitivity' is missing"),
        ("elements/vehicle.toml", 'owner = "property"', 'owner = "club"', "choose one of police"),
        (
            "elements/vehicle.toml",
            'need_to_know = ["police"]',
            'need_to_know = ["property"]',
            "names the owner",
        ),
        (
            "elements/household.toml",
            "[elements.head_doc_type]",
            "[elements.head_type]",
            "head_doc_no: needs an element 'head_doc_type'",
        ),
        (
            "elements/resident_welfare.toml",
            'derived_from = "birth_date"',
            'derived_from = "born"',
            "has no element 'born'",
        ),
        (
            "elements/resident_access.toml",
            'storage = "elsewhere"',
            'storage = "record"',
            "go together",
        ),
        ("code_lists/person.toml", '["1", "男", "Male"]', '["0", "男", "Male"]', "stands twice"),
        ("code_lists/person.toml", '["1", "男", "Male"]', '["1", "男"]', "a list of 3 texts"),
        ("templates.toml", '"police.resident"', '"resident"', "'<department>.<name>'"),
        (
            "templates.toml",
            '{ element = "former_name" }',
            '{ element = "nickname" }',
            "sections 1, fields 7: element 'nickname' does not exist",
        ),
        (
            "templates.toml",
            '{ element = "former_name" }',
            '{ element = "plate_no" }',
            "is about a vehicle, not a resident",
        ),
        (
            "templates.toml",
            '{ element = "former_name" }',
            '{ element = "aged_flag" }',
            "a form cannot ask it",
        ),
        (
            "templates.toml",
            '{ element = "former_name" }',
            '{ element = "name_cn" }',
            "stands twice in this template",
        ),
        (
            "templates.toml",
            '{ element = "former_name" }',
            '{ element = "former_name", show_if = { element = "mobile", in = ["1"] } }',
            "does not stand above",
        ),
        (
            "templates.toml",
            '{ element = "former_name" }',
            '{ element = "former_name", show_if = { element = "sex", in = ["7"] } }',
            "'sex' never has the value '7'",
        ),
    ],
)
def test_a_mistake_is_named(tmp_path: Path, file: str, old: str, new: str, message: str) -> None:
    folder = tmp_path / "catalogue"
    shutil.copytree(FOLDER, folder, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    text = (folder / file).read_text(encoding="utf-8")
    assert old in text
    (folder / file).write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(CatalogueError) as error:
        load(folder)
    assert message in str(error.value)
    assert Path(file).name in str(error.value)


def test_labels_tell_elements_and_codes_apart(catalogue: Catalogue) -> None:
    for subject in Subject:
        elements = [each for each in catalogue.elements.values() if each.subject == subject]
        assert len({each.label_zh for each in elements}) == len(elements)
        assert len({each.label_en for each in elements}) == len(elements)
    for code_list in catalogue.code_lists.values():
        assert len({code.label_zh for code in code_list.codes}) == len(code_list.codes)
        assert len({code.label_en for code in code_list.codes}) == len(code_list.codes)


def test_biometric_and_whereabouts_are_held_elsewhere(catalogue: Catalogue) -> None:
    assert not any(
        element.is_asked
        for element in catalogue.elements.values()
        if element.sensitivity is Sensitivity.BIOMETRIC or element.key == "access_event"
    )
