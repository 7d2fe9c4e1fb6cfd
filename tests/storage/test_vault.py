"""Folders: what is sealed in one opens for it alone, and never again once it is destroyed."""

HEAD


async def test_a_sealed_document_opens_in_another_process(stores: Stores) -> None:
    database = await stores.open()
    blob = await database.write(seal())
    await database.close()

    fresh = await stores.open()

    assert await fresh.read(unseal(blob)) == b"canary"
    assert await fresh.write(unseal(blob)) == b"canary"
    await fresh.close()


async def test_a_document_moved_to_another_folder_does_notunseal(database: Database) -> None:
    other = FolderId(b"g" * 16)
    blob = await database.write(seal())
    await database.write(seal(folder=other))

    with pytest.raises(Unreadable):
        await database.read(unseal(blob, other))


async def test_a_step_can_use_a_folder_made_earlier_in_its_batch(database: Database) -> None:
    blob, again, _ = await write_together(database, seal(), seal(), add(1))

    assert isinstance(blob, bytes)
    assert isinstance(again, bytes)
    assert [await database.read(unseal(sealed)) for sealed in (blob, again)] == [b"canary", b"canary"]


async def test_a_folder_of_an_undone_step_is_not_made(database: Database) -> None:
    def fail(work: Work) -> None:
        seal()(work)
        raise LookupError

    answers = await write_together(
        database, fail, lambda work: work.vault.seal(FOLDER, "a", "b", ROW, b""), add(1)
    )

    assert [type(answer) for answer in answers[:2]] == [LookupError, FolderGone]


async def test_a_folder_is_usable_after_the_first_try_to_make_it_failed_at_the_commit(database: Database) -> None:
    with pytest.raises(IntegrityError):
        await database.write(lambda work: (seal()(work), add(1, parent=404)(work)))

    blob = await database.write(seal())

    assert await database.read(unseal(blob)) == b"canary"


async def test_making_a_folder_again_keeps_its_key(database: Database) -> None:
    first = await database.write(seal())
    await database.write(seal())

    assert await database.read(unseal(first)) == b"canary"


async def test_a_destroyed_folder_opens_nowhere_any_more(stores: Stores) -> None:
    database = await stores.open()
    blob = await database.write(seal())
    assert await database.read(unseal(blob)) == b"canary"

    await database.write(lambda work: work.vault.destroy_folder(FOLDER))

    fresh = await stores.open()
    for process in (database, fresh):
        with pytest.raises(FolderGone):
            await process.read(unseal(blob))
        with pytest.raises(FolderGone):
            await process.write(unseal(blob))
    await database.write(lambda work: work.vault.destroy_folder(FOLDER))
    await fresh.write(seal())
    with pytest.raises(Unreadable):
        await fresh.read(unseal(blob))
    await database.close()
    await fresh.close()


async def test_a_step_cannot_use_a_folder_destroyed_earlier_in_its_batch(database: Database) -> None:
    blob = await database.write(seal())

    answers = await write_together(database, lambda work: work.vault.destroy_folder(FOLDER), unseal(blob), seal())

    assert [type(answer) for answer in answers] == [type(None), FolderGone, FolderGone]


async def test_an_undone_destruction_destroys_nothing(database: Database) -> None:
    blob = await database.write(seal())

    def fail(work: Work) -> None:
        work.vault.destroy_folder(FOLDER)
        raise LookupError

    await write_together(database, fail, add(1))

    assert await database.read(unseal(blob)) == b"canary"


async def test_an_old_backup_of_the_data_does_not_bring_an_erased_folder_back(
    new_sqlite: Callable[[], str], tmp_path: Path
) -> None:
    stores = Stores(new_sqlite(), new_sqlite(), tmp_path / "keys", tmp_path / "data")
    database = await stores.open()
    kept = FolderId(b"k" * 16)
    await database.write(lambda work: scratch.create_all(work.data))
    for number, folder in enumerate((FOLDER, kept)):
        blob = await database.write(seal(folder=folder))
        await database.write(
            lambda work, n=number, b=blob: work.data.execute(insert(children).values(number=n, note=b))
        )
    await database.close()
    path = Path(make_url(stores.url).database or "")
    shutil.copy(path, tmp_path / "backup.db")

    database = await stores.open()
    await database.write(lambda work: (work.vault.destroy_folder(FOLDER), work.data.execute(children.delete()))[0])
    await database.close()
    shutil.copy(tmp_path / "backup.db", path)

    restored = await stores.open()
    blobs = await restored.read(lambda work: list(work.data.execute(select(children.c.note)).scalars()))
    with pytest.raises(FolderGone):
        await restored.read(unseal(blobs[0]))
    assert await restored.read(unseal(blobs[1], kept)) == b"canary"
    await restored.close()


async def test_another_process_forgets_an_opened_key_after_five_minutes(
    stores: Stores, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [0.0]
    monkeypatch.setattr("storage.database.monotonic", lambda: now[0])
    ours, theirs = await stores.open(), await stores.open()
    blob = await ours.write(seal())
    assert await theirs.read(unseal(blob)) == b"canary"

    await ours.write(lambda work: work.vault.destroy_folder(FOLDER))
    now[0] = CACHED_SECONDS

    with pytest.raises(FolderGone):
        await theirs.read(unseal(blob))
    await ours.close()
    await theirs.close()


async def test_the_wrong_root_key_is_noticed_at_the_start(stores: Stores) -> None:
    database = await stores.open()
    await database.write(seal())
    await database.close()

    (stores.keys_folder / "kek-1.key").write_bytes(b"x" * 32)
    with pytest.raises(Unreadable, match=r"restore the key folder"):
        await stores.open()
    (stores.keys_folder / "kek-1.key").rename(stores.keys_folder / "kek-2.key")
    with pytest.raises(KeyRetired, match=r"kek-1\.key"):
        await stores.open()
