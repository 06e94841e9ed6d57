"""Copies of the chapters for courses: notebooks that need nothing of the book.

    python -m tools.course                    write all copies below _build/course
    python -m tools.course.trial NAME         run a student's copy in an environment of its own

- `citations`: the entries of ``references.bib`` as "Author (year)" and as a list
- `surroundings`: what the text of a chapter refers to: other pages, headings, equations, exercises
- `plain`: a text for the book, rewritten in the Markdown that every Jupyter shows
- `rules`: what becomes of each directive and of each role
- `exercises`: which cells are an exercise, its solution, its hidden test
- `install`: the first cell, which installs what the chapter needs where it is missing
- `copies`: the notebooks: to download, for students, for teachers
"""
