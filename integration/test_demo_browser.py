"""The demo in a real browser, as a newcomer sees it; screenshots are kept under build/screenshots."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from arlen_testkit.processes import RunningServer, serve_process
from selenium import webdriver
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webdriver import WebDriver
from selenium.webdriver.support.ui import WebDriverWait

pytestmark = pytest.mark.browser

ROOT = Path(__file__).resolve().parent.parent
DEMO = ROOT / "docs" / "examples" / "tech_demo"
SCREENSHOTS = ROOT / "build" / "screenshots"

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
    "--window-size=1200,860",
)


@pytest.fixture(scope="module")
def server(script, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    database = tmp_path_factory.mktemp("db") / "demo.sqlite3"
    env = {"ARLEN_DATABASE_URL": f"sqlite:///{database}"}
    with serve_process([script("boomhauer"), "--port", "0", "--no-watch"], cwd=DEMO, env=env) as running:
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
    """Open a page; at the end of the test the console must be clean."""
    browser.get_log("browser")

    def open_page(path: str) -> None:
        browser.get(server.url + path)

    yield open_page
    assert [entry["message"] for entry in browser.get_log("browser") if entry["level"] == "SEVERE"] == []


def keep(browser: WebDriver, name: str) -> None:
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    browser.save_screenshot(os.fspath(SCREENSHOTS / f"{name}.png"))


def text(browser: WebDriver, selector: str) -> str:
    return browser.find_element(By.CSS_SELECTOR, selector).text


def shows(browser: WebDriver, selector: str, expected: str) -> None:
    WebDriverWait(browser, 10, poll_frequency=0.05).until(lambda page: text(page, selector) == expected)


def follow(browser: WebDriver, words: str) -> None:
    browser.find_element(By.LINK_TEXT, words).click()


def test_the_navigation_leads_through_all_pages(browser, visit):
    visit("/")
    assert text(browser, "h1") == "Arlen Technology Demo"
    keep(browser, "overview")
    for link, heading in [
        ("Dashboard", "Dashboard"),
        ("Guestbook", "Guestbook"),
        ("Live", "Live counter"),
        ("Inside", "Inside this application"),
        ("Overview", "Arlen Technology Demo"),
    ]:
        follow(browser, link)
        assert text(browser, "h1") == heading
        assert text(browser, "nav a[aria-current=page]") == link


def test_the_style_sheet_is_applied(browser, visit):
    visit("/tech-demo")
    bar = browser.find_element(By.CSS_SELECTOR, ".bar nav")
    assert bar.value_of_css_property("display") == "flex"


def test_a_tab_of_the_dashboard_opens(browser, visit):
    visit("/tech-demo/dashboard")
    follow(browser, "Realtime")
    assert text(browser, "tbody tr td") == "arlen-realtime"
    keep(browser, "dashboard")


def test_a_guest_signs_the_book(browser, visit):
    visit("/tech-demo/guestbook")
    browser.find_element(By.NAME, "name").send_keys("Grace")
    browser.find_element(By.NAME, "message").send_keys("Found the bug.")
    browser.find_element(By.CSS_SELECTOR, "form button").click()
    shows(browser, ".guests p", "Found the bug.")
    assert text(browser, ".guests h3").startswith("Grace")
    keep(browser, "guestbook")


def test_two_windows_share_the_counter(browser, visit):
    visit("/tech-demo/live")
    shows(browser, "[data-state]", "live")
    first = browser.current_window_handle
    before = int(text(browser, "[data-count]"))
    browser.switch_to.new_window("window")
    visit("/tech-demo/live")
    shows(browser, "[data-watchers]", "2")
    browser.find_element(By.CSS_SELECTOR, "[data-increment] button").click()
    shows(browser, "[data-count]", str(before + 1))
    keep(browser, "live")
    browser.close()
    browser.switch_to.window(first)
    shows(browser, "[data-count]", str(before + 1))
    shows(browser, "[data-watchers]", "1")


def test_the_inside_page_shows_routes_and_timings(browser, visit):
    visit("/tech-demo/inside")
    visit("/tech-demo/inside")
    assert "/tech-demo/guestbook" in text(browser, "[data-routes]")
    assert browser.find_elements(By.CSS_SELECTOR, ".timings rect")
    keep(browser, "inside")


def test_a_failing_action_is_explained(browser, server):
    browser.get(f"{server.url}/tech-demo/inside/fail")
    page = text(browser, "body")
    assert "ZeroDivisionError" in page
    assert "average = " in page
    keep(browser, "error")
