"""In-context regression: one layer of linear attention, beside steps of gradient descent.

- ``moments``: expectations over tasks, in closed form.
- ``theory``: the best layer and the best plain step, with their losses.
- ``attention``: the layer, trained on the exact loss or on sampled tasks.
- ``agreement``: how alike a trained layer and gradient descent are.
- ``stacks``: several layers against several steps.
"""
