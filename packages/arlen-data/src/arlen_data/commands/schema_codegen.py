"""``schema-codegen``: write Python classes for the tables of databases."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from arlen_data._sync.database import Database
from arlen_data.codegen import Naming, SchemaPlan, drifted, read_schema, schema_artifacts, write
from arlen_data.errors import ArlenDataError, SchemaCodegenError

from .address import address_for

if TYPE_CHECKING:
    Commands: TypeAlias = argparse._SubParsersAction[Any]


class Usage(Exception):
    """The options make no sense together."""


def add_to(commands: Commands) -> None:
    """Add the command to a command line."""
    parser = commands.add_parser(
        "schema-codegen",
        aliases=["schema"],
        prog="arlen schema-codegen",
        help="write Python classes for the tables of a database",
    )
    parser.set_defaults(run=run)
    parser.add_argument("--dsn", metavar="URL", help="the database (default: ARLEN_DATABASE_URL, DATABASE_URL)")
    parser.add_argument(
        "--database",
        metavar="TARGET",
        action="append",
        help="the target (default: default); may be given several times",
    )
    parser.add_argument("--output-dir", type=Path, help="where the module goes (default: src/generated[/TARGET])")
    parser.add_argument("--manifest", type=Path, help="default: db/schema/arlen_schema[_TARGET].json")
    parser.add_argument("--prefix", help="what class names begin with (default: DB, for other targets DB<Target>)")
    parser.add_argument("--typed-contracts", action="store_true", help="also dataclasses for rows, and their decoding")
    parser.add_argument("--typed-dicts", action="store_true", help="also typed dicts for rows, and their decoding")
    parser.add_argument("--include", metavar="GLOB", action="append", default=[], help="only these tables")
    parser.add_argument("--exclude", metavar="GLOB", action="append", default=[], help="not these tables")
    parser.add_argument("--force", action="store_true", help="replace files that are there")
    parser.add_argument("--check", action="store_true", help="write nothing; fail if the files are not up to date")


def run(options: argparse.Namespace) -> int:
    """Do what the options say; 0, 1 when that fails or files are out of date, or 2 when they make no sense."""
    try:
        plans = [_plan(naming, options) for naming in _namings(options)]
        return _check(plans, options) if options.check else _write(plans, options)
    except Usage as error:
        return _complain(error, 2)
    except SchemaCodegenError as error:
        return _complain(error, 2 if error.code == "invalid_argument" else 1)
    except (ArlenDataError, OSError) as error:
        return _complain(error, 1)


def _namings(options: argparse.Namespace) -> list[Naming]:
    targets = list(dict.fromkeys(options.database or ["default"]))
    if len(targets) > 1 and (options.dsn or options.output_dir or options.manifest or options.prefix):
        raise Usage("--dsn, --output-dir, --manifest and --prefix are for one target")
    return [Naming.of(target, options.prefix) for target in targets]


def _plan(naming: Naming, options: argparse.Namespace) -> SchemaPlan:
    source = address_for(naming.target, options.dsn, os.environ)
    if source is None:
        raise Usage("there is no database; give --dsn, or set ARLEN_DATABASE_URL")
    with Database.open(source.url, max_connections=1) as database:
        schema = read_schema(database, database.adapter_name, include=options.include, exclude=options.exclude)
    return SchemaPlan.of(schema, naming, typed_contracts=options.typed_contracts, typed_dicts=options.typed_dicts)


def _check(plans: list[SchemaPlan], options: argparse.Namespace) -> int:
    code = 0
    for plan in plans:
        for path in drifted(schema_artifacts(plan, options.output_dir, options.manifest)):
            code = _complain(f"{path} is not what the database {plan.naming.target} is; generate it again", 1)
    return code


def _write(plans: list[SchemaPlan], options: argparse.Namespace) -> int:
    artifacts = [schema_artifacts(plan, options.output_dir, options.manifest) for plan in plans]
    write([each for group in artifacts for each in group], replacing=options.force, error=SchemaCodegenError)
    sys.stdout.write("Generated typed schema artifacts.\n")
    for plan, (module, _, manifest) in zip(plans, artifacts, strict=True):
        columns = sum(len(table.fields) for table in plan.tables)
        dicts = "  typed dicts: enabled\n" if plan.typed_dicts else ""
        sys.stdout.write(
            f"  database target: {plan.naming.target}\n"
            f"  typed contracts: {'enabled' if plan.typed_contracts else 'disabled'}\n"
            f"{dicts}"
            f"  tables: {len(plan.tables)}\n"
            f"  columns: {columns}\n"
            f"  module: {module.path}\n"
            f"  manifest: {manifest.path}\n"
        )
    return 0


def _complain(message: object, code: int) -> int:
    sys.stderr.write(f"arlen schema-codegen: {message}\n")
    return code
