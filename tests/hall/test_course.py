"""Copies of the chapters for courses: plain Markdown, nothing of the solutions, what is missing."""

import ast
import re
import sys
from xml.etree import ElementTree as ET

import nbformat
import pytest
from nbformat import NotebookNode

from tools.build import Page, is_chapter, pages_in_order
from tools.course.citations import bibliography
from tools.course.copies import Copies
from tools.course.exercises import Exercise, Part, Place, read_parts
from tools.course.grading import points_of
from tools.course.install import install_cell, needs_of
from tools.course.plain import plain
from tools.course.slides import slides
from tools.course.stills import captions, stills
from tools.course.surroundings import Surroundings, published, surroundings_of
from tools.house import BOOK

PAGES = {page.name: page for page in pages_in_order()}
CHAPTERS = [page for page in PAGES.values() if is_chapter(page)]
KINDS = ("download", "teacher", "student", "source")
#: what plain Markdown does not know: a role, a fence of colons, a fence with a name in braces
MYST = re.compile(r"\{[a-z][\w:+.-]*\}`|^\s*:{3,}|^\s*`{3,}\s*\{|^\([\w.:-]+\)=\s*$", re.MULTILINE)

chapters = pytest.mark.parametrize("page", CHAPTERS, ids=lambda page: page.name)


def markdown(text: str) -> NotebookNode:
    return nbformat.v4.new_markdown_cell(text)


def code(text: str, *tags: str) -> NotebookNode:
    return nbformat.v4.new_code_cell(text, metadata={"tags": list(tags)})


def notebook(*cells: NotebookNode) -> NotebookNode:
    return nbformat.v4.new_notebook(cells=list(cells))


def written(text: str, name: str = "bisg") -> str:
    return plain(text, surroundings_of(name, [Part(markdown(text))]))


def texts(notebook: NotebookNode, kind: str = "markdown") -> list[str]:
    return [cell.source for cell in notebook.cells if cell.cell_type == kind]


EXERCISE = """\
## Exercises

```{exercise-start}
:label: bisg-1
:level: compute
:minutes: 20
```
Compute the answer.
```{exercise-end}
```"""
OPENS = "```{solution-start} bisg-1\n:class: dropdown\n```\nThink {cite:p}`imai2022`."
CLOSES = "```{solution-end}\n```"
SMALL = notebook(
    markdown(EXERCISE),
    markdown(OPENS),
    code("answer = 6 * 7\nprint('solved')"),
    code("# Leave it in\n#   answer: a whole number\nassert answer == 42", "hidden-test"),
    markdown(CLOSES + "\n## After"),
)


# Every chapter


@chapters
@pytest.mark.parametrize("kind", KINDS)
def test_no_directive_and_no_role_survives(page: Page, kind: str) -> None:
    copy = getattr(Copies.of(page.name, page.notebook), kind)()
    nbformat.validate(copy)
    for text in texts(copy):
        assert not MYST.search(text), text


@chapters
def test_a_student_gets_no_line_of_a_solution(page: Page) -> None:
    parts = read_parts(page.notebook)
    answers = [p.cell.source for p in parts if p.place in (Place.SOLUTION, Place.TEST)]
    rest = "\n".join(p.cell.source for p in parts if p.place in (Place.TEXT, Place.EXERCISE))
    lines = {line.strip() for answer in answers for line in answer.split("\n")}
    own = {line for line in lines if len(line) > 12 and line not in rest and line[0] not in "#`"}
    student = "\n".join(cell.source for cell in Copies.of(page.name, page.notebook).student().cells)
    assert own
    assert not [line for line in own if line in student]


@chapters
def test_every_exercise_has_its_number_its_label_and_a_place_to_answer(page: Page) -> None:
    exercises = {p.exercise.label: p.exercise for p in read_parts(page.notebook) if p.exercise}
    student = Copies.of(page.name, page.notebook).student()
    headings = re.findall(r"^### (Exercise .*)$", "\n".join(texts(student)), re.MULTILINE)
    assert headings == [exercise.heading for exercise in exercises.values()]
    ids = [cell.metadata.nbgrader.grade_id for cell in student.cells if "nbgrader" in cell.metadata]
    assert len(ids) == len(set(ids))
    assert {f"{label}-words" for label in exercises} <= set(ids)


@chapters
def test_the_copy_ends_with_what_it_cites(page: Page) -> None:
    whole = "\n".join(texts(page.notebook))
    keys = {
        k.strip() for found in re.findall(r"\{cite:\w+\}`([^`]+)`", whole) for k in found.split(",")
    }
    last = texts(Copies.of(page.name, page.notebook).download())[-1]
    assert [line for line in last.split("\n") if line.startswith("- ")] == (
        bibliography().listed(list(keys)).split("\n") if keys else []
    )


@chapters
def test_all_code_of_the_chapter_is_in_the_copy(page: Page) -> None:
    parts = [part for part in read_parts(page.notebook) if part.cell.cell_type == "code"]
    code_of = [part.cell.source for part in parts if part.place is not Place.TEST]
    copied = texts(Copies.of(page.name, page.notebook).download(), "code")[1:]
    assert [re.sub(r"^# (Figure|Table) \d+\n", "", source) for source in copied] == code_of


@chapters
def test_a_hidden_test_reads_names_that_only_a_solution_sets(page: Page) -> None:
    parts = [part for part in read_parts(page.notebook) if part.cell.cell_type == "code"]
    elsewhere = {
        name
        for p in parts
        if p.place in (Place.TEXT, Place.EXERCISE)
        for name in _names_set(p.cell)
    }
    for part in parts:
        if part.place is Place.TEST:
            own = {
                name
                for other in parts
                if other.place is Place.SOLUTION and other.exercise == part.exercise
                for name in _names_set(other.cell)
            }
            read = {n.id for n in ast.walk(ast.parse(part.cell.source)) if isinstance(n, ast.Name)}
            assert read & own - elsewhere, f"{part.exercise}: an empty copy could pass"


def _names_set(cell: NotebookNode) -> set[str]:
    tree = ast.parse(cell.source)
    return {
        n.id for n in ast.walk(tree) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)
    }


# Exercises


def test_a_solution_becomes_a_place_to_answer() -> None:
    student = Copies.of("bisg", SMALL).student()
    shown = [cell.source for cell in student.cells[1:]]
    assert shown == [
        "## Exercises",
        "### Exercise bisg-1 (compute, 20 minutes)\n\nCompute the answer.",
        "# Leave it in\n#   answer: a whole number\n# Your solution.",
        "# A hidden test runs here when the work is collected.",
        "*Your answer.*",
        "## After",
    ]


def test_a_teacher_gets_the_solution_and_the_test() -> None:
    teacher = Copies.of("bisg", SMALL).teacher()
    shown = "\n".join(cell.source for cell in teacher.cells)
    assert "#### Solution of exercise bisg-1\n\nThink (Imai et al., 2022)." in shown
    assert "answer = 6 * 7" in shown
    assert "assert answer == 42" in shown


def test_a_download_has_the_solution_and_no_test() -> None:
    shown = "\n".join(cell.source for cell in Copies.of("bisg", SMALL).download().cells)
    assert "answer = 6 * 7" in shown
    assert "assert" not in shown


@pytest.mark.parametrize(
    ("cells", "message"),
    [
        ([EXERCISE, OPENS], "solution bisg-1 is not closed"),
        ([EXERCISE, OPENS, OPENS], "expected the end of solution bisg-1"),
        ([EXERCISE, CLOSES], "expected the end of nothing"),
        ([OPENS, CLOSES], "expected the label of an exercise above, got 'bisg-1'"),
        ([EXERCISE, EXERCISE], "expected a :label: that no other exercise has"),
    ],
)
def test_gates_that_do_not_match_are_named(cells: list[str], message: str) -> None:
    with pytest.raises(ValueError, match=re.escape(message)):
        Copies.of("bisg", notebook(*map(markdown, cells)))


def test_a_test_outside_of_a_solution_is_named() -> None:
    with pytest.raises(ValueError, match="hidden test outside of a solution: 'assert True'"):
        Copies.of("bisg", notebook(code("assert True", "hidden-test")))


def test_code_that_draws_is_folded_for_students_and_open_for_teachers() -> None:
    copies = Copies.of("bisg", notebook(code("draw()", "hide-input"), code("think()")))
    folded = {"jupyter": {"source_hidden": True}, "cellView": "form"}
    for copy in (copies.student(), copies.download()):
        assert [cell.metadata for cell in copy.cells[1:]] == [folded, {}]
    assert [cell.metadata for cell in copies.teacher().cells[1:]] == [{}, {}]


def test_a_teachers_copy_ends_with_the_answers_to_the_questions_of_the_figures() -> None:
    asking = code("figure.ask(quiz)", "hide-input")
    quiz = {"id": "q-1", "question": "How many?", "answer": "Two.", "why": "Look.", "minutes": 2}
    live = '<div class="wp-place"><img><script type="text/plain" class="wp-spec">x</script></div>'
    asking.outputs = [
        nbformat.v4.new_output(
            "display_data",
            data={"text/html": live},
            metadata={"workedpapers": {"figure": "f", "quiz": quiz}},
        )
    ]
    teacher = Copies.of("bisg", notebook(asking)).teacher()
    assert teacher.cells[1].outputs[0].data["text/html"] == '<div class="wp-place"><img></div>'
    assert teacher.cells[-1].source == (
        "## Answers to the questions of the figures\n\n"
        "- **q-1** (2 minutes): How many?\n  *Two.* Look."
    )


@pytest.mark.parametrize(
    ("minutes", "tested", "points"),
    [(20, True, (2, 2)), (25, True, (3, 2)), (10, False, (0, 2)), (0, True, (1, 1))],
)
def test_points_follow_the_minutes(minutes: int, tested: bool, points: tuple[int, int]) -> None:
    assert points_of(Exercise("bisg-1", "compute", minutes), tested=tested) == points


def test_a_figure_that_the_text_names_has_its_number_in_both() -> None:
    cells = [markdown("See {ref}`fig-b` and {ref}`tab-a`."), code("first()"), code("second()")]
    cells += [code("table()")]
    for cell, label in zip(cells[1:], ("fig-a", "fig-b", "tab-a"), strict=True):
        cell.metadata["label"] = label
    shown = [cell.source for cell in Copies.of("bisg", notebook(*cells)).download().cells[1:]]
    assert shown[0] == "See Figure 2 and Table 1."
    assert shown[2:] == ["# Figure 2\nsecond()", "# Table 1\ntable()"]


# Plain Markdown


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{cite:t}`treder2018` says", "Treder (2018) says"),
        ("so {cite:p}`treder2018,\nking2014`.", "so (Treder, 2018; King and Dehaene, 2014)."),
        ("a {term}`hinge`, {term}`hinges <hinge>`", "a **hinge**, **hinges**"),
        ("{hue}`discriminator` {set}`faster <first lr_g=4>`", "discriminator faster"),
        ("{set}`first-figure lr_g=4 decay=1`", "lr_g = 4, decay = 1"),
        ("{abbr}`AUC (area under the curve)`", "AUC (area under the curve)"),
        ("{math}`x^2` {sub}`2` {kbd}`Tab`", "$x^2$ <sub>2</sub> <kbd>Tab</kbd>"),
        ("{py:func}`~workedpapers.bisg.predict`", "`predict`"),
        (":::{note}\nMind.\n:::", "> **Note**\n>\n> Mind."),
        (":::{div} wp-box\nA.\n\nB.\n:::", "> A.\n>\n> B."),
        (
            "::::{admonition} Of {cite:t}`treder2018`\n:class: dropdown\n\n:::{tip}\nT\n:::\n::::",
            "> **Of Treder (2018)**\n>\n> > **Tip**\n> >\n> > T",
        ),
        ("```{math}\n:label: sum\nx = y\n```\n{eq}`sum`", "$$\nx = y\\tag{1}\n$$\n\n(1)"),
        ("$$x = y$$ (sum)\n\nBy {eq}`sum`", "$$x = y\\tag{1}$$\n\nBy (1)"),
        ("(where)=\n## Where\n\nSee {ref}`where`, [](#where).", "## Where\n\nSee Where, Where."),
        ("a\n\n% not for readers\nb", "a\n\nb"),
        ("```python\nx = {}  # {name}`x`\n```", "```python\nx = {}  # {name}`x`\n```"),
        ("::::{margin}\nM\n::::\nafter", "> **Margin**\n>\n> M\n\nafter"),
        ("$\\{a\\}$ and `{b}` stay", "$\\{a\\}$ and `{b}` stay"),
    ],
)
def test_what_a_directive_or_role_becomes(text: str, expected: str) -> None:
    assert written(text) == expected


def test_a_link_between_pages_leads_to_the_published_page() -> None:
    here = published()
    assert written("[](reading.md)") == f"[How to read this book]({here}book/reading.html)"
    assert written("[b](bisg.py#scale)") == f"[b]({here}book/bisg.html#scale)"
    assert written("{doc}`api/bisg`").endswith(f"({here}book/api/bisg.html)")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{no-such}`x`", "role {no-such}: tools/course/rules.py has no rule"),
        (":::{no-such}\n:::", "directive {no-such}: tools/course/rules.py has no rule"),
        (":::{note}\nnever closed", ":::{note}: expected the end of its fence"),
        ("{ref}`nowhere`", "expected a label of this chapter, got 'nowhere'"),
        ("{cite:t}`nobody1900`", "expected a key of references.bib, got 'nobody1900'"),
        ("[](no-such.md)", "expected a page of the book with a title, got 'no-such.md'"),
    ],
)
def test_what_has_no_rule_is_an_error(text: str, message: str) -> None:
    with pytest.raises(ValueError, match=re.escape(message)):
        written(text)


def test_a_citation_is_noted_once() -> None:
    around = Surroundings("bisg")
    plain("{cite:t}`imai2022` {cite:p}`imai2022,treder2018`", around)
    assert around.cited == ["imai2022", "treder2018"]


# The first cell


@chapters
def test_the_first_cell_asks_for_this_chapter_and_no_other(page: Page) -> None:
    extras = needs_of(page.name).extras
    assert {extra.split("-")[0] for extra in extras} == {page.name, "plot", "explore"}
    cell = install_cell(page.name)
    assert f"workedpapers[{','.join(extras).replace('_', '-')}]" in cell
    assert ("torch" in cell) is (page.name in ("isolated_points", "model_written_evals"))
    assert ("ethnicolr" in cell) is (page.name == "bisg")


@chapters
def test_every_module_that_a_chapter_imports_is_looked_for(page: Page) -> None:
    imported = {
        name.split(".")[0]
        for part in read_parts(page.notebook)
        if part.cell.cell_type == "code"
        for node in ast.walk(ast.parse(part.cell.source))
        for name in (
            [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else [node.module]
            if isinstance(node, ast.ImportFrom)
            else []
        )
        if name
    }
    assert imported - sys.stdlib_module_names <= set(needs_of(page.name).modules)


# Pages for teachers


def teaching(page: Page) -> str:
    return (BOOK / "teaching" / f"{page.name}.md").read_text("utf-8")


@chapters
def test_a_teachers_page_plans_ninety_minutes_of_the_chapter(page: Page) -> None:
    plan = re.findall(r"^\| (\d+) \| (.+?) \|", teaching(page), re.MULTILINE)
    assert sum(int(minutes) for minutes, _ in plan) == 90
    headings = re.findall(r"^#+ (.+)$", "\n".join(texts(page.notebook)), re.MULTILINE)
    skipped = re.search(r"\*\*To skip\*\*(.*?)\n\n", teaching(page), re.DOTALL)
    assert skipped
    named = [part for _, part in plan] + [skipped[1].replace("\n", " ")]
    for words in named:
        for part in re.findall(r"\*([^*]+)\*", words):
            assert part in headings, f"{part!r} is no section of the chapter"


@chapters
def test_a_teachers_page_answers_every_exercise(page: Page) -> None:
    labels = {p.exercise.label for p in read_parts(page.notebook) if p.exercise}
    answered = re.findall(r"^```\{answer\} (\S+)$", teaching(page), re.MULTILINE)
    assert sorted(answered) == sorted(labels)
    for directive in ("copies", "questions"):
        assert f"```{{{directive}}} {page.name}\n" in teaching(page)


@chapters
def test_every_computing_exercise_has_a_hidden_test(page: Page) -> None:
    parts = [part for part in read_parts(page.notebook) if part.exercise]
    computing = {part.exercise.label for part in parts if part.exercise.level == "compute"}
    tested = {part.exercise.label for part in parts if part.place is Place.TEST}
    assert computing
    assert computing <= tested  # a derivation that ends in a number may have a test too


# Slides and stills


@chapters
def test_slides_come_from_the_marked_cells_and_load_nothing_from_elsewhere(page: Page) -> None:
    copies = Copies.of(page.name, page.notebook)
    marked = [part for part in copies.parts if "slide" in part.tags]
    exercises = {part.exercise.label for part in copies.parts if part.exercise}
    shown = slides(copies, "vendor")
    assert len(marked) >= 3
    assert shown.count("<section") == 2 * (1 + len(marked) + len(exercises))
    assert shown.count('<aside class="notes">') >= len(marked) - 1
    assert not re.findall(r'<(?:script|link|img)\b[^>]*(?:src|href)="(?!vendor/|data:)', shown)


FIGURE = """<figure class="wp-figure"><div role="img" aria-label="A &lt; B, in words.">
<svg viewBox="0 0 9 9" width="9pt" style="max-width:100%;height:auto;x:y" aria-hidden="true">
<path fill="var(--wp-series-0, #0067a5)" stroke="currentColor"/></svg></div>
<figcaption>What to see.</figcaption></figure>"""
MOVING = """<figure class="wp-still"><img class="wp-still-img" src="data:image/png;base64,aGk="
alt="At first."><figcaption>It moves.</figcaption></figure>"""


def test_stills_stand_on_their_own() -> None:
    cells = [markdown("# T\n\n## The idea: one figure"), code("draw()")]
    cells[1].outputs = [
        nbformat.v4.new_output("display_data", data={"text/html": html})
        for html in (FIGURE, MOVING)
    ]
    drawn, moving = stills(Copies.of("bisg", notebook(*cells)))
    assert (drawn.name, moving.name) == (
        "01-the-idea-one-figure.svg",
        "02-the-idea-one-figure.png",
    )
    assert (drawn.alt, drawn.caption) == ("A < B, in words.", "What to see.")
    assert b'fill="#0067a5" stroke="#20262e"' in drawn.data
    assert b"max-width" not in drawn.data
    assert ET.fromstring(drawn.data).tag == "{http://www.w3.org/2000/svg}svg"
    assert (moving.data, moving.alt) == (b"hi", "At first.")
    assert "## 02-the-idea-one-figure.png\n\nIt moves." in captions("T", [drawn, moving])
