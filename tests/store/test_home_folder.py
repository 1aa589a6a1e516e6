"""A KD_HOME that cannot be used is refused in one sentence that names it."""

import os

from kd.__main__ import main


def loop_of_links(folder):
    (folder / "one").symlink_to(folder / "two")
    (folder / "two").symlink_to(folder / "one")
    return folder / "one" / "home"


def below_a_file(folder):
    (folder / "file").write_text("")
    return folder / "file" / "home"


def test_a_home_that_cannot_be_used_gets_one_sentence(tmp_path, monkeypatch, capsys):
    homes = ["~nobody-of-this-name/home", below_a_file(tmp_path), tmp_path / "/".join(["x" * 200] * 50)]
    if os.name != "nt":  # links need a special privilege on Windows
        homes.append(loop_of_links(tmp_path))
    for home in map(str, homes):
        monkeypatch.setenv("KD_HOME", home)
        assert main(["runs"]) == 2
        said = capsys.readouterr().err
        assert said.startswith("KD_HOME ")
        assert said.endswith("choose another folder.\n")
        assert said.count("\n") == 1
        assert os.path.basename(home)[:40] in said
