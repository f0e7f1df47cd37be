"""Commands about two networks: attack, certify, compare, instance."""
