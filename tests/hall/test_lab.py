"""`make lab` sets how a chapter opens in its own environment, and nowhere else."""

import json
import sys
from pathlib import Path

from tools import lab


def test_the_setting_lies_in_the_environments_folder() -> None:
    assert lab.SETTINGS.is_relative_to(sys.prefix)


def test_other_settings_stay(tmp_path: Path) -> None:
    path = tmp_path / "settings" / "overrides.json"
    lab.write_settings(path)
    assert json.loads(path.read_text()) == lab.VIEWERS
    path.write_text(json.dumps({"theme": "dark"}))
    lab.write_settings(path)
    assert json.loads(path.read_text()) == {"theme": "dark", **lab.VIEWERS}
