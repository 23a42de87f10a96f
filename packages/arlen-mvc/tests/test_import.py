"""Importing the package is cheap, and its public names are there."""

import subprocess
import sys

import arlen_mvc
import pytest


def test_libraries_that_a_request_may_never_need_are_not_imported():
    heavy = "{'jinja2', 'markupsafe', 'msgspec', 'arlen_http.static', 'arlen_http.files.response', 'arlen_mvc.runner'}"
    program = f"import sys, arlen_mvc; print(sorted({heavy} & sys.modules.keys()))"
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert result.stdout == "[]\n"


@pytest.mark.parametrize("name", arlen_mvc.__all__)
def test_every_public_name_is_there(name):
    assert getattr(arlen_mvc, name) is not None


def test_the_configuration_keys_can_be_listed():
    sections = arlen_mvc.application_sections()
    assert {"", "routing", "templates", "security_headers", "observability", "cluster"} <= set(sections)
