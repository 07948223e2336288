"""Words in four languages: forward (key to text) and backward (text in any language to code)."""

from leadbook.labels.catalogue import LANGUAGES, Labels, load_labels
from leadbook.labels.reverse import Reverse, fold, load_reverse

__all__ = ["LANGUAGES", "Labels", "Reverse", "fold", "load_labels", "load_reverse"]
