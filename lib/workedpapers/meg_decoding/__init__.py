"""Time-resolved decoding of M/EEG: when does the brain tell two conditions apart?

Ehrenberg, Tsourides, Nejati, Cheung and Sinha, *Neural Correlates of Face Familiarity
Perception*, 2022, https://arxiv.org/abs/2208.00352.
"""
