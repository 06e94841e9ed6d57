"""What belongs to the book's chapter alone; no other room imports it.

- `study`: the chapter's experiments; `study_groups` and `study_grids`: its parts; `results`: what
  came of them, stored in tables with named axes
- `tables`: the stored study as tables
- `figures`: still figures; `topography`: maps over the helmet; `explorers`: figures that move
- `claims`: the paper's claims, each with the function that measures it
"""
