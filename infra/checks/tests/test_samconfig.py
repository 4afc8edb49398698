"""The check of samconfig.toml finds what would deploy something else."""

import unittest

import samconfig

SOUND = '[prod.global.parameters]\nstack_name = "shop"\nparameter_overrides = "Stage=prod Architecture=arm64"\n'


class Samconfig(unittest.TestCase):
    def found(self, text):
        return " ".join(samconfig.findings(text))

    def test_what_is_sound_and_what_the_project_has_passes(self):
        self.assertEqual(self.found(SOUND), "")
        self.assertEqual(self.found(samconfig.FILE.read_text()), "")

    def test_a_cached_build_is_found(self):
        self.assertIn("prod: a cached build", self.found(SOUND + "[prod.build.parameters]\ncached = true\n"))

    def test_parameters_of_one_command_are_found(self):
        self.assertIn("of deploy alone", self.found('[prod.deploy.parameters]\nparameter_overrides = "Stage=prod"\n'))

    def test_an_environment_has_its_parameters(self):
        self.assertEqual(samconfig.overrides(SOUND, "prod"), {"Stage": "prod", "Architecture": "arm64"})
        self.assertEqual(samconfig.overrides(SOUND, "dev"), {})


if __name__ == "__main__":
    unittest.main()
