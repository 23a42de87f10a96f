"""``typed-sql-codegen``: write Python functions for SQL in files."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from arlen_data._sync.database import Database
from arlen_data.codegen import TypedQuery, TypedSQLNaming, drifted, read_queries, typed_sql_artifacts, write
from arlen_data.codegen.verification import verify_queries
from arlen_data.errors import ArlenDataError, TypedSQLCodegenError

from .address import address_for

if TYPE_CHECKING:
    Commands: TypeAlias = argparse._SubParsersAction[Any]


def add_to(commands: Commands) -> None:
    """Add the command to a command line, under its long and its short name."""
    parser = commands.add_parser(
        "typed-sql-codegen",
        aliases=["typed-sql", "sql"],
        prog="arlen typed-sql-codegen",
        help="write Python functions for SQL in files",
    )
    parser.set_defaults(run=run)
    parser.add_argument("--input-dir", type=Path, default=Path("db/sql/typed"), help="default: db/sql/typed")
    parser.add_argument("--output-dir", type=Path, default=Path("src/generated"), help="default: src/generated")
    parser.add_argument(
        "--manifest",
        type=Path,
        default=Path("db/schema/arlen_typed_sql.json"),
        help="default: db/schema/arlen_typed_sql.json",
    )
    parser.add_argument("--prefix", default="DB", help="what class names begin with (default: DB)")
    parser.add_argument("--force", action="store_true", help="replace files that are there")
    parser.add_argument("--check", action="store_true", help="write nothing; fail if the files are not up to date")
    parser.add_argument("--verify", action="store_true", help="first compare the queries with a database")
    parser.add_argument(
        "--dsn", metavar="URL", help="with --verify: the database (default: ARLEN_DATABASE_URL, DATABASE_URL)"
    )
    parser.add_argument("--database", metavar="TARGET", default="default", help="with --verify: the target")


def run(options: argparse.Namespace) -> int:
    """Do what the options say; 0, 1 when that fails or files are out of date, or 2 when they make no sense."""
    try:
        naming = TypedSQLNaming(options.prefix)
        queries = read_queries(options.input_dir)
        for warning in (warning for query in queries for warning in query.warnings):
            _complain(f"warning: {warning}", 0)
        if options.verify and (code := _verify(queries, options)):
            return code
        return _check(queries, naming, options) if options.check else _write(queries, naming, options)
    except TypedSQLCodegenError as error:
        return _complain(error, 2 if error.code == "prefix_invalid" else 1)
    except (ArlenDataError, OSError) as error:
        return _complain(error, 1)


def _verify(queries: Sequence[TypedQuery], options: argparse.Namespace) -> int:
    source = address_for(options.database.strip().lower(), options.dsn, os.environ)
    if source is None:
        return _complain("there is no database; give --dsn, or set ARLEN_DATABASE_URL", 2)
    with Database.open(source.url, max_connections=1) as database:
        problems = verify_queries(database, queries)
    for problem in problems:
        _complain(problem, 1)
    return 1 if problems else 0


def _check(queries: Sequence[TypedQuery], naming: TypedSQLNaming, options: argparse.Namespace) -> int:
    paths = drifted(typed_sql_artifacts(queries, naming, options.output_dir, options.manifest))
    for path in paths:
        _complain(f"{path} is not what the files in {options.input_dir} say; generate it again", 1)
    return 1 if paths else 0


def _write(queries: Sequence[TypedQuery], naming: TypedSQLNaming, options: argparse.Namespace) -> int:
    artifacts = typed_sql_artifacts(queries, naming, options.output_dir, options.manifest)
    write(artifacts, replacing=options.force, error=TypedSQLCodegenError)
    module, _, manifest = artifacts
    sys.stdout.write(
        "Generated typed SQL artifacts.\n"
        f"  queries: {len(queries)}\n"
        f"  module: {module.path}\n"
        f"  manifest: {manifest.path}\n"
    )
    return 0


def _complain(message: object, code: int) -> int:
    sys.stderr.write(f"arlen typed-sql-codegen: {message}\n")
    return code
