import ast
import json
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[4]
FIXTURES = Path(__file__).parents[1] / "fixtures" / "data"
CONTRACTS = json.loads((FIXTURES / "reliability_contracts.json").read_text("utf-8"))["contracts"]
BUGS = json.loads((FIXTURES / "external_regression_intake.json").read_text("utf-8"))["bugs"]
KINDS = {"unit", "integration", "long_run", "conformance"}


@cache
def names_of_tests(file):
    tree = ast.parse((ROOT / file).read_text("utf-8"))
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")}


def faults_in(contracts, bugs):
    """What is wrong with the lists, a sentence each."""
    known = {contract["id"] for contract in contracts}
    for entries in (contracts, bugs):
        ids = [entry["id"] for entry in entries]
        yield from (f"{name} is there twice" for name in {name for name in ids if ids.count(name) > 1})
    for contract in contracts:
        yield from (
            f"{contract['id']}: there is no {doc}" for doc in contract["source_docs"] if not (ROOT / doc).exists()
        )
        yield from (
            f"{contract['id']}: {proof['kind']}" for proof in contract["verification"] if proof["kind"] not in KINDS
        )
        if not contract["verification"]:
            yield f"{contract['id']}: nothing proves it"
    for bug in bugs:
        if bug["arlen_contract_id"] not in known:
            yield f"{bug['id']}: there is no contract {bug['arlen_contract_id']}"
        if bug["status"] not in ("covered", "planned"):
            yield f"{bug['id']}: {bug['status']}"
        if not bug["source_reference"].startswith("https://"):
            yield f"{bug['id']}: nobody can look up {bug['source_reference']}"
        if bug["status"] == "covered" and not bug["arlen_tests"]:
            yield f"{bug['id']}: covered by no test"
    proofs = [proof for entry in (*contracts, *bugs) for proof in entry.get("verification", entry.get("arlen_tests"))]
    for proof in proofs:
        if not (ROOT / proof["file"]).exists() or proof["test"] not in names_of_tests(proof["file"]):
            yield f"{proof['file']} has no {proof['test']}"


def test_every_contract_is_proved_and_every_known_bug_is_covered():
    assert list(faults_in(CONTRACTS, BUGS)) == []


def test_every_contract_keeps_a_bug_away():
    assert {bug["arlen_contract_id"] for bug in BUGS} == {contract["id"] for contract in CONTRACTS}


PROOF = {"kind": "unit", "file": "packages/arlen-data/tests/reliability/test_contracts.py", "test": "test_it"}
CONTRACT = {"id": "a", "source_docs": [], "verification": [CONTRACTS[0]["verification"][0]]}
BUG = {
    "id": "b",
    "source_reference": "https://example.org/1",
    "arlen_contract_id": "a",
    "status": "planned",
    "arlen_tests": [],
}


@pytest.mark.parametrize(
    ("contracts", "bugs"),
    [
        ([CONTRACT, CONTRACT], []),
        ([CONTRACT], [BUG, BUG]),
        ([CONTRACT | {"source_docs": ["docs/nowhere.md"]}], []),
        ([CONTRACT | {"verification": []}], []),
        ([CONTRACT | {"verification": [PROOF]}], []),
        ([CONTRACT | {"verification": [CONTRACT["verification"][0] | {"kind": "hope"}]}], []),
        ([CONTRACT], [BUG | {"arlen_contract_id": "c"}]),
        ([CONTRACT], [BUG | {"status": "covered"}]),
        ([CONTRACT], [BUG | {"status": "forgotten"}]),
        ([CONTRACT], [BUG | {"source_reference": "somewhere"}]),
        ([CONTRACT], [BUG | {"arlen_tests": [PROOF]}]),
    ],
)
def test_a_wrong_entry_is_found(contracts, bugs):
    assert len(list(faults_in(contracts, bugs))) == 1
