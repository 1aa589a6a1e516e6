"""What they are made of: real numbers from the real models, and the filters at the chosen time."""

from html import unescape

from tests.pages.on_page import chart_titles, html_of


def test_the_sentence_compares_the_real_models(open_page, lab, shipped):
    app = open_page("train", run=shipped.run_id)
    app.session_state["explore"] = "Inside"
    app.run()
    assert not app.exception
    models = lab.runs[shipped.run_id].models()

    def ratio(measure):
        teacher, student = (
            sum(getattr(layer, measure) for layer in models[m].layers) for m in ("teacher", "distilled")
        )
        return teacher / student

    text = unescape(html_of(app))
    assert f"The teacher has {ratio('parameters'):.0f} times as many parameters" in text
    assert f"{ratio('multiply_adds'):.0f} times as many multiplications." in text
    assert chart_titles(app)[-3:] == ["Parameters", "Distilled", "Scratch"]
    app.select_slider(key="playback-filters").set_value(0).run()
    assert "filters after epoch 5" in unescape(html_of(app))
