"""The page as people use it: whole cases played in Debian's chromium, against a demo in this process."""

import os
import re
import shutil
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.async_api import Browser, ConsoleMessage, Locator, Page, async_playwright, expect

from bot.playground.demo import open_demo
from conversations.phrase import Phrase
from locales import negotiate, plain

pytestmark = pytest.mark.browser

SAMPLES = Path(__file__).parents[2] / "samples"
MUG, CRACK = SAMPLES / "mug.jpg", SAMPLES / "crack.jpg"
BUYER, SELLER, ARBITRATOR = 1001, 2001, 3001
DESK, PHONE = (1280, 800), (390, 844)
QUIET = (
    *("--disable-gpu", "--disable-background-networking", "--no-first-run"),
    *("--disable-component-update", "--disable-sync"),
)
PATIENCE_MS = 15_000
ISOLATES = "[\u2066-\u2069]*"

expect.set_options(timeout=PATIENCE_MS)


@dataclass
class Chat:
    """Somebody's chat in the page."""

    page: Page
    user_id: int

    @property
    def pane(self) -> Locator:
        return self.page.locator(f'[data-pane="{self.user_id}"]')

    @property
    def messages(self) -> Locator:
        return self.pane.locator(".row:not(.service)")

    async def say(self, text: str) -> None:
        await self.pane.locator(".composer textarea").fill(text)
        await self.pane.locator('[data-action="send"]').click()

    async def attach(self, *files: Path) -> None:
        await self.pane.locator('input[type="file"]').set_input_files(files)
        await expect(self.pane.locator(".tray li")).to_have_count(len(files))
        await self.pane.locator('[data-action="send"]').click()

    async def tap(self, label: str) -> None:
        """Presses the newest button that says so, and waits until the bot has answered."""
        await self.pane.locator(".key").filter(has_text=re.compile(f"^{_loosely(label)}$")).last.click()
        await expect(self.pane.locator(".key.busy")).to_have_count(0)

    async def sees(self, *texts: str) -> None:
        """Each text stands in some message."""
        for text in texts:
            await expect(self.messages.filter(has_text=re.compile(_loosely(text))).last).to_be_visible()


def _loosely(text: str) -> str:
    """A pattern of the text that allows for the isolates around what people wrote."""
    return ISOLATES + "".join(re.escape(sign) + ISOLATES for sign in text)


@dataclass
class Screen:
    """The page in a browser, and what it complained about."""

    page: Page
    complaints: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.set_default_timeout(PATIENCE_MS)
        self.page.on("console", self._on_console)
        self.page.on("pageerror", lambda error: self.complaints.append(f"error: {error}"))

    def _on_console(self, message: ConsoleMessage) -> None:
        # What the content security policy refuses is told here too.
        if message.type in ("error", "warning"):
            self.complaints.append(f"{message.type}: {message.text}")

    def chats(self, *people: int) -> list[Chat]:
        return [Chat(self.page, person) for person in people]

    async def open(self, url: str) -> None:
        await self.page.goto(url)
        await expect(self.page.locator('body[data-ready="true"]')).to_be_attached()

    async def begin(self, story: str) -> None:
        """Begins a story by its button in the drawer, which follows the link of its order."""
        await self.page.locator("#try").click()
        told = self.page.locator(f'[data-story="{story}"]')
        if await told.get_attribute("open") is None:
            await told.locator("summary").click()
        await told.get_by_role("button", name=re.compile("^Begin as")).click()
        await expect(told.locator(".begun")).to_have_count(1)
        if await self.page.locator("#drawer").is_visible():
            await self.page.locator("#try").click()


@pytest.fixture
def chromium() -> str:
    """Debian's chromium; without one the tests are skipped, except in CI, where they must run."""
    found = shutil.which("chromium")
    if found is None:
        missing = "there is no chromium here (Debian: apt-get install chromium)"
        if os.environ.get("CI") == "true":
            pytest.fail(missing)
        pytest.skip(missing)
    return found


@pytest.fixture
async def browser(chromium: str) -> AsyncIterator[Browser]:
    """A browser of its own, with a new profile."""
    arguments = [*QUIET, *(["--no-sandbox"] if os.geteuid() == 0 else [])]
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium, args=arguments)
        yield browser
        await browser.close()


@pytest.fixture
def has_topics() -> bool:
    """Whether the bot has topics in private chats."""
    return False


@pytest.fixture
async def screen(
    browser: Browser, tmp_path: Path, has_topics: bool, request: pytest.FixtureRequest
) -> AsyncIterator[Screen]:
    """The page of a demo that has just begun; nothing may have gone wrong in it by the end."""
    width, height = getattr(request, "param", DESK)
    async with AsyncExitStack() as stack:
        url = await open_demo(stack, tmp_path, has_topics=has_topics)
        context = await browser.new_context(
            viewport={"width": width, "height": height}, locale="en-US", color_scheme="light"
        )
        screen = Screen(await context.new_page())
        await screen.open(url)
        yield screen
        await context.close()
    assert screen.complaints == []


async def ask_for_a_return(screen: Screen, buyer: Chat) -> None:
    """The buyer's claim for one of the two mugs, which the policy supports."""
    await screen.begin("return")
    await buyer.sees("What is the code of order 1001?")
    await buyer.say("MUG7")
    for label in ("1", "Return", "I changed my mind", "Yes, unused", "Yes, intact", "Leave out", "Send the claim"):
        await buyer.tap(label)
    await buyer.sees("Waiting for the seller's answer")


async def test_page_shows_a_group_and_acts_in_it_as_its_members(screen: Screen) -> None:
    """A store links a forum group, and answers there; somebody who does not sell for it is told so."""
    page, [buyer, seller] = screen.page, screen.chats(BUYER, SELLER)
    await page.locator("#add").click()
    await page.locator(".new-group input[name=title]").fill("Nordlicht desk")
    await page.locator(".new-group button").click()
    pane = page.locator(".pane.group")
    group = Chat(page, int(await pane.get_attribute("data-pane") or 0))
    await pane.locator("select.speaker").select_option(str(SELLER))
    await group.say("/link")
    await group.sees("This group is linked.")
    await seller.sees("From now on this is said in the group “Nordlicht desk”")

    await ask_for_a_return(screen, buyer)
    await group.sees("Waiting for the seller's answer")
    await expect(pane.locator(".topic-list button", has_text="Stoneware mug").first).to_be_visible()
    await expect(pane.locator(".sender").first).to_have_text("Aftersales desk")
    await pane.locator("select.speaker").select_option(str(ARBITRATOR))
    await group.tap("Refuse")
    await expect(page.locator("dialog[open]")).to_contain_text("This is for those who answer for store")
    await page.keyboard.press("Escape")
    await pane.locator("select.speaker").select_option(str(SELLER))
    await group.tap("Approve")
    await group.tap("Yes, approve")
    await buyer.sees("Agreed: the goods are to be sent back")


@pytest.mark.parametrize("has_topics", [True])
async def test_page_shows_each_case_in_its_topic(screen: Screen) -> None:
    buyer, seller = screen.chats(BUYER, SELLER)
    topics = buyer.pane.locator(".topic-list button")
    await ask_for_a_return(screen, buyer)
    await expect(topics).to_have_text(
        ["All", "Outside topics", re.compile(r"^[A-Z2-9]{3}-[A-Z2-9]{3} · Stoneware mug")]
    )

    await topics.nth(1).click()
    await expect(buyer.pane.locator(".row:visible").filter(has_text="It is the seller's turn.")).to_have_count(0)
    await seller.say("Which colour would you like?")
    await expect(topics.nth(2).locator(".badge")).to_have_text("1")
    await topics.nth(2).click()
    await buyer.sees("Which colour would you like?")
    await expect(topics.locator(".badge")).to_have_count(0)
    await expect(buyer.pane.locator("textarea")).to_have_attribute(
        "placeholder", re.compile(r"^Message in [A-Z2-9]{3}-")
    )
    await buyer.say("Blue, please.")
    await seller.sees("Blue, please.")

    await buyer.pane.get_by_role("button", name="New topic").click()
    await screen.page.locator("dialog input").fill("Another thing")
    await screen.page.get_by_role("button", name="Make it").click()
    await expect(topics.nth(3)).to_have_attribute("aria-pressed", "true")
    await buyer.say("/help")
    await buyer.sees("What you can do here")
    await topics.first.click()
    await seller.say("And a ribbon?")
    await buyer.sees("And a ribbon?")
    await expect(buyer.pane.locator(".in-topic")).to_have_text([re.compile("· Stoneware mug")])

    await topics.nth(2).click()
    await buyer.pane.get_by_role("button", name="Delete this topic").click()
    await screen.page.locator("dialog").get_by_role("button", name="Delete").click()
    await expect(topics).to_have_text(["All", "Outside topics", "Another thing"])
    await expect(topics.first).to_have_attribute("aria-pressed", "true")
    await seller.say("It is on its way.")
    await expect(topics).to_have_count(4)
    await buyer.sees("It is on its way.")


async def test_page_plays_a_whole_case(screen: Screen) -> None:
    buyer, seller = screen.chats(BUYER, SELLER)

    await screen.begin("refund")
    await buyer.sees("What is the code of order 1004?")
    await buyer.say("WRONG")
    await buyer.sees("This number and code do not belong together.")
    await buyer.say("LAMP")
    await buyer.tap("☐ 1 × Desk lamp, brass")
    await buyer.tap("Go on")
    await buyer.tap("Refund")
    await buyer.tap("It arrived damaged")
    await buyer.sees("The damage from close by")
    await buyer.attach(MUG, CRACK)
    await buyer.sees("2 files received so far.")
    await expect(buyer.messages.locator(".cell img")).to_have_count(2)
    await buyer.tap("That is all")
    await buyer.say("It came in a crushed parcel.")
    await buyer.sees("The policy supports this claim.", "“It came in a crushed parcel.”")
    await buyer.tap("Send the claim")

    await buyer.sees("It is the seller's turn.")
    await seller.sees("It is your turn.", "“It came in a crushed parcel.”")
    await expect(seller.messages.locator(".cell img")).to_have_count(2)
    await seller.tap("Make an offer")
    await seller.tap("Compensation, the buyer keeps the goods")
    await seller.say("9")
    await seller.say("Keep the lamp.")
    await seller.tap("Make the offer")

    await buyer.sees("The seller makes an offer", "£9.00 to the buyer", "“Keep the lamp.”")
    await buyer.tap("Make an offer")
    await buyer.tap("Money back")
    await buyer.tap("£20.58")
    await buyer.tap("No, the buyer keeps them")
    await buyer.tap("Leave out")
    await buyer.tap("Make the offer")

    await seller.sees("The buyer makes an offer", "£20.58 to the buyer")
    await seller.tap("Accept")
    await seller.tap("Yes, accept")
    await buyer.sees("The seller accepts the offer.", "Agreed: the seller is to refund")
    await seller.tap("I have refunded")
    await seller.tap("All of it: £20.58")
    await seller.say("RF-2026-0042")
    await seller.tap("bank transfer")

    await buyer.sees("The refund was sent", "RF-2026-0042")
    await buyer.tap("The money has arrived")
    await buyer.tap("Yes, it has arrived")
    await buyer.sees("The case is settled.")
    await seller.sees("The buyer confirmed that the money has arrived.")
    await buyer.tap("Rate the service")
    await buyer.tap("5 stars")
    await buyer.tap("5 stars")
    await buyer.say("Quick and fair.")
    await buyer.sees("Thank you. Your rating has been recorded.")
    await seller.sees("5 stars of 5", "“Quick and fair.”")


async def test_moving_time_on_brings_reminder_and_default(screen: Screen) -> None:
    buyer, seller = screen.chats(BUYER, SELLER)
    await ask_for_a_return(screen, buyer)
    await seller.sees("It is your turn.")
    face = screen.page.locator("#clock-face")
    before = await face.inner_text()

    await screen.page.locator('[data-advance="86400"]').click()
    await seller.sees("A reminder: this case waits for you.")
    await expect(face).not_to_have_text(before)
    await expect(seller.pane.locator(".remark").last).to_contain_text("Time moved on")

    await screen.page.locator('[data-advance="86400"]').click()
    await buyer.sees("Agreed: the goods are to be sent back")
    await seller.sees("Agreed: the goods are to be sent back")


@pytest.mark.parametrize("screen", [PHONE], indirect=True, ids=["phone"])
async def test_phone_shows_one_chat_and_counts_unread_in_the_other_tabs(screen: Screen) -> None:
    buyer, seller, arbitrator = screen.chats(BUYER, SELLER, ARBITRATOR)
    tab = screen.page.locator(f'[data-tab="{SELLER}"]')
    await expect(screen.page.get_by_role("tab")).to_have_count(3)
    await expect(tab.locator(".badge")).to_have_count(0)

    await ask_for_a_return(screen, buyer)
    await expect(seller.pane).to_be_hidden()
    await expect(tab.locator(".badge")).to_have_text(re.compile(r"^\d+$"))
    await expect(screen.page.locator(f'[data-tab="{ARBITRATOR}"] .badge')).to_have_count(0)

    await tab.click()
    await expect(seller.pane).to_be_visible()
    await expect(buyer.pane).to_be_hidden()
    await expect(arbitrator.pane).to_be_hidden()
    await seller.sees("It is your turn.")
    await expect(tab.locator(".badge")).to_have_count(0)
    assert await screen.page.evaluate("document.documentElement.scrollWidth") == PHONE[0]


async def test_dark_theme_is_switched_and_remembered(screen: Screen) -> None:
    root, switch = screen.page.locator("html"), screen.page.locator("#theme")
    light = await screen.page.evaluate("getComputedStyle(document.body).backgroundColor")

    await switch.click()
    await expect(root).to_have_attribute("data-theme", "dark")
    await expect(switch).to_have_attribute("aria-label", "Switch to light")
    assert await screen.page.evaluate("getComputedStyle(document.body).backgroundColor") != light

    await screen.open(screen.page.url)
    await expect(root).to_have_attribute("data-theme", "dark")


async def test_language_picker_changes_what_the_bot_says_next(screen: Screen) -> None:
    (buyer,) = screen.chats(BUYER)
    answer = "You have no cases."
    await buyer.pane.locator('[data-action="start"]').click()
    await buyer.say("/cases")
    await buyer.sees(answer)

    await buyer.pane.locator("select.language").select_option("zh-hans")
    await buyer.say("/cases")

    await buyer.sees(plain(Phrase(answer), negotiate("zh-hans")))
    await expect(buyer.pane.locator(".day-name").last).to_have_text("今天")
