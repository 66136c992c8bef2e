from pathlib import Path

from tools.bench import differences


def test_finds_files_that_differ_or_are_in_one_directory_only(tmp_path: Path) -> None:
    for side, files in (("a", {"same": "1", "x/other": "1", "only": "1"}), ("b", {"same": "1", "x/other": "2"})):
        for name, text in files.items():
            (tmp_path / side / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / side / name).write_text(text)
    assert differences(tmp_path / "a", tmp_path / "b") == ["only", "x/other"]
    assert differences(tmp_path / "a", tmp_path / "a") == []
