"""What Rasa loads from us into its own environment (Python 3.10): reading of Vietnamese, aspects, memory.

Imports nothing but Rasa, its requirements and knowledge.normalise. Loading it also applies the speed-up of speed.py.
"""

from understanding import speed

speed.apply()
