"""The checkout, from which ``python -m ci.bench...`` finds this package."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
