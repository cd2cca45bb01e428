"""The launcher: `python3 -m deploy.house`. It makes what is missing, then starts, watches and stops the processes.

Standard library only, because it runs before any environment exists. Read it in this order: commands (what a person
can ask for), plan (the steps and what each depends on), steps (stamps), environments, services, processes.
"""
