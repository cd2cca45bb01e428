"""Where citizens are: Telegram, Zalo Official Account, Zalo Bot. One small module each, behind one interface."""
