"""What a site needs where it is published: one address for each page, a map, an error page."""

from html import escape
from pathlib import Path

from book import address


def set_address(app, config) -> None:
    """Derive the site's address from the project's, unless `html: {baseurl: …}` gives another."""
    repository, _ = address.of_the_project()
    if repository:
        config.html_baseurl = config.html_baseurl or address.of_the_site(repository)
    config.html_context["site_path"] = address.path_of(config.html_baseurl)


def write_map(app, error) -> None:
    """Write the list of all pages that search engines read."""
    if error or app.builder.format != "html" or not app.config.html_baseurl:
        return
    pages = (app.builder.get_target_uri(name) for name in sorted(app.env.found_docs))
    lines = [
        '<?xml version="1.0" encoding="utf-8"?>',
        '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">',
        *(f"<url><loc>{escape(app.config.html_baseurl + page)}</loc></url>" for page in pages),
        "</urlset>",
    ]
    Path(app.outdir, "sitemap.xml").write_text("\n".join(lines) + "\n", encoding="utf-8")


def setup(app) -> None:
    app.connect("config-inited", set_address)
    app.connect("build-finished", write_map)
