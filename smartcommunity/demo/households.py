"""Invents households: pure, deterministic for a seed, without the database.

Nobody here can be a real person: document numbers start with division codes that GB/T 2260 does
not have (…99) and mobile numbers with 154, which is assigned to no operator.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random
from typing import Final

from datasharing.identifiers import (
    CITIZEN_ID,
    FEMALE,
    HOUSEHOLD_REGISTER,
    MALE,
    make_citizen_id,
)
from smartcommunity.demo import names

SEED: Final = 20260101
ON: Final = date(2025, 7, 1)
"""The day on which ages are meant; later, everybody is a little older."""

HOME_REGION: Final = ("420199", "420111")
# (division in document numbers, division of household registration)
OTHER_REGIONS: Final = (
    ("421199", "421181"),
    ("420699", "420684"),
    ("421299", "421221"),
    ("421099", "421087"),
    ("411599", "411523"),
    ("430699", "430624"),
    ("360499", "360423"),
    ("341599", "341523"),
    ("511399", "511325"),
)
FIRST_SEQUENCE: Final = 480
MOBILES: Final = 10_000_000

ETHNICITIES: Final = {"01": 960, "15": 16, "03": 8, "11": 6, "06": 5, "08": 5}
EDUCATION: Final = {
    1900: {"80": 40, "70": 35, "60": 20, "30": 5},
    1958: {"70": 40, "60": 35, "30": 18, "21": 7},
    1980: {"21": 38, "30": 28, "60": 20, "14": 9, "40": 5},
}
HEAD, SPOUSE, SON, DAUGHTER, FATHER, MOTHER, UNRELATED = "02", "10", "20", "30", "51", "52", "99"


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody invented. Codes as in the catalogue; `more` holds elements by department kind."""

    name: str
    sex: str
    born: date
    region: tuple[str, str]
    doc_no: str
    relation: str
    residence: str
    mobile: str | None
    ethnicity: str
    education: str | None
    more: dict[str, dict[str, str]] = field(default_factory=dict)

    @property
    def doc_type(self) -> str:
        return HOUSEHOLD_REGISTER if self.age < 6 else CITIZEN_ID

    @property
    def age(self) -> int:
        return age(self.born)

    @property
    def is_local(self) -> bool:
        return self.region == HOME_REGION


@dataclass(frozen=True, slots=True)
class Family:
    """People of one dwelling; the first is the head. All moved in on `since`."""

    people: list[Person]
    since: date


def age(born: date) -> int:
    return ON.year - born.year - ((ON.month, ON.day) < (born.month, born.day))


class Inventor:
    """Invents families, each person once: numbers never repeat."""

    def __init__(self, seed: int = SEED) -> None:
        self.rng = Random(seed)
        self._born: Counter[tuple[str, date, str]] = Counter()
        self._mobiles = 0

    def family(self, limit: int) -> Family:
        """A family of at most `limit` people."""
        kinds: dict[Callable[[], Family], int] = {
            self._couple_with_children: 44,
            self._three_generations: 11,
            self._couple: 14,
            self._elder_couple: 9,
            self._elder_alone: 6,
            self._single: 5,
            self._sharing_tenants: 11,
        }
        if limit < 6:
            return self._single()
        return self.rng.choices(list(kinds), list(kinds.values()))[0]()

    def person(
        self,
        *,
        born: date,
        sex: str,
        surname: str,
        relation: str,
        residence: str,
        region: tuple[str, str] = HOME_REGION,
        given_name: str = "",
        more: dict[str, dict[str, str]] | None = None,
    ) -> Person:
        """One person with numbers of his own."""
        key = (region[0], born, sex)
        sequence = FIRST_SEQUENCE + self._born[key]
        self._born[key] += 1
        return Person(
            name=surname + (given_name or names.given_name(self.rng, sex, born.year)),
            sex=sex,
            born=born,
            region=region,
            doc_no=make_citizen_id(region[0], born, sex, sequence),
            relation=relation,
            residence=residence,
            mobile=self._mobile() if self._has_mobile(age(born)) else None,
            ethnicity=self._pick(ETHNICITIES),
            education=self._education(born),
            more=more or {},
        )

    def _couple_with_children(self, count: int | None = None) -> Family:
        rng, own = self.rng, self.rng.random() < 0.82
        region = HOME_REGION if own else rng.choice(OTHER_REGIONS)
        years = rng.randint(28, 52)
        people = self._pair(years, "owner" if own else "tenant", region)
        father = next(person for person in people if person.sex == MALE)
        oldest = max(1, years - rng.randint(25, 31))
        for nth in range(count or rng.choices((1, 2), (62, 38))[0]):
            if nth * 3 > oldest:
                break
            sex = rng.choice((MALE, FEMALE))
            people.append(
                self.person(
                    born=self._birthday(oldest - nth * 3),
                    sex=sex,
                    surname=_surname(father.name),
                    relation=SON if sex == MALE else DAUGHTER,
                    residence="family",
                    region=region,
                )
            )
        return Family(people, self._since(years, own=own))

    def _three_generations(self) -> Family:
        rng = self.rng
        family = self._couple_with_children(1)
        head = family.people[0]
        parents = rng.choices(((FATHER, MOTHER), (MOTHER,), (FATHER,)), (55, 32, 13))[0]
        for relation in parents:
            is_father = relation == FATHER
            family.people.append(
                self.person(
                    born=self._birthday(min(94, head.age + rng.randint(23, 30))),
                    sex=MALE if is_father else FEMALE,
                    surname=_surname(head.name) if is_father else names.surname(rng),
                    relation=relation,
                    residence="family",
                    region=head.region,
                )
            )
        return family

    def _couple(self) -> Family:
        own = self.rng.random() < 0.6
        years = self.rng.randint(24, 34) if self.rng.random() < 0.6 else self.rng.randint(48, 60)
        region = HOME_REGION if own else self.rng.choice(OTHER_REGIONS)
        return Family(
            self._pair(years, "owner" if own else "tenant", region), self._since(years, own=own)
        )

    def _elder_couple(self) -> Family:
        years = self.rng.randint(61, 88)
        return Family(self._pair(years, "owner", HOME_REGION), self._since(years, own=True))

    def _elder_alone(self) -> Family:
        rng, years = self.rng, self.rng.randint(66, 93)
        child = rng.choice((MALE, FEMALE))
        more = {
            "grid": {"live_alone": "true"},
            "property": {
                "emergency_name": names.surname(rng)
                + names.given_name(rng, child, ON.year - years + 27),
                "emergency_mobile": self._mobile(),
                "emergency_relation": SON if child == MALE else DAUGHTER,
            },
        }
        if rng.random() < 0.15:
            more["civil_affairs"] = {
                "dibao": "true",
                "dibao_no": f"DB{HOME_REGION[0]}{rng.randrange(10**6):06d}",
                "dibao_from": f"{rng.randint(2019, 2024)}-{rng.randint(1, 12):02d}-01",
            }
        person = self.person(
            born=self._birthday(years),
            sex=FEMALE if rng.random() < 0.64 else MALE,
            surname=names.surname(rng),
            relation=HEAD,
            residence="owner",
            more=more,
        )
        return Family([person], self._since(years, own=True))

    def _single(self) -> Family:
        own, years = self.rng.random() < 0.5, self.rng.randint(23, 58)
        person = self.person(
            born=self._birthday(years),
            sex=self.rng.choice((MALE, FEMALE)),
            surname=names.surname(self.rng),
            relation=HEAD,
            residence="owner" if own else "tenant",
            region=HOME_REGION if own else self.rng.choice(OTHER_REGIONS),
        )
        return Family([person], self._since(years, own=own))

    def _sharing_tenants(self) -> Family:
        rng, sex = self.rng, self.rng.choice((MALE, FEMALE))
        people = [
            self.person(
                born=self._birthday(rng.randint(20, 33)),
                sex=sex,
                surname=names.surname(rng),
                relation=UNRELATED if index else HEAD,
                residence="tenant",
                region=rng.choice(OTHER_REGIONS),
            )
            for index in range(rng.choices((2, 3, 4), (45, 40, 15))[0])
        ]
        return Family(people, self._since(20, own=False))

    def _pair(self, years: int, residence: str, region: tuple[str, str]) -> list[Person]:
        head_sex = MALE if self.rng.random() < 0.72 else FEMALE
        other = FEMALE if head_sex == MALE else MALE
        return [
            self.person(
                born=self._birthday(years),
                sex=head_sex,
                surname=names.surname(self.rng),
                relation=HEAD,
                residence=residence,
                region=region,
            ),
            self.person(
                born=self._birthday(max(22, years + self.rng.randint(-4, 3))),
                sex=other,
                surname=names.surname(self.rng),
                relation=SPOUSE,
                residence="family",
                region=region,
            ),
        ]

    def _birthday(self, years: int) -> date:
        """A day of birth of somebody aged `years` on the day ON."""
        return date(ON.year - years, ON.month, ON.day) - timedelta(days=self.rng.randint(0, 364))

    def _since(self, years: int, *, own: bool) -> date:
        longest = min(years - 22, 14) * 365 if own else 700
        return ON - timedelta(days=self.rng.randint(40, max(longest, 400)))

    def _mobile(self) -> str:
        self._mobiles += 1
        # 7919 is prime to ten million: each number once, in no visible order.
        return f"1540{self._mobiles * 7919 % MOBILES:07d}"

    def _has_mobile(self, years: int) -> bool:
        return years >= 14 and self.rng.random() < (0.98 if years < 70 else 0.8)

    def _education(self, born: date) -> str | None:
        if age(born) < 18:
            return None
        return self._pick(next(v for k, v in reversed(EDUCATION.items()) if k <= born.year))

    def _pick(self, weights: dict[str, int]) -> str:
        return self.rng.choices(list(weights), list(weights.values()))[0]


def _surname(name: str) -> str:
    return name[:2] if name[:2] in names.SURNAMES else name[:1]
