"""How a process ticks, takes its duties and tells how it fares."""
