"""What the book's chapter shows. Nothing outside this room imports it.

- ``claims``: the paper's claims, each with the function that measures it.
- ``explorers``: the figures that move; ``figures``: the still ones.
- ``family_study``, ``family_study.csv``: sizes, worlds and reinforcement learning.
- ``stored_family``, ``family.npz``: the networks that are asked in the chapter.
- ``language_study``, ``answers.jsonl``, ``written.csv``, ``judged.csv``: a real language model.
- ``pipelines_study``, ``pipelines.csv``: how far it gets through the other pipelines.
- ``pronouns_study``, ``pronouns.csv``: which pronoun it expects of whom.
"""
