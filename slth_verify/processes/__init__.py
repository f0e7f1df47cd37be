"""Work in processes and threads: within limits, beside other work, and ending in time.

Empty on purpose: callers import what they need, and children must start quickly.
"""
