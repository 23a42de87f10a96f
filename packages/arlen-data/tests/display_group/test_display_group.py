import asyncio
import inspect
from contextlib import suppress
from datetime import date
from decimal import Decimal

import pytest
from arlen_data import (
    AsyncDatabase,
    AsyncDisplayGroup,
    Cursors,
    Database,
    DatabaseRouter,
    DisplayGroup,
    InvalidArgumentError,
    ListQuery,
    ListQueryError,
    ListRules,
    OrderKey,
    QueryFailed,
    SQLBuilderError,
)
from hypothesis import given
from hypothesis import strategies as st

KEY = b"k" * 32


@pytest.fixture(params=["sqlite", "postgresql"])
def db(request, tmp_path):
    """Orders 1 to 10 of two states; every third has no total."""
    url = tmp_path / "shop.sqlite3" if request.param == "sqlite" else request.getfixturevalue("arlen_postgres").dsn
    with Database.open(url) as database:
        database.execute("CREATE TABLE orders (id INTEGER PRIMARY KEY, state TEXT NOT NULL, total INTEGER)")
        rows = [[n, "open" if n % 2 else "paid", None if n % 3 == 0 else n * 10] for n in range(1, 11)]
        database.execute_many("INSERT INTO orders VALUES ($1, $2, $3)", rows)
        yield database


@pytest.fixture
def group(db):
    listing = DisplayGroup(db, "orders", cursors=Cursors(KEY))
    listing.add_sort("id")
    listing.batch_size = 4
    return listing


@pytest.fixture
def recorded():
    """An adapter with what the protocol asks for and nothing else; it records and answers nothing."""

    class Recorder:
        adapter_name = "recorder"
        acquire = release = execute = transaction = print

        def __init__(self):
            self.statements = []

        def fetch_all(self, statement, parameters=()):
            self.statements.append(statement.as_dict())
            return []

    return Recorder()


def ids(rows):
    return [row["id"] for row in rows]


def test_the_page_is_one_statement(recorded):
    group = DisplayGroup(recorded, "users")
    group.fetch_fields = ["id", "name"]
    group.set_filter("tenant_id", 44)
    group.add_sort("name")
    group.batch_size, group.batch_index = 10, 2
    assert group.fetch() == []
    assert recorded.statements == [
        {
            "sql": 'SELECT "id", "name" FROM "users" WHERE "tenant_id" = $1 ORDER BY "name" ASC LIMIT 10 OFFSET 20',
            "parameters": (44,),
        }
    ]


def test_filters_stand_in_the_order_of_their_names_and_sorts_in_that_of_the_calls(recorded):
    group = DisplayGroup(recorded, "users")
    for field in ("b", "a", "c"):
        group.set_filter(field, field.upper())
        group.add_sort(field, desc=field == "a")
    group.fetch()
    assert recorded.statements == [
        {
            "sql": 'SELECT * FROM "users" WHERE "a" = $1 AND "b" = $2 AND "c" = $3 '
            'ORDER BY "b" ASC, "a" DESC, "c" ASC LIMIT 25 OFFSET 0',
            "parameters": ("A", "B", "C"),
        }
    ]


def test_a_new_group_shows_everything_in_pages_of_25():
    group = DisplayGroup(Database.open(":memory:"), "users")
    assert (group.fetch_fields, group.batch_size, group.batch_index, group.size) == (["*"], 25, 0, 25)
    group.batch_size = 0
    assert group.size == 25


def test_filters_and_sorts_are_replaced_removed_and_given_as_copies():
    group = DisplayGroup(Database.open(":memory:"), "users")
    for field, value, operator in [
        ("a", 1, "="),
        ("a", 2, "="),
        ("b", 1, "="),
        ("b", None, "="),
        ("c", 3, ">="),
        ("", 1, "="),
    ]:
        group.set_filter(field, value, operator)
    group.add_sort("")
    group.add_sort("a")
    group.add_sort("b", desc=True)
    assert (group.filters, group.sort_order) == ({"a": 2, "c >=": 3}, [OrderKey("a"), OrderKey("b", True)])
    group.filters.clear()
    group.sort_order.clear()
    group.objects.append("row")
    group.remove_filter("a")
    group.remove_filter("unknown")
    assert (group.filters, len(group.sort_order), group.objects) == ({"c >=": 3}, 2, [])
    group.clear_filters()
    group.clear_sort()
    assert (group.filters, group.sort_order) == ({}, [])


@pytest.mark.parametrize(
    ("field", "operator", "value", "found"),
    [
        ("id", "=", 3, [3]),
        ("id", ">=", 9, [9, 10]),
        ("id", "in", [2, 4, 99], [2, 4]),
        ("id", "not in", [*range(1, 9)], [9, 10]),
        ("id", "between", (4, 6), [4, 5, 6]),
        ("total", "is null", True, [3, 6, 9]),
        ("total", "is null", False, [1, 2, 4, 5, 7, 8, 10]),
        ("state", "like", "pa%", [2, 4, 6, 8, 10]),
        ("total", "is distinct from", 10, [*range(2, 11)]),
    ],
)
def test_each_operator_filters(group, field, operator, value, found):
    group.batch_size = 25
    group.set_filter(field, value, operator)
    assert ids(group.fetch()) == found
    assert group.count() == len(found)


@pytest.mark.parametrize(
    ("field", "operator", "value", "error"),
    [
        ("id; DROP TABLE orders", "=", 1, SQLBuilderError),
        ("id", "= 1 OR 1 =", 1, SQLBuilderError),
        ("id", "between", 1, InvalidArgumentError),
        ("id", "in", "1,2", SQLBuilderError),
    ],
)
def test_what_cannot_stand_in_a_filter_is_refused_and_nothing_changes(group, field, operator, value, error):
    before = group.fetch()
    group.set_filter(field, value, operator)
    with pytest.raises(error):
        group.fetch()
    assert group.objects == before


def test_a_fetch_that_fails_keeps_the_rows_and_the_page(db, group):
    before = group.fetch()
    db.execute("ALTER TABLE orders RENAME TO elsewhere")
    for fetch in (group.fetch, group.fetch_next, group.fetch_after):
        with pytest.raises(QueryFailed):
            fetch()
    assert (group.objects, group.batch_index, group.next_cursor) == (before, 0, None)


def test_pages_are_counted_and_walked_through(group):
    assert (group.count(), group.page_count()) == (10, 3)
    group.fetch()
    pages = [ids(group.objects)]
    while group.fetch_next():
        pages.append(ids(group.objects))
    assert pages == [[1, 2, 3, 4], [5, 6, 7, 8], [9, 10]]
    assert ids(group.objects) == [9, 10]
    back = []
    while group.fetch_previous():
        back.append(ids(group.objects))
    assert (back, group.batch_index) == ([[5, 6, 7, 8], [1, 2, 3, 4]], 0)
    group.set_filter("id", 99)
    assert (group.count(), group.page_count(), group.fetch()) == (0, 0, [])


@pytest.mark.parametrize("nulls", ["first", "last"])
@pytest.mark.parametrize("desc", [False, True])
def test_paging_by_cursor_visits_every_row_once(group, nulls, desc):
    group.clear_sort()
    group.add_sort("total", desc, nulls)
    group.add_sort("id")
    seen, pages = ids(group.fetch_after()), 1
    while group.next_cursor:
        seen += ids(group.fetch_after(group.next_cursor))
        pages += 1
    group.batch_size = 25
    assert (seen, pages) == (ids(group.fetch()), 3)


def test_rows_added_meanwhile_do_not_move_a_page_by_cursor(db, group):
    group.fetch_after()
    db.execute("INSERT INTO orders VALUES (0, 'open', 0)")
    assert ids(group.fetch_after(group.next_cursor)) == [5, 6, 7, 8]


def test_a_cursor_of_another_list_is_refused(group):
    group.fetch_after()
    cursor = group.next_cursor
    group.set_filter("state", "open")
    for strange in (cursor, "", "garbage", cursor[:-2]):
        with pytest.raises(SQLBuilderError) as caught:
            group.fetch_after(strange)
        assert caught.value.reason == "cursor_invalid"


def test_paging_by_cursor_needs_a_key_and_an_order(db):
    group = DisplayGroup(db, "orders")
    with pytest.raises(InvalidArgumentError) as caught:
        group.fetch_after()
    assert caught.value.code == "cursors_required"
    with pytest.raises(SQLBuilderError) as caught:
        DisplayGroup(db, "orders", cursors=Cursors(KEY)).fetch_after()
    assert caught.value.reason == "order_required"


@pytest.mark.parametrize(
    ("adapter", "table", "code"), [(None, "t", "adapter_required"), (Database.open(":memory:"), "", "table_required")]
)
def test_a_group_without_a_database_or_a_table_is_refused(adapter, table, code):
    with pytest.raises(InvalidArgumentError) as caught:
        DisplayGroup(adapter, table)
    assert caught.value.code == code


RULES = ListRules(
    filters={"state": str, "total": int, "price": Decimal, "day": date.fromisoformat, "a__b": str},
    operators={"state": ("ne", "like")},
    sorts=("id", "total"),
    largest_size=50,
)


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("", ListQuery()),
        ("state=open&page=3&size=50", ListQuery((("state", "=", "open"),), page=3, size=50)),
        ("total__gte=5&total__lt=9", ListQuery((("total", ">=", 5), ("total", "<", 9)))),
        ("total__in=1,2", ListQuery((("total", "IN", [1, 2]),))),
        ("total__null=true", ListQuery((("total", "IS NULL", True),))),
        ("state__like=%25x", ListQuery((("state", "LIKE", "%x"),))),
        ("state=", ListQuery((("state", "=", ""),))),
        ("day=2026-01-31&price=1.50", ListQuery((("day", "=", date(2026, 1, 31)), ("price", "=", Decimal("1.50"))))),
        ("sort=-total,id", ListQuery(order=(OrderKey("total", True), OrderKey("id")))),
        ("a__b=x&a__b__ne=y", ListQuery((("a__b", "=", "x"), ("a__b", "<>", "y")))),
        ([("state", "open")], ListQuery((("state", "=", "open"),))),
    ],
)
def test_a_query_string_becomes_values(text, asked):
    assert RULES.read(text) == asked


@pytest.mark.parametrize(
    ("text", "code", "parameter"),
    [
        ("owner=me", "unknown_parameter", "owner"),
        ("state__ilike=x", "unknown_parameter", "state__ilike"),
        ("total__like=1", "unknown_parameter", "total__like"),
        ("total__=1", "unknown_parameter", "total__"),
        ("__gte=1", "unknown_parameter", "__gte"),
        ("state=a&state=b", "repeated_parameter", "state"),
        ("page=1&page=2", "repeated_parameter", "page"),
        ("total=many", "invalid_value", "total"),
        ("total=99999999999999999999", "invalid_value", "total"),
        ("state=%00", "invalid_value", "state"),
        ("price=many", "invalid_value", "price"),
        ("total__in=" + "1," * 200, "invalid_value", "total__in"),
        ("total__null=maybe", "invalid_value", "total__null"),
        ("sort=state", "invalid_value", "sort"),
        ("sort=id,id", "invalid_value", "sort"),
        ("sort=id;DROP TABLE orders", "invalid_value", "sort"),
        ("page=0", "invalid_value", "page"),
        ("page=-1", "invalid_value", "page"),
        ("page=99999999999999999999", "invalid_value", "page"),
        ("size=51", "invalid_value", "size"),
        ("size=²", "invalid_value", "size"),
        ("size=", "invalid_value", "size"),
    ],
)
def test_what_a_query_string_may_not_ask_is_refused_by_name(text, code, parameter):
    with pytest.raises(ListQueryError) as caught:
        RULES.read(text)
    assert (caught.value.code, caught.value.details) == (code, {"parameter": parameter})


@given(st.text() | st.lists(st.tuples(st.text(), st.text())))
def test_any_text_is_read_or_refused(query):
    asked = ListQuery()
    with suppress(ListQueryError):
        asked = RULES.read(query)
    assert {field for field, _, _ in asked.filters} <= set(RULES.filters)


def test_a_query_string_narrows_the_list_and_never_widens_it(group):
    group.set_filter("id", 5, "<")
    rules = ListRules(filters={"id": int}, sorts=["id"], largest_size=3)
    group.show(rules.read("id__lt=99&sort=-id&size=3&page=2"))
    assert (ids(group.fetch()), group.count(), group.page_count()) == ([1], 4, 2)
    group.show(rules.read(""))
    assert ids(group.fetch()) == [1, 2, 3, 4]


def test_a_list_is_read_through_a_router(db, group):
    with DatabaseRouter({"only": db}, "only", "only") as router:
        routed = DisplayGroup(router, "orders")
        assert (routed.count(), len(routed.fetch())) == (10, 10)


def test_the_two_faces_have_the_same_members_and_tasks_page_too(tmp_path):
    def surface(face):
        members = {name: getattr(face, name) for name in dir(face) if not name.startswith("_")}
        return {name: str(inspect.signature(member)) for name, member in members.items() if callable(member)}

    assert surface(DisplayGroup) == surface(AsyncDisplayGroup)

    async def scenario():
        async with AsyncDatabase.open(tmp_path / "shop.sqlite3") as db:
            await db.execute("CREATE TABLE orders (id INTEGER)")
            await db.execute_many("INSERT INTO orders VALUES ($1)", [[n] for n in range(5)])
            group = AsyncDisplayGroup(db, "orders", cursors=Cursors(KEY))
            group.add_sort("id", desc=True)
            group.batch_size = 2
            first = ids(await group.fetch())
            assert await group.fetch_next()
            assert await group.fetch_previous()
            after = ids(await group.fetch_after((await group.fetch_after()) and group.next_cursor))
            return first, ids(group.objects), after, await group.page_count()

    assert asyncio.run(scenario()) == ([4, 3], [2, 1], [2, 1], 3)
