"""The switch of languages in a browser, which keeps what was chosen."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect


def test_the_language_is_chosen_by_keyboard_at_once_and_for_the_next_visit(page: Page, site):
    page.goto(f"{site.url}/sweep?show=repeats")
    expect(page.get_by_role("radio", name="Repeats")).to_be_checked()
    page.get_by_role("radio", name="English").press("ArrowRight")
    portuguese = page.get_by_role("radio", name="Português (Brasil)")
    portuguese.press("Enter")
    expect(portuguese).to_be_checked()
    expect(page.locator("html")).to_have_attribute("lang", "pt-BR")
    expect(portuguese).to_be_focused()
    expect(page).to_have_title("Varredura · KD Lab")
    expect(page).to_have_url(re.compile(r"show=repeats.*lang=pt-BR"))
    expect(page.get_by_role("radio", name="Repetições")).to_be_checked()
    page.goto(f"{site.url}/class")
    expect(page).to_have_title("Turma · KD Lab")
    expect(page).not_to_have_url(re.compile("lang"))
    page.goto(f"{site.url}/class?lang=en")
    expect(page).to_have_title("Class · KD Lab")


def test_on_a_phone_it_stands_in_the_opened_navigation(phone: Page, site):
    phone.goto(f"{site.url}/class")
    phone.get_by_test_id("stExpandSidebarButton").tap()
    portuguese = phone.get_by_role("radio", name="Português (Brasil)")
    expect(portuguese).to_be_in_viewport(ratio=1)
    portuguese.tap()
    expect(phone.get_by_role("heading", name="Turma", level=1)).to_be_attached()
    expect(portuguese).to_be_checked()


def test_what_streamlit_says_itself_is_said_in_the_readers_language(page: Page, site):
    page.goto(f"{site.url}/draw?way=upload&lang=pt-BR")
    uploader = page.get_by_test_id("stFileUploader")
    expect(uploader).to_contain_text("até 10 MB")
    too_large = {"name": "a.png", "mimeType": "image/png", "buffer": b" " * (10 * 2**20 + 1)}
    page.get_by_label("enviar um arquivo").set_input_files(too_large)
    expect(uploader).to_contain_text("O arquivo passa do limite de 10.0MB.")
    page.get_by_role("radio", name="Imagens de teste").press("Space")
    number = page.get_by_test_id("stNumberInput").first
    expect(number.get_by_role("button", name="Aumentar")).to_be_visible()
    number.get_by_role("spinbutton").fill("99999")
    expect(number).to_contain_text("Enter para aplicar")
    page.keyboard.press("Enter")
    expect(number).to_contain_text("Fora da faixa permitida: use um número de 0 a 9999.")
    expect(page.locator(".vega-embed").first).to_be_visible()
    expect(page.locator("[aria-roledescription]")).to_have_count(0)  # Vega's names for parts of a chart
    chosen = page.get_by_test_id("stSelectbox").get_by_role("combobox").first
    expect(chosen).to_have_attribute("placeholder", "Escolha uma opção")
    chosen.fill("nothing like this")
    expect(page.get_by_role("listbox")).to_have_text("Nada encontrado")
    page.keyboard.press("Escape")
    page.goto(f"{site.url}/runs?lang=pt-BR")
    expect(page.get_by_role("button", name="Ajuda: Buscar")).to_be_visible()
    page.get_by_role("radio", name="English").click()
    expect(page.get_by_role("button", name="Help for Find")).to_be_visible()
    page.go_back()  # to what was on the page; the language is not undone
    expect(page.get_by_role("radio", name="English")).to_be_checked()
    expect(page).to_have_url(re.compile("lang=en"))
