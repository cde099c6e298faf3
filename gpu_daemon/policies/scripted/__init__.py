"""Policies with no learned weights: references and a floor."""
