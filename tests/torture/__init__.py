"""Kills web server and worker with SIGKILL while people save, cite, comment, upload and invite.

After each restart everything that was acknowledged must be there; at the end no job is left, no
document is in two states and every letter went out. `make torture` kills 200 times; `make test`
does it a few times.

* `browser.py`: as much of a browser as is needed
* `clients.py`: what each kind of person does, and what they were told
* `programs.py`: the web server and the worker, started and killed
* `looking.py`: what is lost, and what is wrong at the end
* `running.py`: all of it together
"""
