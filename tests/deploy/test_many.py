"""Three containers, two databases and a proxy: nothing open but the proxy, nothing kept about who came."""

import re
from pathlib import Path

DEPLOY = Path(__file__).parents[2] / "deploy"
COMPOSE = (DEPLOY / "compose-many.yaml").read_text(encoding="utf-8")
ALONE = (DEPLOY / "compose.yaml").read_text(encoding="utf-8")
PROXY = (DEPLOY / "Caddyfile").read_text(encoding="utf-8")


def test_three_processes_are_alike_and_all_are_behind_the_proxy() -> None:
    processes = re.findall(r"^  (singgah-\d): \*singgah$", COMPOSE, re.MULTILINE)

    assert processes == ["singgah-1", "singgah-2", "singgah-3"]
    assert re.search(r"^\tto (.+)$", PROXY, re.MULTILINE)
    assert re.findall(r"(singgah-\d):8080", PROXY) == processes
    assert PROXY.count("import replicas") == PROXY.count("reverse_proxy") == 2


def test_each_container_is_as_closed_as_one_alone() -> None:
    for line in ("read_only: true", "cap_drop:", "- ALL", "no-new-privileges:true", "core: 0", 'user: "10001:10001"'):
        assert line in ALONE
        assert line in COMPOSE, line
    for part in (
        "x-singgah: &singgah\n  <<: *closed",
        "x-postgres: &postgres\n  <<: *closed",
        "proxy:\n    <<: *closed",
    ):
        assert part in COMPOSE, part
    assert not re.search(r"privileged:|network_mode|docker\.sock", COMPOSE)
    assert re.findall(r"cap_add:\n      - (\w+)", COMPOSE) == ["NET_BIND_SERVICE"]  # the proxy's low ports


def test_only_the_proxy_is_open_and_only_the_processes_reach_the_databases() -> None:
    assert COMPOSE.count("ports:") == 1
    assert COMPOSE.index("ports:") > COMPOSE.index("  proxy:")
    assert "  inside:\n    internal: true" in COMPOSE
    databases = COMPOSE.partition("x-postgres:")[2].partition("\nservices:")[0]
    assert re.findall(r"^    - (inside|outside)$", databases, re.MULTILINE) == ["inside"]


def test_images_are_named_with_digests_and_secrets_come_as_files() -> None:
    assert re.findall(r"(?:image|BASE): (\S+)", COMPOSE) == [
        "${SINGGAH_BASE:?name",
        "${POSTGRES_BASE:?name",
        "${CADDY_BASE:?name",
    ]
    set_by_environment = set(re.findall(r"^      ([A-Z_]+):", COMPOSE, re.MULTILINE))
    assert set_by_environment == {"BASE", "POSTGRES_USER", "POSTGRES_DB", "POSTGRES_PASSWORD_FILE", "SINGGAH_SITE"}


def test_data_keys_and_key_store_are_volumes_of_their_own() -> None:
    volumes = re.findall(r"^  (\w+):$", COMPOSE.rpartition("\nvolumes:")[2], re.MULTILINE)

    assert volumes == ["data", "keys", "audit", "backups", "database", "keystore", "certificates"]


def test_the_proxy_writes_nothing_down_and_shows_no_inner_page() -> None:
    directives = {line.split()[0] for line in PROXY.splitlines() if line.strip() and not line.strip().startswith("#")}

    assert "log" not in directives
    assert "@inside path /healthz /readyz /metrics" in PROXY
    assert "respond @inside 404" in PROXY


def test_updates_of_a_bot_go_to_one_process_and_pages_stay_where_they_are() -> None:
    hook, _, pages = PROXY.partition("handle /hook/*")[2].partition("\thandle {")

    assert "lb_policy first" in hook
    assert "lb_policy client_ip_hash" in pages
