"""Answers about target graphs: widths of all stages of one given network."""
