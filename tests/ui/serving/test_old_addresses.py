"""An old page's address leads to where its content is now, with its parameters, and to no other server."""

from __future__ import annotations

import asyncio

import pytest

from ui.serving.old_addresses import LeadsOn


def led_to(address: str) -> str | None:
    """Where a browser that asks for this address is sent, or None if the page answers."""
    path, _, query = address.partition("?")
    sent = []

    async def streamlit(scope, receive, send) -> None:
        sent.append({"status": 200})

    async def send(message: dict) -> None:
        sent.append(message)

    scope = {"type": "http", "method": "GET", "path": path, "query_string": query.encode(), "headers": []}
    asyncio.run(LeadsOn(streamlit)(scope, None, send))
    headers = dict(sent[0].get("headers", ()))
    assert sent[0]["status"] == (307 if headers else 200)
    return headers[b"location"].decode() if headers else None


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("/dark_knowledge", "draw?T=4&way=test&view=targets"),
        ("/dark_knowledge?run=ab&T=10&log=true", "draw?T=10&run=ab&log=true&way=test&view=targets"),
        ("/dark_knowledge?view=pull&source=draw&T=2", "draw?T=2&way=draw&view=pull"),
        ("/dark_knowledge?view=One+picture&source=digit", "draw?T=4&way=test&view=targets"),
        ("/dark_knowledge?view=all&run=ab&T=2", "train?run=ab&T=2&tab=errors&errors=alike"),
        ("/kd/dark_knowledge/?view=all", "../train?tab=errors&errors=alike"),
        ("//evil.example/dark_knowledge?view=//evil.example", "draw?T=4&way=test&view=%2F%2Fevil.example"),
        ("/draw?soften=2.5&way=upload", "draw?T=2.5&way=upload"),
        ("/how_sure", "sweep?cell=10000%2C10&show=repeats"),
        (
            "/how_sure?of_images=500&of_alpha=0.5&of_seeds=3",
            "sweep?of_alpha=0.5&of_seeds=3&cell=500%2C10&show=repeats",
        ),
        ("/how_sure?of=run&run=0123456789ab", "sweep?of=run&run=0123456789ab&cell=10000%2C10&show=repeats"),
        ("/how_sure?sure=objectives&over=scratch", "experiments?experiment=which_objective&seen=included"),
        ("/draw?T=2.5", None),
        ("/train?view=all", None),
    ],
)
def test_an_old_address_leads_to_the_new_place(old, new):
    assert led_to(old) == new
