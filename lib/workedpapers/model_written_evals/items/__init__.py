"""Items: questions with answers that show a behaviour, and answers that do not.

- ``table``: the one form that items have here, whatever they were published as.
- ``published``: readers of the published layouts, from files, folders and the hub.
- ``shipped``: items by hand that come with the package.
- ``audits``: what is wrong with a set of items, and how far words alone give the label away.
"""
