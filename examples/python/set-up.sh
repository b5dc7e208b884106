#!/bin/sh
# Makes a Python environment in FOLDER with what the examples need, and in it the client of the protos:
# `examples/python/set-up.sh FOLDER`. Done again it only takes over what has changed.
set -eu
folder=$1
here=$(dirname "$0")
protos=$here/../../proto

if ! cmp -s "$here/requirements.txt" "$folder/requirements.txt"; then
  python3 -m venv "$folder"
  "$folder/bin/python" -m pip install --quiet --disable-pip-version-check --only-binary :all: \
    --requirement "$here/requirements.txt"
  cp "$here/requirements.txt" "$folder/requirements.txt"
fi
packages=$("$folder/bin/python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
# The public types of google.type come with the environment.
find "$protos/comptoir" -name '*.proto' -exec \
  "$folder/bin/python" -m grpc_tools.protoc --proto_path="$protos" --python_out="$packages" --grpc_python_out="$packages" {} +
