from __future__ import annotations

from pypika import Order, PostgreSQLQuery, Table

from .tasks import compiling


def compile_cold(number: int) -> tuple[str, tuple[()]]:
    """PyPika writes values into the text."""
    orders, users, campaigns = Table("orders").as_("o"), Table("users").as_("u"), Table("campaigns").as_("c")
    text = (
        PostgreSQLQuery.from_(orders)
        .join(users)
        .on(users.id == orders.user_id)
        .left_join(campaigns)
        .on(campaigns.id == orders.campaign_id)
        .select(orders.id, orders.total, users.name, campaigns.title)
        .where(orders.tenant_id == number)
        .where(orders.total > 100)
        .where(users.name.like("a%"))
        .where(orders.state.isin(["paid", "sent"]))
        .where(orders.deleted.isnull())
        .orderby(orders.created, order=Order.desc)
        .orderby(orders.id)
        .limit(20)
        .offset(40)
        .get_sql()
    )
    return text, ()


TASKS = {"compile": compiling(compile_cold, 0)}
