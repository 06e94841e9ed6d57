"""What belongs to the book's chapter alone; no other room imports it.

- `study`: the chapter's experiments and what came of them, stored; `study_groups` and
  `study_grids`: its parts
- `tables`: the stored study as tables
- `figures`: still figures; `topography`: maps over the helmet; `explorers`: figures that move
- `claims`: the paper's claims, each with the function that measures it
"""
