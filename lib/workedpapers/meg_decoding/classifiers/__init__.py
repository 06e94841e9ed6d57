"""The equations: linear classifiers, cross-validated without refitting.

- `ridge`: ridge regression on labels, with epochs left out and predicted; many penalties at once
- `lda`: linear discriminant analysis made of it, of two and of more classes
- `roc`: the area under the ROC curve, and what is meant by it with more than two classes
"""
