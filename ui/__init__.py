"""The chat: pure views (records to escaped HTML) and the Gradio wiring around them."""
