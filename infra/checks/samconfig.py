"""samconfig.toml: what `sam build` builds is what `sam deploy` deploys."""

import pathlib
import re

FILE = pathlib.Path(__file__).resolve().parents[2] / "samconfig.toml"


def settings(text):
    """Each setting: environment, command, name, value. Only what this file needs of TOML, which Python 3.10 cannot read."""
    place = None
    for line in text.splitlines():
        header = re.fullmatch(r"\[([\w-]+)\.([\w-]+)\.parameters\]", line.strip())
        setting = re.fullmatch(r"(\w+)\s*=\s*(.+)", line.strip())
        if header:
            place = header.groups()
        elif setting and place:
            yield *place, setting[1], setting[2].strip('"')


def overrides(text, environment):
    """The template's parameters as an environment gives them."""
    for env, _, name, value in settings(text):
        if env == environment and name == "parameter_overrides":
            return dict(pair.split("=", 1) for pair in value.split())
    return {}


def findings(text):
    """What would deploy something else than what was written."""
    for environment, command, name, value in settings(text):
        if name == "cached" and value == "true":
            yield f"{environment}: a cached build misses changes outside a function's folder: shared/, Cargo.lock"
        if name == "parameter_overrides" and command != "global":
            yield f"{environment}: parameter_overrides of {command} alone; another command would take other parameters"
