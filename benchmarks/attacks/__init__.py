"""What an attacker may try, one thing after another, while somebody trains and somebody else looks around."""
