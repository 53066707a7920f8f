"""`imageo simulate`."""

from pathlib import Path
from shlex import quote

import click

from imageo.settings import Settings

_share = click.FloatRange(0, 1)

NEXT = """\
{n_images:,} images, {n_models} simulated models; what was planted: {planted}

What to type next:
  imageo ingest truth {truth} --dataset {name}
  imageo ingest predictions {folder}/simulated-*.jsonl --dataset {name}
  imageo bias --dataset {name} --measure accuracy_25km"""


@click.command()
@click.option("--images", "n_images", type=click.IntRange(1), default=1000, show_default=True, help="Number of images.")
@click.option("--models", "n_models", type=click.IntRange(1), default=2, show_default=True, help="Number of models.")
@click.option(
    "--skill", "skills", type=_share, multiple=True, help="Share found; once, or once a model.  [default: 0.7]"
)
@click.option("--gap", "gaps", multiple=True, metavar="CONTINENT=SHARE", help="AF=-0.2, country:NG=-0.2, 2/AF=-0.2.")
@click.option("--scene-effect", "effects", multiple=True, metavar="FIELD:VALUE=SHARE", help="environment:indoor=-0.1.")
@click.option(
    "--scene-mix", "mix", multiple=True, metavar="REGION:FIELD=VALUE:SHARE", help="AF:environment=indoor:0.6."
)
@click.option("--scene-noise", type=_share, default=0.0, help="Share of scenes that a model describes at random.")
@click.option(
    "--calibration",
    type=click.Choice(["well", "overconfident", "underconfident", "flat", "top"]),
    default="well",
    show_default=True,
    help="How confidence goes with being right.",
)
@click.option("--refusal-rate", type=_share, default=0.0, help="Share of images that a model refuses.")
@click.option("--no-coordinates-rate", type=_share, default=0.0, help="Share of answers without coordinates.")
@click.option("--shared-difficulty", type=_share, default=0.3, show_default=True, help="Correlation between models.")
@click.option("--seed", type=click.IntRange(0), default=1, show_default=True, help="The same files for the same seed.")
@click.option(
    "-o",
    "--output",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    default="imageo-world",
    show_default=True,
    help="Folder for the files.",
)
@click.pass_obj
def command(
    settings: Settings,
    n_images: int,
    n_models: int,
    skills: tuple[float, ...],
    gaps: tuple[str, ...],
    effects: tuple[str, ...],
    mix: tuple[str, ...],
    scene_noise: float,
    calibration: str,
    refusal_rate: float,
    no_coordinates_rate: float,
    shared_difficulty: float,
    seed: int,
    folder: Path,
) -> None:
    """Write a world with a planted bias: files to ingest, and what must come out.

    No model is asked. The chance to find a place is the model's skill, plus the gap of its continent or country, plus
    the effects of its scenes: all are shares, -0.2 is twenty points less. Options with a metavar may be given again.
    """
    from imageo.db.engine import connect
    from imageo.demo.plan import WorldPlan, parse_gaps, parse_scene_effects, parse_scene_mix, skills_of
    from imageo.demo.sets import make_folder, read_gazetteer
    from imageo.demo.world_files import write_world

    plan = WorldPlan(
        n_images=n_images,
        skills=skills_of(skills or (0.7,), n_models),
        gaps=parse_gaps(gaps),
        scene_effects=parse_scene_effects(effects),
        scene_mix=parse_scene_mix(mix),
        calibration=calibration,
        refusal_rate=refusal_rate,
        no_coordinates_rate=no_coordinates_rate,
        scene_noise=scene_noise,
        shared_difficulty=shared_difficulty,
        seed=seed,
    )
    make_folder(folder)
    with connect(settings, role="reader") as connection:
        gazetteer = read_gazetteer(connection)
    files = write_world(plan, gazetteer, folder)
    where = {"planted": files.planted, "truth": quote(str(files.truth)), "folder": quote(str(folder))}
    click.echo(NEXT.format(n_images=n_images, n_models=n_models, name=f"world-{seed}", **where))
