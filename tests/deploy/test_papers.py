"""What is promised on paper: whom to tell, how soon, and that the risks were thought through."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
SECURITY = (ROOT / "SECURITY.md").read_text(encoding="utf-8")
ASSESSMENT = (ROOT / "docs" / "dpia.md").read_text(encoding="utf-8")
THREATS = (ROOT / "docs" / "threat-model.md").read_text(encoding="utf-8")


def test_a_finder_learns_whom_to_tell_what_counts_and_how_soon() -> None:
    assert re.findall(r"^## (.+)$", SECURITY, re.MULTILINE) == [
        "Where to report",
        "What happens then",
        "In scope",
        "Safe harbour",
    ]
    assert SECURITY.count("3 × 24 hours") >= 2
    assert re.findall(r"[\w.]+@[\w.]+", SECURITY) == ["security@example.org"]


def test_the_assessment_is_dated_and_says_what_each_risk_leaves() -> None:
    risks = ASSESSMENT.partition("## Risks")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| [^|]+ \| (\d) × (\d) \| [^|]+ \| (\d) × (\d) \| [^|]+ \|$", risks, re.MULTILINE)

    assert re.search(r"State of \d{4}-\d\d-\d\d", ASSESSMENT)
    assert len(rows) >= 10
    assert all(int(after) * int(harm_after) <= int(before) * int(harm) for before, harm, after, harm_after in rows)


def test_the_threat_model_says_what_each_part_surrenders() -> None:
    table = THREATS.partition("## What a compromise of one part surrenders")[2].partition("\n## ")[0]
    rows = [line for line in table.splitlines() if line.startswith("| ")]

    assert len(rows) >= 12
    assert all(line.count("|") == 4 for line in rows)


def test_every_page_that_is_named_exists() -> None:
    for path in (ROOT / "SECURITY.md", *sorted((ROOT / "docs").glob("*.md"))):
        for link in re.findall(r"\]\(([^):#]+)\)", path.read_text(encoding="utf-8")):
            assert (path.parent / link).exists(), f"{path.name}: {link}"
