"""Bearer tokens: which are believed, which are not, and for how long."""

import base64
import functools
import json

import jwt
import pytest
from arlen_mvc.auth import AuthError, ClaimRules, Key, Tokens, key_set, pem_key, secret_key
from arlen_mvc.results import encode_json
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st

SECRET = "a secret of the house, known to few of us"
NOW = 1_800_000_000
CLAIMS = {"sub": "ada", "exp": NOW + 600}

_MAKERS = {
    "RS": lambda: rsa.generate_private_key(65537, 2048),
    "another RS": lambda: rsa.generate_private_key(65537, 2048),
    "ES256": lambda: ec.generate_private_key(ec.SECP256R1()),
    "ES384": lambda: ec.generate_private_key(ec.SECP384R1()),
    "ES512": lambda: ec.generate_private_key(ec.SECP521R1()),
    "EdDSA": ed25519.Ed25519PrivateKey.generate,
}


@functools.cache
def private(kind):
    return _MAKERS[kind]()


def public_pem(kind):
    return private(kind).public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def sign(claims=CLAIMS, key=SECRET, algorithm="HS256", **header):
    return jwt.encode(claims, key, algorithm, headers=header or None)


def raw(header, payload, signature=b"x"):
    parts = [part if isinstance(part, bytes) else json.dumps(part).encode() for part in (header, payload, signature)]
    return ".".join(base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts)


def verifier(*keys, algorithms=("HS256",), rules=None, clock=lambda: NOW, **options):
    return Tokens(keys or (secret_key(SECRET),), algorithms, rules or ClaimRules(), clock=clock, **options)


def refusal(tokens, token):
    with pytest.raises(AuthError) as caught:
        tokens.principal(token)
    return caught.value.code


@pytest.mark.parametrize(
    ("algorithm", "kind"),
    [
        ("RS256", "RS"),
        ("RS512", "RS"),
        ("PS256", "RS"),
        ("PS384", "RS"),
        ("ES256", "ES256"),
        ("ES384", "ES384"),
        ("ES512", "ES512"),
        ("EdDSA", "EdDSA"),
    ],
)
def test_a_public_key_verifies_the_algorithms_of_its_kind(algorithm, kind):
    token = sign(key=private(kind), algorithm=algorithm)
    assert verifier(pem_key(public_pem(kind)), algorithms=[algorithm]).principal(token).subject == "ada"
    assert refusal(verifier(pem_key(public_pem(kind)), algorithms=["HS256"]), token) == "unsupported_algorithm"


@pytest.mark.parametrize("algorithm", ["HS256", "HS384", "HS512"])
def test_a_secret_verifies_message_authentication_codes(algorithm):
    token = sign(key=SECRET * 2, algorithm=algorithm)
    assert verifier(secret_key(SECRET * 2), algorithms=[algorithm]).principal(token).subject == "ada"


def test_a_principal_has_the_scopes_roles_and_claims_of_its_token():
    claims = {
        "sub": "ada",
        "scope": " read  write ",
        "scopes": ["write", " admin", 7],
        "role": "editor",
        "roles": ["author", "editor", ""],
        "team": "blue",
    }
    principal = verifier().principal(sign(claims))
    assert (principal.subject, principal.scopes) == ("ada", ("read", "write", "admin"))
    assert principal.roles == ("editor", "author")
    assert principal.claims["team"] == "blue"


@pytest.mark.parametrize("subject", ["", 7, None, ["ada"]])
def test_a_subject_that_is_no_text_is_none(subject):
    token = raw({"alg": "HS256"}, {"sub": subject})
    signed = jwt.PyJWS().encode(json.dumps({"sub": subject}).encode(), SECRET, "HS256")
    assert verifier().principal(signed).subject is None
    assert refusal(verifier(), token) == "invalid_signature"


RULES = ClaimRules("https://issuer", "shop", required=("jti",))
GOOD = {**CLAIMS, "iss": "https://issuer", "aud": ["shop", "other"], "jti": "1"}


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"exp": NOW}, "token_expired"),
        ({"exp": NOW - 1}, "token_expired"),
        ({"exp": "2100"}, "invalid_payload"),
        ({"exp": True}, "invalid_payload"),
        ({"exp": float("inf")}, "invalid_payload"),
        ({"nbf": NOW + 1}, "token_not_active"),
        ({"nbf": float("nan")}, "invalid_payload"),
        ({"nbf": None}, "invalid_payload"),
        ({"iss": "https://other"}, "invalid_issuer"),
        ({"iss": ["https://issuer"]}, "invalid_issuer"),
        ({"aud": "other"}, "invalid_audience"),
        ({"aud": ["SHOP"]}, "invalid_audience"),
        ({"aud": {"shop": 1}}, "invalid_audience"),
        ({"jti": None}, "invalid_payload"),
    ],
)
def test_claims_that_break_a_rule_are_refused(changes, code):
    payload = json.dumps({**GOOD, **changes}).encode()
    assert refusal(verifier(rules=RULES), jwt.PyJWS().encode(payload, SECRET, "HS256")) == code


def test_claims_that_keep_every_rule_are_believed():
    tokens = verifier(rules=RULES)
    assert tokens.principal(sign(GOOD)).subject == "ada"
    assert tokens.principal(sign({**GOOD, "aud": "shop", "nbf": NOW, "exp": NOW + 0.5})).subject == "ada"
    assert verifier().principal(sign({"sub": "bob"})).subject == "bob"


def test_leeway_allows_for_clocks_that_differ():
    tokens = verifier(rules=ClaimRules(leeway=5))
    assert tokens.principal(sign({"exp": NOW - 4, "nbf": NOW + 4})).claims["exp"] == NOW - 4
    assert refusal(tokens, sign({"exp": NOW - 5})) == "token_expired"
    assert refusal(tokens, sign({"nbf": NOW + 6})) == "token_not_active"


@pytest.mark.parametrize("algorithm", ["none", "None", "NONE", "nOnE", "", None, 7, ["HS256"], "HS257", "RS256"])
def test_token_forgery_with_an_algorithm_that_nobody_configured_is_refused(algorithm):
    for signature in (b"x", b""):
        token = raw({"alg": algorithm, "typ": "JWT"}, CLAIMS, signature)
        code = refusal(verifier(), token)
        assert code == ("unsupported_algorithm" if signature else "invalid_token_format")


def test_token_forgery_by_algorithm_confusion_is_refused():
    pem = public_pem("RS")
    signature = jwt.algorithms.HMACAlgorithm(jwt.algorithms.HMACAlgorithm.SHA256)
    text = raw({"alg": "HS256"}, CLAIMS).rpartition(".")[0]
    for secret in (pem.encode(), pem.strip().encode()):
        code = base64.urlsafe_b64encode(signature.sign(text.encode(), secret)).rstrip(b"=").decode()
        both = verifier(pem_key(pem), algorithms=["RS256", "HS256"])
        assert refusal(both, f"{text}.{code}") == "unknown_key"
        with_secret = verifier(pem_key(pem), secret_key(SECRET), algorithms=["RS256", "HS256"])
        assert refusal(with_secret, f"{text}.{code}") == "invalid_signature"


def test_token_forgery_with_a_key_of_its_own_is_refused():
    own = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(private("RS").public_key()))
    header = {"jwk": own, "jku": "https://evil.example/jwks.json", "x5u": "https://evil.example/cert"}
    token = sign(key=private("RS"), algorithm="RS256", **header)
    other = verifier(pem_key(public_pem("another RS")), algorithms=["RS256"])
    assert refusal(other, token) == "invalid_signature"


@pytest.mark.parametrize(
    ("token", "code"),
    [
        ("", "invalid_token_format"),
        ("a.b", "invalid_token_format"),
        ("a..c", "invalid_token_format"),
        ("a.b.c.d", "invalid_token_format"),
        ("a.b.ü", "invalid_token_format"),
        ("a." * 1000, "invalid_token_format"),
        ("!.b.c", "invalid_token_header"),
        (raw([1], CLAIMS), "invalid_token_header"),
        (raw(b"{", CLAIMS), "invalid_token_header"),
        (raw(b'{"alg":' + b"[" * 5000, CLAIMS), "invalid_token_header"),
        (raw({"alg": "HS256", "crit": ["exp"], "exp": 1}, CLAIMS), "invalid_token_header"),
        (raw({"alg": "HS256", "kid": {"$ne": 1}}, CLAIMS), "invalid_token_header"),
    ],
)
def test_a_malformed_token_is_refused_before_any_signature_work(token, code):
    assert refusal(verifier(), token) == code


def test_a_huge_token_is_refused_before_it_is_read():
    token = sign({**CLAIMS, "padding": "x" * 9000})
    assert refusal(verifier(), token) == "invalid_token_format"
    assert refusal(verifier(), "." * 1_000_000) == "invalid_token_format"


@pytest.mark.parametrize("payload", [b"[]", b"7", b'"x"', b"{", b"", b'{"a":' * 1100, b"\xff"])
def test_a_signed_payload_that_is_no_object_is_refused(payload):
    token = jwt.PyJWS().encode(payload, SECRET, "HS256")
    assert refusal(verifier(), token) == ("invalid_payload" if payload else "invalid_token_format")


@given(st.data())
def test_token_forgery_by_any_change_of_a_character_is_refused(data):
    token = sign()
    index = data.draw(st.integers(0, len(token) - 1))
    other = data.draw(st.characters(codec="ascii").filter(lambda character: character != token[index]))
    forged = token[:index] + other + token[index + 1 :]
    try:
        subject = verifier().principal(forged).subject
    except AuthError:
        return
    unused_bits = index == len(token) - 1  # of the last character of a signature only some bits count
    assert unused_bits
    assert subject == "ada"


def test_a_truncated_token_is_refused():
    token = sign()
    for length in range(len(token)):
        refusal(verifier(), token[:length])


def test_a_known_token_still_expires_and_costs_no_second_signature():
    now = [NOW]
    tokens = verifier(clock=lambda: now[0])
    token = sign()
    first = tokens.principal(token)
    now[0] = NOW + 599
    assert tokens.principal(token) is first
    now[0] = NOW + 600
    assert refusal(tokens, token) == "token_expired"


def test_nobody_can_change_the_claims_that_requests_share():
    tokens = verifier()
    token = sign({**CLAIMS, "teams": ["blue"], "address": {"city": "Turin"}})
    claims = tokens.principal(token).claims
    for change in (
        lambda: claims.__setitem__("sub", "eve"),
        lambda: claims["teams"].append("red"),
        lambda: claims["address"].update(city="Rome"),
    ):
        with pytest.raises((TypeError, AttributeError)):
            change()
    assert encode_json(tokens.principal(token).claims["address"]) == b'{"city":"Turin"}'


def test_known_tokens_are_bounded():
    tokens = verifier()
    first = tokens.principal(sign())
    for number in range(1024):
        tokens.principal(sign({"sub": str(number)}))
    assert tokens.principal(sign()) is not first
    assert tokens.principal(sign()) == first


def test_a_token_names_its_key_and_no_other_is_tried():
    tokens = Tokens(
        [
            Key("old", secret_key("o" * 32).algorithms, b"o" * 32),
            Key("new", secret_key("n" * 32).algorithms, b"n" * 32),
        ],
        ["HS256"],
        clock=lambda: NOW,
    )
    assert tokens.principal(sign(key="o" * 32, kid="old")).subject == "ada"
    assert tokens.principal(sign(key="n" * 32)).subject == "ada"
    assert refusal(tokens, sign(key="o" * 32, kid="new")) == "invalid_signature"
    assert refusal(tokens, sign(key="o" * 32, kid="../../etc/passwd")) == "unknown_key"


def test_without_keys_every_token_is_refused():
    assert refusal(Tokens([], ["HS256"]), sign()) == "missing_verifier_secret"


def jwk(kind, **members):
    return {**json.loads(_jwk_text(kind)), **members}


def _jwk_text(kind):
    algorithm = {"RS": jwt.algorithms.RSAAlgorithm, "EdDSA": jwt.algorithms.OKPAlgorithm}.get(
        kind, jwt.algorithms.ECAlgorithm
    )
    return algorithm.to_jwk(private(kind).public_key())


def test_a_key_set_holds_what_verifies_signatures():
    symmetric = {"kty": "oct", "k": "c2VjcmV0", "kid": "shared"}
    document = {
        "keys": [
            jwk("RS", kid="r"),
            jwk("RS", kid="r-only", alg="RS512"),
            jwk("ES256", kid="e", use="sig"),
            jwk("EdDSA", kid="d"),
            jwk("RS", kid="enc", use="enc"),
            jwk("RS", kid="wrong", alg="ES256"),
            symmetric,
            {"kty": "unheard-of"},
            {"kty": "RSA", "n": "!!", "e": 7},
            "text",
        ]
    }
    keys = {key.id: key.algorithms for key in key_set(document)}
    assert sorted(keys) == ["d", "e", "r", "r-only"]
    assert keys["r-only"] == {"RS512"}
    assert "HS256" not in frozenset().union(*keys.values())


@pytest.mark.parametrize("document", [None, [], {}, {"keys": {}}, "keys"])
def test_what_is_no_key_set_is_refused(document):
    with pytest.raises(AuthError, match="Key Set") as caught:
        key_set(document)
    assert caught.value.code == "invalid_key"


def test_keys_that_are_no_public_keys_or_too_short_are_refused():
    short = rsa.generate_private_key(65537, 1024).public_key()
    texts = [
        "nonsense",
        "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n",
        short.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode(),
    ]
    for text in texts:
        with pytest.raises(AuthError) as caught:
            pem_key(text)
        assert caught.value.code == "invalid_key"
