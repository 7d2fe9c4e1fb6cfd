"""What was answered outlives the process, and what was erased does not outlive its key."""

HEAD


async def test_nothing_of_an_erased_folder_stays_in_the_files(new_sqlite: Callable[[], str], tmp_path: Path) -> None:
    stores = Stores(new_sqlite(), new_sqlite(), tmp_path / "keys", tmp_path / "data")
    database = await stores.open()
    await database.write(lambda work: scratch.create_all(work.data))
    blob = await database.write(seal())
    await database.write(lambda work: work.data.execute(insert(children).values(number=1, note=blob)) and None)

    def traces(needle: bytes) -> int:
        return sum(path.read_bytes().count(needle) for path in tmp_path.glob("*.db*"))

    before = traces(blob), traces(FOLDER)
    await database.write(lambda work: (work.vault.destroy_folder(FOLDER), work.data.execute(children.delete()))[0])
    await database.write(add(2))

    assert min(before) > 0
    assert (traces(blob), traces(FOLDER)) == (0, 0)
    await database.close()


async def test_keys_and_data_may_not_share_a_database(stores: Stores) -> None:
    with pytest.raises(StoresNotApart):
        await Database.open(stores.url, stores.url, stores.keyring, TickingClock())


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:", "mysql://localhost/x"])
async def test_an_address_that_cannot_last_is_refused(url: str, stores: Stores) -> None:
    with pytest.raises(UnusableAddress, match="sqlite:///FILE"):
        await Database.open(url, stores.keystore_url, stores.keyring, TickingClock())


async def test_the_database_files_are_private(new_sqlite: Callable[[], str], tmp_path: Path) -> None:
    stores = Stores(new_sqlite(), new_sqlite(), tmp_path / "keys", tmp_path / "data")
    database = await stores.open()
    await database.write(seal())

    assert {path.stat().st_mode & 0o777 for path in tmp_path.glob("*.db*")} == {0o600}
    await database.close()


async def test_sqlite_is_set_for_durability_and_erasure(new_sqlite: Callable[[], str], tmp_path: Path) -> None:
    stores = Stores(new_sqlite(), new_sqlite(), tmp_path / "keys", tmp_path / "data")
    database = await stores.open()
    names = ("journal_mode", "synchronous", "foreign_keys", "secure_delete", "cell_size_check", "trusted_schema")

    def settings(work: Work) -> list[object]:
        return [work.data.exec_driver_sql(f"PRAGMA {name}").scalar() for name in names]

    assert await database.write(settings) == ["wal", 2, 1, 1, 1, 0]
    assert await database.read(settings) == ["wal", 2, 1, 1, 1, 0]
    await database.close()


async def test_an_error_does_not_repeat_what_was_bound(database: Database) -> None:
    await database.write(
        lambda work: work.data.execute(insert(seen).values(delivery_index=b"canary-canary-16", day=1)) and None
    )

    with pytest.raises(IntegrityError) as refusal:
        await database.write(
            lambda work: work.data.execute(insert(seen).values(delivery_index=b"canary-canary-16", day=1))
        )

    assert "canary" not in str(refusal.value)


WRITE_UNTIL_KILLED = """
import asyncio, sys
from sqlalchemy import insert
from tests.storage.conftest import Stores
from tests.storage.test_database import FOLDER, children
from pathlib import Path

async def main():
    url, keystore_url, keys, data = sys.argv[1:]
    database = await Stores(url, keystore_url, Path(keys), Path(data)).open()

    def step(number):
        def job(work):
            blob = work.vault.seal(FOLDER, "scratch_children", "note", b"", str(number).encode())
            work.data.execute(insert(children).values(number=number, note=blob))
        return job

    async def caller(first):
        for number in range(first, 1_000_000, 16):
            await database.write(step(number))
            print(number, flush=True)

    await asyncio.gather(*(caller(first) for first in range(16)))

asyncio.run(main())
"""


async def test_what_was_answered_survives_a_kill(stores: Stores) -> None:
    database = await stores.open()
    await database.write(lambda work: scratch.create_all(work.data))
    await database.write(seal())
    await database.close()
    arguments = (stores.url, stores.keystore_url, str(stores.keys_folder), str(stores.data_folder))

    command = [sys.executable, "-c", WRITE_UNTIL_KILLED, *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:  # noqa: ASYNC220, S603 - our own script
        assert process.stdout is not None
        answered = [int(process.stdout.readline()) for _ in range(300)]
        process.send_signal(signal.SIGKILL)
        answered += [int(line) for line in process.stdout.read().splitlines(keepends=True) if line.endswith("\n")]

    survived = await stores.open()
    rows = await survived.read(lambda work: work.data.execute(select(children.c.number, children.c.note)).all())
    opened = await survived.read(
        lambda work: {number: work.vault.open(FOLDER, "scratch_children", "note", b"", note) for number, note in rows}
    )
    await survived.close()
    assert set(answered) <= set(opened)
    assert all(plaintext == str(number).encode() for number, plaintext in opened.items())
