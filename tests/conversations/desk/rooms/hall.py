"""A group as the desk hears it, and how one comes to be linked."""

from dataclasses import dataclass

from conversations.desk import linking
from conversations.messages import Group, Incoming, Pressed, Said, Sender, Toast

ROOM, COURT, ELSEWHERE = -500, -600, -700
MAY_NOT = "This is for those who answer for store Acme. If you are to, ask for an invitation."


@dataclass
class Hall:
    """A group as its members use it. What is told there is heard by its own chat; what is told to members, by theirs."""

    house: object
    chat: object
    address: int
    title: str
    messages: int = 0

    async def does(self, member, content, *, is_anonymous=False):
        group = Group(address=self.address, title=self.title, is_anonymous=is_anonymous)
        who = Sender(address=member.address, name=member.name)
        async with self.house.db.work() as work:
            incoming = Incoming(sender=who, at=self.house.time, content=content, group=group)
            await self.house.desk.receive(incoming, work, self.house.time)
        await self.house.deliver()

    async def say(self, member, text="", *files, reply_to=None, is_edit=False, message=None, thread=0, **more):
        self.messages += 1
        number = message or self.messages
        said = Said(message=number, text=text, files=files, reply_to=reply_to, is_edit=is_edit, thread=thread)
        await self.does(member, said, **more)
        return number

    async def press(self, member, do, **more):
        await self.does(member, Pressed(query="q", do=do, message=1, **more))
        toasts = [out for out in member.now if isinstance(out.body, Toast)]
        assert len(toasts) == 1, toasts
        return self.house.plain(toasts[0].body.text) if toasts[0].body.text else ""

    async def tap(self, member, label):
        return await self.press(member, self.chat.button(label).do)

    async def answer(self, member, text, *files):
        """Replies to the member's question, which has not been written down yet."""
        return await self.say(member, text, *files, reply_to=9_000)

    @property
    def read(self):
        return self.chat.read

    async def room(self):
        async with self.house.db.work() as work:
            return (await work.people.at_address(self.address)).room


async def hall(house, address=ROOM, title="The desk"):
    chat = await house.person(address, title)
    return Hall(house, chat, address, title)


async def vouch(house, hall, **what):
    async with house.db.work() as work:
        group = await work.people.at_address(hall.address)
        await house.desk.vouch(group.id, work, house.time, **{"is_administrator": True, **what})
    await house.deliver()


async def confirm(house, hall):
    async with house.db.work() as work:
        done = await linking.confirm(await work.people.at_address(hall.address), work, house.time)
    await house.deliver()
    return done


async def linked(house, member, address=ROOM, title="The desk", argument=""):
    made = await hall(house, address, title)
    await made.say(member, f"/link {argument}".strip())
    await vouch(house, made)
    assert await confirm(house, made)
    return made
