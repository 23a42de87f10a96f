import keyword
import sys

import pytest
from arlen_cli.scaffold import AppName, ScaffoldError
from hypothesis import given
from hypothesis import strategies as st


@pytest.mark.parametrize(
    ("text", "slug", "package"),
    [
        ("Shop", "shop", "shop"),
        ("OnlineShop", "online-shop", "online_shop"),
        ("online-shop", "online-shop", "online_shop"),
        ("Online Shop 2", "online-shop-2", "online_shop_2"),
        ("HTTPServer", "http-server", "http_server"),
        ("class", "class", "class_app"),
        ("Json", "json", "json_app"),
        ("arlen", "arlen", "arlen_app"),
        ("arlen-data", "arlen-data", "arlen_data_app"),
        ("2048", "2048", "app_2048"),
    ],
)
def test_distribution_and_package_follow_from_the_name(text, slug, package):
    name = AppName.parse(text)
    assert (name.text, name.slug, name.package) == (text, slug, package)


@pytest.mark.parametrize("text", ["", ".", "..", "-x", "a/b", "../a", "a\\b", "<b>", 'a"b', "{{a}}", "Café"])
def test_what_cannot_be_a_directory_and_a_package_is_refused(text):
    with pytest.raises(ScaffoldError) as caught:
        AppName.parse(text)
    assert caught.value.code == "invalid_app_name"
    assert caught.value.exit_status == 2


@given(st.from_regex(r"[A-Za-z0-9][A-Za-z0-9 ._-]{0,20}", fullmatch=True))
def test_every_accepted_name_gives_a_package_that_can_be_imported_and_shadows_nothing(text):
    package = AppName.parse(text).package
    assert package.isidentifier()
    assert not keyword.iskeyword(package)
    assert package not in sys.stdlib_module_names
