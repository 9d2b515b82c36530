"""What AWS, and this project, ask of the translated template, for every choice of parameters that changes it."""

import functools
import itertools
import json
import re
import unittest

import translated
from translated import decided, of_type

JWT = {"JwtIssuer": "https://issuer.example", "JwtAudience": "us"}
TABLE = {
    "ExistingTableName": "taken-table",
    "ExistingTableStreamArn": "arn:aws:dynamodb:us-east-1:111122223333:table/taken-table/stream/2026",
}
BUCKET = {"ExistingBucketName": "taken-bucket"}
KEY = {"ExistingKeyArn": "arn:aws:kms:us-east-1:111122223333:key/taken"}
SCOPES = {"ScopeRead": "audit/read", "ScopeWrite": "audit/write", "ScopeAdmin": "audit/admin"}
DOMAIN = {
    "DomainName": "audit.example.com",
    "DomainCertificateArn": "arn:aws:acm:us-east-1:111122223333:certificate/1",
}
SECRET = {"SlackWebhookSecretArn": "arn:aws:secretsmanager:us-east-1:111122223333:secret:slack-AbCdEf"}
CONCURRENCY = {"ApiConcurrency": 20, "WorkerConcurrency": 40, "KeysConcurrency": 20, "NotifierConcurrency": 5}
# Each may be chosen or left, whatever the others are; scopes are of a JWT.
CHOICES = (
    JWT | SCOPES,
    JWT,
    TABLE,
    BUCKET,
    KEY,
    DOMAIN,
    SECRET | CONCURRENCY | {"AlertEmail": "a@example.com"},
    {"Protect": "false"},
)
OPEN = (translated.ROOT / "shared/api/open-routes.txt").read_text().split()
METHODS = {"get", "put", "post", "delete", "options", "head", "patch", "x-amazon-apigateway-any-method"}
ACCOUNT = {"AWS": "arn:${AWS::Partition}:iam::${AWS::AccountId}:root"}


@functools.cache
def combinations():
    """The parameters of every combination of choices, with the stack that they make."""
    found = []
    for chosen in itertools.product((False, True), repeat=len(CHOICES)):
        parameters = {name: value for taken, choice in zip(chosen, CHOICES) if taken for name, value in choice.items()}
        found.append((parameters, decided(**parameters)))
    return found


def replaced(tree, values: list):
    """The tree with some of its parts, given in pairs, replaced, also within the texts that they are put into."""
    for part, instead in values:
        if tree == part:
            return instead
    if isinstance(tree, list):
        return [replaced(one, values) for one in tree]
    if not isinstance(tree, dict):
        return tree
    changed = {name: replaced(one, values) for name, one in tree.items()}
    if changed == tree or list(tree) != ["Fn::Sub"]:
        return changed
    text, names = changed["Fn::Sub"]
    for name, value in names.items():
        text = text.replace(f"${{{name}}}", value)
    return {"Fn::Sub": text}


def statements(policy: dict) -> list:
    """A policy's statements."""
    return policy["PolicyDocument"]["Statement"]


class Stack(unittest.TestCase):
    """What is made, and what it refers to."""

    def test_every_reference_resolves(self):
        self.assertEqual(len(combinations()), 2 ** len(CHOICES))
        for parameters, stack in combinations():
            with self.subTest(**parameters):
                self.assertEqual(translated.dangling(stack), set())
                # No function and no parameter is left that would only be looked at in AWS.
                left = json.dumps(stack)
                self.assertNotIn("Fn::If", left)
                self.assertNotIn("AWS::NoValue", left)

    def test_a_reference_to_what_is_not_made_is_seen(self):
        stack = decided()
        del stack["Resources"]["Table"]
        self.assertEqual(translated.dangling(stack), {"Table"})

    def test_what_is_taken_over_is_not_made_and_nothing_else_changes(self):
        values = {
            "Table": [({"Fn::GetAtt": ["Table", "StreamArn"]}, TABLE["ExistingTableStreamArn"]), ({"Ref": "Table"}, TABLE["ExistingTableName"])],
            "Results": [({"Ref": "Results"}, BUCKET["ExistingBucketName"])],
            "Key": [({"Fn::GetAtt": ["Key", "Arn"]}, KEY["ExistingKeyArn"]), ({"Ref": "Key"}, KEY["ExistingKeyArn"])],
        }
        choices = {"Table": TABLE, "Results": BUCKET, "Key": KEY}
        for taken in itertools.chain.from_iterable(itertools.combinations(choices, many) for many in range(1, 4)):
            with self.subTest(taken=taken):
                found = decided(**{key: value for one in taken for key, value in choices[one].items()})
                wanted = decided()
                for one in taken:
                    del wanted["Resources"][one]
                    wanted = replaced(wanted, values[one])
                self.assertEqual(set(translated.references(found)) & set(taken), set())
                self.assertEqual(found, wanted)

    def test_nothing_outlives_a_stack_that_is_not_protected(self):
        for parameters, stack in combinations():
            kept = {
                name
                for name, one in stack["Resources"].items()
                if one.get("DeletionPolicy", "Delete") != "Delete" or one.get("UpdateReplacePolicy", "Delete") != "Delete"
            }
            protected = {name for name, one in of_type(stack, "AWS::DynamoDB::Table").items() if one["DeletionProtectionEnabled"]}
            own = {"Table", "Results", "Key"} & set(stack["Resources"])
            with self.subTest(**parameters):
                if parameters.get("Protect") == "false":
                    self.assertEqual((kept, protected), (set(), set()))
                else:
                    self.assertEqual((kept, protected), (own, own & {"Table"}))

    def test_a_failed_first_deployment_leaves_at_most_the_table(self):
        resources = decided()["Resources"]
        policies = {name: resources[name]["DeletionPolicy"] for name in ("Table", "Results", "Key")}
        self.assertEqual(policies, {"Table": "Retain", "Results": "RetainExceptOnCreate", "Key": "RetainExceptOnCreate"})

    def test_the_key_has_an_alias_under_any_name_of_the_stack(self):
        for name, alias in (
            ("infraaudit", "alias/infraaudit"),
            ("my-aws-audit", "alias/my-aws-audit"),
            ("aws-audit", "alias/infraaudit-aws-audit"),
            ("AWS", "alias/infraaudit-AWS"),
        ):
            (found,) = of_type(decided(name), "AWS::KMS::Alias").values()
            self.assertEqual(found["AliasName"], alias)

    def test_deleted_is_gone_after_a_week(self):
        (table,) = of_type(decided(), "AWS::DynamoDB::Table").values()
        self.assertEqual(table["PointInTimeRecoverySpecification"], {"PointInTimeRecoveryEnabled": True, "RecoveryPeriodInDays": 7})


class Sections(unittest.TestCase):
    """What a section may have that is looked at before anything is made."""

    def test_rules_have_rule_functions_alone(self):
        """CloudFormation Template Reference, "Rule functions"."""
        known = {"And", "Contains", "EachMemberEquals", "EachMemberIn", "Equals", "Not", "Or", "RefAll", "ValueOf", "ValueOfAll"}
        rules = json.dumps(translated.translated()["Rules"])
        self.assertLessEqual(set(re.findall(r'"Fn::(\w+)"', rules)), known)

    def test_a_rule_refuses_half_a_choice(self):
        for wrong in (
            {"JwtIssuer": "https://issuer.example"},
            JWT | {"ScopeRead": "r"},
            JWT | {"ScopeAdmin": "a", "ScopeWrite": "w"},
            SCOPES,
            {"DomainName": "audit.example.com"},
            {"ExistingTableName": "taken-table"},
            {"ExistingTableStreamArn": TABLE["ExistingTableStreamArn"]},
            SECRET | {"SlackWebhook": "https://hooks.slack.com/services/x"},
        ):
            with self.subTest(**wrong):
                self.assertTrue(translated.refused(**wrong))
        for parameters, _ in combinations():
            self.assertEqual(translated.refused(**parameters), [])


class Policies(unittest.TestCase):
    """Policies of resources, and whom roles trust."""

    def test_a_policy_of_a_queue_or_topic_names_the_one_it_is_attached_to(self):
        """SQS refuses a statement of several queues, and one of another queue."""
        kinds = (
            ("AWS::SQS::QueuePolicy", "Queues", "AWS::SQS::Queue", lambda name: {"Fn::GetAtt": [name, "Arn"]}),
            ("AWS::SNS::TopicPolicy", "Topics", "AWS::SNS::Topic", lambda name: {"Ref": name}),
        )
        for parameters, stack in combinations():
            for kind, where, what, arn in kinds:
                attached = []
                for name, policy in of_type(stack, kind).items():
                    with self.subTest(policy=name):
                        (target,) = policy[where]
                        attached.append(target["Ref"])
                        for statement in statements(policy):
                            self.assertEqual(statement["Resource"], arn(target["Ref"]))
                # One policy each: a second one would take the place of the first.
                self.assertEqual(sorted(attached), sorted(of_type(stack, what)))

    def test_every_queue_topic_and_bucket_asks_for_tls(self):
        stack = decided()
        for kind in ("AWS::SQS::QueuePolicy", "AWS::SNS::TopicPolicy", "AWS::S3::BucketPolicy"):
            for name, policy in of_type(stack, kind).items():
                with self.subTest(policy=name):
                    self.assertIn({"Bool": {"aws:SecureTransport": "false"}}, [one.get("Condition") for one in statements(policy)])

    def test_no_trust_names_a_role_of_the_stack(self):
        """IAM looks a role up when the policy is written, and one that was just made may not be there yet."""
        for parameters, stack in combinations():
            for name, role in of_type(stack, "AWS::IAM::Role").items():
                for statement in role["AssumeRolePolicyDocument"]["Statement"]:
                    with self.subTest(role=name):
                        self.assertEqual(list(translated.references(statement["Principal"])), _pseudo(statement["Principal"]))

    def test_the_worker_trusts_two_roles_by_name(self):
        role = of_type(decided(), "AWS::IAM::Role")["WorkerRole"]
        _, *roles = role["AssumeRolePolicyDocument"]["Statement"]
        trusted = [{"ArnEquals": {"aws:PrincipalArn": {"Fn::GetAtt": [name, "Arn"]}}} for name in ("ApiRole", "KeysRole")]
        self.assertEqual([one["Condition"] for one in roles], trusted)
        for statement in roles:
            self.assertEqual(statement["Principal"], {"AWS": {"Fn::Sub": ACCOUNT["AWS"]}})

    def test_only_the_notifier_reads_the_webhook_and_no_other_secret(self):
        for parameters, wanted in (({}, []), (SECRET, [("NotifierRole", SECRET["SlackWebhookSecretArn"])])):
            roles = of_type(decided(**parameters), "AWS::IAM::Role")
            found = [
                (name, statement["Resource"])
                for name, role in roles.items()
                for policy in role["Policies"]
                for statement in statements(policy)
                if "secretsmanager" in json.dumps(statement["Action"])
            ]
            self.assertEqual(found, wanted)


def _pseudo(tree) -> list:
    return [name for name in translated.references(tree) if name.startswith("AWS::")]


class Routes(unittest.TestCase):
    """The two forms of the HTTP API."""

    def apis(self):
        """Each form's properties and its stage's, for every combination of parameters."""
        for parameters, stack in combinations():
            ((_, api),) = of_type(stack, "AWS::ApiGatewayV2::Api").items()
            ((_, stage),) = of_type(stack, "AWS::ApiGatewayV2::Stage").items()
            yield parameters, api, stage

    def test_open_are_exactly_the_listed_routes(self):
        self.assertIn("/health", OPEN)
        for parameters, api, _ in self.apis():
            body = api["Body"]
            schemes = body["components"]["securitySchemes"]
            wanted = ["audit/read", "audit/write", "audit/admin"] if "ScopeRead" in parameters else []
            scheme = {"Jwt": wanted} if "JwtIssuer" in parameters else {"AWS_IAM": []}
            self.assertEqual(set(schemes), set(scheme))
            # A default for all operations is not taken from OpenAPI's root.
            self.assertNotIn("security", body)
            found = []
            for path, operations in _operations(body):
                for method, operation in operations.items():
                    with self.subTest(path=path, method=method, **parameters):
                        if path in OPEN:
                            self.assertEqual(method, "get")
                            self.assertNotIn("security", operation)
                            found.append(path)
                        else:
                            self.assertEqual(operation["security"], [scheme])
            self.assertEqual(sorted(found), sorted(OPEN))

    def test_the_body_is_whole_openapi(self):
        """FailOnWarnings makes a failed deployment of what OpenAPI asks for and is not there."""
        for _, api, _ in self.apis():
            self.assertTrue(api["FailOnWarnings"])
            body = api["Body"]
            self.assertLessEqual({"openapi", "info", "paths"}, set(body))
            for path, operations in body["paths"].items():
                declared = [one["name"] for one in operations.get("parameters", []) if one["in"] == "path" and one["required"]]
                self.assertEqual(declared, re.findall(r"{([^}]+)}", path))
                for method in set(operations) - {"parameters"}:
                    self.assertTrue(operations[method]["responses"], (path, method))

    def test_what_no_route_names_is_closed(self):
        for _, api, _ in self.apis():
            default = api["Body"]["paths"]["/$default"]
            self.assertEqual(list(default), ["x-amazon-apigateway-any-method"])
            operation = default["x-amazon-apigateway-any-method"]
            self.assertIs(operation["isDefaultRoute"], True)
            self.assertTrue(operation["security"])

    def test_the_schemes_are_api_gateways(self):
        for parameters, api, _ in self.apis():
            ((name, scheme),) = api["Body"]["components"]["securitySchemes"].items()
            if name == "Jwt":
                self.assertEqual(scheme["type"], "oauth2")
                authorizer = scheme["x-amazon-apigateway-authorizer"]
                self.assertEqual((authorizer["type"], authorizer["identitySource"]), ("jwt", "$request.header.Authorization"))
                self.assertEqual(authorizer["jwtConfiguration"], {"issuer": parameters["JwtIssuer"], "audience": [parameters["JwtAudience"]]})
            else:
                wanted = {"type": "apiKey", "name": "Authorization", "in": "header", "x-amazon-apigateway-authtype": "awsSigv4"}
                self.assertEqual(scheme, wanted)

    def test_both_forms_have_the_same_routes(self):
        def routes(parameters):
            ((_, api),) = of_type(decided(**parameters), "AWS::ApiGatewayV2::Api").items()
            calls = {}
            for path, operations in _operations(api["Body"]):
                for method, operation in operations.items():
                    calls[path, method] = operation["x-amazon-apigateway-integration"]
            return calls

        self.assertEqual(routes(JWT), routes({}))

    def test_costly_routes_have_limits_of_their_own(self):
        for _, api, stage in self.apis():
            shared, limits = stage["DefaultRouteSettings"], stage["RouteSettings"]
            self.assertEqual(
                sorted(limits),
                ["ANY /v1/iam/old-access-keys/{proxy+}", "POST /api/accounts/{account_id}/verify", "POST /api/audit/start"],
            )
            for key, limit in limits.items():
                method, path = key.split()
                # A stage is refused that has settings of a route that is not there.
                name = {"ANY": "x-amazon-apigateway-any-method"}.get(method, method.lower())
                self.assertIn(name, api["Body"]["paths"][path])
                for one in ("ThrottlingBurstLimit", "ThrottlingRateLimit"):
                    self.assertLess(limit[one], shared[one], key)

    def test_every_route_may_call_its_function(self):
        for parameters, stack in combinations():
            ((api, whole),) = of_type(stack, "AWS::ApiGatewayV2::Api").items()
            allowed = {one["FunctionName"]["Ref"] for one in of_type(stack, "AWS::Lambda::Permission").values()}
            called = {name for name in translated.references(whole["Body"]["paths"]) if not name.startswith("AWS::")}
            self.assertEqual(called, allowed, api)

    def test_a_domain_leads_to_the_stage(self):
        for parameters in (DOMAIN, DOMAIN | JWT):
            stack = decided(**parameters)
            ((api, _),) = of_type(stack, "AWS::ApiGatewayV2::Api").items()
            ((name, _),) = of_type(stack, "AWS::ApiGatewayV2::Stage").items()
            ((_, mapping),) = of_type(stack, "AWS::ApiGatewayV2::ApiMapping").items()
            self.assertEqual((mapping["ApiId"], mapping["Stage"]), ({"Ref": api}, {"Ref": name}))
            environment = _environment(stack, "Notifier")
            self.assertEqual(environment["INFRAAUDIT_PUBLIC_URL"], "https://audit.example.com")
        self.assertEqual(_environment(decided(), "Notifier")["INFRAAUDIT_PUBLIC_URL"], "")
        given = decided(**DOMAIN, PublicUrl="https://front.example.com/audit")
        self.assertEqual(_environment(given, "Notifier")["INFRAAUDIT_PUBLIC_URL"], "https://front.example.com/audit")


def _operations(body: dict):
    """The paths of an API with their operations; a part that is neither operation nor parameters is one too much."""
    for path, parts in body["paths"].items():
        operations = {name: one for name, one in parts.items() if name != "parameters"}
        if unknown := set(operations) - METHODS:
            raise AssertionError(f"{path} has {unknown}")
        yield path, operations


def _environment(stack: dict, function: str) -> dict:
    return of_type(stack, "AWS::Lambda::Function")[function]["Environment"]["Variables"]


class Functions(unittest.TestCase):
    """How functions are built and run."""

    def test_lambda_keeps_what_the_function_logs(self):
        for level in translated.translated()["Parameters"]["LogLevel"]["AllowedValues"]:
            for name, function in of_type(decided(LogLevel=level), "AWS::Lambda::Function").items():
                with self.subTest(function=name, level=level):
                    self.assertEqual(function["LoggingConfig"]["ApplicationLogLevel"], level.upper())
                    self.assertEqual(function["Environment"]["Variables"]["INFRAAUDIT_LOG"], level)

    def test_each_function_is_built_from_its_own_folder(self):
        parsed = translated.yaml.load(translated.TEMPLATE.read_text(), translated.deploy.Template)
        functions = {name: one for name, one in parsed["Resources"].items() if one["Type"] == "AWS::Serverless::Function"}
        folders = [function["Properties"]["CodeUri"] for function in functions.values()]
        self.assertEqual(len(set(folders)), len(functions))
        for function in functions.values():
            manifest = (translated.ROOT / function["Properties"]["CodeUri"] / "Cargo.toml").read_text()
            self.assertIn(f'name = "{function["Metadata"]["BuildProperties"]["Binary"]}"\n', manifest)

    def test_concurrency_is_reserved_where_it_is_asked_for(self):
        for parameters, wanted in (({}, None), (CONCURRENCY, CONCURRENCY)):
            for name, function in of_type(decided(**parameters), "AWS::Lambda::Function").items():
                self.assertEqual(function.get("ReservedConcurrentExecutions"), wanted and wanted[f"{name}Concurrency"])

    def test_scopes_are_told_to_the_functions_that_ask_for_them(self):
        for name in ("Api", "Keys"):
            told = _environment(decided(**JWT, **SCOPES), name)
            for which, scope in (("READ", "audit/read"), ("WRITE", "audit/write"), ("ADMIN", "audit/admin")):
                self.assertEqual(told[f"INFRAAUDIT_SCOPE_{which}"], scope)


class Page(unittest.TestCase):
    """docs/deploy.md says what there is."""

    def test_it_has_every_parameter_and_no_other(self):
        rows = [line.split("|")[1:3] for line in _page().splitlines() if line.startswith("| `")]
        parameters = translated.translated()["Parameters"]
        named = {name for names, _ in rows for name in re.findall("`([A-Za-z0-9]+)`", names)}
        self.assertEqual(set(parameters) - named, set())
        # A default that the page gives in the code's letters is the template's.
        for names, default in rows:
            found = re.fullmatch(" `([A-Za-z]+)` ", names)
            told = re.fullmatch(" `([^`]+)` ", default)
            if found and told and found[1] in parameters:
                self.assertEqual(told[1], str(parameters[found[1]]["Default"]), found[1])

    def test_it_installs_what_ci_runs(self):
        pinned = (translated.ROOT / ".ci/requirements.txt").read_text().split()
        (line,) = [line for line in _page().splitlines() if line.startswith("pip install ")]
        for tool in line.split()[2:]:
            self.assertIn(tool, pinned)

    def test_the_filter_pattern_names_the_workers_role(self):
        name = translated.translated()["Parameters"]["WorkerRoleName"]["Default"]
        self.assertIn(f'$.userIdentity.sessionContext.sessionIssuer.userName != "{name}"', _page())


def _page() -> str:
    return (translated.ROOT / "docs/deploy.md").read_text()


class Alarms(unittest.TestCase):
    """What wakes a person."""

    def test_somebody_hears_them(self):
        whole = translated.translated()
        self.assertNotIn("Default", whole["Parameters"]["OperationsEmail"])
        for parameters, stack in combinations():
            endpoints = {json.dumps(one["TopicArn"]): one["Endpoint"] for one in of_type(stack, "AWS::SNS::Subscription").values()}
            for name, alarm in of_type(stack, "AWS::CloudWatch::Alarm").items():
                with self.subTest(alarm=name):
                    self.assertEqual(alarm["AlarmActions"], [{"Ref": "Operations"}])
                    self.assertIn(json.dumps(alarm["AlarmActions"][0]), endpoints)

    def test_every_function_has_alarms_for_errors_and_throttles(self):
        stack = decided()
        watched = {
            (alarm["MetricName"], alarm["Dimensions"][0]["Value"]["Ref"])
            for alarm in of_type(stack, "AWS::CloudWatch::Alarm").values()
            if alarm["Namespace"] == "AWS/Lambda"
        }
        for function in of_type(stack, "AWS::Lambda::Function"):
            self.assertLessEqual({("Errors", function), ("Throttles", function)}, watched)

    def test_no_alarm_looks_back_further_than_cloudwatch_does(self):
        """PutMetricAlarm: seven days, or one where a period is shorter than an hour."""
        most = translated.translated()["Parameters"]["NightWithinHours"]["MaxValue"]
        for parameters in ({}, {"NightWithinHours": most}):
            for name, alarm in of_type(decided(**parameters), "AWS::CloudWatch::Alarm").items():
                limit = 604_800 if alarm["Period"] >= 3600 else 86_400
                self.assertLessEqual(alarm["Period"] * int(alarm["EvaluationPeriods"]), limit, name)

    def test_a_night_that_does_not_end_is_told(self):
        stack = decided()
        alarm = of_type(stack, "AWS::CloudWatch::Alarm")["NightAlarm"]
        self.assertEqual((alarm["Period"], alarm["EvaluationPeriods"], alarm["TreatMissingData"]), (3600, 26, "breaching"))
        counted = of_type(stack, "AWS::Logs::MetricFilter")["FinishedNightCount"]["MetricTransformations"][0]
        self.assertEqual((counted["MetricNamespace"], counted["MetricName"]), (alarm["Namespace"], alarm["MetricName"]))
        # A value for lines that do not match would be a night every hour.
        self.assertNotIn("DefaultValue", counted)


if __name__ == "__main__":
    unittest.main()
