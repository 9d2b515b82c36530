"""`template.yaml` as AWS deploys it: translated by aws-sam-translator, then with its conditions decided for some parameters.

What is left are properties, and references to the resources of the stack, which `dangling` looks for.
"""

import copy
import functools
import os
import re

import yaml

import deploy
from harness import HERE

ROOT = HERE.parents[2]
TEMPLATE = ROOT / "template.yaml"
CODE = "s3://code-of-the-template/code.zip"
NEEDED = deploy.NEEDED
GONE = object()


def source() -> dict:
    """The template, with code that lies in a bucket."""
    parsed = yaml.load(TEMPLATE.read_text(), deploy.Template)  # noqa: S506: a SafeLoader
    for resource in parsed["Resources"].values():
        if resource["Type"] == "AWS::Serverless::Function":
            resource["Properties"]["CodeUri"] = CODE
    return parsed


@functools.cache
def _translated() -> dict:
    from samtranslator.parser.parser import Parser
    from samtranslator.translator.translator import Translator

    # The translator looks at its region only.
    os.environ.setdefault("AWS_DEFAULT_REGION", "us-east-1")
    return Translator({}, Parser()).translate(source(), {})


def translated() -> dict:
    """The translated template, whatever its parameters, for the caller to change."""
    return copy.deepcopy(_translated())


def decided(stack: str = "infraaudit", **parameters) -> dict:
    """The translated template with its conditions decided, and nothing in it that they leave out."""
    found = decide(_translated(), stack, NEEDED | parameters)
    del found["Refused"]
    return found


def refused(**parameters) -> list:
    """What the template's rules say against some parameters."""
    return decide(_translated(), "infraaudit", NEEDED | parameters)["Refused"]


def decide(whole: dict, stack: str, parameters: dict) -> dict:
    """A template with its conditions decided."""
    given = {name: one.get("Default") for name, one in whole["Parameters"].items()} | parameters
    if missing := [name for name, value in given.items() if value is None]:
        raise ValueError(f"no value for {missing}")
    told = given | {"AWS::StackName": stack}
    conditions = {}
    maps = whole.get("Mappings", {})

    def condition(name):
        if name not in conditions:
            conditions[name] = value(whole["Conditions"][name])
        return conditions[name]

    def value(tree):
        if isinstance(tree, list):
            return [one for one in map(value, tree) if one is not GONE]
        if not isinstance(tree, dict):
            return tree
        if len(tree) == 1:
            ((kind, about),) = tree.items()
            if kind in FUNCTIONS:
                return FUNCTIONS[kind](about)
        return {name: one for name, one in ((name, value(one)) for name, one in tree.items()) if one is not GONE}

    def ref(name):
        return GONE if name == "AWS::NoValue" else told.get(name, {"Ref": name})

    def branch(about):
        chosen, yes, no = about
        return value(yes if condition(chosen) else no)

    def split(about):
        mark, text = about[0], value(about[1])
        return text.split(mark) if isinstance(text, str) else {"Fn::Split": [mark, text]}

    def select(about):
        number, many = int(about[0]), value(about[1])
        return many[number] if isinstance(many, list) else {"Fn::Select": [number, many]}

    def filled(about):
        text, names = (about, {}) if isinstance(about, str) else (about[0], value(about[1]))
        names = told | names
        left = {name: one for name, one in names.items() if not isinstance(one, str | int) and f"${{{name}}}" in text}
        text = re.sub(r"\$\{([^!}]+)\}", lambda found: str(names[found[1]]) if found[1] in names and found[1] not in left else found[0], text)
        if "${" not in text:
            return text
        return {"Fn::Sub": [text, left] if left else text}

    FUNCTIONS = {
        "Ref": ref,
        "Condition": condition,
        "Fn::If": branch,
        "Fn::Equals": lambda about: str(value(about[0])) == str(value(about[1])),
        "Fn::Not": lambda about: not value(about[0]),
        "Fn::And": lambda about: all(map(value, about)),
        "Fn::Or": lambda about: any(map(value, about)),
        "Fn::Split": split,
        "Fn::Select": select,
        "Fn::Sub": filled,
        "Fn::FindInMap": lambda about: maps[about[0]][about[1]][value(about[2])],
    }
    kept = {"Refused": []}
    for rule in whole.get("Rules", {}).values():
        if value(rule.get("RuleCondition", True)):
            kept["Refused"] += [one["AssertDescription"] for one in rule["Assertions"] if not value(one["Assert"])]
    for section in ("Resources", "Outputs"):
        made = {name: one for name, one in whole.get(section, {}).items() if "Condition" not in one or condition(one["Condition"])}
        kept[section] = {name: value({key: part for key, part in one.items() if key != "Condition"}) for name, one in made.items()}
    return kept


def references(tree):
    """The names of the resources that a tree refers to, and of parameters that were not given."""
    if isinstance(tree, list):
        for one in tree:
            yield from references(one)
    elif isinstance(tree, dict):
        for kind, about in tree.items():
            if kind == "Ref":
                yield about
            elif kind == "Fn::GetAtt":
                yield about[0] if isinstance(about, list) else about.split(".")[0]
            elif kind == "DependsOn":
                yield from [about] if isinstance(about, str) else about
            elif kind == "Fn::Sub":
                text, names = (about, {}) if isinstance(about, str) else about
                yield from {found.split(".")[0] for found in re.findall(r"\$\{([^!}]+)\}", text)} - set(names)
                yield from references(names)
            else:
                yield from references(about)


def dangling(stack: dict) -> set:
    """What is referred to and not made."""
    return {name for name in references(stack) if not name.startswith("AWS::")} - set(stack["Resources"])


def of_type(stack: dict, kind: str) -> dict:
    """The properties of every resource of a type."""
    return {name: one.get("Properties", {}) for name, one in stack["Resources"].items() if one["Type"] == kind}
