"""Recordings of people, from files in BIDS to epochs.

- `bids`: `load_bids`, all the steps in their order
- `events`: which events are wanted, and when they were by the trigger channel
- `maxwell`: the Maxwell filter and its settings
- `runs`: one run: its channels, its part in time, its filter, its epochs
- `openneuro`: the data set ds000117, its published protocols and its download
"""
