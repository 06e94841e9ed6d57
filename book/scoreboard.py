# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Scoreboard
#
# Which claims of the papers came out again? These are the tables that end the chapters, on one
# page. The rows were recorded while the chapters were executed; nothing here was typed in.
# [](reading.md) says what each verdict means.

# %% tags=["remove-input"]
from workedpapers.claims import scoreboard

board = scoreboard()
print(board)

# %% tags=["remove-input"]
board
