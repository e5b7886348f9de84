"""Every way in which an environment goes wrong is one line on stderr; the engine is the real one."""

from __future__ import annotations

import pytest

from pgviz.cli import main
from tests.environments import faulty

SETUP_FAULTS = {"MissingPackage"}
HARMLESS = {"RaisesInClose", "ExitsInDrawing"}  # nothing is drawn in the terminal
SHORT = ["--steps", "200", "--envs", "2", "--set", "rollout_length=16", "--set", "epochs=1"]


@pytest.mark.parametrize("name", [fault.__name__ for fault in faulty.Faulty.__subclasses__()])
def test_that_a_faulty_environment_is_one_line_and_never_a_traceback(
    capsys: pytest.CaptureFixture[str], name: str
) -> None:
    status = main(["train", f"{faulty.__name__}:{name}-v0", *SHORT])
    err = capsys.readouterr().err
    if name in HARMLESS:
        assert (status, err) == (0, "")
        return
    assert status == (2 if name in SETUP_FAULTS else 1)
    assert err.startswith("pgviz: ")
    assert err.count("\n") == 1
    assert name in err
    assert "Traceback" not in err
    assert "defect" not in err
