"""The gateway: the only door to the internet. Checks what comes in, asks Rasa over HTTP, gives back replies."""
