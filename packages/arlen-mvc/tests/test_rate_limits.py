"""Rate limits: who is counted together, what a client is told, and what strangers cannot do to the memory."""

import asyncio
import sys
import threading

import pytest
from arlen_http import Request, Server, ServerSettings
from arlen_mvc import Application, ApplicationError, Controller, MissingDependencyError, Rate, RateLimit, Router, get
from arlen_mvc.rate_limits.exemptions import Exemptions
from arlen_mvc.rate_limits.rate import client_address
from arlen_mvc.rate_limits.shared import SharedCounts, StorageUnavailable
from arlen_mvc.rate_limits.windows import LONGEST_KEY, Count, FixedWindow, MovingWindow
from hypothesis import given
from hypothesis import strategies as st


class Clock:
    def __init__(self):
        self.now = 1000.0

    def __call__(self):
        return self.now


def limited_app(requests=2, **settings):
    app = Application({"rate_limit": {"enabled": True, "requests": requests, **settings}})
    app.get("/", blocking=False)(lambda ctx: "done")
    return app


@pytest.mark.parametrize(
    ("text", "rate"),
    [
        ("10/minute", Rate(10, 60)),
        ("1 per second", Rate(1, 1)),
        ("100/2 hours", Rate(100, 7200)),
        (" 5 / day ", Rate(5, 86400)),
    ],
)
def test_a_rate_is_a_number_and_a_time(text, rate):
    assert Rate.parse(text) == rate


@pytest.mark.parametrize("text", ["", "10", "0/minute", "10/0 minutes", "-1/minute", "10/fortnight", "1e3/minute"])
def test_what_is_no_rate_is_refused_with_a_remedy(text):
    with pytest.raises(ApplicationError, match="such as '10/minute'") as caught:
        Rate.parse(text)
    assert caught.value.code == "invalid_rate"


def test_a_window_begins_with_the_first_request_and_begins_anew_when_it_has_ended():
    clock = Clock()
    window = FixedWindow(Rate(2, 60), clock)
    assert window.hit("a") == Count(True, 1, 60)
    clock.now += 59.5
    assert window.hit("a") == Count(True, 0, 1)
    assert window.hit("a") == Count(False, 0, 1)
    assert window.hit("b") == Count(True, 1, 60)
    clock.now += 0.5
    assert window.hit("a") == Count(True, 1, 60)


def test_a_moving_window_never_allows_more_than_its_rate_in_any_stretch():
    clock = Clock()
    window = MovingWindow(Rate(2, 60), clock)
    assert window.hit("a") == Count(True, 1, 60)
    clock.now += 50
    assert window.hit("a") == Count(True, 0, 10)
    assert window.hit("a") == Count(False, 0, 10)
    clock.now += 10
    assert window.hit("a") == Count(True, 0, 50)
    assert window.hit("a") == Count(False, 0, 50)


@given(st.lists(st.floats(0, 40), max_size=60), st.integers(1, 5))
def test_any_sixty_seconds_of_a_moving_window_hold_at_most_the_allowed_requests(pauses, most):
    clock = Clock()
    window = MovingWindow(Rate(most, 60), clock)
    allowed = []
    for pause in pauses:
        clock.now += pause
        if window.hit("a").allowed:
            allowed.append(clock.now)
    assert all(len([at for at in allowed if moment - 60 < at <= moment]) <= most for moment in allowed)


@pytest.mark.parametrize("kind", [FixedWindow, MovingWindow])
def test_a_flood_of_keys_does_not_fill_the_memory(kind):
    clock = Clock()
    window = kind(Rate(1, 60), clock, 50)
    for number in range(1000):
        window.hit(f"key {number}")
    assert len(window) <= 50
    assert not window.hit("key 999").allowed


@pytest.mark.parametrize("kind", [FixedWindow, MovingWindow])
def test_windows_that_have_ended_are_forgotten(kind):
    clock = Clock()
    window = kind(Rate(1, 60), clock)
    for number in range(100):
        window.hit(f"key {number}")
    clock.now += 120
    for number in range(3):
        window.hit(f"later {number}")
    assert len(window) <= 5


@pytest.mark.parametrize("kind", [FixedWindow, MovingWindow])
def test_long_keys_are_kept_as_a_digest(kind):
    window = kind(Rate(1, 60), Clock())
    assert window.hit("k" * 1_000_000).allowed
    assert not window.hit("k" * 1_000_000).allowed
    assert window.hit("k" * 1_000_001).allowed
    stored = window._windows if kind is FixedWindow else window._moments
    assert all(len(key) <= LONGEST_KEY for key in stored)


@pytest.mark.parametrize("kind", [FixedWindow, MovingWindow])
def test_threads_together_get_what_one_would_get(kind):
    window = kind(Rate(500, 60))
    allowed = []

    def hit():
        allowed.extend(window.hit("a").allowed for _ in range(200))

    threads = [threading.Thread(target=hit) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert allowed.count(True) == 500


def test_a_client_is_told_what_is_left_and_when_to_come_back(ask):
    app = limited_app()
    first, second, third = ask(app, "GET /"), ask(app, "GET /"), ask(app, "GET /")
    assert [answer.status for answer in (first, second, third)] == [200, 200, 429]
    assert first.headers["x-ratelimit-limit"] == "2"
    assert first.headers["x-ratelimit-remaining"] == "1"
    assert first.headers["ratelimit-policy"] == '"default";q=2;w=60'
    assert first.headers["ratelimit"] == '"default";r=1;t=60'
    assert third.headers["x-ratelimit-remaining"] == "0"
    assert third.text == "rate limit exceeded\n"
    assert 1 <= int(third.headers["retry-after"]) <= 60


def test_the_refusal_is_negotiated(ask):
    app = limited_app(requests=1)
    ask(app, "GET /")
    answer = ask(app, "GET /", headers={"accept": "application/json"})
    assert (answer.status, answer.json["error"]["code"]) == (429, "rate_limited")


def test_paths_without_a_route_count_and_health_checks_do_not(ask):
    app = limited_app(requests=1)
    assert ask(app, "GET /nowhere").status == 404
    assert ask(app, "GET /elsewhere").status == 429
    assert ask(app, "GET /healthz").status == 200
    assert "x-ratelimit-limit" not in ask(app, "GET /healthz").headers


def test_limiting_costs_no_coroutine():
    assert limited_app().handle(Request.build("GET", "/")).status == 200


def test_a_route_has_its_own_rule_or_none(ask):
    app = limited_app(requests=1)
    app.get("/own", rate_limit="2/minute", blocking=False)(lambda ctx: "own")
    app.get("/free", rate_limit=None, blocking=False)(lambda ctx: "free")
    assert [ask(app, "GET /own").status for _ in range(3)] == [200, 200, 429]
    assert ask(app, "GET /own").headers["ratelimit-policy"] == '"GET /own";q=2;w=60'
    assert [ask(app, "GET /free").status for _ in range(3)] == [200] * 3
    assert [ask(app, "GET /").status for _ in range(2)] == [200, 429]


def test_the_routes_of_a_group_share_its_count_and_the_innermost_rule_counts(ask):
    app = Application()
    with app.group("/api", rate_limit="2/minute") as api:
        api.get("/a", blocking=False)(lambda ctx: "a")
        api.get("/b", blocking=False)(lambda ctx: "b")
        api.get("/free", rate_limit=None, blocking=False)(lambda ctx: "free")
        with api.group("/inner", rate_limit="1/minute") as inner:
            inner.get("/c", blocking=False)(lambda ctx: "c")
    assert [ask(app, f"GET /api/{path}").status for path in ("a", "b", "a", "free")] == [200, 200, 429, 200]
    assert [ask(app, "GET /api/inner/c").status for _ in range(2)] == [200, 429]


def test_a_controller_has_a_rule_for_all_its_actions(ask):
    class Reports(Controller):
        rate_limit = "1/minute"

        @get("/a", blocking=False)
        def a(self, ctx):
            return "a"

        @get("/b", blocking=False, rate_limit=None)
        def b(self, ctx):
            return "b"

    app = Application()
    app.add_controller(Reports)
    assert [ask(app, f"GET /{path}").status for path in "aabb"] == [200, 429, 200, 200]


def test_a_router_included_twice_counts_each_route_by_its_whole_path(ask):
    routes = Router()
    routes.get("/x", rate_limit="1/minute", blocking=False)(lambda ctx: "x")
    app = Application()
    app.include(routes, "/one")
    app.include(routes, "/two")
    assert [ask(app, f"GET /{path}/x").status for path in ("one", "two", "one")] == [200, 200, 429]


def test_a_key_of_its_own_decides_who_is_counted_together(ask):
    by_account = RateLimit("1/minute", key=lambda ctx: ctx.header("x-account"), name="account")
    app = Application()
    app.get("/", rate_limit=by_account, blocking=False)(lambda ctx: "done")
    statuses = [ask(app, "GET /", headers={"x-account": name}).status for name in ("ada", "bob", "ada")]
    assert statuses == [200, 200, 429]
    assert [ask(app, "GET /").status for _ in range(2)] == [200, 200]
    assert "x-ratelimit-limit" not in ask(app, "GET /").headers


@pytest.mark.parametrize(
    ("address", "key"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::9", "2001:db8:1:2::/64"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("fe80::1%eth0", "fe80::/64"),
        (":::nonsense", "unknown"),
        (None, "unknown"),
    ],
)
def test_the_key_of_a_client_is_its_address_or_its_network(address, key):
    class Seen:
        request = Request.build("GET", "/", client=(address, 0) if address else None)

    assert client_address(Seen) == key


def test_forwarded_values_count_only_by_the_word_of_a_trusted_proxy(ask):
    app = limited_app(requests=1)
    for address in ("198.51.100.1", "198.51.100.2\t", "unknown"):
        answer = ask(app, "GET /", headers={"x-forwarded-for": address, "forwarded": f"for={address}"})
    assert answer.status == 429


def test_a_forwarded_value_cannot_add_a_header_line(run):
    async def live():
        app = limited_app(requests=5)
        settings = ServerSettings(port=0, trusted_proxies=("127.0.0.1",))
        async with Server(app, settings) as server:
            host, port = server.url.removeprefix("http://").split(":")
            reader, writer = await asyncio.open_connection(host, int(port))
            forged = b'1.2.3.4"\x0bx-evil: 1, %0d%0ax-evil:%201'
            writer.write(b"GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\nx-forwarded-for: " + forged + b"\r\n\r\n")
            answer = await reader.read()
            writer.close()
            return answer

    assert b"x-evil" not in run(live()).lower()


def test_a_rule_s_name_cannot_break_its_header(ask):
    app = Application()
    rule = RateLimit("9/minute", name='a"b\\c\r\nx-evil: 1 100%d \u2603')
    app.get("/", rate_limit=rule, blocking=False)(lambda ctx: "done")
    answer = ask(app, "GET /")
    assert answer.headers["ratelimit-policy"] == '"a-b-c--x-evil: 1 100-d -";q=9;w=60'
    assert "x-evil" not in answer.headers


def test_exempt_addresses_are_never_counted(ask):
    app = limited_app(requests=1, exempt=["10.0.0.0/8", "::1"])
    assert [ask(app, "GET /", client=("10.1.2.3", 0)).status for _ in range(3)] == [200] * 3
    assert [ask(app, "GET /", client=("11.1.2.3", 0)).status for _ in range(2)] == [200, 429]
    assert "::ffff:10.9.9.9" in Exemptions(["10.0.0.0/8"])
    assert "" not in Exemptions(["0.0.0.0/0"])


def test_what_cannot_be_counted_with_is_a_mistake_at_start(run):
    app = Application({"rate_limit": {"exempt": ["10.0.0.0/99", "localhost"], "storage": "floppy://a"}})
    with pytest.raises(ApplicationError) as caught:
        run(app.start())
    assert [mistake.place for mistake in caught.value.mistakes] == ["rate_limit.exempt"] * 2 + ["rate_limit.storage"]


def test_the_absence_of_the_limits_library_names_the_extra(run, monkeypatch):
    monkeypatch.delitem(sys.modules, "arlen_mvc.rate_limits.limits_storage", raising=False)
    monkeypatch.setitem(sys.modules, "limits", None)
    app = limited_app(storage="redis://localhost")
    with pytest.raises(MissingDependencyError, match=r"arlen-mvc\[limits\]"):
        run(app.start())


def test_the_absence_of_the_redis_library_names_the_extra(run, monkeypatch):
    monkeypatch.setitem(sys.modules, "redis", None)
    app = limited_app(storage="redis://localhost")
    with pytest.raises(MissingDependencyError, match=r"redis library.*arlen-mvc\[limits\]"):
        run(app.start())


# A storage that several processes share


@pytest.mark.parametrize("scheme", ["redis://", "valkey://"])
@pytest.mark.parametrize("strategy", ["fixed_window", "moving_window"])
def test_applications_share_a_count_in_redis(run, arlen_redis, strategy, scheme):
    url = arlen_redis.url.replace("redis://", scheme)
    settings = {"storage": url, "storage_prefix": arlen_redis.prefix, "strategy": strategy}

    async def live():
        apps = [limited_app(requests=3, **settings) for _ in range(2)]
        for app in apps:
            await app.start()
        answers = [await app.handle(Request.build("GET", "/")) for app in apps * 2]
        for app in apps:
            await app.shutdown()
        return answers

    answers = run(live())
    assert [answer.status for answer in answers] == [200, 200, 200, 429]
    assert b"x-ratelimit-remaining: 1\r\n" in answers[1].constant_headers
    assert 1 <= int(answers[3].headers["retry-after"]) <= 60


PROGRAM = """
import asyncio, sys
from arlen_http import Request
from arlen_mvc import Application

async def main(url, prefix):
    app = Application({"rate_limit": {"enabled": True, "requests": 5, "storage": url, "storage_prefix": prefix}})
    app.get("/", blocking=False)(lambda ctx: "done")
    await app.start()
    answers = [await app.handle(Request.build("GET", "/")) for _ in range(4)]
    await app.shutdown()
    print(*[answer.status for answer in answers])

asyncio.run(main(*sys.argv[1:]))
"""


def test_two_processes_share_a_budget(run, arlen_redis):
    async def one():
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-c", PROGRAM, arlen_redis.url, arlen_redis.prefix, stdout=asyncio.subprocess.PIPE
        )
        printed, _ = await process.communicate()
        return printed.decode().split()

    async def both():
        return await asyncio.gather(one(), one())

    statuses = sorted(status for printed in run(both()) for status in printed)
    assert statuses == ["200"] * 5 + ["429"] * 3


@pytest.mark.parametrize(("policy", "status"), [("allow", 200), ("refuse", 503)])
def test_a_storage_that_is_down_lets_pass_or_refuses_and_is_reported_once(run, caplog, policy, status):
    app = limited_app(storage="redis://127.0.0.1:1", when_storage_fails=policy)

    async def live():
        await app.start()
        answers = [await app.handle(Request.build("GET", "/")) for _ in range(3)]
        await app.shutdown()
        return answers

    answers = run(live())
    assert [answer.status for answer in answers] == [status] * 3
    assert all(b"x-ratelimit" not in answer.constant_headers for answer in answers)
    assert [record.message for record in caplog.records if record.levelname == "ERROR"] == ["rate limit storage failed"]


class Flaky:
    def __init__(self):
        self.down, self.asked = True, 0

    async def hit(self, name, rate, key):
        self.asked += 1
        if self.down:
            raise StorageUnavailable("away")
        return Count(True, 1, 60)

    async def close(self):
        pass


def test_a_storage_that_failed_is_asked_again_once_a_second(run, caplog):
    clock, storage = Clock(), Flaky()
    counts = SharedCounts(storage, clock)

    def hit():
        return run(counts.hit("a", Rate(1, 60), "key"))

    assert [hit() for _ in range(5)] == [None] * 5
    assert storage.asked == 1
    clock.now += 1
    assert [hit() for _ in range(3)] == [None] * 3
    assert storage.asked == 2
    clock.now += 1
    storage.down = False
    assert [hit() for _ in range(3)] == [Count(True, 1, 60)] * 3
    assert [record.levelname for record in caplog.records] == ["ERROR"]
