"""What Rasa loads from us into its own environment (Python 3.10): reading of Vietnamese, aspects, memory, its door.

Imports nothing but Rasa, its requirements and knowledge.normalise, masking and names. Loading it also applies what
speed.py and turns.py change in Rasa.
"""

from understanding import speed, turns

speed.apply()
turns.apply()
