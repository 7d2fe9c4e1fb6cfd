"""Write the list of what the service is made of, in CycloneDX: `python -m tests.dependencies.sbom`."""

import json
import tomllib
from collections.abc import Mapping
from typing import Any

from tests.dependencies.locks import ROOT, RUNTIME, Pin, read_pins

SBOM = ROOT / "docs" / "sbom.cdx.json"


def describe() -> Mapping[str, Any]:
    """Describe the service and every pinned package, the same on every machine."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    pins = read_pins(RUNTIME)
    service = f"pkg:pypi/{project['name']}@{project['version']}"
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {
            "component": {
                "type": "application",
                "bom-ref": service,
                "name": project["name"],
                "version": project["version"],
                "purl": service,
            }
        },
        "components": [_component(pin) for pin in pins],
        "dependencies": [{"ref": service, "dependsOn": [_purl(pin) for pin in pins]}],
    }


def write() -> None:
    """Write the file."""
    SBOM.write_text(json.dumps(describe(), indent=1) + "\n", encoding="utf-8")


def _component(pin: Pin) -> dict[str, str]:
    return {
        "type": "library",
        "bom-ref": _purl(pin),
        "name": pin.name,
        "version": pin.version,
        "purl": _purl(pin),
    }


def _purl(pin: Pin) -> str:
    return f"pkg:pypi/{pin.name}@{pin.version}"


if __name__ == "__main__":
    write()
