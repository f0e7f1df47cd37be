"""A stored answer about a network must carry the hypotheses of what is proved again."""

import copy
from typing import Any

import pytest

from slth_verify.bounds import network_width, recheck
from slth_verify.verdict import Verdict

pytestmark = pytest.mark.usefixtures("block_widths")

SMALL = ((1,), (1, 1), "1/2", "1/5")


def _weaker(document: dict[str, Any], name: str, text: str | None) -> dict[str, Any]:
    """The document with one hypothesis in other words, or without it."""
    lie = copy.deepcopy(document)
    own = lie["hypotheses"]
    place = [item["name"] for item in own].index(name)
    if text is None:
        del own[place]
    else:
        own[place]["text"] = text
    return lie


@pytest.mark.parametrize("kind", ["certified", "necessary"])
def test_hypotheses_belong_to_the_answer(kind) -> None:
    document = network_width(*SMALL, kind=kind).to_json()
    assert recheck(document).verdict is Verdict.VERIFIED
    lies = [
        _weaker(document, item["name"], text)
        for item in document["hypotheses"]
        for text in (None, "anything goes", item["text"] + " ")
    ]
    lies.append({key: x for key, x in document.items() if key != "hypotheses"})
    lies.append(document | {"hypotheses": document["hypotheses"][::-1]})
    lies.append(document | {"hypotheses": [*document["hypotheses"]] * 2})
    for lie in lies:
        assert recheck(lie).verdict is Verdict.INCONCLUSIVE


def test_the_claim_of_a_necessary_width_names_the_images() -> None:
    finding = recheck(network_width(*SMALL, kind="necessary").to_json())
    assert "images at least as large as the kernels" in finding.claim
