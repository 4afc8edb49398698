"""The check of packages finds what Lambda would not start."""

import pathlib
import tempfile
import unittest

import package

HEADER = b"\x7fELF\x02" + bytes(13)
X86_64 = HEADER + (0x3E).to_bytes(2, "little")


class Package(unittest.TestCase):
    def found(self, content, chosen="x86_64"):
        with tempfile.TemporaryDirectory() as folder:
            program = pathlib.Path(folder) / "bootstrap"
            if content is not None:
                program.write_bytes(content)
            return " ".join(package.findings(program, chosen))

    def test_a_program_for_al2023_passes(self):
        self.assertEqual(self.found(X86_64 + b"\0GLIBC_2.28\0GLIBC_2.34\0"), "")

    def test_a_newer_glibc_is_found(self):
        self.assertIn("glibc 2.38", self.found(X86_64 + b"\0GLIBC_2.9\0GLIBC_2.38\0"))

    def test_what_is_no_program_is_found(self):
        self.assertIn("not built", self.found(None))
        self.assertIn("no 64-bit ELF", self.found(b"#!/bin/sh\n"))
        self.assertIn("machine that Lambda does not have", self.found(HEADER + b"\0\0"))

    def test_another_architecture_than_the_chosen_one_is_found(self):
        self.assertIn("is for x86_64, and arm64 is deployed", self.found(X86_64, "arm64"))
        template = "  Architecture:\n    Type: String\n    Default: x86_64\n"
        self.assertEqual(package.architecture(template, "nowhere"), "x86_64")

    def test_every_function_of_the_template_is_looked_for(self):
        template = "Resources:\n  AFunction:\n    Type: AWS::Serverless::Function\n  ATable:\n    Type: AWS::DynamoDB::Table\n"
        self.assertEqual(package.functions(template), ["AFunction"])


if __name__ == "__main__":
    unittest.main()
