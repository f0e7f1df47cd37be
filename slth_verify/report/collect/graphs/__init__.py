"""Cases of target graphs: pruned, checked and looked at."""
