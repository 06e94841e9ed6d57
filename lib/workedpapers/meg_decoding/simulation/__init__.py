"""Recordings in which the moment the brain tells faces apart is known.

- `scenario`: the settings of an experiment, and the pictures that its subjects see
- `sources`: what the sources do over time, and the noise of brain and sensors
- `head`: what a current does at the sensors: a sphere in a helmet of 306 channels
- `simulate`: subjects and groups, as arrays or as MNE epochs
"""
