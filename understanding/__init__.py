"""What Rasa loads from us into its own environment (Python 3.10): reading of Vietnamese, aspects, memory, its door.

Imports nothing but Rasa, its requirements and knowledge.normalise, masking and names. Loading it also applies what
speed.py, turns.py, forms.py and telling.py change in Rasa.
"""

from understanding import forms, speed, telling, turns

speed.apply()
turns.apply()
forms.apply()
telling.apply()
