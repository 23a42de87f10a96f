"""boomhauer in real processes: what a developer and a browser see."""

import os
import signal
from contextlib import suppress

HTML = {"Accept": "text/html"}


def test_python_changes_restart_template_changes_do_not_and_both_reach_the_page(boomhauer):
    with boomhauer() as dev:
        page = dev.get("/")
        assert "It costs 10." in page.text
        assert page.text.index("/_arlen/reload.js") < page.text.index("</body>")
        assert dev.get("/_arlen/reload.js").headers["content-type"].startswith("text/javascript")

        with dev.events() as events:
            build = next(events)
            assert f'data-build="{build.data}"' in page.text
            dev.write("templates/index.html", "<html><body><h1>Only {{ price }}!</h1></body></html>\n")
            assert next(events).event == "page"
        page = dev.get("/")
        assert "Only 10!" in page.text
        assert f'data-build="{build.data}"' in page.text

        dev.write("src/shop/prices.py", "PRICE = 11\n")
        page = dev.get_until("/", lambda answer: "Only 11!" in answer.text)
        assert f'data-build="{build.data}"' not in page.text


def test_answers_that_are_no_pages_are_left_alone(boomhauer):
    with boomhauer() as dev:
        answer = dev.get("/api/price")
        assert answer.json() == {"price": 10}
        assert "cache-control" not in answer.headers


def test_a_style_sheet_is_swapped_and_no_page_reloaded(boomhauer):
    with boomhauer() as dev, dev.events() as events:
        assert next(events).event == "build"
        dev.write("public/app.css", "h1 { color: green }\n")
        assert next(events).event == "styles"


def test_a_broken_module_is_shown_and_the_next_save_mends_it(boomhauer):
    with boomhauer() as dev:
        assert dev.get("/").status == 200
        dev.write("src/shop/prices.py", "PRICE = = 11\n")
        page = dev.get_until("/", lambda answer: answer.status == 500, **HTML)
        assert "<title>Boomhauer Build Error</title>" in page.text
        assert "Boomhauer Build Failed" in page.text
        assert "/_arlen/reload.js" in page.text
        assert "prices.py:1:9" in page.text

        details = dev.get("/api/anything").json()["details"]
        assert details["stage"] == "import"
        assert (details["line"], details["column"]) == (1, 9)
        assert details["snippet"] == "> 1 | PRICE = = 11"
        assert dev.get("/", Accept="application/json").json()["error"]["code"] == "dev_build_failed"
        health = dev.get("/healthz")
        assert (health.status, health.text) == (200, "degraded\n")
        assert (dev.root / ".boomhauer/last_build_error.log").exists()
        assert "prices.py:1:9" in str(dev.output)

        with dev.events() as events:
            broken = next(events).data
        dev.write("src/shop/prices.py", "PRICE = 12\n")
        assert "It costs 12." in dev.get_until("/", lambda answer: answer.status == 200).text
        with dev.events() as events:
            assert next(events).data != broken
        assert not (dev.root / ".boomhauer/last_build_error.log").exists()


def test_a_first_build_that_fails_is_shown_too(boomhauer, shop):
    (shop / "src/shop/prices.py").write_text("import no_such_module\n")
    with boomhauer() as dev:
        details = dev.get("/api").json()["details"]
        assert details["stage"] == "import"
        assert details["message"] == "ModuleNotFoundError: No module named 'no_such_module'"
        assert details["file"] == str(shop / "src/shop/prices.py")
        dev.write("src/shop/prices.py", "PRICE = 13\n")
        dev.get_until("/", lambda answer: "It costs 13." in answer.text)


def test_a_template_that_breaks_while_it_is_served_stops_the_page_until_it_is_mended(boomhauer):
    with boomhauer() as dev:
        assert dev.get("/").status == 200
        dev.write("templates/index.html", "<h1>\n{% if %}\n</h1>\n")
        details = dev.get_until("/api/price", lambda answer: answer.status == 500).json()["details"]
        assert details["stage"] == "template_compile"
        assert (details["file"], details["line"]) == (str(dev.root / "templates/index.html"), 2)
        dev.write("templates/index.html", "<h1>Mended, {{ price }}</h1>\n")
        dev.get_until("/", lambda answer: "Mended, 10" in answer.text)


def test_broken_configuration_and_a_refused_start_name_their_stage(boomhauer):
    with boomhauer() as dev:
        dev.write("config/app.toml", "log_levle = 'info'\n")
        details = dev.get_until("/api", lambda answer: answer.status == 500).json()["details"]
        assert details["stage"] == "config"
        assert "log_level" in details["message"]
        dev.write("config/app.toml", "")
        dev.write("src/shop/prices.py", "PRICE = 10\nraise SystemExit(3)\n")
        dev.get_until("/api", lambda answer: "SystemExit: 3" in answer.text)
        dev.write("src/shop/prices.py", "import os\nos._exit(7)\n")
        details = dev.get_until("/api", lambda answer: "status 7" in answer.text).json()["details"]
        assert (details["stage"], details["exit_code"]) == ("startup", 7)


def test_no_request_is_refused_while_edits_of_one_size_and_time_follow_each_other(boomhauer):
    with boomhauer() as dev:
        for price in range(20, 25):
            dev.write("src/shop/prices.py.tmp", f"PRICE = {price}\n")
            os.utime(dev.root / "src/shop/prices.py.tmp", (1_700_000_000, 1_700_000_000))
            os.replace(dev.root / "src/shop/prices.py.tmp", dev.root / "src/shop/prices.py")
            dev.get_until("/api/price", lambda answer, wanted=price: answer.json() == {"price": wanted})


def test_interrupt_and_terminate_end_it_with_success_and_leave_nobody_behind(boomhauer):
    for number in (signal.SIGTERM, signal.SIGINT):
        with boomhauer() as dev:
            assert dev.get("/").status == 200
            dev.server.signal(number)
            assert dev.server.wait() == 0


def test_when_it_is_killed_its_children_end_and_nobody_listens_any_more(boomhauer):
    with boomhauer() as dev:
        assert dev.get("/").status == 200
        dev.server.signal(signal.SIGKILL)
        dev.refuses_in_the_end()


def test_a_server_that_ends_by_itself_ends_boomhauer_with_its_status(boomhauer, shop):
    source = (shop / "src/shop/app.py").read_text()
    exits = '\n\n@app.get("/exit")\nasync def exit(ctx: Context):\n    import os\n\n    os._exit(9)\n'
    (shop / "src/shop/app.py").write_text(source + exits)
    with boomhauer() as dev:
        assert dev.get("/").status == 200
        with suppress(OSError):
            dev.get("/exit")
        assert dev.server.wait() == 9
        assert "ended with status 9" in str(dev.output)
