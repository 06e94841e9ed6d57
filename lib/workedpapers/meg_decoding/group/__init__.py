"""Statistics over the subjects of a group.

- `courses`: time courses of a group, checked
- `inference`: tests against chance at each time, or in each cell of a map; `statistics`: what
  they compare, and with what
- `bayes`: Bayes factors
- `resample`: the bootstrap over subjects, the jackknife, and their intervals
"""
