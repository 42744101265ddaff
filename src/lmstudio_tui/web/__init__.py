"""The app in a browser: one process of the app for each page, served by textual-serve.

Who serves it knows nothing of the app but the command that starts it. aiohttp and textual-serve are an extra (`web`):
`serving` imports them, within the one command that needs them.
"""
