"""Presenter mode: said by the address, kept from page to page, with a way in and a way back."""

import json

import pytest

from tests.pages.on_page import html_of, labelled


def presents(app) -> bool:
    return "Stop presenting" in labelled(app)


def test_a_button_leads_in_and_another_out_and_the_address_says_so(open_page):
    app = open_page("runs")
    assert not presents(app)
    assert any("Try this" in element.value for element in app.markdown)
    labelled(app)["Present"].click().run()
    assert presents(app)
    assert app.query_params["present"] == "true"
    # what is below the hero is gone, and the title is only said
    assert not any("Try this" in element.value for element in app.markdown)
    assert html_of(app).count('<h1 class="kd-unseen">') + len(app.title) == 1
    app.switch_page("pages/draw.py").run()
    assert presents(app)  # from page to page
    labelled(app)["Stop presenting"].click().run()
    assert not presents(app)
    assert "present" not in app.query_params


def test_charts_are_larger_in_proportion(open_page):
    usual, large = (
        json.loads(open_page("train", **query).get("vega_lite_chart")[0].proto.spec)
        for query in ({}, {"present": "1"})
    )
    assert (usual["config"]["text"]["fontSize"], large["config"]["text"]["fontSize"]) == (14, 20)
    assert large["height"] / usual["height"] == pytest.approx(20 / 14, abs=0.01)
    assert large["config"]["axis"]["aria"] is False
