"""The central service: one public board of what many workstations sent."""
