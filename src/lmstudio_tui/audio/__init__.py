"""Sound: devices, recording, playing, formats. PortAudio, libsndfile and numpy are imported when they are needed."""
