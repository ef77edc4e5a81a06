"""Help pages for the window: order, language, no columns of tests, links between pages."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.support.help_pages import REST, help_pages, shown_markdown
from app.support.i18n import text

PAGE = """# Looking
See `other.md` and `nowhere.md`.

| What | Key | Shown by |
|---|---|---|
| zoom \\| pan | `Z` | `tests/gui/a.py`, `tests/gui/b.py::test_c` |
| a pipe `a|b` | | `tests/gui/d.py` (all of it) |
| turn | `R` | the same |

```
| no | table |
```
| setting | where |
|---|---|
| `tests/x.py` | here |
| dark | there |
"""


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "ru").mkdir()
    (tmp_path / "pages.toml").write_text('[pages]\nreading = ["looking.md"]\n', encoding="utf-8")
    (tmp_path / "looking.md").write_text(PAGE, encoding="utf-8")
    (tmp_path / "other.md").write_text("# Another page\nwords\n", encoding="utf-8")
    (tmp_path / "ru" / "other.md").write_text("# Другая страница\n", encoding="utf-8")
    return tmp_path


def test_pages_come_in_their_order_in_the_language_that_has_them(home: Path) -> None:
    english, russian = help_pages("en", home), help_pages("ru", home)
    assert [(page.name, page.group, page.title) for page in english] == [
        ("looking.md", "reading", "Looking"),
        ("other.md", REST, "Another page"),
    ]
    assert [page.title for page in russian] == ["Looking", "Другая страница"]


def test_columns_of_tests_are_left_out_and_other_pages_are_links(home: Path) -> None:
    shown = shown_markdown(help_pages("en", home)[0], {"other.md": "Another page"})
    assert "[Another page](other.md) and `nowhere.md`" in shown
    assert "| What | Key |" in shown
    assert "Shown by" not in shown
    assert "tests/gui" not in shown
    assert "| zoom \\| pan | `Z` |" in shown
    assert "| a pipe `a|b` |" in shown
    assert "```\n| no | table |\n```" in shown
    assert "| `tests/x.py` | here |" in shown  # other rows of this column say something


def test_every_shipped_page_is_in_the_order_and_every_group_has_a_name() -> None:
    for language in ("en", "ru"):
        pages = help_pages(language)
        assert len(pages) > 20
        assert not [page.name for page in pages if page.group == REST]
        assert len({page.name for page in pages}) == len(pages)
        titles = {page.name: page.title for page in pages}
        for page in pages:
            assert not text(f"ui.help.group.{page.group}").startswith("ui.help")
            assert shown_markdown(page, titles).startswith("# "), page.file
