"""HTTP/1.1 on 127.0.0.1: a thread for each connection, which is kept open.

Werkzeug's own server ends the connection after each answer. That costs a millisecond a call, and hides from the Runtime API that a
function's process has died: its connection would be gone anyway.
"""

import io
import socket
import socketserver
import sys
import urllib.parse

LONGEST_LINE = 65536


class Server(socketserver.ThreadingTCPServer):
    """Serves one WSGI application."""

    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 256

    def __init__(self, port: int, application, ended):
        super().__init__(("127.0.0.1", port), Connection)
        self.application, self.ended = application, ended

    def handle_error(self, request, client_address):
        """Says nothing of a connection that was reset, on purpose or not."""
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)


class Connection(socketserver.StreamRequestHandler):
    """One connection: request after request until the other side ends it."""

    disable_nagle_algorithm = True
    rbufsize = 65536

    def handle(self):
        """Answers until there is nothing more to answer."""
        try:
            while self._one():
                pass
        except ConnectionError:
            pass

    def finish(self):
        """Tells that the connection is over: what an instance was given over it may be lost."""
        self.server.ended(self.connection)
        try:
            super().finish()
        except OSError:
            pass  # a connection that a fault has ended

    def _one(self) -> bool:
        line = self.rfile.readline(LONGEST_LINE).strip()
        if not line:
            return False
        method, target, version = line.decode("latin-1").split(" ")
        environ = self._environ(method, target, version)
        if environ.get("HTTP_EXPECT", "").lower() == "100-continue":
            self.wfile.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        body = self._body(environ)
        environ["wsgi.input"] = io.BytesIO(body)
        environ["CONTENT_LENGTH"] = str(len(body))
        said = {}

        def start(status, headers, _exc_info=None):
            said["status"], said["headers"] = status, headers

        answer = b"".join(self.server.application(environ, start))
        last = environ.get("HTTP_CONNECTION", "").lower() == "close" or version == "HTTP/1.0"
        headers = [f"{name}: {value}\r\n" for name, value in said["headers"]]
        head = f"HTTP/1.1 {said['status']}\r\n{''.join(headers)}Connection: {'close' if last else 'keep-alive'}\r\n\r\n"
        self.wfile.write(head.encode("latin-1", "replace") + answer)
        return not last

    def _environ(self, method: str, target: str, version: str) -> dict:
        path, _, query = target.partition("?")
        environ = {
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": "http",
            "wsgi.errors": sys.stderr,
            "wsgi.multithread": True,
            "wsgi.multiprocess": False,
            "wsgi.run_once": False,
            "wsgi.input_terminated": True,
            "werkzeug.socket": self.connection,
            "REQUEST_METHOD": method,
            "SCRIPT_NAME": "",
            "PATH_INFO": urllib.parse.unquote_to_bytes(path).decode("latin-1"),
            "QUERY_STRING": query,
            "REQUEST_URI": target,
            "RAW_URI": target,
            "REMOTE_ADDR": "127.0.0.1",
            "SERVER_NAME": "127.0.0.1",
            "SERVER_PORT": str(self.server.server_address[1]),
            "SERVER_PROTOCOL": version,
        }
        while line := self.rfile.readline(LONGEST_LINE).strip():
            name, _, value = line.decode("latin-1").partition(":")
            key, value = name.upper().replace("-", "_"), value.strip()
            if key not in ("CONTENT_TYPE", "CONTENT_LENGTH"):
                key = f"HTTP_{key}"
            environ[key] = f"{environ[key]},{value}" if key in environ else value
        return environ

    def _body(self, environ: dict) -> bytes:
        if "chunked" not in environ.pop("HTTP_TRANSFER_ENCODING", "").lower():
            return self.rfile.read(int(environ.get("CONTENT_LENGTH") or 0))
        body = b""
        while size := int(self.rfile.readline(LONGEST_LINE).split(b";")[0], 16):
            body += self.rfile.read(size)
            self.rfile.readline(LONGEST_LINE)
        while self.rfile.readline(LONGEST_LINE).strip():
            pass
        return body


def hung_up(connection) -> bool:
    """Whether the other side has ended a connection."""
    try:
        return connection.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT) == b""
    except BlockingIOError:
        return False
    except OSError:
        return True
