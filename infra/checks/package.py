"""Looks at what `sam build` made: a program for each function that Amazon Linux 2023 can start.

    python3 infra/checks/package.py [--config-env prod] [.aws-sam/build]

Needs nothing but Python: it reads the ELF header and the names of the glibc versions that a program asks for.
"""

import argparse
import pathlib
import re
import sys

import samconfig

GLIBC_MAX = (2, 34)
"""What Amazon Linux 2023 has."""

UNZIPPED_MAX = 250 * 1024 * 1024
"""What Lambda takes, in bytes, unzipped."""

MACHINES = {0x3E: "x86_64", 0xB7: "arm64"}


def functions(template):
    """Logical ids of the functions, in the template's order."""
    return re.findall(r"^  (\w+):\n    Type: AWS::Serverless::Function$", template, re.MULTILINE)


def architecture(template, environment):
    """What an environment of samconfig.toml chooses, or the template's default."""
    default = re.search(r"^  Architecture:\n(?:    .*\n)*?    Default: (\w+)$", template, re.MULTILINE)[1]
    return samconfig.overrides(samconfig.FILE.read_text(), environment).get("Architecture", default)


def findings(program, chosen):
    """What is wrong with one program for the `chosen` architecture."""
    if not program.is_file():
        yield "was not built"
        return
    content = program.read_bytes()
    if content[:5] != b"\x7fELF\x02":
        yield "is no 64-bit ELF program"
        return
    machine = MACHINES.get(int.from_bytes(content[18:20], "little"), "a machine that Lambda does not have")
    if machine != chosen:
        yield f"is for {machine}, and {chosen} is deployed"
    asked = {tuple(map(int, version)) for version in re.findall(rb"GLIBC_(\d+)\.(\d+)", content)}
    newest = max(asked, default=(0, 0))
    if newest > GLIBC_MAX:
        yield f"asks for glibc {newest[0]}.{newest[1]}, Amazon Linux 2023 has {GLIBC_MAX[0]}.{GLIBC_MAX[1]}"
    if len(content) > UNZIPPED_MAX:
        yield f"has {len(content)} bytes, Lambda takes {UNZIPPED_MAX}"


def main(built, environment):
    root = pathlib.Path(__file__).resolve().parents[2]
    template = (root / "template.yaml").read_text()
    names, chosen = functions(template), architecture(template, environment)
    failed, size = not names, 0
    for name in names:
        program = built / name / "bootstrap"
        for sentence in findings(program, chosen):
            print(f"{name} {sentence}")
            failed = True
        size += program.stat().st_size if program.is_file() else 0
    print(f"{len(names)} functions for {chosen}, {size / 1024 / 1024:.0f} MB unzipped")
    return 1 if failed else 0


if __name__ == "__main__":
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--config-env", default="default", help="the environment of samconfig.toml to be deployed")
    arguments.add_argument("built", nargs="?", type=pathlib.Path, default=pathlib.Path(".aws-sam/build"))
    given = arguments.parse_args()
    sys.exit(main(given.built, given.config_env))
