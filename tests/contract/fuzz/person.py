"""Whom the fuzzer plays, for schemathesis: signs the person of FUZZ_LOGIN in at FUZZ_ADDRESS, and has her name things
that are there.

Made-up names alone would meet nothing but 404. In three calls of four a well-formed name is replaced by one that the
server has told her, in the path and in the body, and what `If-Match` says by `*`.
"""

import itertools
import os
import re
import uuid
import zlib
from collections import defaultdict

import requests
import schemathesis

ADDRESS = os.environ["FUZZ_ADDRESS"]
LOGIN = os.environ.get("FUZZ_LOGIN")
# An access token holds for a quarter of an hour.
REFRESH_SECONDS = 300
# Of each kind: the first that were there are the demo's, with more about them than what comes of chance.
FIRST, NEWEST = 4, 30

# What a name in a path or a body is a name of, where it does not stand behind its list.
LISTS = {
    "absence_id": "absences",
    "clock_id": "reply_clocks",
    "entry_id": "library",
    "goal_id": "items",
    "in_reply_to": "messages",
    "life_domain_id": "items",
    "message_id": "messages",
    "note": "notes",
    "owner": "owners",
    "owner_id": "owners",
    "parent_id": "items",
    "provider": "providers",
    "provider_id": "providers",
    "slot": "prompts",
    "subject": "items",
}
# Lists whose things are found under another name.
FOUND_AS = {"check_in_cards": "check_ins", "check_ins": "series"}

known = defaultdict(list)
calls = itertools.count()


def remember(things, name):
    there = known[things]
    if name not in there:
        known[things] = there[:FIRST] + (there[FIRST:] + [name])[-NEWEST:]


def learn(path, told):
    """Takes the names out of an answer."""
    if not isinstance(told, dict):
        return
    things = [part for part in path.strip("/").split("/") if not part.startswith("{")][-1]
    things = FOUND_AS.get(things, things)
    for thing in told.get("items", [told]) if isinstance(told.get("items", []), list) else []:
        if not isinstance(thing, dict):
            continue
        if isinstance(thing.get("id"), str):
            remember(things, thing["id"])
        if isinstance(thing.get("slot_id"), str):
            remember("prompts", thing["slot_id"])
        for side, people in (("owner", "owners"), ("provider", "providers")):
            if isinstance(thing.get(side), dict) and "id" in thing[side]:
                remember(people, thing[side]["id"])


def learn_everything(token):
    """What she has: everything that a phone of hers would keep."""
    session = requests.Session()
    session.headers["Authorization"] = f"Bearer {token}"
    page = session.get(ADDRESS + "/v1/sync?limit=500", timeout=60).json()
    for things, told in page["changed"].items():
        if isinstance(told, list):
            learn({"check_in_series": "/series", "agreements": "/agreement_versions"}.get(things, f"/{things}"), {"items": told})
    for path in ("/v1/library", "/v1/accounts", "/v1/notifications", "/v1/ledger"):
        answer = session.get(ADDRESS + path, timeout=60)
        if answer.status_code == 200:
            learn(path, answer.json())


def list_of(case):
    """Whose cursors lead anywhere in this list."""
    asked = {name: value for name, value in (case.query or {}).items() if name not in ("cursor", "limit")}
    return repr((case.operation.label, case.path_parameters, sorted(asked.items(), key=repr)))


def is_name(value):
    try:
        return isinstance(value, str) and str(uuid.UUID(value)) == value.lower()
    except ValueError:
        return False


def instead_of(value, things):
    """A name that is there, in three cases of four; half of these one of the first."""
    dice = zlib.crc32(repr(value).encode())
    there = known.get(things)
    if not there or dice % 4 == 0:
        return value
    if dice % 8 > 4:
        there = there[:FIRST]
    return there[dice // 8 % len(there)]


def with_names(body):
    if isinstance(body, list):
        return [with_names(part) for part in body]
    if not isinstance(body, dict):
        return body
    meant = {key: LISTS.get(key) or re.sub(r"_id$", "s", key) for key in body}
    return {
        key: instead_of(value, meant[key]) if is_name(value) else with_names(value) for key, value in body.items()
    }


@schemathesis.hook
def before_call(context, case, kwargs):
    operation = case.operation
    parts = operation.path.strip("/").split("/")
    for name, value in dict(case.path_parameters or {}).items():
        before = parts[parts.index("{%s}" % name) - 1] if "{%s}" % name in parts else ""
        things = "providers" if name == "provider" else before
        if name == "number" and isinstance(value, int):
            case.path_parameters[name] = 1 + value % 3
        elif is_name(value):
            case.path_parameters[name] = instead_of(value, things)
    case.body = with_names(case.body)
    dice = zlib.crc32(repr((operation.label, case.path_parameters, case.query, case.body)).encode())
    headers = case.headers if case.headers is not None else {}
    if "If-Match" in headers and dice % 4:
        headers["If-Match"] = "*"
    # One that is not theirs is refused (400), and the document cannot say which are.
    query = case.query if case.query is not None else {}
    if "cursor" in query and case.meta is not None and case.meta.generation.mode.is_positive:
        del query["cursor"]
        there = known[list_of(case)]
        if there:
            query["cursor"] = there[dice % len(there)]
    # What is made up is "0" again and again, and would be refused for an earlier call's key.
    if "Idempotency-Key" in headers and 0 < len(headers["Idempotency-Key"]) <= 200 and dice % 8:
        headers["Idempotency-Key"] = f"{next(calls)}"


@schemathesis.hook
def after_call(context, case, response):
    if response.status_code in (200, 201) and "json" in str(response.headers.get("content-type")):
        told = response.json()
        learn(case.operation.path, told)
        if isinstance(told, dict) and isinstance(told.get("next_cursor"), str):
            remember(list_of(case), told["next_cursor"])


if LOGIN:

    @schemathesis.auth(refresh_interval=REFRESH_SECONDS)
    class SignedIn:
        def get(self, case, context):
            device = {"platform": "none", "app_version": "1.0.0"}
            sign_in = {"login": LOGIN, "password": os.environ["FUZZ_PASSWORD"], "device": device}
            answer = requests.post(ADDRESS + "/v1/sessions", json=sign_in, timeout=60)
            answer.raise_for_status()
            token = answer.json()["access_token"]
            learn_everything(token)
            return token

        def set(self, case, data, context):
            case.headers = case.headers or {}
            case.headers["Authorization"] = f"Bearer {data}"
