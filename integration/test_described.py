"""An application is what its OpenAPI document says: whoever knows nothing else can call every operation."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import schemathesis
from arlen_testkit.processes import RunningServer, serve_process
from hypothesis import HealthCheck, Phase, settings
from schemathesis import Case, GenerationMode
from schemathesis.checks import negative_data_rejection
from schemathesis.specs.openapi.checks import unsupported_method

APPS = Path(__file__).parent / "apps"
sys.path.insert(0, str(APPS))
import described  # noqa: E402
