"""Speech, hearing and images: what the flavours classic and openai serve besides text.

What takes numpy, soundfile or pillow is imported when the first request wants it.
"""
