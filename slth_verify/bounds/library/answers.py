"""x"""
known_for_all = known_for_one = None
