"""Gradio only: the components of the page, and which event calls what. The thinking is in ``ui.chat`` and the views."""
