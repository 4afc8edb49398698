"""Every check is silent on the sound template and finds its mistake, and no other check does, in the broken one."""

import copy
import json
import unittest
from pathlib import Path

import yaml

import main
import sam
from checks import ALL, limits

HERE = Path(__file__).parent
FIXTURE = json.loads(json.dumps(sam.load(HERE / "fixture.yaml")))
MISTAKES = yaml.load((HERE / "mistakes.yaml").read_text(), sam.Loader)


def broken(mistake):
    # Through JSON, so that what YAML anchors share is separate.
    template = json.loads(json.dumps(FIXTURE))
    for change in [mistake, *mistake.get("also", [])]:
        *path, last = change["at"].split(".")
        place = template["Resources"]
        for step in path:
            place = place[int(step) if isinstance(place, list) else step]
        if "copy" in change:
            for source, targets in change["copy"].items():
                place[last].update({target: copy.deepcopy(place[last][source]) for target in targets})
        elif "merge" in change:
            place[last].update(change["merge"])
        elif change["put"] is None:
            del place[last]
        else:
            place[last] = change["put"]
    return template


class Mistakes(unittest.TestCase):
    def test_a_sound_template_is_sound_in_every_stage(self):
        for stage in main.STAGES:
            found, stack = main.findings(FIXTURE, stage)
            self.assertEqual(found, {})
            self.assertEqual(list(main.lint_findings(stack.expanded)), [])

    def test_each_mistake_is_found_by_its_check_alone(self):
        for mistake in MISTAKES:
            with self.subTest(mistake["at"], says=mistake["says"]):
                found, _ = main.findings(broken(mistake), mistake.get("stage", "dev"))
                self.assertEqual(list(found), [mistake["found_by"]], found)
                self.assertIn(mistake["says"], " ".join(found[mistake["found_by"]]))

    def test_every_check_has_a_mistake(self):
        limited_below = {limits.resources_fit_in_one_stack, limits.routes_fit_in_one_gateway}
        missed = {check.__name__ for check in ALL if check not in limited_below}
        self.assertEqual(missed - {mistake["found_by"] for mistake in MISTAKES}, set())


class Limits(unittest.TestCase):
    def test_too_many_resources(self):
        template = json.loads(json.dumps(FIXTURE))
        for number in range(limits.RESOURCES_MAX):
            group = {"LogGroupName": {"Fn::Sub": f"/x/${{Stage}}/{number}"}, "RetentionInDays": 1}
            template["Resources"][f"Logs{number}"] = {"Type": "AWS::Logs::LogGroup", "Properties": group}
        found, _ = main.findings(template, "dev")
        self.assertEqual(list(found), ["resources_fit_in_one_stack"])

    def test_too_many_routes(self):
        template = json.loads(json.dumps(FIXTURE))
        paths = template["Resources"]["PublicApi"]["Properties"]["DefinitionBody"]["paths"]
        paths.update({f"/things/{number}": paths["/things"] for number in range(limits.ROUTES_MAX)})
        found, _ = main.findings(template, "dev")
        self.assertEqual(list(found), ["routes_fit_in_one_gateway"])


class Lint(unittest.TestCase):
    def findings_of(self, mistake):
        return " ".join(main.lint_findings(sam.expand(broken(mistake), {"Stage": "dev"})))

    def test_an_unknown_property_is_found(self):
        self.assertIn("E3002", self.findings_of({"at": "Queue.Properties.VisibilityTimeOut", "put": 30}))

    def test_a_reference_to_nothing_is_found(self):
        self.assertIn("E1010", self.findings_of({"at": "Queue.Properties.RedrivePolicy.deadLetterTargetArn", "put": {"Fn::GetAtt": ["Nothing", "Arn"]}}))

    def test_a_template_sam_refuses_is_told(self):
        with self.assertRaisesRegex(sam.Broken, "SAM refuses the template"):
            sam.expand(broken({"at": "ApiFunction.Properties.Runtimes", "put": "x"}), {"Stage": "dev"})


class Includes(unittest.TestCase):
    def test_an_include_that_is_missing_is_told_by_its_path(self):
        with self.assertRaisesRegex(sam.Broken, "nowhere.yaml"):
            sam.load(HERE / "missing_include.yaml")


if __name__ == "__main__":
    unittest.main()
