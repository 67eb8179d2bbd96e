"""The three ways in which a reader moves a slider and presses a button."""

from playwright.sync_api import ElementHandle, Page

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True}
LAPTOP = {"viewport": {"width": 1280, "height": 900}}

WHERE = """(node) => {
    node.scrollIntoView({ block: "center", behavior: "instant" });
    const { x, y, width, height } = node.getBoundingClientRect();
    const share = node.type === "range" ? (node.value - node.min) / (node.max - node.min) : 0.5;
    return { x, y, width, height, share };
}"""
THUMB = 8
"""Half of a slider's thumb, in pixels: where its ends are."""


class Keyboard:
    window = LAPTOP

    def __init__(self, page: Page):
        self.page = page

    def move(self, slider: ElementHandle) -> None:
        slider.focus()
        at_the_end = slider.evaluate("(node) => node.value === node.max")
        self.page.keyboard.press("ArrowDown" if at_the_end else "ArrowUp")

    def press(self, button: ElementHandle) -> None:
        button.focus()
        self.page.keyboard.press("Space")


def way(slider: ElementHandle) -> list[tuple[float, float]]:
    """From the middle of the thumb to a place well on the other side of the slider."""
    box = slider.evaluate(WHERE)
    upright = box["height"] > box["width"]

    def point(share):
        if upright:
            return box["x"] + box["width"] / 2, (
                box["y"] + THUMB + (1 - share) * (box["height"] - 2 * THUMB)
            )
        return box["x"] + THUMB + share * (box["width"] - 2 * THUMB), box["y"] + box["height"] / 2

    start, end = box["share"], 0.2 if box["share"] > 0.5 else 0.8
    return [point(start + k / 3 * (end - start)) for k in range(4)]


class Mouse:
    window = LAPTOP

    def __init__(self, page: Page):
        self.page = page

    def move(self, slider: ElementHandle) -> None:
        start, *rest = way(slider)
        self.page.mouse.move(*start)
        self.page.mouse.down()
        for point in rest:
            self.page.mouse.move(*point)
        self.page.mouse.up()

    def press(self, button: ElementHandle) -> None:
        button.click()


class Touch:
    window = PHONE

    def __init__(self, page: Page):
        self.page = page
        self.session = page.context.new_cdp_session(page)

    def finger(self, kind: str, *points: tuple[float, float]) -> None:
        touching = [{"x": x, "y": y} for x, y in points]
        self.session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": touching})

    def move(self, slider: ElementHandle) -> None:
        """An upright slider takes a tap: a finger that goes up or down scrolls the page."""
        upright = slider.get_attribute("data-row")
        self.swipe(way(slider)[-1:] if upright else way(slider))

    def swipe(self, points: list[tuple[float, float]]) -> None:
        start, *rest = points
        self.finger("touchStart", start)
        for point in rest:
            self.finger("touchMove", point)
        self.finger("touchEnd")

    def press(self, button: ElementHandle) -> None:
        button.tap()


HANDS = [Keyboard, Mouse, Touch]
