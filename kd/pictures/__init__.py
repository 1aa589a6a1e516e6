"""Pictures: MNIST, drawings and photographs made to look like it, and variants to train on."""
