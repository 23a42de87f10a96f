import importlib
import subprocess
import sys

import arlen_services
import pytest

EXTRAS = ("aiosmtplib", "babel", "cronsim", "dkim", "obstore", "psycopg", "psycopg_pool", "redis")
NEED_AN_EXTRA = {"PostgresCache", "RedisCache", "SmtpMailer"}


def ran(code):
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout


def test_everything_can_be_imported_where_no_extra_is_installed():
    code = f"import sys; sys.modules.update(dict.fromkeys({EXTRAS}))\nfrom arlen_services import *; print(MemoryCache)"
    assert ran(code) == "<class 'arlen_services.cache.memory.MemoryCache'>\n"


def test_importing_arlen_services_imports_no_adapter():
    code = "import sys, arlen_services; print([n for n in sys.modules if n in ('asyncio', 'arlen_services.jobs')])"
    assert ran(code) == "[]\n"


@pytest.mark.parametrize("name", sorted({*arlen_services._HOME_OF}))
def test_every_name_is_the_one_of_its_home(name):
    home = importlib.import_module(f"arlen_services.{arlen_services._HOME_OF[name]}")
    assert getattr(arlen_services, name) is getattr(home, name)
    assert name in dir(arlen_services)
    assert (name in arlen_services.__all__) is (name not in NEED_AN_EXTRA)


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="MemoryCashe"):
        arlen_services.MemoryCashe  # noqa: B018
