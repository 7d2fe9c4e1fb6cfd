"""The published list of parts is the lock, no more and no less."""

import json

from tests.dependencies.locks import RUNTIME, Pin, read_pins
from tests.dependencies.sbom import SBOM, describe


def test_the_list_of_parts_equals_the_lock() -> None:
    written = json.loads(SBOM.read_text(encoding="utf-8"))

    assert [Pin(part["name"], part["version"]) for part in written["components"]] == read_pins(RUNTIME)
    assert written == describe(), "run: make sbom"


def test_every_part_has_an_address_of_its_own_and_belongs_to_the_service() -> None:
    written = json.loads(SBOM.read_text(encoding="utf-8"))

    addresses = [part["purl"] for part in written["components"]]
    assert len(set(addresses)) == len(addresses)
    assert addresses == [f"pkg:pypi/{part['name']}@{part['version']}" for part in written["components"]]
    assert written["dependencies"] == [{"ref": written["metadata"]["component"]["bom-ref"], "dependsOn": addresses}]
