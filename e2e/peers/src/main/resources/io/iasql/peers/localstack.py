# Runs LocalStack on loopback: told an IPv4 address, it listens on every interface all the same,
# and carries on deaf when the port is taken. It also reads AWS's managed policies once, not once
# more for each account, which takes a third of a second of a test's first call.
import os
import runpy
from copy import copy

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
runpy.run_module("localstack.runtime.main", run_name="__main__")
