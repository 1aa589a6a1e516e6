"""What an unkind visitor may try, in turn, while somebody trains and somebody else looks around."""
