"""How it talks: flows, state and the engine; knows nothing of drugs."""
