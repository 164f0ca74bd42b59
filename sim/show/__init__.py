"""What people look at: figures, narration and the words both share."""
