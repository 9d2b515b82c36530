"""SQS's messages: visibility, redrive, batches, and the time scale they follow."""

import time

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

    def test_dead_letters_go_back_to_where_they_came_from_as_new_messages(self):
        (first,) = self.send("a")
        for _ in range(2):
            eventually("message", self.receive)
        (dead,) = eventually("dead message", lambda: self.receive() or self.receive(self.dead, VisibilityTimeout=0))
        source = self.arn(self.dead)
        self.assertEqual((dead["MessageId"], dead["Attributes"]["DeadLetterQueueSourceArn"]), (first, self.arn(self.url)))
        self.assertTrue(self.sqs.start_message_move_task(SourceArn=source)["TaskHandle"])
        (again,) = eventually("message", self.receive)
        self.assertNotEqual(again["MessageId"], first)
        self.assertEqual((again["Body"], again["Attributes"]["ApproximateReceiveCount"]), ("a", "1"))
        (task,) = eventually("end of the task", lambda: self.moved("COMPLETED"))
        self.assertEqual((task["ApproximateNumberOfMessagesMoved"], task["SourceArn"]), (1, source))
        self.assertNotIn("TaskHandle", task)
        self.assertEqual(self.receive(self.dead), [])

    def test_a_message_sent_to_the_dead_itself_goes_only_where_it_is_told_to(self):
        self.sqs.send_message(QueueUrl=self.dead, MessageBody="from nowhere")
        source = self.arn(self.dead)
        self.sqs.start_message_move_task(SourceArn=source)
        (task,) = eventually("end of the task", lambda: self.moved("FAILED"))
        self.assertEqual(task["FailureReason"], "CouldNotDetermineMessageSource")
        self.sqs.start_message_move_task(SourceArn=source, DestinationArn=self.arn(self.url))
        self.assertEqual([one["Body"] for one in eventually("message", self.receive)], ["from nowhere"])

    def test_only_the_dead_are_moved_and_by_one_task_at_a_time(self):
        start = self.sqs.start_message_move_task
        self.refused("InvalidParameterValue", start, SourceArn=self.arn(self.url))
        self.refused("ResourceNotFoundException", start, SourceArn=f"{self.arn(self.url)}-none")
        control("hurry", account=ACCOUNT)
        self.sqs.send_message(QueueUrl=self.dead, MessageBody="held back")
        held = self.receive(self.dead)[0]["ReceiptHandle"]
        start(SourceArn=self.arn(self.dead))
        self.assertIn("already a task running", self.refused("InvalidParameterValue", start, SourceArn=self.arn(self.dead)))
        self.sqs.delete_message(QueueUrl=self.dead, ReceiptHandle=held)
        self.assertEqual(eventually("end of the task", lambda: self.moved("COMPLETED"))[0]["ApproximateNumberOfMessagesMoved"], 0)

    def arn(self, url):
        """A queue's ARN."""
        return self.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]

    def moved(self, status):
        """The newest task of the dead, once it is in that state."""
        found = self.sqs.list_message_move_tasks(SourceArn=self.arn(self.dead))["Results"]
        return [one for one in found if one["Status"] == status]

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
