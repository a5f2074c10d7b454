"""Settings: `base` reads the environment; `development`, `test`, `production` differ by rule."""
