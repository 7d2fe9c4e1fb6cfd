"""Open the keys as the settings say: plain files, behind a passphrase, or behind a key service."""

import getpass
import sys
from collections.abc import Callable

from bot.config import Config, Keys
from storage.keyproviders.passphrase import Passphrase, PassphraseSeal
from storage.keyproviders.transit import Transit
from storage.keys.keyfiles import KeyFileMissing, KeyFiles
from storage.keys.keyring import Keyring
from storage.keys.keystore import was_used
from storage.keys.sealedkeys import FILE, Provider, open_plain, open_sealed, read_file, seal_keys

#: Gives a passphrase; None when nobody is there to be asked.
Ask = Callable[[], str | None]


def open_keyring(config: Config, ask: Ask) -> Keyring:
    """Open the keys.

    Raises Locked when they are sealed and cannot be opened now, and StorageError when they are damaged or exposed.
    """
    provider = _provider(config.keys, ask)
    if provider is None:
        _refuse_new_keys(config.keys)
        return open_plain(config.keys.dir, config.storage.data_dir)
    return open_sealed(config.keys.dir, config.storage.data_dir, provider)


def _refuse_new_keys(keys: Keys) -> None:
    """Raise KeyFileMissing rather than make keys where a key store waits for the ones that were lost."""
    has_keys = keys.dir.exists() and bool(KeyFiles(keys.dir).list_root_keys())
    if has_keys or (keys.dir / FILE).exists() or not was_used(keys.url):
        return
    raise KeyFileMissing(f"{keys.dir} holds no root key and the key store is in use; restore the backup of the keys")


def seal_keyring(config: Config, ask_earlier: Ask, ask: Ask) -> bool:
    """Seal the keys as the settings say, new ones if there are none.

    `ask_earlier`: gives the passphrase that is in force, if there is one.  Returns False when the settings say that
    keys lie open.  Raises Locked when the keys cannot be opened or sealed now, and StorageError.
    """
    provider = _provider(config.keys, ask)
    if provider is None:
        return False
    _refuse_new_keys(config.keys)
    earlier = _earlier(config.keys, ask_earlier) if (config.keys.dir / FILE).exists() else None
    seal_keys(config.keys.dir, config.storage.data_dir, provider, earlier)
    return True


def open_before_sealing(config: Config, ask_earlier: Ask) -> Keyring | None:
    """Open the keys as they are kept until now, whatever the settings say about the next time.

    None when there is nothing to ask anybody about: there are no keys yet, sealing was cut short and is only finished,
    or the settings say that keys lie open.  Raises what `open_keyring` raises.
    """
    folder, data_folder = config.keys.dir, config.storage.data_dir
    is_sealed, lie_open = (folder / FILE).exists(), bool(KeyFiles(folder).list_root_keys())
    if config.keys.provider == "file" or is_sealed == lie_open:
        return None
    if is_sealed:
        return open_sealed(folder, data_folder, _earlier(config.keys, ask_earlier))
    return open_plain(folder, data_folder)


def nobody() -> None:
    """Answer like a place where nobody can be asked for a passphrase."""


def ask_at_terminal() -> str | None:
    """Ask without showing what is typed; None when there is no terminal."""
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        return None
    return getpass.getpass("Passphrase of the keys: ", stream=sys.stderr)


def _provider(keys: Keys, ask: Ask) -> Provider | None:
    match keys.provider:
        case "file":
            return None
        case "passphrase":
            return Passphrase(ask)
        case "transit":
            return _transit(keys)


def _earlier(keys: Keys, ask: Ask) -> Provider:
    """Choose who opens the keys as they are sealed now, whatever the settings say about the next time."""
    return Passphrase(ask) if isinstance(read_file(keys.dir).seal, PassphraseSeal) else _transit(keys)


def _transit(keys: Keys) -> Transit:
    service = keys.transit
    # The settings were refused if one of these were missing and the provider needed it.
    token_file = service.token_file or keys.dir / "transit-token"
    return Transit(service.address or "", service.mount, service.key, token_file, service.authority_file)
