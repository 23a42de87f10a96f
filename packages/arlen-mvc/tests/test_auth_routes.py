"""Routes behind a gate: who gets in, and what the others are told."""

import base64
import logging
import time

import jwt
import pytest
from arlen_mvc import Application, ApplicationError, Controller, Router, auth, get
from arlen_mvc.auth import (
    Anyone,
    ApiKey,
    AuthError,
    Basic,
    Bearer,
    KnownKeys,
    Principal,
    Scheme,
    authenticate,
    describe_security,
    key_digest,
)

SECRET = "a secret of the house, known to few of us"
JSON = {"accept": "application/json"}


def token(secret=SECRET, **claims):
    return jwt.encode({"sub": "ada", "exp": int(time.time()) + 600, **claims}, secret, "HS256")


def bearer(secret=SECRET, **claims):
    return {"authorization": f"Bearer {token(secret, **claims)}"}


def basic(text):
    return {"authorization": f"Basic {base64.b64encode(text.encode()).decode()}"}


def gated(**options):
    app = Application({"environment": "production", "auth": {"bearer_secret": SECRET}})

    @app.get("/", name="home", **options)
    async def home(ctx):
        return {
            "subject": ctx.auth_subject,
            "scopes": ctx.auth_scopes,
            "roles": ctx.auth_roles,
            "claims": ctx.auth_claims is not None,
        }

    return app


@pytest.mark.parametrize("blocking", [True, False])
@pytest.mark.parametrize("spelling", ["Bearer {}", "bearer {}", "BEARER   {}", "Bearer\t{}"])
def test_a_caller_with_a_good_token_gets_in(ask, spelling, blocking):
    app = Application({"auth": {"bearer_secret": SECRET}})

    @app.get("/", required_scopes=["read"], blocking=blocking)
    def home(ctx, caller: Principal):
        return caller.subject

    headers = {"authorization": spelling.format(token(scope="read write"))}
    assert ask(app, "GET /", headers=headers).text == "ada"


def test_the_context_knows_the_caller(ask):
    answer = ask(gated(required_roles="editor"), "GET /", headers=bearer(scope="a b", roles=["editor", "author"]))
    assert answer.json == {"subject": "ada", "scopes": ["a", "b"], "roles": ["editor", "author"], "claims": True}


def test_routes_that_require_nothing_do_not_look_at_the_field(ask):
    nobody = {"subject": None, "scopes": [], "roles": [], "claims": False}
    assert ask(gated(), "GET /", headers={"authorization": "Bearer nonsense"}).json == nobody


def test_an_action_that_names_the_caller_where_there_is_none_is_answered_with_401(ask):
    app = Application()

    @app.get("/")
    async def home(caller: Principal):
        return caller.subject

    assert ask(app, "GET /").status == 401


@pytest.mark.parametrize(
    ("headers", "options", "challenge"),
    [
        ({}, {"required_roles": ["x"]}, 'Bearer realm="arlen"'),
        ({}, {"required_scopes": ["a", "b"]}, 'Bearer realm="arlen", scope="a b"'),
        (
            bearer("another secret, which is not the right one"),
            {"required_roles": ["x"]},
            'Bearer realm="arlen", error="invalid_token"',
        ),
        (bearer(exp=1), {"required_scopes": ["a"]}, 'Bearer realm="arlen", scope="a", error="invalid_token"'),
        (basic("a:b"), {"required_roles": ["x"]}, 'Bearer realm="arlen"'),
    ],
)
def test_whoever_is_not_identified_gets_401_and_a_challenge(ask, headers, options, challenge):
    app = gated(**options)
    text = ask(app, "GET /", headers=headers)
    assert (text.status, text.text, text.headers["www-authenticate"]) == (401, "unauthorized\n", challenge)
    json = ask(app, "GET /", headers={**headers, **JSON}).json
    assert (json["error"]["code"], json["error"]["message"]) == ("unauthorized", "Unauthorized")
    scopes = options.get("required_scopes")
    assert json.get("details", []) == (
        [{"field": "auth", "code": "unauthorized", "message": "Unauthorized", "meta": {"required_scopes": scopes}}]
        if scopes
        else []
    )


def test_a_missing_scope_is_told_before_a_missing_role(ask):
    app = gated(required_scopes=["a", "b"], required_roles=["editor"])
    answer = ask(app, "GET /", headers={**bearer(scope="a"), **JSON})
    assert answer.status == 403
    assert answer.headers["www-authenticate"] == 'Bearer realm="arlen", scope="a b", error="insufficient_scope"'
    assert (answer.json["error"]["code"], answer.json["error"]["message"]) == ("forbidden", "Missing required scope")
    meta = {"required_scopes": ["a", "b"], "granted_scopes": ["a"]}
    assert answer.json["details"] == [
        {"field": "auth", "code": "forbidden", "message": "Missing required scope", "meta": meta}
    ]
    assert ask(app, "GET /", headers=bearer(scope="a")).text == "forbidden\n"


def test_a_missing_role_is_told_without_a_challenge(ask):
    app = gated(required_roles=["editor"])
    answer = ask(app, "GET /", headers={**bearer(role="author"), **JSON})
    assert answer.status == 403
    assert "www-authenticate" not in answer.headers
    assert answer.json["error"]["message"] == "Missing required role"
    meta = {"required_roles": ["editor"], "granted_roles": ["author"]}
    assert answer.json["details"][0]["meta"] == meta


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        ({}, "missing_bearer_token"),
        (basic("a:b"), "invalid_authorization_header"),
        ({"authorization": "Bearer"}, "invalid_authorization_header"),
        ({"authorization": "Bearer a b"}, "invalid_authorization_header"),
        ({"authorization": " "}, "invalid_authorization_header"),
        ({"authorization": "Bearer nonsense"}, "invalid_token_format"),
        (bearer("another secret, which is not the right one"), "invalid_signature"),
        (bearer(exp=1), "token_expired"),
        (bearer(), "missing_scope"),
    ],
)
def test_the_reason_is_logged_and_never_sent(ask, caplog, headers, code):
    app = gated(required_scopes=["read"])
    with caplog.at_level(logging.WARNING, "arlen"):
        answer = ask(app, "GET /", headers={**headers, **JSON})
    (record,) = [record for record in caplog.records if record.message == "request auth rejected"]
    assert record.levelname == "WARNING"
    assert record.fields == {"request_id": answer.json["error"]["request_id"], "error": code, "route": "home"}
    assert code == "missing_scope" or (code not in answer.text and code not in str(answer.headers))


def test_token_forgery_with_a_repeated_header_is_refused(ask):
    good = bearer()["authorization"]
    app = gated(required_roles=["editor"], auth=Bearer())
    for pair in ((good, good), ("Bearer x.y.z", bearer(role="editor")["authorization"])):
        assert ask(app, "GET /", headers=[("authorization", value) for value in pair]).status == 401


def test_an_unidentified_request_with_bad_parameters_gets_401_before_422_and_before_its_guards(ask):
    asked = []
    app = Application({"auth": {"bearer_secret": SECRET}})

    @app.get("/", required_scopes=["a"], guards=[asked.append])
    async def home(page: int):
        return page

    assert ask(app, "GET /?page=x").status == 401
    assert asked == []


@pytest.mark.parametrize(
    ("policy", "status"),
    [
        (lambda principal: principal.subject == "ada", 200),
        (lambda principal: False, 403),
        (lambda principal: None, 403),
        (lambda principal, ctx: ctx.request.method == "GET", 200),
        (lambda principal, ctx: ctx.request.method == "POST", 403),
    ],
)
def test_policies_have_the_last_word(ask, policy, status):
    async def slow_policy(*arguments):
        return policy(*arguments)

    async def of_one(principal):
        return policy(principal)

    async def of_both(principal, ctx):
        return policy(principal, ctx)

    slow = of_one if policy.__code__.co_argcount == 1 else of_both
    for each in (policy, slow):
        answer = ask(gated(policies=each), "GET /", headers=bearer())
        assert (answer.status, answer.text if status == 403 else "") == (status, "forbidden\n" if status == 403 else "")


def test_policies_alone_require_somebody(ask):
    assert ask(gated(policies=[lambda principal: True]), "GET /").status == 401


def test_what_groups_and_controllers_require_adds_up(ask):
    class Books(Controller):
        prefix = "/books"
        required_scopes = ("books",)

        @get("/", required_roles=["librarian"])
        async def index(self, ctx):
            return "books"

        @get("/open", auth=None)
        async def open(self, ctx):
            return "open"

    app = Application({"auth": {"bearer_secret": SECRET}})
    group = Router("/api", required_scopes="api", policies=[lambda principal: principal.subject == "ada"])
    group.add_controller(Books)
    app.include(group)

    def status(**claims):
        return ask(app, "GET /api/books/", headers=bearer(**claims)).status

    assert status(scope="api books", role="librarian") == 200
    assert status(scope="books", role="librarian") == 403
    assert status(scope="api", role="librarian") == 403
    assert status(scope="api books") == 403
    assert status(scope="api books", role="librarian", sub="bob") == 403
    assert ask(app, "GET /api/books/open").text == "open"


def test_the_schemes_of_a_route_replace_those_of_its_group(ask):
    app = Application({"auth": {"bearer_secret": SECRET}})
    keys = ApiKey(KnownKeys({key_digest("k1"): Principal("robot")}))
    with app.group("/api", auth=[keys]) as api:

        @api.get("/key")
        async def by_key(caller: Principal):
            return caller.subject

        @api.get("/token", auth=Bearer())
        async def by_token(caller: Principal):
            return caller.subject

    assert ask(app, "GET /api/key", headers={"x-api-key": "k1"}).text == "robot"
    assert ask(app, "GET /api/key", headers=bearer()).status == 401
    assert ask(app, "GET /api/token", headers=bearer()).text == "ada"


@pytest.mark.parametrize(
    ("place", "field", "line", "headers"),
    [
        ("header", "x-api-key", "GET /", {"x-api-key": "k1"}),
        ("query", "key", "GET /?key=k1", {}),
        ("cookie", "key", "GET /", {"cookie": "key=k1"}),
    ],
)
def test_keys_may_come_in_a_header_the_query_or_a_cookie(ask, place, field, line, headers):
    def lookup(key):
        return Principal("robot", scopes=("read",)) if key == "k1" else None

    async def slow_lookup(key):
        return lookup(key)

    for each in (lookup, slow_lookup):
        app = gated(auth=ApiKey(each, field, place), required_scopes=["read"])
        assert ask(app, line, headers=headers).json["subject"] == "robot"
        wrong = {name: value.replace("k1", "k2") for name, value in headers.items()}
        assert ask(app, line.replace("k1", "k2"), headers=wrong).status == 401
        assert ask(app, "GET /").status == 401


def test_a_key_that_is_given_twice_is_refused(ask):
    app = gated(auth=ApiKey(lambda key: Principal("robot"), "key", "query"))
    assert ask(app, "GET /?key=a").status == 200
    assert ask(app, "GET /?key=a&key=b").status == 401


def test_known_keys_are_compared_in_a_time_that_tells_nothing(monkeypatch):
    compared = []
    digests = [key_digest(name) for name in ("a", "b", "c")]

    def compare(known, given):
        compared.append(known)
        return known == given

    monkeypatch.setattr("hmac.compare_digest", compare)
    lookup = KnownKeys({digest: Principal(name) for digest, name in zip(digests, "abc", strict=True)})
    assert lookup("a").subject == "a"
    assert lookup("x") is None
    assert compared == [digest.encode() for digest in digests] * 2


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        (basic("ada:se:cret"), 200),
        (basic("ada:wrong"), 401),
        (basic("ada"), 401),
        ({"authorization": "Basic !!!"}, 401),
        ({"authorization": "Basic /////w=="}, 401),
        ({}, 401),
    ],
)
def test_names_and_passwords_may_come_with_each_request(ask, headers, status):
    def lookup(name, password):
        return Principal(name) if (name, password) == ("ada", "se:cret") else None

    async def slow_lookup(name, password):
        return lookup(name, password)

    for each in (lookup, slow_lookup):
        answer = ask(gated(auth=Basic(each)), "GET /", headers=headers)
        assert answer.status == status
        assert answer.headers.get("www-authenticate", "") == (
            'Basic realm="arlen", charset="UTF-8"' if status == 401 else ""
        )


def test_several_schemes_are_tried_in_their_order_and_each_of_them_is_offered(ask):
    app = gated(auth=[Bearer(), Basic(lambda name, password: Principal(name) if password == "x" else None)])
    assert ask(app, "GET /", headers=bearer()).json["subject"] == "ada"
    assert ask(app, "GET /", headers=basic("bob:x")).json["subject"] == "bob"
    refused = ask(app, "GET /", headers=basic("bob:y"))
    assert refused.headers["www-authenticate"] == 'Bearer realm="arlen", Basic realm="arlen", charset="UTF-8"'


def test_credentials_that_are_wrong_are_refused_though_another_scheme_would_let_in(ask):
    keys = ApiKey(lambda key: Principal("robot"))
    app = gated(auth=[Bearer(), keys, Anyone()])
    assert ask(app, "GET /", headers={"authorization": "Bearer nonsense", "x-api-key": "k"}).status == 401


def test_anyone_may_be_let_in_but_not_where_something_is_required(ask):
    app = gated(auth=[Bearer(), Anyone()])
    assert ask(app, "GET /").json["subject"] is None
    assert ask(app, "GET /", headers=bearer()).json["subject"] == "ada"
    assert ask(gated(auth=[Bearer(), Anyone()], required_scopes=["a"]), "GET /").status == 401
    assert ask(gated(auth=[Bearer(), Anyone()], policies=lambda principal: True), "GET /").status == 401


def test_a_scheme_of_ones_own_is_a_class(ask):
    class Certificate(Scheme):
        name = "CertificateAuth"

        def definition(self, authenticator):
            return {"type": "mutualTLS"}

        def identifier(self, authenticator):
            return lambda ctx: Principal("machine") if ctx.header("x-verified") else None

    app = gated(auth=Certificate())
    assert ask(app, "GET /", headers={"x-verified": "1"}).json["subject"] == "machine"
    assert ask(app, "GET /").status == 401


def test_a_caller_whom_a_layer_has_identified_is_accepted(ask):
    app = gated(required_roles=["editor"])

    @app.use
    async def gateway(ctx, call_next):
        ctx.keep(Principal, Principal("from the gateway", roles=("editor",)))
        return await call_next(ctx)

    assert ask(app, "GET /").json["subject"] == "from the gateway"


def test_guards_may_identify_the_caller_themselves(ask, caplog):
    causes = []

    async def signed_in(ctx):
        try:
            return (await authenticate(ctx)).subject == "ada"
        except Exception as error:
            causes.append(error.__cause__)
            raise

    app = gated(guards=[signed_in])
    assert ask(app, "GET /", headers=bearer()).json["subject"] == "ada"
    assert ask(app, "GET /", headers=bearer(sub="bob")).status == 403
    assert ask(app, "GET /").status == 401
    (cause,) = causes
    assert isinstance(cause, AuthError)
    assert cause.code == "missing_bearer_token"
    assert "request auth rejected" in caplog.text


def test_guards_cannot_identify_anybody_without_a_key(ask, caplog):
    app = Application({"environment": "production"})

    @app.get("/", guards=[authenticate])
    async def home(ctx):
        return "home"

    assert ask(app, "GET /", headers=bearer()).status == 401
    assert [record.fields["error"] for record in caplog.records] == ["missing_verifier_secret"]


def test_an_auth_error_that_nobody_rescues_is_answered_with_401(ask):
    app = Application({"environment": "production"})

    @app.get("/")
    async def home(ctx):
        raise AuthError("the reason", code="token_expired")

    answer = ask(app, "GET /", headers=JSON)
    assert answer.json["error"]["code"] == "unauthorized"
    assert "reason" not in answer.text


def mistakes_of(app, run):
    with pytest.raises(ApplicationError) as caught:
        run(app.start())
    return [str(mistake) for mistake in caught.value.mistakes]


@pytest.mark.parametrize(
    ("config", "said"),
    [
        ({"enabled": True}, "auth.enabled requires auth.bearer_secret"),
        ({"enabled": True, "bearer_secret": "  "}, "auth.enabled requires auth.bearer_secret"),
        ({"bearer_secret": "short"}, "auth.bearer_secret: is shorter than 32 bytes"),
        ({"link_secret": "short"}, "auth.link_secret: is shorter than 32 bytes"),
        ({"algorithms": ["none"]}, "'none' is no signature algorithm"),
        ({"algorithms": []}, "auth.algorithms: is empty"),
        ({"algorithms": ["RS256"], "bearer_secret": SECRET}, "holds no HS*"),
        ({"key_files": ["key.pem"]}, "holds only HS*"),
        ({"jwks_url": "http://issuer/keys", "algorithms": ["RS256"]}, "can be forged on the way"),
    ],
)
def test_what_is_wrong_with_the_configuration_is_told_at_start(run, config, said):
    (mistake,) = mistakes_of(Application({"environment": "production", "auth": config}), run)
    assert said in mistake


def test_a_weak_secret_is_a_warning_outside_of_production(run, caplog):
    run(Application({"environment": "test", "auth": {"bearer_secret": "short"}}).start())
    (record,) = [record for record in caplog.records if record.message == "weak secret"]
    assert record.fields == {"config_key": "auth.bearer_secret"}


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"required_scopes": ["a"]}, "set auth.bearer_secret"),
        ({"auth": Bearer()}, "set auth.bearer_secret"),
        ({"auth": "bearer"}, "'bearer' is no scheme"),
        ({"auth": [Anyone()], "policies": [7]}, "7 is no policy"),
        ({"auth": Anyone(), "policies": [lambda: True]}, "is no policy"),
        ({"auth": None, "required_scopes": ["a"]}, "auth=None lets everybody in"),
    ],
)
def test_what_is_wrong_with_a_route_is_told_at_start(run, options, said):
    app = Application()

    @app.get("/", **options)
    async def home(ctx):
        return "home"

    (mistake,) = mistakes_of(app, run)
    assert mistake.startswith("GET / -> ")
    assert said in mistake


def test_a_key_file_that_cannot_be_read_is_told_with_its_name(run, write):
    root = write({"keys/bad.pem": "nonsense"})
    config = {"auth": {"key_files": ["keys/bad.pem"], "algorithms": ["RS256"]}}
    app = Application(config, root=root)

    @app.get("/", auth=Bearer())
    async def home(ctx):
        return "home"

    (mistake,) = mistakes_of(app, run)
    assert str(root / "keys/bad.pem") in mistake


@pytest.mark.parametrize("name", auth.__all__)
def test_every_public_name_is_there(name):
    assert getattr(auth, name) is not None


def test_the_security_of_a_route_is_described(run):
    keys = ApiKey(lambda key: None, "key", "query")
    app = gated(auth=[Bearer(), keys, Anyone()], required_scopes=["read"])

    @app.get("/open")
    async def opened(ctx):
        return ""

    @app.get("/roles", required_roles=["editor"])
    async def roles(ctx):
        return ""

    run(app.start())
    authenticator = app._runtime.authenticator
    home, opened_info, by_role = (describe_security(info.protection, authenticator) for info in app.routes)
    assert home.requirements == ({"BearerAuth": ["read"]}, {"ApiKeyAuth": ["read"]}, {})
    assert home.schemes == {
        "BearerAuth": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"},
        "ApiKeyAuth": {"type": "apiKey", "in": "query", "name": "key"},
    }
    assert (opened_info.requirements, opened_info.schemes) == ((), {})
    assert by_role.requirements == ({"BearerAuth": []},)
