"""Expands template.yaml for each stage, asks every check, and lints the result with cfn-lint."""

import json
import sys

from cfnlint.api import lint

import sam
import samconfig
from checks import ALL
from stack import Stack

STAGES = ("dev", "prod")


def lint_findings(expanded):
    """What cfn-lint says of the expanded template; nothing may be left."""
    for match in lint(json.dumps(expanded, indent=1), regions=[sam.REGION]):
        place = "/".join(str(part) for part in getattr(match, "path", None) or [])
        yield f"{match.rule.id} {match.message} ({place or f'line {match.linenumber}'})"


def findings(template, stage, checks=ALL):
    """Every check that found something in the template of a stage, with its findings."""
    parameters = {"Stage": stage}
    expanded = sam.expand(template, parameters)
    stack = Stack(expanded, parameters)
    found = {check.__name__: list(check(stack)) for check in checks}
    return {name: sentences for name, sentences in found.items() if sentences}, stack


def main(path):
    template = sam.load(path)
    failed = False
    for sentence in samconfig.findings(samconfig.FILE.read_text()):
        print(f"samconfig.toml: {sentence}")
        failed = True
    for stage in STAGES:
        found, stack = findings(template, stage)
        lint_of_stage = list(lint_findings(stack.expanded)) if stage == STAGES[0] else []
        if lint_of_stage:
            found["cfn_lint_has_nothing_to_say"] = lint_of_stage
        for check, sentences in found.items():
            print(f"{stage}: {check.replace('_', ' ')}: NO")
            for sentence in sentences:
                print(f"    {sentence}")
        failed = failed or bool(found)
        print(f"{stage}: {len(stack.resources)} resources, {len(ALL)} checks, {len(found)} of them found something")
    return 1 if failed else 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1]))
    except sam.Broken as broken:
        sys.exit(str(broken))
