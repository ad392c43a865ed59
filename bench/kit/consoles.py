"""Somebody who really signs in to a running console and asks for its pages, over one kept connection."""

import http.client
import re
import secrets
from http.cookies import SimpleCookie
from urllib.parse import urlencode, urlsplit

from shop import clock
from shop.staff.models import StaffUser

LOGIN = "/console/staff/login/"


def hire(role: str = "owner") -> tuple[StaffUser, str]:
    """A new member of staff and their password."""
    password = secrets.token_urlsafe(16)
    user = StaffUser(
        username=f"bench-{secrets.token_hex(4)}", display_name="Bench", role=role, created_at=clock.now()
    )
    user.set_password(password)
    user.save()
    return user, password


class Console:
    """One browser, as far as a server can tell."""

    def __init__(self, url: str, username: str, password: str) -> None:
        self._connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=120)
        self._cookies: SimpleCookie = SimpleCookie()
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', self.get(LOGIN))
        form = {"csrfmiddlewaretoken": token[1] if token else "", "username": username, "password": password}
        status, _page = self._send("POST", LOGIN, urlencode(form), Origin=url, Referer=url + LOGIN)
        if status != 302:
            raise SystemExit(
                f"Signing in was answered with {status}: is the console at {url} on this database?"
            )

    def get(self, path: str) -> str:
        """The page at a path. Stops the program on anything but 200."""
        status, page = self._send("GET", path)
        if status != 200:
            raise SystemExit(f"{path} was answered with {status}.")
        return page

    def _send(self, method: str, path: str, body: str = "", **headers: str) -> tuple[int, str]:
        headers |= {"Cookie": "; ".join(f"{c.key}={c.value}" for c in self._cookies.values())}
        if body:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        answer = self._exchange(method, path, body, headers)
        page = answer.read().decode()
        for value in answer.headers.get_all("Set-Cookie") or []:
            self._cookies.load(value)
        return answer.status, page

    def _exchange(
        self, method: str, path: str, body: str, headers: dict[str, str]
    ) -> http.client.HTTPResponse:
        try:
            self._connection.request(method, path, body or None, headers)
            return self._connection.getresponse()
        except (http.client.RemoteDisconnected, ConnectionResetError):
            # Kept connections end when they rest for some seconds.
            self._connection.close()
            self._connection.request(method, path, body or None, headers)
            return self._connection.getresponse()
