"""Rasa's log: JSON lines with the request id, nothing of what a citizen wrote."""

import asyncio
import io
import json
import logging
import unittest
from datetime import datetime

from understanding.logs import Lines, set_up, under

ID = "qwertyuiopasdfghjklzxcvbnmqwerty"
SAID = "tôi là Nguyễn Thị Bưởi Hồng, số 0912345678, cccd 040093001234"
PRIVATE = ("Bưởi", "0912345678", "040093001234")


class RasaLogs(unittest.TestCase):
    def setUp(self):
        self.stream = io.StringIO()
        self.handler = logging.StreamHandler(self.stream)
        self.handler.setFormatter(Lines())
        self.logger = logging.getLogger("of.this.test")
        self.logger.setLevel(logging.DEBUG)
        self.logger.propagate = False
        self.logger.addHandler(self.handler)
        self.addCleanup(self.logger.removeHandler, self.handler)

    def lines(self):
        text = self.stream.getvalue()
        self.assertEqual([word for word in PRIVATE if word in text], [])
        return [json.loads(line) for line in text.splitlines()]

    def test_a_line_is_json(self):
        self.logger.warning("Failed to run '%s'.", "action_answer")
        (line,) = self.lines()
        self.assertEqual(line["event"], "Failed to run 'action_answer'.")
        self.assertEqual((line["level"], line["logger"]), ("warning", "of.this.test"))
        self.assertIsNotNone(datetime.fromisoformat(line["timestamp"].replace("Z", "+00:00")).tzinfo)
        self.assertNotIn("request_id", line)

    def test_what_is_done_for_a_message_tells_its_request(self):
        async def answer():
            await asyncio.sleep(0)
            self.logger.info("answered")

        async def take_two():
            tasks = []
            for name in (ID, ID[::-1]):
                with under({"request_id": name, "message_id": "m"}):
                    tasks.append(asyncio.ensure_future(answer()))
            await asyncio.gather(*tasks)
            self.logger.info("outside")

        asyncio.run(take_two())
        self.assertEqual([line.get("request_id") for line in self.lines()], [ID, ID[::-1], None])

    def test_what_is_no_request_id_is_not_logged(self):
        for metadata in (None, {}, {"request_id": 5}, {"request_id": SAID}, {"request_id": "a\nb"}):
            with under(metadata):
                self.logger.info("answered")
        self.assertEqual([line for line in self.lines() if "request_id" in line], [])

    def test_what_somebody_wrote_is_masked(self):
        self.logger.info("received %s", SAID)
        self.logger.info(json.dumps({"event": "processor.message.parse", "text": SAID, "parts": [{"a": SAID}]}))
        self.logger.info(SAID, "too", "many")
        try:
            raise ValueError(SAID)
        except ValueError:
            self.logger.exception("failed")
        first, second, _, failed = self.lines()
        self.assertTrue(first["event"].startswith("received tôi là [tên]"))
        self.assertEqual(second["event"], "processor.message.parse")
        self.assertIn("[số điện thoại]", second["text"])
        self.assertIn("ValueError", failed["exception"])

    def test_words_that_only_look_like_json_stay_words(self):
        self.logger.info("{not json}")
        self.logger.info('{"no": "event"}')
        self.assertEqual([line["event"] for line in self.lines()], ["{not json}", '{"no": "event"}'])

    def test_the_handlers_of_the_process_write_so(self):
        root = logging.getLogger()
        handler = logging.StreamHandler(self.stream)
        root.addHandler(handler)
        self.addCleanup(root.removeHandler, handler)
        before = [(one, one.formatter) for one in root.handlers]
        self.addCleanup(lambda: [one.setFormatter(formatter) for one, formatter in before])
        set_up()
        set_up()
        logging.getLogger("rasa.core.agent").error("no model")
        self.assertEqual(self.lines()[-1]["event"], "no model")
