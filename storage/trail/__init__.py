"""The audit chain, its signatures and its proof."""
