"""How the reader is made: data to trained, exported weights. Needs the `training` extra."""
