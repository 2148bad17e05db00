"""The examples of our documentation: each operation once, in an order that makes sense."""
