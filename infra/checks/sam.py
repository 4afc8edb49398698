"""Reads a SAM template and expands it to what CloudFormation gets, without an AWS account and without a network."""

import copy
import logging
from pathlib import Path

import boto3
import yaml
from samtranslator.model.exceptions import InvalidDocumentException
from samtranslator.parser.parser import Parser
from samtranslator.translator.translator import Translator
from samtranslator.utils.py27hash_fix import to_py27_compatible_template, undo_mark_unicode_str_in_template

ACCOUNT = "123456789012"
REGION = "eu-central-1"
# What SAM itself puts on roles, by the names under which it asks for them.
MANAGED_POLICIES = {
    name: f"arn:aws:iam::aws:policy/service-role/{name}"
    for name in ("AWSLambdaBasicExecutionRole", "AWSLambdaDynamoDBExecutionRole", "AWSLambdaSQSQueueExecutionRole")
}


# It complains that nobody collects its usage metrics.
logging.getLogger("samtranslator").setLevel(logging.ERROR)


class Broken(Exception):
    """The template cannot be read or expanded."""


class Loader(yaml.SafeLoader):
    """YAML with the short forms of the intrinsics; dates stay text."""


Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def _intrinsic(loader, suffix, node):
    if isinstance(node, yaml.ScalarNode):
        value = loader.construct_scalar(node)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        value = loader.construct_mapping(node, deep=True)
    if suffix == "GetAtt" and isinstance(value, str):
        value = value.split(".", 1)
    return {suffix if suffix in ("Ref", "Condition") else f"Fn::{suffix}": value}


Loader.add_multi_constructor("!", _intrinsic)


def load(path):
    """The template in `path` with its includes in place."""
    path = Path(path)
    try:
        return _with_includes(yaml.load(path.read_text(), Loader), path.parent)
    except (OSError, yaml.YAMLError) as cause:
        raise Broken(f"{path}: {cause}") from cause


def _with_includes(value, directory):
    if isinstance(value, list):
        return [_with_includes(item, directory) for item in value]
    if not isinstance(value, dict):
        return value
    transform_of = value.get("Fn::Transform")
    if isinstance(transform_of, dict) and transform_of.get("Name") == "AWS::Include":
        included = directory / transform_of["Parameters"]["Location"]
        return _with_includes(yaml.load(included.read_text(), Loader), directory)
    return {key: _with_includes(item, directory) for key, item in value.items()}


def expand(template, parameters):
    """The CloudFormation template SAM makes of `template`; `parameters` override its defaults."""
    template, parameters = copy.deepcopy(template), dict(parameters)
    for resource in template["Resources"].values():
        if resource["Type"] == "AWS::Serverless::Function":
            # `sam package` uploads the build and puts its address here.
            resource["Properties"]["CodeUri"] = "s3://packages/function.zip"
    session = boto3.Session(region_name=REGION)
    # The ids SAM derives from contents depend on this order of keys.
    to_py27_compatible_template(template, parameters)
    try:
        translator = Translator(None, Parser(), boto_session=session)
        expanded = translator.translate(template, parameters, None, True, lambda: MANAGED_POLICIES)
    except InvalidDocumentException as cause:
        raise Broken(f"SAM refuses the template: {'; '.join(one.message for one in cause.causes)}") from cause
    return undo_mark_unicode_str_in_template(expanded)
