"""A process that turns and retires root keys without end and says how far it is, until it is killed."""

import sys
from datetime import date
from pathlib import Path

from storage.engine.engines import open_writer
from storage.keys.rotation import begin_rotation, count_left, list_root_keys, retire, rewrap
from tests.storage.conftest import Stores

TODAY = date(2026, 11, 22)


def _turn_for_ever(stores: Stores) -> None:
    engine, keyring = open_writer(stores.keystore_url), stores.keyring
    while True:
        version = begin_rotation(engine, keyring, TODAY)
        _say(f"begun {version}")
        for done in rewrap(engine, keyring):
            _say(f"wrapped {done}")
        for key in list_root_keys(engine):
            if key.version < version and (key.version in keyring.keks or not key.retired) and not key.folders:
                retire(engine, keyring, key.version)
                _say(f"retired {key.version}, {count_left(engine, keyring)} left")


def _say(what: str) -> None:
    sys.stdout.write(f"{what}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    _turn_for_ever(Stores(sys.argv[1], sys.argv[2], Path(sys.argv[3]), Path(sys.argv[4])))
