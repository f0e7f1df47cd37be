"""What pages say of a case that its document does not say in one place."""

from __future__ import annotations

from slth_verify.report.model.ends import ends
from slth_verify.report.model.observations import TARGET_AND_PRUNED
from slth_verify.report.page.display import grouped
from slth_verify.report.page.folding import Document


def observed(case: Document) -> Document:
    """The largest difference seen between target and pruned network."""
    found = [
        item["difference"]
        for item in case["observations"]
        if item["subject"] == TARGET_AND_PRUNED and "absent" not in item["difference"]
    ]
    if not found:
        return {"absent": "no forward passes"}
    return max(found, key=lambda figure: ends(figure)[1])


def looseness(case: Document) -> Document:
    """Certified over observed error: how much the bound may exceed the truth."""
    seen, proved = observed(case), case["ticket"]["certified_error"]
    if "absent" in seen or "absent" in proved or ends(seen)[1] == 0:
        return {"absent": "no difference was observed"}
    value = str(float(ends(proved)[1] / ends(seen)[1]))
    return {"value": value, "kind": "heuristic", "direction": "none", "unit": ""}


def kept_in_picture(picture: Document) -> str:
    """Kept filters of one layer."""
    parts = (picture["positive"], picture["negative"])
    return grouped(sum(sum(row) for part in parts for row in part))
