"""The measurement of the sweep, in miniature."""

from bench.sweep import measure_sweep


async def test_what_is_old_is_swept_while_somebody_writes() -> None:
    found = await measure_sweep(rows=600, folders=30)

    assert found.swept == 30
    assert found.waits
    assert 0 < max(found.waits) <= found.seconds + 1
