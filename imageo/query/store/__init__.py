"""The database as the queue of questions and the keeper of answers."""
