"""Questions people ask, apart from those the model is trained on."""
