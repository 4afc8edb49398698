"""Looks at what `sam build` made: a program for each function that Amazon Linux 2023 can start.

    python3 infra/checks/package.py [.aws-sam/build]

Needs nothing but Python: it reads the ELF header and the names of the glibc versions that a program asks for.
"""

import pathlib
import re
import sys

GLIBC_MAX = (2, 34)
"""What Amazon Linux 2023 has."""

UNZIPPED_MAX = 250 * 1024 * 1024
"""What Lambda takes, in bytes, unzipped."""

MACHINES = {0x3E: "x86_64", 0xB7: "arm64"}


def functions(template):
    """Logical ids of the functions, in the template's order."""
    return re.findall(r"^  (\w+):\n    Type: AWS::Serverless::Function$", template, re.MULTILINE)


def findings(program):
    """What is wrong with one program."""
    if not program.is_file():
        yield "was not built"
        return
    content = program.read_bytes()
    if content[:5] != b"\x7fELF\x02":
        yield "is no 64-bit ELF program"
        return
    if int.from_bytes(content[18:20], "little") not in MACHINES:
        yield "is for a machine that Lambda does not have"
    asked = {tuple(map(int, version)) for version in re.findall(rb"GLIBC_(\d+)\.(\d+)", content)}
    newest = max(asked, default=(0, 0))
    if newest > GLIBC_MAX:
        yield f"asks for glibc {newest[0]}.{newest[1]}, Amazon Linux 2023 has {GLIBC_MAX[0]}.{GLIBC_MAX[1]}"
    if len(content) > UNZIPPED_MAX:
        yield f"has {len(content)} bytes, Lambda takes {UNZIPPED_MAX}"


def main(built):
    root = pathlib.Path(__file__).resolve().parents[2]
    names = functions((root / "template.yaml").read_text())
    failed, size = not names, 0
    for name in names:
        program = built / name / "bootstrap"
        for sentence in findings(program):
            print(f"{name} {sentence}")
            failed = True
        size += program.stat().st_size if program.is_file() else 0
    print(f"{len(names)} functions, {size / 1024 / 1024:.0f} MB unzipped")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ".aws-sam/build")))
