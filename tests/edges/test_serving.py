"""What a process that serves does with its connections, and what it does without."""

import socket
import subprocess
import sys

from referral.edges.commands.serving import listen
from referral.foundation.settings import Settings

# What only staff, workers and an operator's own choice of geocoder need.
HEAVY = ("authlib", "geopy", "httpx2", "joserfc", "numpy", "ortools", "pyotp", "requests", "webauthn")
LOADED = """
import sys
from referral import doors
from referral.edges.commands import serving
from referral.edges.graphql.schemas import Audience, schema
schema(Audience.PUBLIC)
print(*sys.modules)
"""


def test_what_is_written_to_a_visitor_leaves_at_once() -> None:
    """Else the second part of every answer waits until the first has been confirmed."""
    with listen(Settings(host="127.0.0.1", port=0)) as listener, socket.create_connection(listener.getsockname()):
        visitor, _ = listener.accept()
        with visitor:
            assert visitor.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


def test_who_serves_the_public_loads_nothing_of_the_desk() -> None:
    done = subprocess.run([sys.executable, "-c", LOADED], check=True, capture_output=True, text=True)
    loaded = set(done.stdout.split())
    assert "referral.edges.graphql.public" in loaded
    assert not {name for name in loaded if name.partition(".")[0] in HEAVY}
    assert not {"referral.edges.errands", "referral.edges.graphql.staff", "referral.edges.web.desk"} & loaded
