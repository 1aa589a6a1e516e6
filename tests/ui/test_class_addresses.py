"""Addresses that phones are told: each leads here from another device, and the server answers to it."""

from __future__ import annotations

import asyncio
import socket
from html import unescape
from types import SimpleNamespace
from urllib.parse import urlsplit

import psutil
import pytest

from ui.classes import addresses
from ui.serving.hosts import KnownHostsOnly
from ui.shared import reached

NETWORKS = {
    "lo": [(socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")],
    "docker0": [(socket.AF_INET, "172.17.0.1")],
    "eth1": [(socket.AF_INET, "10.1.2.3")],
    "wlan0": [
        (socket.AF_INET6, "fe80::1%wlan0"),
        (socket.AF_INET, "192.168.178.20"),
        (psutil.AF_LINK, "00:00"),
    ],
    "eth0": [(socket.AF_INET, "169.254.3.4")],
}
DOWN = {"eth1"}


@pytest.fixture
def seen(monkeypatch):
    """A function: the addresses that are offered to a host whose browser shows one."""

    def seen(url, listed="", bound=None, networks=NETWORKS):
        monkeypatch.setenv("KD_HOSTS", listed)
        context = SimpleNamespace(url=url)
        options = {"server.address": bound}
        monkeypatch.setattr(reached, "st", SimpleNamespace(context=context, get_option=options.get))
        monkeypatch.setattr(reached.address, "now", dict)
        found = {
            name: [SimpleNamespace(family=family, address=address) for family, address in each]
            for name, each in networks.items()
        }
        stats = {name: SimpleNamespace(isup=name not in DOWN) for name in networks}
        monkeypatch.setattr(reached.psutil, "net_if_addrs", lambda: found)
        monkeypatch.setattr(reached.psutil, "net_if_stats", lambda: stats)
        return reached.offered(addresses.PAGE)

    return seen


def is_answered(address: str) -> bool:
    """Whether the server lets a request to this address through."""
    passed = []

    async def app(scope, receive, send) -> None:
        passed.append(scope)

    async def send(message) -> None:
        pass

    host = urlsplit(address).netloc.encode()
    scope = {"type": "http", "scheme": "http", "method": "GET", "path": "/", "headers": [(b"host", host)]}
    asyncio.run(KnownHostsOnly(app)(scope, None, send))
    return bool(passed)


def test_phones_are_told_an_address_of_this_computer_that_is_answered_and_never_localhost(seen):
    found = seen("http://localhost:8501/class")
    assert found == ["http://192.168.178.20:8501", "http://172.17.0.1:8501"]
    found = seen(
        "http://10.9.8.7:8501/lab/class", "https://KD.school.example/, *.lab.example, localhost, room7"
    )
    assert found[:3] == ["http://10.9.8.7:8501/lab", "https://kd.school.example/lab", "http://room7:8501/lab"]
    assert all(map(is_answered, found))
    assert seen("https://kd.school.example/class", "kd.school.example") == ["https://kd.school.example"]
    ipv6 = {"eth0": [(socket.AF_INET6, "2001:db8::5")], "lo": NETWORKS["lo"]}
    assert seen("http://127.0.0.1:8501/class", networks=ipv6) == ["http://[2001:db8::5]:8501"]


@pytest.mark.parametrize(
    ("networks", "bound", "told"), [({}, None, "network"), (NETWORKS, "localhost", "alone")]
)
def test_where_no_phone_can_come_the_host_is_told_what_to_do(seen, networks, bound, told):
    assert seen("http://localhost:8501/class", networks=networks, bound=bound) == []
    assert told in addresses.why_none()
    assert addresses.join_address(SimpleNamespace(code="KXRT")) == ""
    assert seen("http://localhost:8501/class", "kd.example", bound=bound)[:1] == ["http://kd.example:8501"]


def test_the_host_s_choice_among_them_counts_and_an_odd_one_does_not(seen, monkeypatch):
    seen("http://localhost:8501/class")
    room = SimpleNamespace(code="KXRT")
    for chosen, host in (("172.17.0.1", "172.17.0.1"), ("evil.example", "192.168.178.20")):
        monkeypatch.setattr(reached.address, "now", {reached.VIA: chosen}.copy)
        assert addresses.join_address(room) == f"http://{host}:8501/class?code=KXRT"


def test_a_qr_code_says_its_address_to_those_who_cannot_see_it():
    link = 'http://10.1.2.3:8501/class?code=KXRT&ticket="<b>'
    picture = reached.qr_picture(link)
    assert unescape(picture.partition('alt="')[2].partition('"')[0]) == link
    assert "<b>" not in picture
