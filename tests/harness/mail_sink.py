"""A real mail server for the tests: takes mail in and keeps every one as it came.

    python mail_sink.py DIRECTORY CERTIFICATE KEY USER PASSWORD

Speaks SMTP on a free port of this machine, which it prints on one line; offers STARTTLS, and wants it and a
sign-in before it takes mail. Each mail becomes DIRECTORY/new/NUMBER.eml, with its envelope beside it in
NUMBER.json ({"mail_from", "rcpt_tos", "tls", "user"}); both appear whole, the envelope last.

A file named DIRECTORY/answer with a line such as `451 4.3.0 later` is answered to the next mail in place of
taking it, and removed: tests make the server fail with it. `hang up` closes the connection after the mail was
kept and before the answer, which leaves the sender not knowing.
"""

import asyncio
import json
import os
import ssl
import sys
from pathlib import Path

from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword


class Keep:
    def __init__(self, directory: Path):
        self.directory = directory
        self.new = directory / "new"
        self.new.mkdir(parents=True, exist_ok=True)
        self.count = 0

    async def handle_DATA(self, server, session, envelope):
        answer = self.take_answer()
        if answer and answer != "hang up":
            return answer
        self.count += 1
        name = f"{self.count:06}"
        self.write(name + ".eml", envelope.original_content)
        about = {
            "mail_from": envelope.mail_from,
            "rcpt_tos": envelope.rcpt_tos,
            "tls": session.ssl is not None,
            "user": session.auth_data,
        }
        self.write(name + ".json", json.dumps(about).encode())
        if answer == "hang up":
            server.transport.abort()
        return "250 2.0.0 kept"

    def take_answer(self):
        path = self.directory / "answer"
        try:
            answer = path.read_text().strip()
            path.unlink()
            return answer
        except FileNotFoundError:
            return None

    def write(self, name, content):
        whole = self.directory / (name + ".part")
        whole.write_bytes(content)
        os.replace(whole, self.new / name)


async def main():
    directory, certificate, key, user, password = sys.argv[1:]
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate, key)

    def authenticate(server, session, envelope, mechanism, login):
        right = (
            isinstance(login, LoginPassword)
            and login.login.decode() == user
            and login.password.decode() == password
        )
        return AuthResult(success=right, auth_data=user if right else None, handled=False)

    keep = Keep(Path(directory))

    def session():
        return SMTP(
            keep,
            hostname="localhost",
            tls_context=context,
            require_starttls=True,
            auth_required=True,
            authenticator=authenticate,
            enable_SMTPUTF8=True,
        )

    server = await asyncio.get_running_loop().create_server(session, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    # Whoever started it holds its standard input open: it goes when they go, however they end.
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)


asyncio.run(main())
