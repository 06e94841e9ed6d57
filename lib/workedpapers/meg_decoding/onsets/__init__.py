"""When an effect begins.

- `settings`: what is called an onset, and how sure it must be: options, checked once
- `latency`: `onset` of one group, with its interval and the test for an effect
- `difference`: the difference of two onsets
- `methods`: from groups to onsets, by a fit or by a first significant time
- `change_point`: the fit: a flat line that begins to rise
"""
