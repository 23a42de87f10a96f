"""The pages that show an OpenAPI document, in a real browser; screenshots are kept under build/screenshots."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import jwt
import pytest
from arlen_testkit.processes import RunningServer, serve_process
from selenium import webdriver
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webdriver import WebDriver
from selenium.webdriver.support.ui import WebDriverWait

pytestmark = pytest.mark.browser

APPS = Path(__file__).parent / "apps"
SCREENSHOTS = Path(__file__).resolve().parent.parent / "build" / "screenshots"
FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--force-color-profile=srgb",
    "--force-prefers-reduced-motion",
    "--window-size=1200,860",
)


@pytest.fixture(scope="module")
def server() -> Iterator[RunningServer]:
    with serve_process([sys.executable, "-m", "arlen_http", "described:app", "--port", "0"], cwd=APPS) as running:
        yield running


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebDriver]:
    options = Options()
    options.binary_location = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))))
    for flag in (*FLAGS, f"--user-data-dir={tmp_path_factory.mktemp('profile')}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = webdriver.Chrome(options=options, service=Service(shutil.which("chromedriver")))
    yield driver
    driver.quit()


@pytest.fixture
def visit(browser: WebDriver, server: RunningServer) -> Iterator[Callable[[str], None]]:
    """Open a page; at the end of the test the console must be clean: no error, and nothing that the policy forbids."""
    browser.get_log("browser")

    def open_page(path: str) -> None:
        browser.get("about:blank")
        browser.get(server.url + path)

    yield open_page
    told = [entry["message"] for entry in browser.get_log("browser") if entry["level"] == "SEVERE"]
    assert [message for message in told if "status of 401" not in message] == []


def keep(browser: WebDriver, name: str) -> None:
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    browser.save_screenshot(os.fspath(SCREENSHOTS / f"{name}.png"))


def shows(browser: WebDriver, selector: str, *expected: str) -> None:
    def holds(page: WebDriver) -> bool:
        found = page.find_elements(By.CSS_SELECTOR, selector)
        return bool(found) and all(each in found[0].text for each in expected)

    WebDriverWait(browser, 10, poll_frequency=0.05).until(holds)


ANSWER = "details[open] .answer"


def submit(browser: WebDriver) -> None:
    browser.find_element(By.CSS_SELECTOR, "details[open] .try").click()


def test_an_operation_is_tried_out(browser, visit):
    visit("/docs#post__items")
    shows(browser, "details[open] summary", "POST", "/items")
    area = browser.find_element(By.CSS_SELECTOR, "details[open] textarea")
    area.clear()
    area.send_keys('{"name": "coffee", "price": 4}')
    submit(browser)
    shows(browser, ANSWER, "201 Created", '"name": "coffee"')
    keep(browser, "openapi-explorer")


def test_parameters_reach_their_places(browser, visit):
    visit("/docs#get__codes_code")
    browser.find_element(By.CSS_SELECTOR, "details[open] [name=code]").send_keys("a b")
    submit(browser)
    shows(browser, ANSWER, "200 OK", '"reason": "a b"', "/codes/a%20b")


def test_a_token_opens_what_is_protected(browser, visit):
    visit("/docs#get__me")
    shows(browser, "details[open] summary", "needs authority")
    submit(browser)
    shows(browser, ANSWER, "401")
    browser.execute_script("scrollTo(0, 0)")
    browser.find_element(By.CSS_SELECTOR, ".authority summary").click()
    token = jwt.encode(
        {"sub": "ada", "scope": "read", "exp": 4_000_000_000}, "a secret of the described application", "HS256"
    )
    browser.find_element(By.CSS_SELECTOR, "[data-scheme=BearerAuth]").send_keys(token)
    browser.find_element(By.CSS_SELECTOR, ".operation[open] .try").click()
    shows(browser, ".operation[open] .answer", "200 OK", '"reason": "ada"')


def test_a_form_is_sent(browser, visit):
    visit("/docs#post__forms")
    browser.find_element(By.CSS_SELECTOR, "details[open] [name=name]").send_keys("tea")
    submit(browser)
    shows(browser, ANSWER, "200 OK", "tea 1")


def test_the_keyboard_finds_and_opens_an_operation(browser, visit):
    visit("/docs")
    shows(browser, "#list", "/codes/{code}")
    browser.find_element(By.TAG_NAME, "body").send_keys("/")
    search = browser.switch_to.active_element
    search.send_keys("codes")
    listed = [each.text for each in browser.find_elements(By.CSS_SELECTOR, "#list a") if each.is_displayed()]
    assert [each.replace("\n", " ") for each in listed] == ["GET /codes/{code}"]
    search.send_keys(Keys.TAB)
    browser.switch_to.active_element.send_keys(Keys.ENTER)
    shows(browser, "details[open] summary", "/codes/{code}")


def test_the_version_is_chosen(browser, visit):
    visit("/docs")
    shows(browser, "#list", "/items")
    browser.find_element(By.CSS_SELECTOR, "#version option[value=v2]").click()
    shows(browser, "h1", "Shop v2")
    assert len(browser.find_elements(By.CSS_SELECTOR, "#list a")) == 1


def test_the_viewer_shows_the_document(browser, visit):
    visit("/openapi/viewer")
    shows(browser, "#document", '"openapi": "3.1.0"', '"/codes/{code}"')
    keep(browser, "openapi-viewer")


def test_swagger_ui_runs_under_the_policy_of_its_page(browser, visit):
    visit("/openapi/swagger")
    shows(browser, "#swagger-ui", "/codes/{code}", "Authorize")
    keep(browser, "openapi-swagger")
