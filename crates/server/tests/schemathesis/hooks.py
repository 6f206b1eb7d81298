"""Signs deliveries of webhooks, as Svix does for Clerk: unsigned, each would be refused before anything of it is read."""

import base64
import hashlib
import hmac
import json
import os
import time

import schemathesis
from schemathesis.core import NOT_SET
from schemathesis.core.parameters import ParameterLocation

KEY = base64.b64decode(os.environ["CLERK_WEBHOOK_SECRET"].removeprefix("whsec_"))


@schemathesis.hook
def before_call(context, case, kwargs):
    headers = case.meta.components.get(ParameterLocation.HEADER) if case.meta else None
    # Headers that are wrong on purpose stay wrong.
    if case.operation.path != "/webhooks/clerk" or headers is None or not headers.mode.is_positive:
        return
    body = b"" if case.body is NOT_SET else case.body
    if not isinstance(body, bytes):
        body = json.dumps(body).encode()
    delivery, now = "msg_" + os.urandom(12).hex(), str(int(time.time()))
    signature = hmac.new(KEY, f"{delivery}.{now}.".encode() + body, hashlib.sha256).digest()
    case.headers["svix-id"] = delivery
    case.headers["svix-timestamp"] = now
    case.headers["svix-signature"] = "v1," + base64.b64encode(signature).decode()
