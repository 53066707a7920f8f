"""Options that several commands take, so that they are spelt and checked alike; the help is the command's own."""

from collections.abc import Callable
from typing import Any

import click

from imageo.measures import DENOMINATORS, LEVELS, MEASURES

Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]

dataset = click.option("--dataset", help="Only this dataset.")


def models(help: str = "Only this model; may be given again.") -> Decorator:
    """`--model`, as `models`: a tuple of models or labels of runs."""
    return click.option("--model", "models", multiple=True, help=help)


def level(default: str, help: str = "Kind of region.") -> Decorator:
    """`--level`: one of the levels of regions."""
    return click.option("--level", type=click.Choice(LEVELS), default=default, show_default=True, help=help)


def measure(default: str, help: str = "What counts.") -> Decorator:
    """`--measure`: one of the hits."""
    return click.option("--measure", type=click.Choice(MEASURES), default=default, show_default=True, help=help)


def denominator(help: str = "Count a non-answer as wrong, or leave it out.") -> Decorator:
    """`--denominator`: all or answered."""
    kinds = click.Choice(list(DENOMINATORS))
    return click.option("--denominator", type=kinds, default="all", show_default=True, help=help)


def replicates(least: int, most: int, default: int = 2000, help: str = "Of the bootstrap.") -> Decorator:
    """`--replicates`: how many resamples."""
    return click.option("--replicates", type=click.IntRange(least, most), default=default, show_default=True, help=help)


def seed(help: str) -> Decorator:
    """`--seed`: the same numbers for the same seed, which is stored with them."""
    return click.option("--seed", type=click.IntRange(0, 2**31 - 1), default=0, show_default=True, help=help)


def as_json(help: str) -> Decorator:
    """`--json`, as `as_json`."""
    return click.option("--json", "as_json", is_flag=True, help=help)
