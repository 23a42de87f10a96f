"""Every reason for which a statement is refused: its stable slug, its code, and what to do about it."""

from __future__ import annotations

from collections.abc import Mapping

from arlen_data.errors import SQLBuilderError

_INVALID_ARGUMENT = {
    "expression_shape": "the clause takes an expression; make it with expr(), col(), func or case()",
    "expression_empty": "the template of the expression is empty",
    "template_not_string": "the template of an expression is a string",
    "params_not_sequence": "the parameters of an expression are a list or a tuple",
    "bindings_not_mapping": "the bindings of an expression are a mapping of token to identifier",
    "bindings_without_tokens": "the expression has bindings but its template has no {{token}}",
    "params_without_placeholders": "the expression has parameters but its template has no $n",
    "placeholders_without_params": "the template has $n but the expression has no parameters",
    "placeholder_out_of_range": "the template has a $n outside $1..$N, where N is the number of its parameters",
    "placeholder_gap": "the placeholders of a template are $1..$N without a gap, one for each parameter",
    "unterminated_literal": "a quote, dollar quote or comment of the SQL text is never closed",
    "token_name_invalid": "a {{token}} is a letter or underscore followed by letters, digits and underscores",
    "token_unbound": "the {{token}} has no binding; name it in ids",
    "token_unused": "the binding has no {{token}} in the template; remove it",
    "token_in_literal": "a {{token}} stands inside a literal, quoted identifier or comment; move it out",
    "between_null_bound": "BETWEEN with NULL matches nothing; compare with one bound instead",
    "null_operator": "the operator never holds for None; use =, != or IS [NOT] DISTINCT FROM",
    "null_in_not_in": "NOT IN with NULL matches nothing; leave None out and add IS NOT NULL",
    "list_required": "a list of values is needed; a single string, a mapping or nothing is not one",
    "assignment_value": "an assignment on conflict is an expression: expr(), a term, or trusted text",
    "nulls_directive": "NULLS is placed FIRST or LAST",
    "subquery_required": "a statement is needed here",
    "insert_empty": "INSERT needs at least one column; for none use insert_defaults()",
    "insert_rows": "each row gives the same columns as the first one",
    "update_empty": "UPDATE needs at least one assignment",
    "returning_on_select": "a query returns its rows already; RETURNING belongs to INSERT, UPDATE, DELETE and MERGE",
    "window_on_non_select": "WINDOW belongs to a select",
    "lock_on_non_select": "row locks belong to a select; take them inside the operand or subquery",
    "skip_locked_without_lock": "say which lock before SKIP LOCKED or NOWAIT: for_update() first",
    "lock_wait_twice": "a lock either skips locked rows or refuses to wait",
    "set_op_on_non_select": "set operations combine queries",
    "clause_not_supported": "this kind of statement has no such clause",
    "join_condition_missing": "a join needs on=(left, operator, right), on=<condition> or using=[...]; or cross_join()",
    "using_empty": "USING needs at least one column",
    "paging_value": "LIMIT and OFFSET take an integer >= 0, or param(n) to send it as a parameter",
    "with_ties_without_order": "WITH TIES needs an ORDER BY and a literal LIMIT",
    "cast_type": "this type name is not known to cast()",
    "case_empty": "CASE needs at least one (condition, value)",
    "values_shape": "VALUES needs rows of one length >= 1",
    "grouping_empty": "the grouping needs at least one field",
    "source_alias_missing": "a subquery, VALUES or function in FROM needs alias=",
    "conflict_on_non_insert": "ON CONFLICT belongs to the insert_into() of arlen_data.postgres and arlen_data.sqlite",
    "conflict_update_empty": "DO UPDATE needs either set_fields or assignments",
    "conflict_where_without_update": "the condition belongs to DO UPDATE; call on_conflict_update() first",
    "conflict_where_with_nothing": "DO NOTHING has no condition",
    "conflict_target_required": "DO UPDATE needs the conflict columns or a constraint on this database",
    "merge_empty": "MERGE needs using() and at least one WHEN branch",
    "where_required": "without WHERE every row is changed; add where() or say all_rows()",
    "too_many_parameters": "the statement has more parameters than the database takes; divide it",
    "identifier_too_long": "PostgreSQL cuts names after 63 bytes; use a shorter one",
    "dialect_unknown": "the dialect is 'postgresql' or 'sqlite'",
    "template_format": "an interpolation is a value, :i for an identifier or :q for a statement or expression",
    "interpolation_in_literal": "an interpolation stands inside a literal, a name or a comment; move it out",
    "cursor_invalid": "the page cursor is damaged, or belongs to another key, query or order",
    "cursor_value": "the cursor has no value that this order can continue after",
    "order_required": "paging needs at least one key to order by",
}

_INVALID_IDENTIFIER = {
    "table": "the table",
    "table_alias": "the alias of the table",
    "select_column": "the selected column",
    "select_alias": "the alias of the selected expression",
    "binding": "the binding of a token",
    "predicate_field": "the field of a condition",
    "join_field": "the field of a join",
    "join_alias": "the alias of a join",
    "using_field": "the column of USING",
    "group_field": "the field of GROUP BY",
    "order_field": "the field of ORDER BY",
    "window_name": "the name of a window",
    "cte_name": "the name of a common table expression",
    "cte_column": "the column of a common table expression",
    "lock_table": "the table of a lock",
    "returning_field": "the field of RETURNING",
    "insert_field": "the column of INSERT",
    "update_field": "the column of UPDATE",
    "conflict_column": "the column of a conflict target",
    "conflict_constraint": "the constraint of a conflict target",
    "conflict_field": "the column that is set on conflict",
    "values_column": "the column of VALUES",
    "function_name": "the name of a function",
    "quoted_name": "the quoted name",
}

_UNSUPPORTED_OPERATOR = {
    "predicate_operator": "a condition compares with = != <> > < >= <= [NOT] LIKE [NOT] ILIKE IS [NOT] DISTINCT FROM",
    "any_all_operator": "ANY and ALL compare with = != <> > < >= <= [NOT] LIKE [NOT] ILIKE IS [NOT] DISTINCT FROM",
    "join_operator": "a join compares with = != <> > < >= or <=",
}

_COMPILE_FAILED = {
    "expression_kind": "an expression of this kind is not known",
    "statement_kind": "only a statement can be compiled",
}

REASONS: Mapping[str, tuple[str, str]] = {
    **{reason: ("invalid_argument", advice) for reason, advice in _INVALID_ARGUMENT.items()},
    **{
        reason: ("invalid_identifier", f"{place} is not an identifier: letters, digits and _ in parts joined by dots")
        for reason, place in _INVALID_IDENTIFIER.items()
    },
    **{reason: ("unsupported_operator", advice) for reason, advice in _UNSUPPORTED_OPERATOR.items()},
    **{reason: ("compile_failed", advice) for reason, advice in _COMPILE_FAILED.items()},
}
"""Reason to code and advice. The reason of ``unsupported_feature`` is the name of the feature that a dialect lacks."""


class TooManyParameters(SQLBuilderError):
    """The database does not take so many values at once."""


class UnsupportedClause(SQLBuilderError, AttributeError):
    """The statement has no such method because its kind has no such clause."""


def refuse(
    reason: str,
    identifier: object = None,
    *,
    error: type[SQLBuilderError] = SQLBuilderError,
    **details: object,
) -> SQLBuilderError:
    """The error for ``reason``; what was at fault goes into ``identifier``, never into the message."""
    code, advice = REASONS[reason]
    return error(advice, code=code, reason=reason, identifier=_named(identifier), details=details)


def unsupported(feature: str, dialect: str) -> SQLBuilderError:
    """The error for a statement that needs what ``dialect`` lacks."""
    return SQLBuilderError(
        f"{dialect} has no {feature.replace('_', ' ')}",
        code="unsupported_feature",
        reason=feature,
        identifier=dialect,
    )


def _named(identifier: object) -> str | None:
    return identifier if identifier is None else str(identifier)
