"""Programs of a page each: an equation, a network, and the number that theory predicts."""
