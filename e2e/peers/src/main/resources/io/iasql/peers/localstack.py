# Runs LocalStack on loopback: told an IPv4 address, it listens on every interface all the same,
# and carries on deaf when the port is taken.
import os
import runpy

from twisted.internet import reactor
from twisted.internet.error import CannotListenError

listen = reactor.listenTCP


def listen_on_loopback(port, factory, backlog=50, interface=""):
    try:
        return listen(port, factory, backlog, interface or "127.0.0.1")
    except CannotListenError as error:
        print(error, flush=True)
        os._exit(1)


reactor.listenTCP = listen_on_loopback
runpy.run_module("localstack.runtime.main", run_name="__main__")
