"""The seams to the outside: clock, workspace, locks, mailbox, test runner."""
