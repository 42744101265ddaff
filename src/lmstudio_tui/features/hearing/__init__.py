"""Speech as text: transcribing, subtitles, and how well a model heard."""
