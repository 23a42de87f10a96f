"""``[api_helpers]``"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class APIHelperSettings:
    """``[api_helpers]``"""

    response_envelope_enabled: bool = field(
        default=False,
        metadata={
            "env": "ARLEN_RESPONSE_ENVELOPE_ENABLED",
            "doc": "put every JSON answer into an object with data (or error) and meta",
        },
    )
    automatic_etags: bool = field(
        default=False,
        metadata={
            "env": "ARLEN_AUTOMATIC_ETAGS",
            "doc": "give answers to GET a weak ETag made from their content, and answer 304 when the client has it",
        },
    )
