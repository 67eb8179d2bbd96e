"""The LSTM on one page: printed, it is one page."""

import re

from pages import Visit, offline

A4 = {"format": "A4", "prefer_css_page_size": True}


def test_the_card_is_printed_on_one_page_of_a4(browser, site):
    with offline(browser, viewport={"width": 1366, "height": 768}) as context:
        visit = Visit(context, f"{site}/book/lstm_on_one_page.html")
        pdf = visit.page.pdf(**A4)
    assert len(re.findall(rb"/Type\s*/Page\b", pdf)) == 1
    (box,) = set(re.findall(rb"/MediaBox\s*\[([^]]*)\]", pdf))
    assert [round(float(side)) for side in box.split()] == [0, 0, 595, 842]


def test_the_card_has_the_six_equations_beside_the_drawing_when_it_is_printed(browser, site):
    with offline(browser, viewport={"width": 1366, "height": 768}) as context:
        visit = Visit(context, f"{site}/book/lstm_on_one_page.html")
        visit.page.emulate_media(media="print")
        visit.page.set_viewport_size({"width": 695, "height": 1000})  # A4 without its margins
        drawing = visit.page.locator(".with-equations > svg").bounding_box()
        lines = [line.bounding_box() for line in visit.page.locator(".with-equations li").all()]
    assert len(lines) == 6
    for line in lines:
        assert line["x"] >= drawing["x"] + drawing["width"]
        assert drawing["y"] - 40 < line["y"] < drawing["y"] + drawing["height"]
