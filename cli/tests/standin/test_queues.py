"""SQS's messages: visibility, redrive, batches, and the time scale they follow."""

import time

from botocore.exceptions import ClientError

from harness import Case, client, control, eventually, root

ACCOUNT = "300000000061"


class Queues(Case):
    """A queue with a dead-letter queue."""

    def setUp(self):
        self.sqs = client("sqs", root(ACCOUNT))
        name = self.id().rsplit(".", 1)[-1]
        dead = self.sqs.create_queue(QueueName=f"{name}-dead")["QueueUrl"]
        arn = self.sqs.get_queue_attributes(QueueUrl=dead, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        redrive = f'{{"deadLetterTargetArn": "{arn}", "maxReceiveCount": 2}}'
        self.dead = dead
        self.url = self.sqs.create_queue(QueueName=name, Attributes={"RedrivePolicy": redrive, "VisibilityTimeout": "60"})["QueueUrl"]
        control("hurry", account=ACCOUNT, waits=200)
        self.addCleanup(control, "hurry", account=ACCOUNT)

    def send(self, *bodies):
        """Sends messages; answers their ids."""
        entries = [{"Id": str(number), "MessageBody": body} for number, body in enumerate(bodies)]
        return [one["MessageId"] for one in self.sqs.send_message_batch(QueueUrl=self.url, Entries=entries)["Successful"]]

    def receive(self, url=None, **more):
        """Takes messages."""
        given = {"MaxNumberOfMessages": 10, "AttributeNames": ["All"]} | more
        return self.sqs.receive_message(QueueUrl=url or self.url, **given).get("Messages", [])

    def test_a_message_is_held_back_then_comes_again_then_goes_to_the_dead(self):
        ids = self.send("a")
        began = time.monotonic()
        self.assertEqual([one["MessageId"] for one in self.receive()], ids)
        self.assertEqual(self.receive(), [])
        again = eventually("message", self.receive)
        self.assertGreater(time.monotonic() - began, 0.29, "60 seconds, 200 times as fast")
        self.assertEqual(again[0]["Attributes"]["ApproximateReceiveCount"], "2")
        self.assertEqual(eventually("dead message", lambda: self.receive() or self.receive(self.dead))[0]["MessageId"], ids[0])
        self.assertEqual(self.receive(), [])

    def test_deleted_is_gone_and_visibility_can_be_changed(self):
        self.send("a", "b")
        first, second = sorted(self.receive(), key=lambda one: one["Body"])
        self.sqs.delete_message(QueueUrl=self.url, ReceiptHandle=first["ReceiptHandle"])
        self.sqs.delete_message(QueueUrl=self.url, ReceiptHandle=first["ReceiptHandle"])
        change = self.sqs.change_message_visibility
        change(QueueUrl=self.url, ReceiptHandle=second["ReceiptHandle"], VisibilityTimeout=0)
        self.assertEqual([one["Body"] for one in self.receive()], ["b"])
        self.refused("ReceiptHandleIsInvalid", change, QueueUrl=self.url, ReceiptHandle="x", VisibilityTimeout=0)

    def test_a_receive_waits_for_a_message_and_a_delay_for_its_time(self):
        self.sqs.send_message(QueueUrl=self.url, MessageBody="late", DelaySeconds=60)
        began = time.monotonic()
        self.assertEqual(self.receive(), [])
        self.assertEqual([one["Body"] for one in self.receive(WaitTimeSeconds=5)], ["late"])
        self.assertGreater(time.monotonic() - began, 0.25)

    def test_batches(self):
        send = self.sqs.send_message_batch
        entry = lambda name, body="x": {"Id": name, "MessageBody": body}
        answer = send(QueueUrl=self.url, Entries=[entry("good"), entry("bad", ""), entry("worse", "\x00")])
        self.assertEqual([one["Id"] for one in answer["Successful"]], ["good"])
        self.assertEqual([one["Code"] for one in answer["Failed"]], ["MissingParameter", "InvalidMessageContents"])
        prefix = "AWS.SimpleQueueService."
        self.refused(f"{prefix}EmptyBatchRequest", send, QueueUrl=self.url, Entries=[])
        self.refused(f"{prefix}TooManyEntriesInBatchRequest", send, QueueUrl=self.url, Entries=[entry(str(n)) for n in range(11)])
        self.refused(f"{prefix}BatchEntryIdsNotDistinct", send, QueueUrl=self.url, Entries=[entry("a"), entry("a")])
        handles = [{"Id": "0", "ReceiptHandle": self.receive()[0]["ReceiptHandle"]}]
        self.assertEqual(len(self.sqs.delete_message_batch(QueueUrl=self.url, Entries=handles)["Successful"]), 1)
        self.refused(f"{prefix}NonExistentQueue", send, QueueUrl=f"{self.url}-none", Entries=[entry("a")])

    def test_attributes_and_counts(self):
        attributes = {"kind": {"DataType": "String", "StringValue": "x"}}
        self.sqs.send_message(QueueUrl=self.url, MessageBody="a", MessageAttributes=attributes)
        self.assertEqual(self.receive(MessageAttributeNames=["All"])[0]["MessageAttributes"], attributes)
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        told = self.sqs.get_queue_attributes(QueueUrl=self.url, AttributeNames=names)["Attributes"]
        self.assertEqual([told[name] for name in names], ["0", "1"])

    def test_a_topic_reaches_a_queue(self):
        sns = client("sns", root(ACCOUNT))
        topic = sns.create_topic(Name="to-queue")["TopicArn"]
        arn = self.sqs.get_queue_attributes(QueueUrl=self.url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
        sns.publish(TopicArn=topic, Message="hello")
        self.assertIn("hello", self.receive(WaitTimeSeconds=5)[0]["Body"])

    def test_objects_are_bytes(self):
        s3 = client("s3", root(ACCOUNT))
        s3.create_bucket(Bucket="of-bytes")
        body = bytes(range(256)) * 100 + b"\r\n\x28\xb5\x2f\xfd"
        s3.put_object(Bucket="of-bytes", Key="T/a b/ü.zst", Body=body, ContentType="application/zstd")
        found = s3.get_object(Bucket="of-bytes", Key="T/a b/ü.zst")
        self.assertEqual((found["Body"].read(), found["ContentType"]), (body, "application/zstd"))
        for _ in range(2):
            s3.delete_object(Bucket="of-bytes", Key="T/a b/ü.zst")
        self.refused("NoSuchKey", s3.get_object, Bucket="of-bytes", Key="T/a b/ü.zst")
