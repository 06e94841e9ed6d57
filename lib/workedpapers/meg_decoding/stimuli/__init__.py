"""What the pictures alone tell of the conditions.

- `images`: low-level features of pictures
- `mean_differences`: how far apart the conditions are in each feature
- `feature_decoding`: whether a decoder finds the condition from features alone
- `matching`: pairs of pictures that are alike
"""
