# Runs LocalStack on loopback: told an IPv4 address, it listens on every interface all the same,
# and carries on deaf when the port is taken. It also reads AWS's managed policies once, not once
# more for each account, which takes a third of a second of a test's first call; lists the methods
# of a class once, not at each call; and looks for garbage more rarely, and not at all among what is
# there from the start or at the end: a quarter of its time.
import atexit
import functools
import gc
import os
import runpy
from copy import copy

import moto.core.responses
from moto.iam.models import IAMBackend
from twisted.internet import reactor
from twisted.internet.error import CannotListenError

listen = reactor.listenTCP


def listen_on_loopback(port, factory, backlog=50, interface=""):
    try:
        return listen(port, factory, backlog, interface or "127.0.0.1")
    except CannotListenError as error:
        print(error, flush=True)
        os._exit(1)


read_policies = IAMBackend._init_aws_policies
policies = []


def policies_of_account(account):
    global policies
    policies = policies or read_policies(account)
    return [owned(policy, account.account_id) for policy in policies]


def owned(policy, account_id):
    own = copy(policy)
    own.account_id = account_id
    return own


reactor.listenTCP = listen_on_loopback
IAMBackend._init_aws_policies = policies_of_account
moto.core.responses.method_names_from_class = functools.cache(
    moto.core.responses.method_names_from_class
)
gc.set_threshold(50_000, 50, 100)
reactor.callWhenRunning(gc.freeze)
atexit.register(os._exit, 0)
runpy.run_module("localstack.runtime.main", run_name="__main__")
