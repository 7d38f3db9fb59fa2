"""Plays the evening of 200 volunteers on this machine, then goes on until it breaks (`make load`).

Web server and worker as `make run` runs them, PostgreSQL with fsync, and the volunteers, all on one
machine. Everybody signs in with a password within a minute and a half, some attach a plan, then all
do two things a minute, with half a minute of reading between. After that everybody is half as fast
again, and again, until a rule of `judging.py` says that it does not hold.

* `people.py`: what a volunteer and the policy team do, and how often
* `evening.py`: the times of all requests
* `machine.py`: what web, worker, extraction, PostgreSQL and we ourselves take of the machine
* `judging.py`: when to stop, and what ran out first
* `preparing.py`: the round that they find, with documents and reviews
* `pages.py`: the tables of docs/performance.md and docs/scaling.md
"""
