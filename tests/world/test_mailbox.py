"""Whether messages arrive."""

import asyncio

from engine.world.mailbox import MAX_MESSAGE_CHARACTERS, Delivered, DirectMailbox, Mailbox, Refused, oversized


def test_messages_are_delivered() -> None:
    box: Mailbox = DirectMailbox()
    assert asyncio.run(box.deliver("m1", "Dev1", "Dev2")) == Delivered()


def test_a_full_inbox_refuses_with_a_sentence_until_its_owner_has_read() -> None:
    async def run() -> None:
        box = DirectMailbox(capacity=2)
        for n in range(2):
            assert await box.deliver(f"m{n}", "Dev1", "Dev2") == Delivered()
        refused = await box.deliver("m2", "Dev3", "Dev2")
        assert isinstance(refused, Refused)
        assert (
            refused.sentence
            == "The inbox of Dev2 is full (2 messages wait): write again after its next turn."
        )
        assert await box.deliver("m3", "Dev3", "Dev1") == Delivered()
        box.collected("Dev2")
        assert await box.deliver("m4", "Dev3", "Dev2") == Delivered()

    asyncio.run(run())


def test_what_waited_before_a_resume_counts() -> None:
    async def run() -> None:
        box = DirectMailbox({"Dev2": 1}, capacity=2)
        assert await box.deliver("m1", "Dev1", "Dev2") == Delivered()
        assert isinstance(await box.deliver("m2", "Dev1", "Dev2"), Refused)

    asyncio.run(run())


def test_reading_an_empty_inbox_is_nothing() -> None:
    DirectMailbox().collected("Dev1")


def test_a_message_may_be_as_long_as_the_limit_and_no_longer() -> None:
    assert oversized("x" * MAX_MESSAGE_CHARACTERS) is None
    assert "shorten it" in (oversized("x" * (MAX_MESSAGE_CHARACTERS + 1)) or "")
