// A function without a body, as modinfo is, wants a file of assembly in its package.
