"""A case in human hands, from the handoff to the follow-up."""
