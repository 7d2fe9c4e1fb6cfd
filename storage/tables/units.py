"""Tables of what units say about themselves from week to week."""

from sqlalchemy import Column, ForeignKey, Integer, String, Table

from storage.sealing.sealed import Id16
from storage.tables.metadata import metadata

#: How many places a unit says it has in one week; one row per unit, replaced by the next.
unit_vacancies = Table(
    "unit_vacancies",
    metadata,
    Column("unit_id", String(64), primary_key=True),
    Column("monday", String(10), nullable=False),  # 2026-11-23, on the unit's own calendar
    Column("places", Integer, nullable=False),
    Column("staff_id", Id16, ForeignKey("staff.staff_id", ondelete="CASCADE"), nullable=False),  # who said so
    sqlite_with_rowid=False,
)
