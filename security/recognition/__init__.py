"""Faces in pictures: decode safely, find, judge, encode, and search a gallery.

Owns: picture decoding (`decode`), the engine interface (`base`) and its engines (`registry`,
`face_recognition_engine`), the quality gate (`quality`), the stranger calibration
(`calibration`), exact search and the three-way decision (`gallery`), and the two straight walks
through all of them (`walks`: enrol a photograph, observe a frame).

Does not own: people, consent, storage, gates, alerts. Imports neither Django nor any app, so it
can be used and tested alone. Nothing here loads a model at import time (see `registry`).
"""
