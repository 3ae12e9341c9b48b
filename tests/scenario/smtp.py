"""A mail server that wants STARTTLS and a log-in.

smtp.py PORT CERT KEY USER PASSWORD DIR: each mail is a file of DIR. Addresses
that begin with "gone" it refuses, with "late" puts off once.
"""
import os
import ssl
import sys
import threading

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, SMTP

PORT, CERT, KEY, USER, PASSWORD, DIR = sys.argv[1:7]


class Mailbox:
    count = 0
    late = set()

    async def handle_RCPT(self, server, session, envelope, address, options):
        if address.startswith("gone"):
            return "550 5.1.1 no such user"
        if address.startswith("late") and address not in Mailbox.late:
            Mailbox.late.add(address)
            return "450 4.2.0 greylisted, come later"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        Mailbox.count += 1
        path = os.path.join(DIR, f"{Mailbox.count}.eml")
        with open(path + ".new", "wb") as f:
            f.write(b"X-To: " + ", ".join(envelope.rcpt_tos).encode() +
                    b"\r\n" + envelope.content)
        os.rename(path + ".new", path)
        return "250 OK"


def authenticate(server, session, envelope, mechanism, data):
    good = (data.login == USER.encode() and
            data.password == PASSWORD.encode())
    return AuthResult(success=good, handled=good)


class Server(Controller):
    def factory(self):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(CERT, KEY)
        return SMTP(self.handler, tls_context=context, require_starttls=True,
                    authenticator=authenticate, auth_required=True,
                    hostname="localhost")


Server(Mailbox(), hostname="127.0.0.1", port=int(PORT)).start()
print("listening", flush=True)
threading.Event().wait()
