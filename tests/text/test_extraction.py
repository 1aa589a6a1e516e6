"""Every message can be found by a translator's tools, and has named placeholders that its call fills."""

import ast
import string

from tests.pseudo_language import FUNCTIONS, IN_CONTEXT, calls, nodes, takes_messages, texts_of


def test_messages_are_literals_or_marked_constants():
    """A text that is put together when the program runs is in no catalogue."""
    bad = []
    for path, call in calls():
        for text in [*texts_of(call), *call.args[: call.func.id in IN_CONTEXT]]:
            match text:
                case ast.Constant(value=str()):
                    continue
                case _ if call.func.id not in ("_", "Unusable"):
                    pass
                case ast.Name() | ast.Attribute() | ast.Subscript() | ast.IfExp():
                    continue  # whether such a constant is marked shows where it is used: test_every_sentence
                case ast.Call(func=ast.Attribute(attr="get")):
                    continue
                case ast.Call() if call.func.id == "Unusable":
                    continue  # what has words itself
            bad.append(f"{path}:{text.lineno}: {ast.unparse(text)}")
    assert bad == []


def test_each_placeholder_has_a_name_and_is_filled():
    bad = []
    for path, call in calls():
        texts = [text.value for text in texts_of(call) if isinstance(text, ast.Constant)]
        filled = {keyword.arg for keyword in call.keywords}
        filled |= (
            {"count"} if call.func.id == "ngettext" and any("{count}" in text for text in texts) else set()
        )
        if not texts or not filled or None in filled:
            continue  # without values, braces are only braces
        fields = {
            field for text in texts for _, field, _, _ in string.Formatter().parse(text) if field is not None
        }
        if fields != filled:
            bad.append(f"{path}:{call.lineno}: {fields ^ filled}")
    assert bad == []


def test_no_message_is_inside_an_f_string():
    """Before 3.12, Python hides from a translator's tools what is inside one."""
    inside = {
        f"{path}:{node.lineno}: {ast.unparse(node)}"
        for path, text in nodes()
        if isinstance(text, ast.JoinedStr)
        for node in ast.walk(text)
        if takes_messages(node) and isinstance(node.args[0], ast.Constant)
    }
    assert inside == set()


def test_what_is_refused_is_refused_in_a_message():
    """The text of an error that a page may show is no bare literal; only programmers see a ValueError."""
    only_logged = {"Damaged", "DatabaseError", "AttributeError", "ValueError"}
    fine = only_logged | FUNCTIONS.keys()
    bad = [
        f"{path}:{error.lineno}: {ast.unparse(error)}"
        for path, node in nodes()
        if isinstance(node, ast.Raise) and isinstance(error := node.exc, ast.Call)
        if error.args and isinstance(error.args[0], ast.Constant | ast.JoinedStr)
        if ast.unparse(error.func).rpartition(".")[2] not in fine
    ]
    assert bad == []


def test_numbers_in_messages_are_numerals():
    """What fills a message is no number that Python formats: every language would have English's marks."""
    bad = [
        f"{path}:{value.lineno}: {ast.unparse(value)}"
        for path, call in calls()
        for filling in call.keywords
        for value in ast.walk(filling.value)
        if isinstance(value, ast.FormattedValue) and value.format_spec
        if set(",.") & set(ast.unparse(value.format_spec))
    ]
    assert bad == []
