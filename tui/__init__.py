"""What a person sees: the command line and the Textual application. Holds no rules."""
