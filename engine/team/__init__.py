"""What an agent is told and what it may do: actions, prompts, turns."""
