"""The admin page: figures, broadcasts, content, questions, audit and health, by role."""
