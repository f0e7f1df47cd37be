"""Parameters of certificates as text: what is written is read, nothing else is."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slth_verify.bounds.certificates.certified_width import BlockWidth, SidesOfStages
from slth_verify.bounds.certificates.codec import Stored
from slth_verify.bounds.certificates.net_cells import Net
from slth_verify.bounds.certificates.repetition import Repetition
from slth_verify.bounds.certificates.stage import Stage
from slth_verify.bounds.certificates.two_sides import Sides
from slth_verify.bounds.certificates.two_stage import TwoStageCertificate
from slth_verify.bounds.certificates.weighted_moment import WeightedCertificate
from slth_verify.bounds.library import store
from slth_verify.bounds.library.entries import Entry, entry_of
from slth_verify.bounds.rechecking.reader import Fields, NotConfirmedError

F = Fraction

STAGES = (
    Stage(13, 3, (F(7, 2), F(150)), (F(5, 2), F(35)), (F(1, 40), F(26))),
    Stage(14, 4, (F(7, 2), F(150)), (F(5, 2), F(35)), (F(1, 40), F(26))),
)

#: Certificates, and the parameters that the question gives.
CERTIFICATES: list[tuple[Stored, dict]] = [
    (WeightedCertificate(30, 11, 2, F(1, 9), F(0), F(1, 8), F(1, 2)), {"dim": 2}),
    (
        TwoStageCertificate(40, 2, F(1, 9), F(1), F(1, 2), F(1), F(9), STAGES),
        {"dim": 2},
    ),
    (Sides(3, F(1, 2), F(7, 3)), {}),
    (Net(F(1, 20), F(0)), {}),
    (Repetition(7), {}),
]


def read(kind: type[Stored], values: dict, keys: dict | None = None, **given) -> Stored:
    """A certificate read as the checker reads one: every value once, none left over."""
    with Fields("stored", values) as fields:
        return fields.certificate(kind, keys, **given)


_positive = st.fractions(min_value=F(1, 100), max_value=100)


@pytest.mark.parametrize(("certificate", "given"), CERTIFICATES)
def test_what_isentry_of_is_read(certificate: Stored, given: dict) -> None:
    values = certificate.values()
    assert read(type(certificate), values, **given) == certificate
    keys = {name: f"{name} of it" for name in values}
    renamed = certificate.values(keys=keys)
    assert set(renamed) == set(keys.values())
    assert read(type(certificate), renamed, keys, **given) == certificate


@pytest.mark.parametrize(("certificate", "given"), CERTIFICATES)
def test_nothing_else_is_read(certificate: Stored, given: dict) -> None:
    kind, values = type(certificate), certificate.values()
    lies: list[dict[str, object]] = [{**values, "more": "1"}]
    for name in values:
        lies.append({key: text for key, text in values.items() if key != name})
        lies += [{**values, name: lie} for lie in (None, 0.5, True, "-1/2", "nan", [])]
    for lie in lies:
        if lie.get("norm") == "-1/2" and kind is TwoStageCertificate:
            assert read(kind, lie, **given).failure() == 1
        elif kind is TwoStageCertificate and "-1/2" in lie.values():
            assert _proves_nothing(lie, given)
        else:
            with pytest.raises(NotConfirmedError):
                read(kind, lie, **given)


def _proves_nothing(lie: dict, given: dict) -> bool:
    """Whether parameters are refused, or read and then prove nothing."""
    try:
        return read(TwoStageCertificate, lie, **given).failure() == 1
    except NotConfirmedError:
        return True


@given(_positive, _positive, st.integers(1, 1000))
def test_numbers_stay_exact(tau: Fraction, slope: Fraction, blocks: int) -> None:
    sides = Sides(blocks, tau, slope)
    assert read(Sides, sides.values()) == sides


@pytest.mark.parametrize(
    "entry",
    [next(x for x in store.entries() if x.form == f) for f in ("blocks", "stages")]
    + [x for x in store.entries() if x.form == "sides"][:1],
    ids=lambda entry: entry.form,
)
def test_entries_areentry_of_as_they_are_shipped(entry: Entry) -> None:
    if entry.form == "blocks":
        found = BlockWidth(entry.repetition.blocks, entry.block, F(1, 2))
    elif entry.form == "stages":
        found = entry.stages
    else:
        found = SidesOfStages(entry.sides, entry.norm, F(1), entry.stages, F(1))
    written = entry_of(found, entry.question)
    assert written == entry
    assert list(written.parameters.items()) == list(entry.parameters.items())
