"""``pgviz record``: a film of a run, made offscreen."""

from __future__ import annotations

from argparse import Namespace

from pgviz.cli.export_progress import export_progress
from pgviz.cli.film_options import SPEED, read_film, read_size, say_written
from pgviz.cli.output import console_on
from pgviz.cli.progress import title
from pgviz.cli.run_options import read_flag, run_config
from pgviz.cli.window import require_window
from pgviz.parameters import Parameter

SECONDS = Parameter("seconds", 20.0, "Seconds", "Length of the film.", low=0.1, high=86_400.0)


def execute(arguments: Namespace) -> int:
    """Film the run and say where the film is."""
    config = run_config(arguments)
    seconds = float(str(read_flag("seconds", SECONDS, arguments.seconds)))
    speed = None if arguments.speed is None else read_flag("speed", SPEED, arguments.speed)
    size = read_size(arguments)
    film = read_film(arguments)
    require_window()
    from pgviz.gui.filming import Shot, film_run

    shot = Shot(arguments.what, size, arguments.hud, arguments.theme, None if speed is None else float(str(speed)))
    console = console_on()
    with export_progress(console, f"Filming {title(config)} for {seconds:g} s", seconds) as progress:
        film_run(config, seconds, film, shot, progress)
    say_written(console, film)
    return 0
