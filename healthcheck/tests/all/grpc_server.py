# A server of gRPC's health protocol. Its messages are octets as they are on the wire.
# Arguments: the port; then "none" to do without the service, or a certificate and its key to speak TLS.
import sys
import threading
from concurrent import futures

import grpc

STATUS = {b"": 1, b"down": 2, b"unsure": 0, b"gone": 3, b"new": 300}


def varint(number):
    octets = b""
    while number > 127:
        octets += bytes([number & 127 | 128])
        number >>= 7
    return octets + bytes([number])


def check(request, context):
    name = request[2:]
    if name == b"slow":
        threading.Event().wait(20)
    if name == b"metadata":
        seen = dict(context.invocation_metadata())
        assert seen["user-agent"] == "KeepAliveClient", seen
        assert 0 < context.time_remaining() <= 5, "grpc-timeout"
        return b"\x08\x01"
    if name not in STATUS:
        context.abort(grpc.StatusCode.NOT_FOUND, "no such service")
    return b"\x08" + varint(STATUS[name])


class Handler(grpc.GenericRpcHandler):
    def service(self, details):
        if details.method == "/grpc.health.v1.Health/Check":
            return grpc.unary_unary_rpc_method_handler(check)


def octets(name):
    with open(name, "rb") as file:
        return file.read()


address, more = "127.0.0.1:" + sys.argv[1], sys.argv[2:]
server = grpc.server(futures.ThreadPoolExecutor(4), handlers=[] if more == ["none"] else [Handler()])
if len(more) == 2:
    certificate, key = map(octets, more)
    server.add_secure_port(address, grpc.ssl_server_credentials([(key, certificate)]))
else:
    server.add_insecure_port(address)
server.start()
server.wait_for_termination()
