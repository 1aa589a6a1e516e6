"""Pictures: MNIST itself, drawings and photographs made like it, shifted and turned copies."""
