"""Asks a server what it can do: nothing but an address is needed, as with grpcurl. To call it takes a token, in
COMPTOIR_TOKEN.

- `reflect.py ADDRESS`: every service with its methods
- `reflect.py ADDRESS NAME`: a message, its fields
- `reflect.py ADDRESS SERVICE/METHOD JSON`: calls a method; a stream is printed message by message
"""

import os
import sys

import grpc
from google.protobuf import json_format
from google.protobuf.descriptor_pool import DescriptorPool
from google.protobuf.message_factory import GetMessageClass
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import ProtoReflectionDescriptorDatabase


def services(database, pool):
    for name in sorted(database.get_services()):
        print(name)
        for method in pool.FindServiceByName(name).methods:
            stream = "stream " if method.server_streaming else ""
            print(f"  {method.name}({method.input_type.full_name}) returns ({stream}{method.output_type.full_name})")


def message(pool, name):
    for field in pool.FindMessageTypeByName(name).fields:
        print(field.number, field.name, sep="\t")


def call(channel, pool, path, text):
    service, name = path.split("/")
    method = pool.FindServiceByName(service).methods_by_name[name]
    token = [("authorization", f"Bearer {os.environ['COMPTOIR_TOKEN']}")]
    request = json_format.Parse(text, GetMessageClass(method.input_type)())
    as_bytes = type(request).SerializeToString
    from_bytes = GetMessageClass(method.output_type).FromString
    if method.server_streaming:
        answers = channel.unary_stream(f"/{path}", as_bytes, from_bytes)(request, metadata=token)
    else:
        answers = [channel.unary_unary(f"/{path}", as_bytes, from_bytes)(request, metadata=token)]
    for answer in answers:
        print(json_format.MessageToJson(answer, descriptor_pool=pool))


def main():
    address, *rest = sys.argv[1:]
    with grpc.insecure_channel(address) as channel:
        database = ProtoReflectionDescriptorDatabase(channel)
        pool = DescriptorPool(database)
        match rest:
            case []:
                services(database, pool)
            case [name]:
                message(pool, name)
            case [path, text]:
                call(channel, pool, path, text)


if __name__ == "__main__":
    main()
