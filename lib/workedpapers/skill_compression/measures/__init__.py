"""Measures of segmentations and skills.

- ``scores``: precision, recall and F1 of boundaries; purity of skills.
- ``blocks``: solutions of coloured blocks with one likelihood, and what each of them costs.
- ``pieces``: tokenizers, the strongest peers on sequences of symbols.
"""
