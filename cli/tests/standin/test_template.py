"""The whole of `template.yaml`, translated as AWS translates it, in the stand-in's CloudFormation; and that `deploy` reads it as AWS does."""

import json

import deploy
import sources
import translated
from harness import Case, client, control, root
from translated import NEEDED, TEMPLATE

# What CloudFormation in moto 5.2.5 passes over. Anything else that is missing is an error of the template or of moto.
PASSED_OVER = {
    "AWS::ApiGatewayV2::Api",
    "AWS::ApiGatewayV2::Stage",
    "AWS::CloudWatch::Alarm",
    "AWS::Lambda::EventInvokeConfig",
    "AWS::Logs::MetricFilter",
    "AWS::S3::BucketPolicy",
    "AWS::SNS::Subscription",
    "AWS::SNS::TopicPolicy",
    "AWS::SQS::QueuePolicy",
    "AWS::Scheduler::Schedule",
}
# Parameters that make every conditional resource, one way or the other.
PARAMETERS = (
    NEEDED,
    NEEDED | {"JwtIssuer": "https://issuer.example", "JwtAudience": "us", "AlertEmail": "a@example.com"},
)


class Template(Case):
    """Translated by aws-sam-translator."""

    @classmethod
    def setUpClass(cls):
        """Once for all."""
        cls.translated = translated.translated()

    def events(self, *types):
        """The events of the functions, with the translated resource of each."""
        for name, function in translated.source()["Resources"].items():
            for event, source in function.get("Properties", {}).get("Events", {}).items() if "Serverless::Function" in function["Type"] else ():
                if source["Type"] in types:
                    yield source["Properties"], self.translated["Resources"][name + event]["Properties"]

    def test_every_resource_is_made_that_moto_can_make(self):
        for number, parameters in enumerate(PARAMETERS):
            with self.subTest(**parameters):
                self.made(f"30000000007{number}", parameters)

    def made(self, account, parameters):
        """Creates the stack and compares what is there with what should be."""
        s3 = client("s3", root(account))
        s3.create_bucket(Bucket=f"code-of-the-template{account}")
        s3.put_object(Bucket=f"code-of-the-template{account}", Key="code.zip", Body=b"no code")
        body = json.dumps(self.translated, default=str).replace("code-of-the-template", f"code-of-the-template{account}")
        formation = client("cloudformation", root(account))
        formation.create_stack(
            StackName="whole",
            TemplateBody=body,
            Parameters=[{"ParameterKey": name, "ParameterValue": value} for name, value in parameters.items()],
            Capabilities=["CAPABILITY_NAMED_IAM"],
        )
        self.assertEqual(formation.describe_stacks(StackName="whole")["Stacks"][0]["StackStatus"], "CREATE_COMPLETE")
        pages = formation.get_paginator("list_stack_resources").paginate(StackName="whole")
        made = {one["LogicalResourceId"] for page in pages for one in page["StackResourceSummaries"]}
        made.discard("")  # moto's name of a function's permission, beside its own
        wanted = {name: one["Type"] for name, one in translated.decided(**parameters)["Resources"].items()}
        missing = {name: kind for name, kind in wanted.items() if name not in made}
        self.assertEqual({name: kind for name, kind in missing.items() if kind not in PASSED_OVER}, {})
        self.assertEqual(made - set(wanted), set())
        gone = set(wanted.values()) - set(missing.values())
        self.assertEqual(gone & PASSED_OVER, set(), "moto makes it now: take it off the list")

    def test_streams_and_queues_have_the_settings_that_deploy_reads(self):
        count = 0
        for settings, resource in self.events("DynamoDB", "SQS"):
            count += 1
            given = {"EventSourceArn" if name in ("Stream", "Queue") else name: value for name, value in settings.items()}
            given.get("DestinationConfig", {}).get("OnFailure", {}).pop("Type", None)
            self.assertEqual({name: value for name, value in resource.items() if name not in ("FunctionName", "Enabled")}, given)
        made = [one for one in self.translated["Resources"].values() if one["Type"] == "AWS::Lambda::EventSourceMapping"]
        self.assertEqual(len(made), count)

    def test_schedules_have_the_settings_that_deploy_reads(self):
        count = 0
        for settings, resource in self.events("ScheduleV2"):
            count += 1
            target = resource["Target"]
            self.assertEqual(
                [target.get(name) for name in ("Input", "RetryPolicy", "DeadLetterConfig", "RoleArn")],
                [settings.get(name) for name in ("Input", "RetryPolicy", "DeadLetterConfig", "RoleArn")],
            )
            self.assertEqual(resource["ScheduleExpression"], settings["ScheduleExpression"])
            if settings.get("Input"):
                json.loads(settings["Input"])
        made = [one for one in self.translated["Resources"].values() if one["Type"] == "AWS::Scheduler::Schedule"]
        self.assertEqual(len(made), count)

    def test_functions_have_the_timeout_and_the_retries_that_deploy_reads(self):
        parsed = translated.source()
        for name, function in parsed["Resources"].items():
            if function["Type"] != "AWS::Serverless::Function":
                continue
            whole, made = deploy._whole(parsed, function), self.translated["Resources"][name]["Properties"]
            self.assertEqual((whole["Timeout"], whole["MemorySize"]), (made["Timeout"], made["MemorySize"]))
            self.assertEqual(whole["Environment"], made["Environment"])
            config = self.translated["Resources"].get(f"{name}EventInvokeConfig", {}).get("Properties")
            if "EventInvokeConfig" in whole:
                read_as = sources.invoked(None, {}, whole)
                self.assertEqual((read_as["age"], read_as["retries"]), (config["MaximumEventAgeInSeconds"], config["MaximumRetryAttempts"]))
            else:
                self.assertIsNone(config)

    def test_the_template_can_be_played(self):
        stack = control("deploy", account="300000000072", template=TEMPLATE.read_text(), parameters={})
        self.assertIn("Worker", stack["functions"])
        ttl = client("dynamodb", root("300000000072")).describe_time_to_live(TableName=stack["table"])["TimeToLiveDescription"]
        self.assertEqual(ttl, {"TimeToLiveStatus": "ENABLED", "AttributeName": "ttl"})

    def test_the_worker_may_let_its_messages_come_again_and_no_others(self):
        stack = control("deploy", account="300000000073", template=TEMPLATE.read_text(), parameters={})
        worker = stack["functions"]["Worker"]["environment"]
        sqs, steps = client("sqs", worker), worker["INFRAAUDIT_QUEUE_URL"]
        sqs.send_message(QueueUrl=steps, MessageBody="{")
        message = sqs.receive_message(QueueUrl=steps)["Messages"][0]
        handle = {"ReceiptHandle": message["ReceiptHandle"], "VisibilityTimeout": 60}
        answer = sqs.change_message_visibility_batch(QueueUrl=steps, Entries=[{"Id": "0", **handle}])
        self.assertEqual(len(answer["Successful"]), 1)
        jobs = worker["INFRAAUDIT_JOBS_QUEUE_URL"]
        self.refused("AccessDeniedException", sqs.change_message_visibility, QueueUrl=jobs, **handle)
