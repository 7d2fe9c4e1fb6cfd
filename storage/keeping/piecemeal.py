"""Delete much in small transactions, for while one of them lasts nobody else can write."""

from sqlalchemy import ColumnElement, Connection, Table, delete, select, tuple_


def delete_some(connection: Connection, table: Table, condition: ColumnElement[bool], *, most: int) -> int:
    """Delete at most so many of the rows that fulfil a condition; return how many went."""
    some = select(*table.primary_key).where(condition).limit(most)
    return connection.execute(delete(table).where(tuple_(*table.primary_key).in_(some))).rowcount
