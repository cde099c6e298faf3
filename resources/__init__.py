"""Data that ships with the application: icons, style, translations, weights, demonstrations."""
