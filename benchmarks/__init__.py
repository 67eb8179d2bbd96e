"""How fast the layers are, side by side with PyTorch's, in one run: ``make bench``."""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # NumPy reads it when it is imported
